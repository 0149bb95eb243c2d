"""Words that are used again: their fields, in braces, and what a macro does. An unknown field is refused when it is saved, so
that nobody ever sends one."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from portal.tickets.rules.words import WAITING, ClosureCode, Phase, Status

_FIELD = re.compile(r"\{\s*([^{}\n]{0,40}?)\s*\}")


class Field(StrEnum):
    """What may stand in braces."""

    REQUESTER = "requester"
    ORGANISATION = "organisation"
    NUMBER = "number"
    SUBJECT = "subject"
    DEVICE = "device"
    DUE = "due"
    AGENT = "agent"


def unknown_fields(text: str) -> list[str]:
    """Names in braces that are no field, in the order of the text."""
    return [name for name in _FIELD.findall(text) if name.lower() not in set(Field)]


def filled(text: str, values: Mapping[Field, str]) -> str:
    """With each known field replaced; what has no value is left out, and unknown ones stay."""

    def value(found: re.Match[str]) -> str:
        name = found[1].lower()
        return values.get(Field(name), "") if name in set(Field) else found[0]

    return _FIELD.sub(value, text)


def in_language(text_en: str, text_zh: str, language: str) -> str:
    """The text in the reader's language, or in the other one where that was not written."""
    first, second = (text_zh, text_en) if language == "zh_Hans" else (text_en, text_zh)
    return first or second


@dataclass(frozen=True)
class Steps:
    """What a macro does, each part optional. `status`: one that waits, resolved, or closed. `assign`: "me", "nobody",
    "u7" or "t2". `add_tags`, `remove_tags`: as they were typed."""

    text_en: str = ""
    text_zh: str = ""
    status: str = ""
    reason: str = ""
    code: str = ""
    assign: str = ""
    phase: str = ""
    add_tags: str = ""
    remove_tags: str = ""

    @property
    def speaks(self) -> bool:
        return bool(self.text_en or self.text_zh)

    @property
    def does_something(self) -> bool:
        return bool(
            self.speaks or self.status or self.assign or self.phase or self.add_tags or self.remove_tags
        )

    @property
    def then(self) -> Phase | None:
        """The phase that it leads to."""
        return Phase(self.phase) if self.phase in set(Phase) else None

    @property
    def closes(self) -> bool:
        return self.status == Status.CLOSED

    @property
    def resolves(self) -> bool:
        return self.status == Status.RESOLVED

    @property
    def waits(self) -> bool:
        return self.status in {s.value for s in WAITING}

    @property
    def closure(self) -> ClosureCode:
        return ClosureCode(self.code) if self.code in set(ClosureCode) else ClosureCode.ANSWERED


def steps_of(values: Mapping[str, Any]) -> Steps:
    """From what was saved; names that are not known any more are left out."""
    names = {f.name for f in fields(Steps)}
    return Steps(**{name: str(value or "") for name, value in values.items() if name in names})


def plain(steps: Steps) -> dict[str, Any]:
    """As it is saved."""
    return {name: value for name, value in asdict(steps).items() if value}
