"""Drafts of the desk, and colleagues who are named in a note."""

import re
from collections.abc import Iterable
from enum import StrEnum

_BEFORE = re.compile(r"(?<![A-Za-z0-9_.%+-])[@＠]")


class DraftKind(StrEnum):
    REPLY = "reply"
    NOTE = "note"


def mentioned(text: str, names: Iterable[tuple[int, str]]) -> list[int]:
    """Ids of those whom a text names as @name, in the order of the text; each once.

    A whole name counts, whatever its case; of two names that begin alike the longer one that fits. An address such as
    kim@example.com names nobody.
    """
    by_length = sorted(names, key=lambda pair: -len(pair[1]))
    found: dict[int, None] = {}
    for sign in _BEFORE.finditer(text):
        rest = text[sign.end() :].casefold()
        for id_, name in by_length:
            if name and rest.startswith(name.casefold()) and _ends(rest, len(name.casefold()), name):
                found[id_] = None
                break
    return list(found)


def _ends(rest: str, at: int, name: str) -> bool:
    """A Latin name ends where its word ends; Chinese names are written on without a space."""
    return at >= len(rest) or not (name[-1].isascii() and rest[at].isascii() and rest[at].isalnum())
