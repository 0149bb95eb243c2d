"""A scenario file read from TOML and checked whole: unknown keys, verbs and names are faults, each with its line.

Nothing is played of a file that has one.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from portal.rehearsal.rules import vocabulary
from portal.rehearsal.rules.keys import SPEAKING, Key, Value

_TABLES = {"contract": vocabulary.CONTRACT, "device": vocabulary.DEVICE}
_SPAN = re.compile(r"(?:(\d+)h)?\s*(?:(\d+)m)?")


@dataclass(frozen=True)
class Fault:
    """What is wrong, and on which line (1 when it is the whole file)."""

    line: int
    reason: str


class BadScenario(ValueError):
    """Nothing of the file is played."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"line {f.line}: {f.reason}" for f in faults))
        self.faults = faults


@dataclass(frozen=True)
class Step:
    """`verb` and what it needs; for a look (`is_look`) `expected` holds what should be found, by key, as it is printed."""

    line: int
    at: datetime | None
    verb: str
    is_look: bool
    given: Mapping[str, Any]
    expected: Mapping[str, Any]
    refused: str | None = None


@dataclass(frozen=True)
class Scenario:
    """Everything of one file, in the file's order."""

    id: str
    zone: ZoneInfo
    head: Mapping[str, Any]
    contracts: Mapping[str, Mapping[str, Any]]
    devices: Mapping[str, Mapping[str, Any]]
    steps: tuple[Step, ...]
    lines: Mapping[str, int] = field(default_factory=dict)
    """On which line a contract or device begins."""

    @property
    def first_at(self) -> datetime:
        return next(s.at for s in self.steps if s.at is not None)


def printed(value: Any, zone: ZoneInfo) -> Any:
    """A value as a file writes it: instants by the zone's clock, seconds only where there are some; nothing as "none"."""
    if value is None:
        return "none"
    if isinstance(value, datetime):
        local = value.astimezone(zone).replace(tzinfo=None)
        return local.isoformat(" ", "seconds" if local.second else "minutes")
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [printed(v, zone) for v in value]
    return value


def span(minutes: int) -> str:
    """660 → 11h, 90 → 1h30m."""
    hours, rest = divmod(minutes, 60)
    return (f"{hours}h" if hours or not rest else "") + (f"{rest}m" if rest else "")


