"""A contract form as data: its blanks, clauses, settings and what they promise. Read from TOML and checked whole.

The engine never asks which form it is. docs/contract-forms.md describes every key; a provider adds a form by adding a file.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class BlankKind(StrEnum):
    TEXT = "text"
    DATE = "date"
    TIME = "time"
    WEEKDAY = "weekday"
    INTEGER = "integer"
    MONEY = "money"
    PERCENT = "percent"
    FRACTION = "fraction"
    """折: the fraction that is paid, 0.8 for 八折."""


@dataclass(frozen=True)
class Words:
    """The same in both languages; the Chinese is the original where there is one."""

    en: str
    zh: str


@dataclass(frozen=True)
class Blank:
    key: str
    kind: BlankKind
    label: Words
    clause: str
    required: bool = True
    default: str | None = None


@dataclass(frozen=True)
class Clause:
    ref: str
    zh: str
    en: str
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Setting:
    """An ambiguity of the wording, decided for each contract; the default reads it as rules.md does."""

    key: str
    label: Words
    options: Mapping[str, Words]
    default: str
    clause: str


@dataclass(frozen=True)
class Form:
    """`parts` holds the tables that compile.py turns into terms: calendar, term, renewal, entitlement, price, target, …"""

    key: str
    code: str
    name: Words
    source: str
    client_letter: str
    provider_letter: str
    blanks: Mapping[str, Blank]
    clauses: Mapping[str, Clause]
    settings: Mapping[str, Setting]
    parts: Mapping[str, Any]


@dataclass(frozen=True)
class Fault:
    """What is wrong in a file, and on which line (1 when it is the whole file)."""

    line: int
    reason: str
    detail: str


class BadForm(ValueError):
    """Nothing of the file is used; `faults` names each line and reason."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"line {f.line}: {f.reason}: {f.detail}" for f in faults))
        self.faults = faults


TABLES = frozenset(
    {
        "calendar",
        "term",
        "renewal",
        "arrears",
        "run_off",
        "phone_first",
        "data_consent",
        "parts",
        "exclusions",
        "emergency",
        "termination",
        "visit",
        "upgrade",
        "publish",
    }
)
LISTS = frozenset({"entitlement", "price", "target", "plan", "warning", "milestone"})
_HEAD = frozenset({"form", "code", "name", "source", "parties", "blank", "clause", "setting"})


def load(text: str) -> Form:
    """Read and check a form. Raises BadForm: not TOML, an unknown key, a clause, blank or setting that does not exist."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise BadForm([Fault(int(line.group(1)) if line else 1, "not_toml", str(error))]) from None
    faults: list[Fault] = [
        Fault(_line_of(text, key), "unknown_key", key) for key in raw if key not in TABLES | LISTS | _HEAD
    ]
    faults += [Fault(1, "missing", key) for key in sorted(_HEAD - {"setting"} - set(raw))]
    if faults:
        raise BadForm(faults)
    try:
        form = _form(raw)
    except (KeyError, TypeError, ValueError) as error:
        word = str(error).strip("'\"")
        raise BadForm([Fault(_line_of(text, word), "incomplete", word)]) from None
    faults = list(_dangling(form, text))
    if faults:
        raise BadForm(faults)
    return form


def _words(raw: Mapping[str, str]) -> Words:
    return Words(raw["en"], raw["zh"])


def _form(raw: Mapping[str, Any]) -> Form:
    blanks = [
        Blank(
            b["key"], BlankKind(b["kind"]), _words(b["label"]), b["clause"], b.get("required", True),
            str(b["default"]) if "default" in b else None,
        )
        for b in raw["blank"]
    ]  # fmt: skip
    settings = [
        Setting(
            s["key"], _words(s["label"]), {o["key"]: _words(o) for o in s["option"]}, s["default"], s["clause"]
        )
        for s in raw.get("setting", [])
    ]  # fmt: skip
    clauses = [Clause(c["ref"], c["zh"], c["en"], tuple(c.get("rules", ()))) for c in raw["clause"]]
    return Form(
        key=raw["form"],
        code=raw["code"],
        name=_words(raw["name"]),
        source=raw["source"],
        client_letter=raw["parties"]["client"],
        provider_letter=raw["parties"]["provider"],
        blanks=_by(blanks, "key"),
        clauses=_by(clauses, "ref"),
        settings=_by(settings, "key"),
        parts={key: raw[key] for key in raw if key in TABLES | LISTS},
    )


def _by(rows: list[Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in rows:
        key = getattr(row, name)
        if key in found:
            raise ValueError(key)
        found[key] = row
    return found


def references(value: Any, kind: str) -> Iterator[str]:
    """Every name that a value refers to by {kind = "…"}, however deep."""
    if isinstance(value, Mapping):
        if kind in value and isinstance(value[kind], str):
            yield value[kind]
        for inner in value.values():
            yield from references(inner, kind)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner, kind)


def says(form: Form, table: str, key: str, rule: str) -> str:
    """The clause that a table names under a key; where a form was written before it had the key, the clause that carries the
    rule; "" where the wording says nothing of it."""
    named: str = form.parts.get(table, {}).get(key, "")
    return named or next((c.ref for c in form.clauses.values() if rule in c.rules), "")


def clause_refs(text: str) -> list[str]:
    """Several clauses may be named in one place: "四.1.b, 四.2"."""
    return [ref.strip() for ref in text.split(",") if ref.strip()]


def _dangling(form: Form, text: str) -> Iterator[Fault]:
    """References that lead nowhere, and defaults that are no option."""
    named = [*references(dict(form.parts), "clause")]
    for table in ("visit", "upgrade"):
        named += [v for k, v in form.parts.get(table, {}).items() if k.endswith("_clause")]
    named += [b.clause for b in form.blanks.values()] + [s.clause for s in form.settings.values()]
    for clause in dict.fromkeys(named):
        for ref in clause_refs(clause):
            if ref not in form.clauses:
                yield Fault(_line_of(text, clause), "unknown_clause", ref)
    for kind, known in (("blank", form.blanks), ("setting", form.settings)):
        for key in dict.fromkeys(references(dict(form.parts), kind)):
            if key not in known:
                yield Fault(_line_of(text, key), f"unknown_{kind}", key)
    for setting in form.settings.values():
        if setting.default not in setting.options:
            yield Fault(_line_of(text, setting.key), "unknown_option", setting.default)
    prices = {p.get("code") for p in form.parts.get("price", [])}
    for key in ("rate", "extra_rate", "labour_rate"):
        for code in references(dict(form.parts), key):
            if code not in prices:
                yield Fault(_line_of(text, code), "unknown_price", code)
    granted = {e.get("code") for e in form.parts.get("entitlement", [])}
    for plan in form.parts.get("plan", []):
        if plan.get("entitlement") not in granted:
            yield Fault(
                _line_of(text, str(plan.get("entitlement"))),
                "unknown_entitlement",
                str(plan.get("entitlement")),
            )


def _line_of(text: str, word: str) -> int:
    """The last line that has the word in quotes or as a key: definitions come first in a form, uses after."""
    lines = [
        n
        for n, line in enumerate(text.splitlines(), 1)
        if f'"{word}"' in line or re.match(rf"\[*{re.escape(word)}\b", line)
    ]
    return lines[-1] if lines else 1
