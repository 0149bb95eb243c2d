"""A form, its blanks and its settings become the terms that the engine understands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from portal.contracts.rules.deadlines import AfterHours, ClockRule, CloseAt, SpanKind, plus_months
from portal.contracts.rules.forms import Form
from portal.contracts.rules.ledger import UNIT, Period
from portal.contracts.rules.terms import (
    ArrearsMode,
    Cause,
    Entitlement,
    Kind,
    Lifecycle,
    Plan,
    Price,
    RenewalMode,
    RunOff,
    Service,
    Target,
    Version,
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
    warnings: tuple[Warning, ...]


@dataclass(frozen=True)
class Filled:
    """A form as it was filled in: values by blank (see blanks.read), chosen options by setting."""

    form: Form
    values: Mapping[str, Any]
    settings: Mapping[str, str]

    def value(self, raw: Any) -> Any:
        """A literal, the value of {blank = …}, or what {setting = …, map = {…}} stands for."""
        if not isinstance(raw, Mapping):
            return raw
        if "blank" in raw:
            return self.values[raw["blank"]]
        if "setting" in raw:
            setting = self.form.settings[raw["setting"]]
            chosen = self.settings.get(setting.key, setting.default)
            return raw["map"][chosen] if "map" in raw else chosen
        return raw


def compiled(
    filled: Filled, day_table: DayTable, zone: ZoneInfo, recorded_at: datetime,
    signed: tuple[datetime | None, datetime | None] = (None, None), number: int = 1,
    effective: tuple[date | None, date | None] = (None, None),
) -> Compiled:  # fmt: skip
    """The terms of a filled form, effective from its start unless `effective` says otherwise (an amendment).

    Raises KeyError or TypeError only for a form that `forms.load` did not check.
    """
    part, get = filled.form.parts, filled.value
    start, end = get(part["term"]["start"]), get(part["term"]["end"])
    exclusions, parts = part.get("exclusions", {}), part.get("parts", {})
    version = Version(
        number=number,
        effective_from=effective[0] or start,
        effective_to=effective[1],
        recorded_at=recorded_at,
        entitlements=tuple(_entitlement(e, filled) for e in part.get("entitlement", [])),
        prices=tuple(p for raw in part.get("price", []) if (p := _price(raw, filled))),
        targets=tuple(_target(t, filled) for t in part.get("target", [])),
        calendar=_calendar(filled, day_table, zone),
        signed_client_at=signed[0],
        signed_provider_at=signed[1],
        excluded_causes={Cause(c): exclusions["clause"] for c in exclusions.get("causes", [])},
        labour_rate=exclusions.get("labour_rate"),
        part_factor=get(parts.get("factor")) or Decimal(1),
        part_clause=parts.get("clause", ""),
        phone_first_clause=part.get("phone_first", {}).get("clause"),
        emergency_rate=part.get("emergency", {}).get("rate"),
    )
    run_off = part.get("run_off", {})
    return Compiled(
        version=version,
        start=start,
        end=end,
        lifecycle=_lifecycle(filled),
        run_off=RunOff(run_off.get("mode", RunOff.NONE)),
        run_off_clause=run_off.get("clause", ""),
        plans=tuple(
            Plan(p["code"], p["clause"], p["entitlement"], get(p.get("weekday")), get(p.get("months")))
            for p in part.get("plan", [])
        ),
        warnings=_warnings(filled, start, end),
    )


def _calendar(filled: Filled, table: DayTable, zone: ZoneInfo) -> ServiceCalendar:
    part, get = filled.form.parts["calendar"], filled.value
    windows = [
        Window(day, _time(get(w["opens"])), _time(get(w["closes"])))
        for w in part["windows"]
        for day in w["days"]
    ]
    return ServiceCalendar(
        zone,
        tuple(windows),
        table.days,
        table.certain_years,
        makeup_is_workday=bool(get(part.get("makeup_is_workday", True))),
        bridge_is_workday=bool(get(part.get("bridge_is_workday", False))),
    )


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


def _target(raw: Mapping[str, Any], filled: Filled) -> Target:
    get = filled.value
    rule = ClockRule(
        SpanKind(get(raw["kind"])),
        int(get(raw.get("amount", 0))) * _MINUTES[raw.get("unit", "minutes")],
        CloseAt(raw.get("close_at", CloseAt.BUSINESS_CLOSE)),
        AfterHours(get(raw.get("after_hours", AfterHours.NEXT_OPEN))),
        raw.get("roll", False),
    )
    return Target(
        metric=raw["metric"],
        rule=rule,
        clause=raw["clause"],
        priority=raw.get("priority"),
        services=frozenset(Service(s) for s in raw["services"]) if "services" in raw else None,
        emergency=raw.get("emergency", False),
        internal=raw.get("internal", False),
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


def _warnings(filled: Filled, start: date, end: date) -> tuple[Warning, ...]:
    found: list[Warning] = []
    for raw in filled.form.parts.get("warning", []):
        if raw["code"] == "TERM_MISMATCH":
            stated = int(filled.value(raw["months"]))
            by_length = date.fromordinal(plus_months(start, stated).toordinal() - 1)
            if by_length != end:
                facts = {"months": str(stated), "by_length": str(by_length), "written": str(end)}
                found.append(Warning("TERM_MISMATCH", raw["clause"], facts))
        elif raw["code"] == "CAP_ZERO" and not filled.value(raw["amount"]):
            found.append(Warning("CAP_ZERO", raw["clause"], {}))
    return tuple(found)