def read(text: str) -> Scenario:
    """Read and check a file. Raises BadScenario."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise BadScenario(
            [Fault(int(line.group(1)) if line else len(text.splitlines()), str(error))]
        ) from None
    return _Reader(text, raw).scenario()


class _Reader:
    """Collects the faults of one file while it reads."""

    def __init__(self, text: str, raw: dict[str, Any]) -> None:
        self.raw, self.source = raw, text.splitlines()
        self.faults: list[Fault] = []
        self.names: dict[Value, set[str]] = {v: set() for v in SPEAKING}
        self.zone = ZoneInfo("Asia/Shanghai")
        self.steps_at = [
            n for n, line in enumerate(self.source, 1) if re.match(r"\s*\[\[\s*step\s*\]\]", line)
        ]

    def scenario(self) -> Scenario:
        raw = self.raw
        self._zone()
        head = {k: v for k, v in raw.items() if k not in ("step", *_TABLES)}
        checked = self._checked(head, vocabulary.HEAD, 1, "the head of the file")
        tables: dict[str, dict[str, dict[str, Any]]] = {}
        lines: dict[str, int] = {}
        for kind, keys in reversed(_TABLES.items()):
            tables[kind] = {}
            named = raw.get(kind, {})
            if not isinstance(named, dict):
                self._fault(self._line(kind, 1), f"{kind} wants a name: [{kind}.NAME]")
                continue
            for name, body in named.items():
                line = lines[name] = self._line_of_table(kind, name)
                if not isinstance(body, dict):
                    self._fault(line, f"{kind} wants a name: [{kind}.NAME]")
                    continue
                tables[kind][name] = self._checked(body, keys, line, f"[{kind}.{name}]")
                self.names[Value(kind)].add(name)
                self.names[Value.CLIENT].add(str(body.get("client", "client")))
        self.names[Value.CLIENT].add("client")
        steps = self._steps()
        if not self.faults and not any(s.at for s in steps):
            self._fault(1, "a scenario needs at least one step that is done ([[step]] with at and do)")
        if self.faults:
            raise BadScenario(self.faults)
        return Scenario(
            checked["id"], self.zone, checked, tables["contract"], tables["device"], tuple(steps), lines
        )

    def _zone(self) -> None:
        try:
            self.zone = ZoneInfo(str(self.raw.get("zone", "Asia/Shanghai")))
        except (ZoneInfoNotFoundError, ValueError):
            self._fault(self._line("zone", 1), f"unknown zone: {self.raw['zone']}")

    def _steps(self) -> list[Step]:
        found: list[Step] = []
        last: datetime | None = None
        raw = self.raw.get("step", [])
        for number, body in enumerate(raw if isinstance(raw, list) else []):
            line = self.steps_at[number] if number < len(self.steps_at) else 1
            step = self._step(body, line) if isinstance(body, dict) else None
            if step is None:
                continue
            if step.at is not None:
                if last is not None and step.at < last:
                    self._fault(
                        self._line("at", line),
                        "steps are in the order of time; this one lies before the last",
                    )
                last = step.at
            found.append(step)
        return found

    def _step(self, body: dict[str, Any], line: int) -> Step | None:
        if ("do" in body) == ("expect" in body):
            self._fault(line, "a step has either do or expect")
            return None
        looks = "expect" in body
        verb = str(body["expect" if looks else "do"])
        known: Mapping[str, Any] = vocabulary.EXPECT if looks else vocabulary.DO
        if verb not in known:
            word = "expect" if looks else "do"
            self._fault(self._line(word, line), f"unknown {word}: {verb} (known: {', '.join(sorted(known))})")
            return None
        rest = {k: v for k, v in body.items() if k not in ("do", "expect")}
        if not looks:
            keys = {**vocabulary.ANY_DO, **vocabulary.DO[verb]}
            given = self._checked(rest, keys, line, verb)
            for name, key in keys.items():
                if key.value is Value.NEW and name in given:
                    self._new_name(verb, given[name], line)
            return Step(line, given.pop("at", None), verb, False, given, {}, given.pop("refused", None))
        where, facts = vocabulary.EXPECT[verb]
        at_what = self._checked({k: v for k, v in rest.items() if k not in facts}, where, line, verb)
        wanted = self._checked({k: v for k, v in rest.items() if k in facts}, facts, line, verb)
        if not wanted:
            self._fault(line, f"expect {verb} expects nothing (one of: {', '.join(facts)})")
        return Step(line, None, verb, True, at_what, {k: printed(v, self.zone) for k, v in wanted.items()})

    def _new_name(self, verb: str, name: str, line: int) -> None:
        kinds = {"request": Value.TICKET, "mail": Value.TICKET, "ask": Value.ANSWER, "reserve": Value.RESERVATION,
                 "plan": Value.VISIT, "join": Value.VISIT, "quote": Value.QUOTE}  # fmt: skip
        kind = kinds[verb]
        if name in self.names[Value.TICKET] | self.names[Value.ANSWER] | self.names[Value.VISIT]:
            self._fault(self._line("as", line), f"the name is taken: {name}")
        self.names[kind].add(name)
        if kind is Value.TICKET:
            self.names[Value.ANSWER].add(name)
        if kind is Value.VISIT:  # of several at one moment it can be asked who won, as of reservations
            self.names[Value.RESERVATION].add(name)

    def _checked(
        self, body: Mapping[str, Any], keys: Mapping[str, Key], line: int, where: str
    ) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for name, value in body.items():
            if name not in keys:
                self._fault(
                    self._line(name, line), f"unknown key in {where}: {name} (known: {', '.join(keys)})"
                )
                continue
            try:
                out[name] = self._value(keys[name], value)
            except (ValueError, InvalidOperation) as error:
                self._fault(self._line(name, line), f"{name} in {where}: {error}")
        for name, key in keys.items():
            if key.required and name not in body:
                self._fault(line, f"{where} needs {name}")
        return out

    def _value(self, key: Key, raw: Any) -> Any:
        """Raises ValueError or InvalidOperation with words for the file's author."""
        if key.none and raw == "none":
            return None
        found = _READ[key.value](raw, self.zone) if key.value in _READ else self._text(raw)
        if key.words and found not in key.words:
            raise ValueError(f"unknown word {raw!r} (known: {', '.join(sorted(key.words))})")
        if key.value in SPEAKING and found not in self.names[key.value]:
            raise ValueError(f"no {key.value.value} is called {raw!r} up to here")
        return found

    @staticmethod
    def _text(raw: Any) -> str:
        if not isinstance(raw, str):
            raise ValueError(f"a text is wanted, not {raw!r}")
        return raw

    def _fault(self, line: int, reason: str) -> None:
        self.faults.append(Fault(line, reason))

    def _line(self, key: str, start: int) -> int:
        """Where a key stands in the table that begins at a line."""
        for number in range(start, len(self.source) + 1):
            text = self.source[number - 1]
            if number > start and re.match(r"\s*\[", text) and start > 1:
                break
            if re.match(rf"\s*\"?{re.escape(key)}\"?\s*=", text) or (
                start == 1 and re.match(rf"\s*\[+\s*{re.escape(key)}\b", text)
            ):
                return number
        return start

    def _line_of_table(self, kind: str, name: str) -> int:
        pattern = rf"\s*\[\s*{kind}\s*\.\s*\"?{re.escape(name)}\"?\s*(\]|\.)"
        return next((n for n, text in enumerate(self.source, 1) if re.match(pattern, text)), 1)


