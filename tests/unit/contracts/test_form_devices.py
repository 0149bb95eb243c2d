"""The worked examples of the PC fleet (PC) and of equipment maintenance (HW), on their compiled forms."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portal.contracts.rules.deadlines import due
from portal.contracts.rules.decide import decide
from portal.contracts.rules.decision import Decision, Outcome, Question, Reason
from portal.contracts.rules.ledger import UNIT, Period, bucket_on
from portal.contracts.rules.terms import Bucket, Cause, Contract, Covered, Service, StartEvent
from tests.unit.contracts.calendars import SHANGHAI, at
from tests.unit.contracts.contracts import CLIENT, OTHER_DEVICE, PC_DEVICE
from tests.unit.contracts.filled_forms import fill, signed, target

PC, HW = fill("PC"), fill("HW")


def ask(contract: Contract, service: Service, received: str, **more: Any) -> Decision:
    return decide(Question(CLIENT, service, at(received), **more), [contract], at(received))


def fleet() -> Contract:
    """One device on the list, and the visit of week 11 still to be had."""
    week = bucket_on(Period.WEEK, date(2026, 3, 11), (PC.start, PC.end), SHANGHAI)
    listed = (Covered(PC.start, device_id=PC_DEVICE),)
    return signed(PC, listed, buckets=(Bucket(1, "onsite", week, UNIT),))


@pytest.mark.rule("HW-11", "HW-12")
@pytest.mark.parametrize(
    ("called", "promised", "internal"),
    [
        ("2026-03-18 10:00", "2026-03-23 17:00", "2026-03-20 10:00"),
        ("2026-03-18 17:30", "2026-03-24 17:00", "2026-03-20 17:00"),
        ("2026-09-29 11:00", "2026-10-09 17:00", "2026-10-08 11:00"),
        ("2026-03-14 10:00", "2026-03-19 17:00", "2026-03-17 17:00"),
    ],
    ids=["X28", "X29", "X30", "X32"],
)
def test_somebody_comes_by_the_third_working_day_and_16_hours_are_our_own_aim(
    called: str, promised: str, internal: str
) -> None:
    """X28, X29, X30, X32 (HW-11, HW-12)."""
    for hidden, expected in ((False, promised), (True, internal)):
        rule = target(HW, "arrive", internal=hidden).rule
        assert due(rule, at(called), HW.version.calendar).due_at == at(expected)


@pytest.mark.rule("HW-12")
def test_the_16_hours_are_the_promise_where_the_parties_read_them_so() -> None:
    """The other reading of HW-12."""
    (only,) = fill("HW", arrival="sixteen_hours").version.targets
    assert (only.rule.amount, only.internal) == (16 * 60, False)


@pytest.mark.rule("HW-02", "HW-09")
def test_an_ordinary_fault_costs_the_part_at_its_fraction() -> None:
    """X35 (HW-02, HW-09)."""
    two_hours = {"part_list_price": Decimal(1000), "labour_hours": Decimal(2)}
    found = ask(signed(HW), Service.ON_SITE, "2026-03-10 09:30", **two_hours)
    assert [(line.code, str(line.amount), line.clause) for line in found.price_lines] == [
        ("part", "800.00", "一.一")
    ]


@pytest.mark.rule("HW-18", "HW-19")
def test_an_excluded_cause_is_charged_and_never_refused() -> None:
    """X36 (HW-18, HW-19)."""
    misuse = {"part_list_price": Decimal(1000), "labour_hours": Decimal(2), "cause": Cause.MISUSE}
    found = ask(signed(HW), Service.ON_SITE, "2026-03-10 09:30", **misuse)
    assert (found.outcome, str(found.price), found.clause) == (Outcome.BILLABLE, "1400.00", "二.五, 二.五.2")
    assert [str(line.amount) for line in found.price_lines] == ["600.00", "800.00"]
    full = ask(signed(fill("HW", excluded_parts="list")), Service.ON_SITE, "2026-03-10 09:30", **misuse)
    assert str(full.price) == "1600.00", "the other reading of HW-18"


@pytest.mark.rule("HW-26")
def test_a_part_that_the_client_swaps_needs_no_visit() -> None:
    """X38 (HW-26)."""
    found = ask(signed(HW), Service.PART, "2026-03-10 09:30", part_list_price=Decimal(120))
    assert (str(found.price), found.ledger, found.targets) == ("96.00", None, ())


@pytest.mark.rule("HW-14", "HW-22", "HW-23", "HW-24")
def test_the_equipment_contract_ends_by_notice_of_the_client_and_never_by_the_provider_alone() -> None:
    """HW-14, HW-22, HW-23, HW-24."""
    life = HW.lifecycle
    assert (life.client_notice_months, life.client_notice_clause) == (3, "二.七.2")
    assert (life.provider_may_terminate, life.longest_term_months, life.renewal) == (False, 12, "exchange")
    assert (HW.run_off, HW.run_off_clause, HW.warnings) == ("in_progress_labour_free", "二.四.1", ())


@pytest.mark.rule("HW-20")
def test_a_print_head_has_its_warranty_for_three_months_whatever_day_they_end_on() -> None:
    """HW-20."""
    (warranty,) = HW.milestones
    assert warranty.start_event is StartEvent.PART_INSTALLED
    found = due(warranty.rule, at("2026-03-14 15:00"), HW.version.calendar)
    assert found.due_at == at("2026-06-14 23:59:59"), "a Sunday"


@pytest.mark.rule("HW-11")
def test_calls_are_taken_on_the_days_and_in_the_hours_of_the_blanks() -> None:
    """HW-11."""
    windows = fill("HW", {"first_day": "周六", "last_day": "周一", "opens": "08:30"}).version.calendar.windows
    assert [(w.weekday, str(w.opens), str(w.closes)) for w in windows] == [
        (day, "08:30:00", "17:00:00") for day in (5, 6, 0)
    ]


@pytest.mark.rule("PC-08")
def test_an_emergency_at_midnight_is_free_answered_in_two_hours_and_leaves_the_week_untouched() -> None:
    """X45 (PC-08)."""
    reported = "2026-03-14 22:15"
    found = ask(fleet(), Service.ON_SITE, reported, emergency=True, device_id=PC_DEVICE)
    assert (found.outcome, str(found.price), found.ledger, found.clause) == (
        Outcome.INCLUDED,
        "0.00",
        None,
        "二.2",
    )
    dues = {t.metric: due(t.rule, at(reported), PC.version.calendar).due_at for t in found.targets}
    assert dues == {"response": at("2026-03-15 00:15"), "dispatch": at("2026-03-15 00:15")}


@pytest.mark.rule("PC-08")
def test_an_emergency_clock_in_service_hours_runs_from_the_next_opening() -> None:
    """The other reading of PC-08."""
    terms = fill("PC", emergency_clock="service_hours")
    rule = target(terms, "dispatch").rule
    assert due(rule, at("2026-03-14 22:15"), terms.version.calendar).due_at == at("2026-03-16 11:00")


@pytest.mark.rule("PC-07")
def test_the_weekly_visit_takes_the_unit_of_its_week() -> None:
    """PC-07."""
    found = ask(fleet(), Service.ON_SITE, "2026-03-10 09:12", device_id=PC_DEVICE)
    assert (found.outcome, found.ledger and found.ledger.bucket_id) == (Outcome.CONSUME, 1)
    limits = {
        option: e.rollover_max
        for option in ("none", "one_week")
        for e in fill("PC", carry_over=option).version.entitlements
        if e.code == "onsite"
    }
    assert limits == {"none": 0, "one_week": UNIT}


@pytest.mark.rule("PC-11", "PC-12", "PC-19")
def test_a_dead_power_supply_is_diagnosed_freely_repaired_and_bought_after_a_quote() -> None:
    """X51 (PC-11, PC-12, PC-19)."""
    outcomes = {
        service: (found.outcome, found.clause)
        for service in (Service.HARDWARE_DIAGNOSIS, Service.HARDWARE_REPAIR, Service.PART)
        for found in [ask(fleet(), service, "2026-03-10 09:30", device_id=PC_DEVICE)]
    }
    assert outcomes == {
        Service.HARDWARE_DIAGNOSIS: (Outcome.INCLUDED, "附1.e"),
        Service.HARDWARE_REPAIR: (Outcome.QUOTE_REQUIRED, "五.1"),
        Service.PART: (Outcome.QUOTE_REQUIRED, "五.2"),
    }


@pytest.mark.rule("PC-02", "PC-20")
def test_a_device_that_is_not_in_annex_2_is_looked_at_by_a_person() -> None:
    """X52 (PC-02, PC-20)."""
    found = ask(fleet(), Service.ON_SITE, "2026-03-10 09:30", device_id=OTHER_DEVICE)
    assert (found.outcome, found.reason) == (Outcome.MANUAL_REVIEW, Reason.ASSET_NOT_COVERED)


@pytest.mark.rule("PC-01", "PC-03", "PC-04", "PC-16", "PC-18")
def test_the_fleet_contract_renews_tacitly_has_its_prices_and_owes_a_plan() -> None:
    """PC-01, PC-03, PC-04, PC-16, PC-18."""
    assert (PC.lifecycle.renewal, PC.lifecycle.arrears) == ("tacit", "terminate_after_notice")
    assert {p.code: str(p.amount) for p in PC.version.prices} == {
        "desktop_month": "30.00",
        "laptop_or_server_month": "50.00",
    }
    (plan,) = PC.milestones
    assert due(plan.rule, at("2026-01-05 10:00"), PC.version.calendar).due_at == at("2026-02-04 23:59:59")


@pytest.mark.rule("HW-07", "HW-13")
def test_a_call_for_repair_by_telephone_is_included_and_starts_the_promise_to_come() -> None:
    """HW-07, HW-13."""
    found = ask(signed(HW), Service.HOTLINE, "2026-03-18 10:00")
    assert (found.outcome, found.clause) == (Outcome.INCLUDED, "二.一.2, 二.二, 二.四.1")
    assert [(t.metric, t.internal) for t in found.targets] == [("arrive", False), ("arrive", True)]
