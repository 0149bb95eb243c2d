"""Phone numbers as a form takes them: any spelling, or a sentence that says how one looks."""

from flask_babel import lazy_gettext as _l

from portal.kernel.errors import Refused
from portal.people.rules import phones


def digits_of(number: str) -> str:
    """International digits without the plus, 8613800138000 for "138-0013-8000". Raises Refused for what is no number."""
    digits = phones.international(number)
    if digits is None:
        raise Refused(_l("Enter a phone number, such as 138 0013 8000 or +44 20 7946 0991."), field="phones")
    return digits
