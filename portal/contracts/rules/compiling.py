"""A form, its blanks and its settings become the terms that the engine understands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from portal.contracts.rules.deadlines import AfterHours, ClockRule, CloseAt, SpanKind, plus_months
from portal.contracts.rules.forms import Form, says
from portal.contracts.rules.ledger import UNIT, Period
from portal.contracts.rules.terms import (
    ArrearsMode,
    Cause,
    Entitlement,
    Kind,
    Lifecycle,
    Milestone,
    NoAccess,
    Plan,
    Price,
    RenewalMode,
    RunOff,
    Service,
    StartEvent,
    Target,
    Version,
    VisitTerms,
)
from portal.kernel.working_time import DayKind, ServiceCalendar, Window

_MINUTES = {"minutes": 1, "hours": 60, "days": 1, "months": 1}


@dataclass(frozen=True)
class DayTable:
    """The days off that are known for a jurisdiction, and the years that are certain."""

    days: Mapping[date, DayKind]
    certain_years: frozenset[int]


@dataclass(frozen=True)
class Warning:
    """A contradiction in the wording that staff must see: TERM_MISMATCH with the end that the stated length gives, CAP_ZERO."""

    code: str
    clause: str
    facts: Mapping[str, str]


@dataclass(frozen=True)
class Compiled:
    """What the engine and the contract's life need. `start` and `end` are the first term's days, both included."""

    version: Version
    start: date
    end: date
    lifecycle: Lifecycle
    run_off: RunOff
    run_off_clause: str
    plans: tuple[Plan, ...]
    milestones: tuple[Milestone, ...]
    warnings: tuple[Warning, ...]
    visit: VisitTerms


@dataclass(frozen=True)
class Filled:
    """A form as it was filled in: values by blank (see blanks.read), chosen options by setting."""

    form: Form
    values: Mapping[str, Any]
    settings: Mapping[str, str]

    def value(self, raw: Any) -> Any:
        """A literal, the value of {blank = …} (`times` a number), or what {setting = …, map = {…}} stands for."""
        if not isinstance(raw, Mapping):
            return raw
        if "blank" in raw:
            value = self.values[raw["blank"]]
            return value if value is None or "times" not in raw else value * Decimal(str(raw["times"]))
        if "setting" in raw:
            setting = self.form.settings[raw["setting"]]
            chosen = self.settings.get(setting.key, setting.default)
            return self.value(raw["map"][chosen]) if "map" in raw else chosen
        return raw

    def listed(self, name: str) -> list[Mapping[str, Any]]:
        """The entries of a list that count: those with `when`, only if it is true."""
        return [raw for raw in self.form.parts.get(name, []) if self.value(raw.get("when", True))]


def compiled(
    filled: Filled, day_table: DayTable, zone: ZoneInfo, recorded_at: datetime,
    signed: tuple[datetime | None, datetime | None] = (None, None), number: int = 1,
    effective: tuple[date | None, date | None] = (None, None),
) -> Compiled:  # fmt: skip
    """The terms of a filled form, effective from its start unless `effective` says otherwise (an amendment).

    Raises KeyError or TypeError only for a form that `forms.load` did not check.
    """
    part, get = filled.form.parts, filled.value
    start, end = _term(filled)
    exclusions, parts = part.get("exclusions", {}), part.get("parts", {})
    version = Version(
        number=number,
        effective_from=effective[0] or start,
        effective_to=effective[1],
        recorded_at=recorded_at,
        entitlements=tuple(_entitlement(e, filled) for e in filled.listed("entitlement")),
        prices=tuple(p for raw in filled.listed("price") if (p := _price(raw, filled))),
        targets=tuple(t for raw in filled.listed("target") if (t := _target(raw, filled))),
        calendar=_calendar(filled, day_table, zone),
        signed_client_at=signed[0],
        signed_provider_at=signed[1],
        excluded_causes=_excluded(exclusions),
        labour_rate=exclusions.get("labour_rate"),
        excluded_part_factor=Decimal(str(f))
        if (f := get(exclusions.get("part_factor"))) is not None
        else None,
        part_factor=get(parts.get("factor")) or Decimal(1),
        part_clause=parts.get("clause", ""),
        phone_first_clause=part.get("phone_first", {}).get("clause"),
        emergency_rate=part.get("emergency", {}).get("rate"),
        free_again_clause=says(filled.form, "upgrade", "free_again_clause", "TS-11"),
        training_clause=says(filled.form, "upgrade", "training_clause", "SS-05"),
        publish_clause=says(filled.form, "publish", "clause", "WB-07"),
    )
    run_off = part.get("run_off", {})
    return Compiled(
        version=version,
        start=start,
        end=end,
        lifecycle=_lifecycle(filled),
        run_off=RunOff(run_off.get("mode", RunOff.NONE)),
        run_off_clause=run_off.get("clause", ""),
        plans=tuple(plan for raw in filled.listed("plan") if (plan := _plan(raw, filled))),
        milestones=tuple(m for raw in filled.listed("milestone") if (m := _milestone(raw, filled))),
        warnings=_warnings(filled, start),
        visit=_visit(filled),
    )


def _term(filled: Filled) -> tuple[date, date]:
    """From the written days; where no end is written, or the length is to count, by the length."""
    raw, get = filled.form.parts["term"], filled.value
    start = get(raw["start"])
    if "end" in raw and get(raw.get("end_by", "written")) == "written":
        return start, get(raw["end"])
    return start, _by_length(start, int(get(raw["months"])))


def _by_length(start: date, months: int) -> date:
    """The last day of a stretch of months: the one before the corresponding day."""
    return date.fromordinal(plus_months(start, months).toordinal() - 1)


def _excluded(raw: Mapping[str, Any]) -> dict[Cause, str]:
    """A cause stands alone, under the table's clause, or with its own."""
    named = [c if isinstance(c, Mapping) else {"cause": c} for c in raw.get("causes", [])]
    return {Cause(c["cause"]): c.get("clause") or raw["clause"] for c in named}


