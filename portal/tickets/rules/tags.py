"""Tags as people type them: separated by commas, one word in two spellings is one tag."""

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 40
MOST = 12
_BETWEEN = re.compile(r"[,，、;；\n]+")


@dataclass(frozen=True)
class TagName:
    """As typed, and as it is compared: full and half width, capitals and blanks make no difference."""

    name: str
    key: str


def one(typed: str) -> TagName | None:
    """None for nothing."""
    name = " ".join("".join(c if c.isprintable() else " " for c in typed).strip(" #＃").split())
    return TagName(name, key_of(name)) if name else None


def key_of(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def several(typed: str) -> list[TagName]:
    """In the order typed, without repeats."""
    found = (one(part) for part in _BETWEEN.split(typed))
    return list({tag.key: tag for tag in found if tag is not None}.values())


def too_long(tags: list[TagName]) -> str | None:
    """The first that does not fit."""
    return next((t.name for t in tags if len(t.name) > LONGEST or len(t.key) > 2 * LONGEST), None)
