"""What a device is called by: a sticker or a serial number, however it is spelt over the phone."""

import unicodedata

LONGEST_KEY = 120


def key_of(text: str | None) -> str | None:
    """Letters and digits alone, in capitals: "sn-884 12" and "SN88412" are one. None for nothing."""
    if not text:
        return None
    plain = unicodedata.normalize("NFKC", text).upper()
    return "".join(c for c in plain if c.isalnum())[:LONGEST_KEY] or None
