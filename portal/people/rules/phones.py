"""Phone numbers in any spelling: the one form in which they are stored, and what of a typed number tells it from others.

Pure: a number without a country's code is one of the provider's country. A sentence for what is no number has service.phones.
"""

import re
import unicodedata

import phonenumbers

HOME = "CN"
"""The region of a number without a country's code."""
FEWEST_DIGITS = 3
_EXTENSION = re.compile(
    r"(?:转|轉|分机|分機|内线|ext(?:ension)?\.?|;ext=|[x#])\s*:?\s*\d{0,8}\s*$", re.IGNORECASE
)
_SPELLING = re.compile(r"[\d\s+()\[\].,/_–—‐‑-]+")


def _plain(typed: str) -> str:
    """Full-width signs as plain ones, and without an extension: a caller's number does not show it."""
    text = unicodedata.normalize("NFKC", typed).strip()
    text = re.sub(r"^(?:tel|电话|手机)\s*[:：]?\s*", "", text, flags=re.IGNORECASE)
    return _EXTENSION.sub("", text).strip()


def international(typed: str) -> str | None:
    """E.164 without the plus, 8613800138000 for "138-0013-8000"; None for what cannot be a number of any country."""
    try:
        parsed = phonenumbers.parse(_plain(typed), HOME)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164).lstrip("+")


def digits_in(typed: str) -> str:
    """Its digits alone, without the zeros of dialling (0 for a distance, 00 for abroad)."""
    digits = "".join(c for c in _plain(typed) if c.isdecimal() and c.isascii())
    return digits.lstrip("0")


def tail(digits: str) -> str:
    """Back to front: numbers that end alike begin alike, so that an index finds the last digits."""
    return digits[::-1][:32]


def tail_of(typed: str | None) -> str | None:
    """What is stored of a number that is kept as people wrote it; None where there is none."""
    if not typed:
        return None
    return tail(international(typed) or digits_in(typed)) or None


def sought(typed: str) -> list[str]:
    """The tails that a typed number may have: as a whole number, and as the end of one. Empty for words, and for fewer digits
    than tell people apart."""
    plain = _plain(typed)
    if not _SPELLING.fullmatch(plain):
        return []
    digits = digits_in(plain)
    if len(digits) < FEWEST_DIGITS:
        return []
    whole = international(plain)
    return list(dict.fromkeys(tail(d) for d in (digits, whole) if d))