def _calendar(filled: Filled, table: DayTable, zone: ZoneInfo) -> ServiceCalendar:
    part, get = filled.form.parts["calendar"], filled.value
    windows = [
        Window(day, _time(get(w["opens"])), _time(get(w["closes"])))
        for w in part["windows"]
        for day in _days(w["days"], filled)
    ]
    return ServiceCalendar(
        zone,
        tuple(windows),
        table.days,
        table.certain_years,
        makeup_is_workday=bool(get(part.get("makeup_is_workday", True))),
        bridge_is_workday=bool(get(part.get("bridge_is_workday", False))),
    )


def _days(raw: Any, filled: Filled) -> list[int]:
    """A list of weekdays (Monday 0), or all from one to another."""
    if not isinstance(raw, Mapping):
        return list(raw)
    first, last = filled.value(raw["first"]), filled.value(raw["last"])
    return [(first + n) % 7 for n in range((last - first) % 7 + 1)]


def _time(value: str | time) -> time:
    return value if isinstance(value, time) else time.fromisoformat(value)


def _entitlement(raw: Mapping[str, Any], filled: Filled) -> Entitlement:
    get = filled.value
    return Entitlement(
        code=raw["code"],
        kind=Kind(get(raw["kind"])),
        services=frozenset(Service(s) for s in raw["services"]),
        clause=raw["clause"],
        quantity=int(get(raw.get("quantity", 0))) * UNIT,
        period=Period(raw["period"]) if "period" in raw else None,
        rollover_max=int(get(raw.get("rollover_max", 0))) * UNIT,
        overdraft_max=int(get(raw.get("overdraft_max", 0))) * UNIT,
        rate=raw.get("rate"),
        extra_rate=raw.get("extra_rate"),
        any_hour=raw.get("any_hour", False),
    )


def _price(raw: Mapping[str, Any], filled: Filled) -> Price | None:
    """None for a price whose blank was left empty: nothing was agreed."""
    amount = filled.value(raw["amount"])
    return None if amount is None else Price(raw["code"], Decimal(str(amount)), raw["unit"], raw["clause"])


