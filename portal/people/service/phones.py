"""Phone numbers in any spelling, and the one form in which a caller is found."""

import phonenumbers
from flask_babel import lazy_gettext as _l

from portal.kernel.errors import Refused

HOME = "CN"
"""The region of a number without a country's code."""


def digits_of(number: str) -> str:
    """International digits without the plus, 8613800138000 for "138-0013-8000". Raises Refused for what is no number."""
    try:
        parsed = phonenumbers.parse(number, HOME)
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        raise Refused(_l("Enter a phone number, such as 138 0013 8000 or +44 20 7946 0991."), field="phones")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164).lstrip("+")
