"""Names and addresses as a caller says them: any part of them, cut into pieces that an index finds.

Pure. What is stored and what is asked for are made here alone, so that both always speak of the same pieces.
"""

import unicodedata
from typing import NamedTuple

LONGEST = 32
"""Characters of one piece; of what is typed, no more are compared."""
GRAM = 2
"""So few characters are a piece by themselves, each kept with the name, so that the first by name of a common one lie together.
More are the beginning of a piece."""
AFTER_ALL = "\U0010ffff"


class Named(NamedTuple):
    """A person to choose."""

    id: int
    name: str


def plain(text: str) -> str:
    """Full-width letters as the plain ones, in lower case, one blank between words, without NUL."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().replace("\0", " ").split())


def pieces(name: str) -> set[str]:
    """Of a name: what begins at each of its characters, and the one or two that stand there."""
    text = plain(name)
    return _from(text, range(len(text)))


def pieces_of_address(address: str) -> set[str]:
    """Of a mail address: any part of what is before the @; after it what begins with a word or a sign."""
    text = plain(address)
    local = text.find("@")
    return _from(
        text,
        [i for i in range(len(text)) if i <= local or not text[i].isalnum() or not text[i - 1 : i].isalnum()],
    )


def _from(text: str, starts: "range | list[int]") -> set[str]:
    out = {text[i : i + n] for i in starts for n in range(1, GRAM + 1)}
    out.update(text[i : i + LONGEST].rstrip() for i in starts if len(text) - i > GRAM)
    return {piece for piece in out if piece == piece.strip()}


def is_one_piece(typed: str) -> bool:
    """Whether what was typed is a piece by itself, and not the beginning of many."""
    first, last = sought(typed)
    return first == last


def sought(typed: str) -> tuple[str, str]:
    """The stretch of pieces that answer what was typed, from the first to before the last; both the same for a single piece."""
    wanted = plain(typed)[:LONGEST].rstrip()
    return (wanted, wanted) if len(wanted) <= GRAM else (wanted, wanted + AFTER_ALL)
