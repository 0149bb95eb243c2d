"""Contracts that the tests share, after the forms TS, PC, HW, SS and CR with invented prices."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from portal.contracts.rules.deadlines import ClockRule, SpanKind
from portal.contracts.rules.ledger import UNIT, Period, bucket_on
from portal.contracts.rules.terms import (
    Bucket,
    Cause,
    Contract,
    Covered,
    Entitlement,
    Kind,
    Price,
    RunOff,
    Service,
    Target,
    Term,
    Version,
)
from tests.unit.contracts.calendars import SHANGHAI, at, calendar

CLIENT, NOW = 1, at("2026-12-30 12:00")


def version(start: str, **terms: Any) -> Version:
    signed = at(f"{start} 09:00")
    given = {"calendar": calendar(), "entitlements": (), "prices": (), "targets": ()} | terms
    return Version(
        1, date.fromisoformat(start), signed, signed_client_at=signed, signed_provider_at=signed, **given
    )


def contract(number: int, start: str, end: str, wording: Version, **more: Any) -> Contract:
    term = Term(1, date.fromisoformat(start), date.fromisoformat(end))
    whole = (Covered(term.start),)
    return Contract(number, f"C-{number}", CLIENT, (wording,), (term,), **{"covered": whole} | more)


def price(code: str, amount: str, clause: str) -> Price:
    return Price(code, Decimal(amount), "each", clause)


TS = contract(
    1, "2025-10-22", "2026-10-21",
    version(
        "2025-10-22",
        entitlements=(
            Entitlement("consult", Kind.UNLIMITED, frozenset({Service.CONSULT}), "二.1.1"),
            Entitlement("hotline", Kind.UNLIMITED, frozenset({Service.HOTLINE, Service.REMOTE}), "二.1.1"),
            Entitlement("on_site", Kind.METERED, frozenset({Service.ON_SITE}), "二.1.2", rate="visit"),
            Entitlement("improvement", Kind.QUOTED, frozenset({Service.IMPROVEMENT}), "二.1.3"),
        ),
        prices=(price("visit", "800.00", "四.2"),),
        targets=(Target("response", ClockRule(SpanKind.SAME_DAY), "二.2.1"),),
        phone_first_clause="四.1.b, 四.2",
    ),
)  # fmt: skip
PC_DEVICE, OTHER_DEVICE = 11, 12
PC = contract(
    2, "2026-01-01", "2026-12-31",
    version(
        "2026-01-01",
        entitlements=(
            Entitlement("emergency", Kind.UNLIMITED, frozenset({Service.EMERGENCY_ON_SITE}), "二.3", any_hour=True),
            Entitlement("onsite", Kind.QUOTA, frozenset({Service.ON_SITE, Service.PREVENTIVE}), "二.2", quantity=UNIT),
            Entitlement("diagnosis", Kind.UNLIMITED, frozenset({Service.HARDWARE_DIAGNOSIS}), "附件一"),
            Entitlement("repair", Kind.QUOTED, frozenset({Service.HARDWARE_REPAIR, Service.PART}), "四.1"),
        ),
        targets=(Target("response", ClockRule(SpanKind.ELAPSED, 120), "二.3", emergency=True),),
    ),
    covered=(Covered(date(2026, 1, 1), device_id=PC_DEVICE),),
)  # fmt: skip
HW = contract(
    3, "2026-01-05", "2027-01-04",
    version(
        "2026-01-05",
        calendar=calendar(9, 17),
        entitlements=(
            Entitlement("on_site", Kind.UNLIMITED, frozenset({Service.ON_SITE, Service.PREVENTIVE}), "四.1"),
            Entitlement("part", Kind.UNLIMITED, frozenset({Service.PART}), "六.1"),
        ),
        prices=(price("labour", "300.00", "五.2"),),
        excluded_causes={Cause.MISUSE: "五.1", Cause.NATURAL_DISASTER: "五.1"},
        labour_rate="labour", part_factor=Decimal("0.8"), part_clause="二.2",
    ),
    run_off=RunOff.IN_PROGRESS_LABOUR_FREE, run_off_clause="四.5",
)  # fmt: skip
SS = contract(
    4, "2026-01-01", "2026-12-31",
    version(
        "2026-01-01",
        entitlements=(
            Entitlement("support", Kind.UNLIMITED, frozenset({Service.HOTLINE, Service.REMOTE, Service.CONSULT}), "1.1"),
            Entitlement("emergency", Kind.METERED, frozenset({Service.EMERGENCY_ON_SITE}), "4.1.3", rate="emergency"),
            Entitlement("on_site", Kind.METERED, frozenset({Service.ON_SITE}), "4.1.2", rate="visit"),
        ),
        prices=(price("emergency", "600.00", "4.1.3"), price("visit", "700.00", "4.1.2")),
        targets=(
            Target("response", ClockRule(SpanKind.BUSINESS_HOURS, 240), "2.1", priority="high"),
            Target("response", ClockRule(SpanKind.BUSINESS_HOURS, 480), "2.1", priority="normal"),
            Target("response", ClockRule(SpanKind.ELAPSED, 15), "2.3", emergency=True),
        ),
    ),
)  # fmt: skip


def with_week(base: Contract, day: str, available: int) -> Contract:
    """The contract with the bucket of that day's week, and so many units left in it."""
    term = base.terms[0].start, base.terms[0].end
    span = bucket_on(Period.WEEK, date.fromisoformat(day), term, SHANGHAI)
    return replace(
        base, buckets=(*base.buckets, Bucket(len(base.buckets) + 1, "onsite", span, available * UNIT))
    )