def _rule(raw: Mapping[str, Any], filled: Filled) -> ClockRule | None:
    """None for a span whose blank was left empty: nothing was promised."""
    get = filled.value
    amount = get(raw.get("amount", 0))
    if amount is None:
        return None
    return ClockRule(
        SpanKind(get(raw["kind"])),
        int(amount) * _MINUTES[raw.get("unit", "minutes")],
        CloseAt(raw.get("close_at", CloseAt.BUSINESS_CLOSE)),
        AfterHours(get(raw.get("after_hours", AfterHours.NEXT_OPEN))),
        raw.get("roll", False),
    )


def _milestone(raw: Mapping[str, Any], filled: Filled) -> Milestone | None:
    rule = _rule(raw, filled)
    start = StartEvent(filled.value(raw["start_event"]))
    return Milestone(raw["code"], start, rule, raw["clause"], raw.get("rate")) if rule else None


def _plan(raw: Mapping[str, Any], filled: Filled) -> Plan | None:
    """None where neither the weekday nor the months are filled in."""
    get = filled.value
    weekday, months = get(raw.get("weekday")), get(raw.get("months"))
    if weekday is None and not months:
        return None
    return Plan(raw["code"], raw["clause"], raw["entitlement"], weekday, months, get(raw.get("moves", True)))


def _visit(filled: Filled) -> VisitTerms:
    raw, get = filled.form.parts.get("visit", {}), filled.value
    return VisitTerms(
        longest_days=raw.get("longest_days"),
        length_clause=raw.get("length_clause", ""),
        second_day_is_new=bool(get(raw.get("second_day_is_new", True))),
        no_access=NoAccess(get(raw.get("no_access", NoAccess.COUNTS))),
        no_access_clause=raw.get("no_access_clause", ""),
        travel_clause=raw.get("travel_clause", ""),
        sheet_clause=raw.get("sheet_clause", ""),
        client_test_clause=raw.get("client_test_clause", ""),
        swap_clause=raw.get("swap_clause", ""),
        factory_clause=raw.get("factory_clause", ""),
        certified_clause=raw.get("certified_clause", ""),
        shipping_clause=says(filled.form, "visit", "shipping_clause", "HW-10"),
    )


def _target(raw: Mapping[str, Any], filled: Filled) -> Target | None:
    rule = _rule(raw, filled)
    if rule is None:
        return None
    return Target(
        metric=raw["metric"],
        rule=rule,
        clause=raw["clause"],
        priority=raw.get("priority"),
        services=frozenset(Service(s) for s in raw["services"]) if "services" in raw else None,
        emergency=raw.get("emergency", False),
        internal=filled.value(raw.get("internal", False)),
        start_event=StartEvent(raw.get("start_event", StartEvent.RECEIVED)),
    )


def _lifecycle(filled: Filled) -> Lifecycle:
    part, get = filled.form.parts, filled.value
    renewal, arrears, end = part["renewal"], part.get("arrears", {}), part.get("termination", {})
    return Lifecycle(
        renewal=RenewalMode(get(renewal["mode"])),
        renewal_clause=renewal["clause"],
        arrears=ArrearsMode(get(arrears.get("mode", ArrearsMode.NONE))),
        arrears_clause=arrears.get("clause", ""),
        notice_months=renewal.get("notice_months", 0),
        client_notice_months=end.get("client_notice_months"),
        client_notice_clause=end.get("client_notice_clause", ""),
        provider_may_terminate=end.get("provider_may_terminate", True),
        provider_clause=end.get("provider_clause", ""),
        longest_term_months=renewal.get("longest_term_months"),
    )


def _warnings(filled: Filled, start: date) -> tuple[Warning, ...]:
    """A mismatch stays to be seen, whichever of the two ends the setting chose."""
    found: list[Warning] = []
    for raw in filled.listed("warning"):
        if raw["code"] == "TERM_MISMATCH":
            stated, written = int(filled.value(raw["months"])), filled.value(filled.form.parts["term"]["end"])
            by_length = _by_length(start, stated)
            if by_length != written:
                facts = {"months": str(stated), "by_length": str(by_length), "written": str(written)}
                found.append(Warning("TERM_MISMATCH", raw["clause"], facts))
        elif raw["code"] == "CAP_ZERO" and not filled.value(raw["amount"]):
            found.append(Warning("CAP_ZERO", raw["clause"], {}))
    return tuple(found)
