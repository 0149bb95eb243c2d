"""Fields that administrators define for kinds of tickets: who is asked for which, and whether what was typed is a value.

A value is kept in one plain form (`parse`), with the version of the definition that it answered.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from portal.tickets.rules.words import Kind

LONGEST_TEXT = 500
LONGEST_LABEL = 80
MOST_OPTIONS = 50
MOST_DIGITS = 20
YES_NO = ("yes", "no")


class FieldType(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"
    DATE = "date"
    YES_NO = "yes_no"


class Needed(StrEnum):
    NO = "no"
    OPENING = "opening"
    SOLVING = "solving"


class Moment(StrEnum):
    """When somebody is asked."""

    CLIENT_OPENS = "client_opens"
    STAFF_OPEN = "staff_open"
    CORRECTING = "correcting"
    SOLVING = "solving"


class Wrong(StrEnum):
    """Why what was typed is no value."""

    MISSING = "missing"
    NOT_A_NUMBER = "not_a_number"
    NOT_A_DAY = "not_a_day"
    NOT_OFFERED = "not_offered"
    TOO_LONG = "too_long"


@dataclass(frozen=True)
class Label:
    en: str = ""
    zh: str = ""

    def in_(self, language: str) -> str:
        """In the reader's language; the other where one is missing."""
        return (self.zh or self.en) if language.startswith("zh") else (self.en or self.zh)


@dataclass(frozen=True)
class Option:
    """One of a choice. `key` is what is kept; it is never given to another option."""

    key: str
    label: Label


@dataclass(frozen=True)
class Definition:
    """`client_fills`: the client is asked and may see it; otherwise it is the staff's alone."""

    id: int
    version: int
    label: Label
    type: FieldType
    kinds: frozenset[Kind]
    client_fills: bool = False
    needed: Needed = Needed.NO
    options: tuple[Option, ...] = ()
    retired: bool = False

    @property
    def name(self) -> str:
        """In forms."""
        return f"field_{self.id}"


def asked(
    definitions: Iterable[Definition], kind: Kind, moment: Moment, filled: Iterable[int] = ()
) -> list[Definition]:
    """What is asked on a ticket of a kind, in order. At solving only what is needed and, by `filled`, still missing: mail and
    what was opened before a field was defined have no values."""
    known = set(filled)
    return [
        one for one in definitions
        if kind in one.kinds
        and not one.retired
        and (one.client_fills or moment is not Moment.CLIENT_OPENS)
        and (moment is not Moment.SOLVING or (one.needed is not Needed.NO and one.id not in known))
    ]  # fmt: skip


def is_needed(definition: Definition, moment: Moment) -> bool:
    """Whether it may not be left empty. Corrections may empty anything; it is asked again at solving."""
    if moment is Moment.CORRECTING:
        return False
    return definition.needed is Needed.OPENING or (
        definition.needed is Needed.SOLVING and moment is Moment.SOLVING
    )


def parse(definition: Definition, typed: str | None, *, needed: bool = False) -> tuple[str, Wrong | None]:
    """The plain form of a value, "" for none; or why it is none. What is plain already stays as it is.

    Numbers and days may be typed in full width, numbers with commas between thousands; a day as 2026-11-20, 2026/11/20 or
    2026年11月20日.
    """
    text = " ".join((typed or "").split())
    if not text:
        return "", Wrong.MISSING if needed else None
    if len(text) > LONGEST_TEXT:
        return "", Wrong.TOO_LONG
    match definition.type:
        case FieldType.TEXT:
            return text, None
        case FieldType.NUMBER:
            number = _number(text)
            return (number, None) if number is not None else ("", Wrong.NOT_A_NUMBER)
        case FieldType.DATE:
            day = _day(text)
            return (day, None) if day is not None else ("", Wrong.NOT_A_DAY)
        case FieldType.YES_NO:
            return (text, None) if text in YES_NO else ("", Wrong.NOT_OFFERED)
        case FieldType.CHOICE:
            known = any(option.key == text for option in definition.options)
            return (text, None) if known else ("", Wrong.NOT_OFFERED)


_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")


def _number(text: str) -> str | None:
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    if len(plain) > MOST_DIGITS or not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", plain, re.ASCII):
        return None
    try:
        number = Decimal(plain)
    except InvalidOperation:  # pragma: no cover - the expression above lets nothing else through
        return None
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _day(text: str) -> str | None:
    plain = unicodedata.normalize("NFKC", text).replace(" ", "")
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", plain, re.ASCII)
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups())).isoformat()
    except ValueError:
        return None


def words(definition: Definition, value: str) -> Label:
    """A kept value in both languages, but for yes and no, which the page words."""
    for option in definition.options:
        if option.key == value:
            return option.label
    return Label(value, value)


def options_of(typed: str, before: Sequence[Option], version: int) -> list[Option] | str:
    """The options of a choice, a line each, "English | 中文"; or the line that is none.

    An option that keeps its English words keeps its key; a new one gets a key of this version, so that no key means two
    things.
    """
    kept = {option.label.en or option.label.zh: option.key for option in before}
    found: list[Option] = []
    for number, row in enumerate((r.strip() for r in typed.splitlines() if r.strip()), 1):
        en, _bar, zh = (part.strip() for part in row.replace("｜", "|").partition("|"))
        if not (en or zh) or len(en) > LONGEST_LABEL or len(zh) > LONGEST_LABEL:
            return row
        if any(o.label.en == (en or zh) for o in found):
            return row
        key = kept.pop(en or zh, f"v{version}o{number}")
        found.append(Option(key, Label(en, zh or en) if en else Label(zh, zh)))
    return found