def _instant(raw: Any, zone: ZoneInfo) -> datetime:
    """2026-03-10 17:58, with seconds, with an offset ("2026-03-10 20:30 -04:00"), or a TOML date and time."""
    if isinstance(raw, str):
        try:
            raw = datetime.fromisoformat(re.sub(r"\s+([+-]\d\d:\d\d)$", r"\1", raw.strip()))
        except ValueError:
            raise ValueError(f"no instant: {raw!r} (2026-03-10 17:58)") from None
    if not isinstance(raw, datetime):
        raise ValueError(f"no instant: {raw!r} (2026-03-10 17:58)")
    return raw if raw.tzinfo else raw.replace(tzinfo=zone)


def _day(raw: Any, _zone: ZoneInfo) -> date:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    try:
        return date.fromisoformat(str(raw))
    except ValueError:
        raise ValueError(f"no date of the calendar: {raw!r} (2026-03-10)") from None


def _number(raw: Any, _zone: ZoneInfo) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise ValueError(f"a whole number is wanted, not {raw!r}")
    return raw


def _flag(raw: Any, _zone: ZoneInfo) -> bool:
    if not isinstance(raw, bool):
        raise ValueError(f"true or false is wanted, not {raw!r}")
    return raw


def _amount(raw: Any, _zone: ZoneInfo) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str):
        raise ValueError(f"an amount is wanted, not {raw!r}")
    try:
        return Decimal(str(raw))
    except InvalidOperation:
        raise ValueError(f"no amount: {raw!r} (600.00)") from None


def _span(raw: Any, _zone: ZoneInfo) -> str:
    match = _SPAN.fullmatch(str(raw))
    if isinstance(raw, bool) or not str(raw) or match is None:
        raise ValueError(f"no span: {raw!r} (11h, 1h30m)")
    return span(int(match[1] or 0) * 60 + int(match[2] or 0))


def _list(raw: Any) -> list[Any]:
    if not isinstance(raw, list):
        raise ValueError(f"a list is wanted, not {raw!r}")
    return raw


def _table(raw: Any, _zone: ZoneInfo) -> dict[str, str]:
    """Values as text: a form's blanks are what somebody wrote."""
    if not isinstance(raw, dict):
        raise ValueError(f"a table is wanted, not {raw!r}")
    return {k: v.strftime("%H:%M") if isinstance(v, time) else str(v) for k, v in raw.items()}


def _texts(raw: Any, _zone: ZoneInfo) -> list[str]:
    found = _list(raw)
    if not all(isinstance(v, str) for v in found):
        raise ValueError(f"texts are wanted, not {raw!r}")
    return found


_READ: Mapping[Value, Any] = {
    Value.INSTANT: _instant,
    Value.DAY: _day,
    Value.NUMBER: _number,
    Value.FLAG: _flag,
    Value.AMOUNT: _amount,
    Value.SPAN: _span,
    Value.TABLE: _table,
    Value.TEXTS: _texts,
    Value.DAYS: lambda raw, zone: [_day(v, zone) for v in _list(raw)],
    Value.NUMBERS: lambda raw, zone: [_number(v, zone) for v in _list(raw)],
}
