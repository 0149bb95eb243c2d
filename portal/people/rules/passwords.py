"""What makes a password too weak: short, a name that others know, or one that everybody tries first.

No rule about digits and capitals: length is what counts (NIST SP 800-63B).
"""

import unicodedata
from enum import StrEnum
from itertools import pairwise

SHORTEST = 10
LONGEST = 200
_TRIED_FIRST = frozenset(
    """
    1234567890 0123456789 0987654321 12345678910 1234512345 1122334455 1q2w3e4r5t 1qaz2wsx3edc qwertyuiop asdfghjkl1 zxcvbnm123
    qwerty12345 qwerty123456 qwertyuiop123 password12 password123 password1234 password12345 passw0rd123 p@ssw0rd123 admin12345
    admin123456 administrator welcome123 welcome1234 iloveyou123 letmein123 abcd123456 abcdef1234 abc1234567 abc123456789
    a123456789 aa123456789 a1234567890 123456789a 123456789q qq123456789 woaini1314 woaini5201314 woaini520 5201314520
    changeme123 football123 sunshine123 princess123 superman123 monkey12345 dragon12345 computer123 internet123 support123
    """.split()
)


class Weakness(StrEnum):
    SHORT = "short"
    LONG = "long"
    OWN_NAME = "own_name"
    COMMON = "common"


def weakness(password: str, *known: str) -> Weakness | None:
    """Why a password may not be used, None if it may. `known`: what others know of its owner, e-mail and names."""
    if len(password) < SHORTEST:
        return Weakness.SHORT
    if len(password) > LONGEST:
        return Weakness.LONG
    plain = _plain(password)
    for word in known:
        names = {_plain(word), _plain(word.partition("@")[0])}
        if plain in names or any(
            plain == name + tail for name in names for tail in ("1", "12", "123", "1234", "2026")
        ):
            return Weakness.OWN_NAME
    if plain in _TRIED_FIRST or len(set(plain)) < 4 or _is_run(plain):
        return Weakness.COMMON
    return None


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _is_run(text: str) -> bool:
    """abcdefghij, 9876543210: each character follows the one before."""
    steps = {ord(b) - ord(a) for a, b in pairwise(text)}
    return steps in ({1}, {-1})
