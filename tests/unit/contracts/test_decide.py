"""What the contracts say to a request."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.contracts.rules.decide import decide
from portal.contracts.rules.decision import Decision, Outcome, Question, Reason
from portal.contracts.rules.ledger import UNIT
from portal.contracts.rules.terms import Bucket, Cause, Contract, Covered, Service, Suspension, Term
from portal.contracts.rules.upgrades import span_of
from tests.unit.contracts.calendars import at
from tests.unit.contracts.contracts import CLIENT, HW, NOW, OTHER_DEVICE, PC, PC_DEVICE, SS, TS, with_week


def ask(service: Service, received: str, *contracts: Contract, **more: Any) -> Decision:
    return decide(Question(CLIENT, service, at(received), **more), contracts, NOW)


def failing(decision: Decision) -> list[tuple[int, str]]:
    return [(c.number, c.reason.value) for c in decision.checks if not c.passed and c.reason]


@pytest.mark.rule("TS-03", "TS-04")
def test_a_question_on_the_phone_is_included_and_takes_nothing_from_the_ledger() -> None:
    """TS-03, TS-04."""
    found = ask(Service.HOTLINE, "2026-03-10 10:05", TS)
    assert (found.outcome, found.price, found.ledger, found.clause) == (
        Outcome.INCLUDED,
        Decimal("0.00"),
        None,
        "二.1.1",
    )
    assert [t.metric for t in found.targets] == ["response"]


@pytest.mark.rule("TS-23", "TS-27")
def test_on_site_before_triage_is_blocked_by_its_clause_and_says_what_it_would_cost() -> None:
    """TS-23, TS-27; invariant 14."""
    found = ask(Service.ON_SITE, "2026-03-10 10:05", TS)
    assert (found.outcome, found.reason, found.clause) == (
        Outcome.BLOCKED,
        Reason.TRIAGE_REQUIRED,
        "四.1.b, 四.2",
    )
    assert found.alternatives[0].price == Decimal("800.00")


@pytest.mark.rule("TS-24", "TS-27")
@pytest.mark.parametrize(
    "free",
    [{"triage_done": True, "not_solvable_remotely": True}, {"override_reason": "The server hall burns"}],
)
def test_on_site_after_triage_or_by_a_managers_reason_costs_the_visit(free: dict[str, Any]) -> None:
    """TS-24, TS-27."""
    found = ask(Service.ON_SITE, "2026-03-10 10:05", TS, **free)
    assert (found.outcome, found.price) == (Outcome.BILLABLE, Decimal("800.00"))
    assert [line.clause for line in found.price_lines] == ["四.2"]


@pytest.mark.rule("SS-10", "SS-21")
def test_a_night_emergency_is_charged_at_its_fixed_fee_and_answered_within_15_minutes() -> None:
    """SS-10, SS-21."""
    found = ask(Service.ON_SITE, "2026-03-14 21:00", SS, emergency=True, priority="high")
    assert (found.outcome, found.price) == (Outcome.BILLABLE, Decimal("600.00"))
    assert [(t.metric, t.rule.amount) for t in found.targets] == [("response", 15)]


@pytest.mark.rule("PC-08")
def test_a_free_emergency_leaves_the_weekly_visit_untouched() -> None:
    """PC-08."""
    found = ask(
        Service.ON_SITE,
        "2026-03-14 22:15",
        with_week(PC, "2026-03-14", 1),
        emergency=True,
        device_id=PC_DEVICE,
    )
    assert (found.outcome, found.price, found.ledger) == (Outcome.INCLUDED, Decimal("0.00"), None)


@pytest.mark.rule("PC-07")
def test_the_weekly_visit_is_consumed() -> None:
    """PC-07."""
    found = ask(Service.ON_SITE, "2026-03-10 09:12", with_week(PC, "2026-03-10", 1), device_id=PC_DEVICE)
    assert found.outcome is Outcome.CONSUME
    assert found.ledger is not None
    assert found.ledger.bucket_id == 1


@pytest.mark.rule("PC-07")
def test_when_the_week_is_used_up_the_next_one_is_offered() -> None:
    """PC-07: no carry-over."""
    weeks = with_week(with_week(PC, "2026-03-10", 0), "2026-03-17", 1)
    found = ask(Service.ON_SITE, "2026-03-10 09:30", weeks, device_id=PC_DEVICE)
    assert (found.outcome, found.reason, found.service_at) == (
        Outcome.DEFERRED,
        Reason.QUOTA_USED,
        at("2026-03-16 09:00"),
    )


@pytest.mark.rule("PC-11", "PC-12", "PC-19")
def test_hardware_is_diagnosed_freely_and_repaired_after_a_quote() -> None:
    """PC-11, PC-12, PC-19."""
    diagnosis = ask(Service.HARDWARE_DIAGNOSIS, "2026-03-10 09:30", PC, device_id=PC_DEVICE)
    repair = ask(Service.HARDWARE_REPAIR, "2026-03-10 09:30", PC, device_id=PC_DEVICE)
    assert (diagnosis.outcome, repair.outcome) == (Outcome.INCLUDED, Outcome.QUOTE_REQUIRED)


@pytest.mark.rule("PC-02", "PC-20")
def test_a_device_that_is_not_on_the_list_is_looked_at_by_a_person() -> None:
    """PC-02, PC-20."""
    found = ask(Service.ON_SITE, "2026-03-10 09:30", PC, device_id=OTHER_DEVICE)
    assert (found.outcome, failing(found)) == (Outcome.MANUAL_REVIEW, [(4, "ASSET_NOT_COVERED")])


@pytest.mark.rule("PC-02")
def test_a_request_that_names_no_device_may_be_about_any_that_is_covered() -> None:
    """PC-02: a caller who does not know the machine's name is not turned away."""
    assert ask(Service.HARDWARE_DIAGNOSIS, "2026-03-10 09:30", PC).outcome is Outcome.INCLUDED


@pytest.mark.rule("HW-02", "HW-09")
def test_an_ordinary_fault_costs_the_part_alone() -> None:
    """HW-02, HW-09; invariant 36."""
    found = ask(
        Service.ON_SITE, "2026-03-10 09:30", HW, part_list_price=Decimal(1000), labour_hours=Decimal(2)
    )
    assert [(line.code, line.amount) for line in found.price_lines] == [("part", Decimal("800.00"))]


@pytest.mark.rule("HW-18", "HW-19")
def test_an_excluded_cause_is_charged_and_never_refused() -> None:
    """HW-18, HW-19."""
    found = ask(
        Service.ON_SITE, "2026-03-10 09:30", HW,
        cause=Cause.MISUSE, part_list_price=Decimal(1000), labour_hours=Decimal(2),
    )  # fmt: skip
    assert (found.outcome, found.price, found.clause) == (Outcome.BILLABLE, Decimal("1400.00"), "五.1")


@pytest.mark.rule("HW-26")
def test_a_part_that_the_client_swaps_costs_its_fraction_of_the_list() -> None:
    """HW-26."""
    found = ask(Service.PART, "2026-03-10 09:30", HW, part_list_price=Decimal(120))
    assert (found.outcome, found.price) == (Outcome.BILLABLE, Decimal("96.00"))


@pytest.mark.rule("CR-13")
def test_a_suspended_contract_keeps_its_promises_waiting() -> None:
    """CR-13: the ticket is accepted; its clocks start when the suspension ends."""
    suspended = replace(SS, suspensions=(Suspension(at("2026-04-01 00:00"), None, "六.3"),))
    found = ask(Service.HOTLINE, "2026-04-02 10:00", suspended, priority="high")
    assert (found.outcome, found.reason, found.clause) == (Outcome.BLOCKED, Reason.SUSPENDED, "六.3")
    assert [t.metric for t in found.targets] == ["response"]


@pytest.mark.rule("HW-14", "TS-35")
def test_a_lapsed_contract_is_told_and_a_repair_in_progress_runs_off() -> None:
    """HW-14, TS-35; invariant 34."""
    assert ask(Service.HOTLINE, "2026-10-22 10:00", TS).reason is Reason.EXPIRED
    waiting = ask(Service.ON_SITE, "2026-12-30 14:00", HW, service_at=at("2027-01-12 10:00"))
    running = ask(
        Service.ON_SITE, "2026-12-30 14:00", HW, service_at=at("2027-01-12 10:00"), in_progress=True
    )
    assert (waiting.outcome, waiting.reason) == (Outcome.DEFERRED, Reason.WAITING_RENEWAL)
    assert (running.outcome, running.price) == (Outcome.INCLUDED, Decimal("0.00"))


@pytest.mark.rule("TS-02")
def test_an_unsigned_contract_covers_nothing() -> None:
    """TS-02."""
    unsigned = replace(TS, versions=(replace(TS.versions[0], signed_client_at=None),))
    assert failing(ask(Service.HOTLINE, "2026-03-10 10:05", unsigned)) == [(2, "UNSIGNED")]


@pytest.mark.rule("SS-09")
def test_a_visit_outside_the_hours_is_agreed_and_quoted_first() -> None:
    """SS-09."""
    found = ask(Service.ON_SITE, "2026-03-13 10:00", SS, service_at=at("2026-03-14 10:00"), triage_done=True)
    assert (found.outcome, found.reason) == (Outcome.QUOTE_REQUIRED, Reason.OFF_HOURS)


def test_of_several_contracts_the_cheapest_wins_and_the_others_are_kept() -> None:
    both = ask(Service.HOTLINE, "2026-03-10 10:05", TS, SS, HW)
    assert both.contract_id == TS.id, "both are free: the lower number"
    assert {a.contract_id for a in both.alternatives} == {SS.id, HW.id}
    visit = ask(Service.ON_SITE, "2026-03-10 10:05", TS, SS)
    assert (visit.contract_id, visit.price) == (SS.id, Decimal("700.00"))


def test_a_contract_that_names_the_device_goes_before_one_for_the_whole_organisation() -> None:
    closer = replace(SS, id=9, covered=(Covered(date(2026, 1, 1), device_id=PC_DEVICE),))
    assert ask(Service.HOTLINE, "2026-03-10 10:05", SS, closer, device_id=PC_DEVICE).contract_id == 9


def test_the_need_of_a_call_first_never_makes_another_contract_win() -> None:
    """Check 8 is asked of the chosen contract alone."""
    dearer = replace(SS, versions=(replace(SS.versions[0], prices=(SS.versions[0].prices[0],)),))
    found = ask(Service.ON_SITE, "2026-03-10 10:05", TS, dearer)
    assert (found.contract_id, found.reason) == (TS.id, Reason.TRIAGE_REQUIRED)


def test_a_stranger_to_the_organisation_is_looked_at_by_a_person() -> None:
    found = ask(Service.HOTLINE, "2026-03-10 10:05", TS, requester_belongs=False)
    assert (found.outcome, found.reason) == (Outcome.MANUAL_REVIEW, Reason.REQUESTER_UNKNOWN)


def test_without_any_contract_the_answer_says_so() -> None:
    assert ask(Service.HOTLINE, "2026-03-10 10:05").reason is Reason.NO_CONTRACT


@pytest.mark.rule("TS-36")
def test_an_amendment_counts_from_its_day_and_only_once_it_is_known() -> None:
    """TS-36: decisions keep the wording of the service day."""
    old = TS.versions[0]
    dear = tuple(replace(p, amount=Decimal("900.00")) for p in old.prices)
    new = replace(
        old, number=2, effective_from=date(2026, 6, 1), recorded_at=at("2026-07-01 09:00"), prices=dear
    )
    amended = replace(TS, versions=(replace(old, effective_to=None), new))
    question = Question(CLIENT, Service.ON_SITE, at("2026-06-10 10:00"), override_reason="agreed")
    assert decide(question, [amended], at("2026-06-10 10:00")).price == Decimal("800.00")
    assert decide(question, [amended], at("2026-07-02 10:00")).price == Decimal("900.00")


def test_of_two_versions_recorded_at_one_instant_the_later_number_counts() -> None:
    """Invariant 10: on a day one wording is in force, never two."""
    old = TS.versions[0]
    cheap = tuple(replace(p, amount=Decimal("700.00")) for p in old.prices)
    twin = replace(old, number=2, prices=cheap)
    question = Question(CLIENT, Service.ON_SITE, at("2026-03-10 10:00"), override_reason="agreed")
    for order in ((old, twin), (twin, old)):
        assert decide(question, [replace(TS, versions=order)], NOW).price == Decimal("700.00")


def test_days_in_the_gap_between_two_terms_are_not_covered() -> None:
    """Invariant 31."""
    gap = replace(TS, terms=(*TS.terms, Term(2, date(2026, 11, 1), date(2027, 10, 31))))
    assert ask(Service.HOTLINE, "2026-10-25 10:00", gap).reason is Reason.EXPIRED
    assert ask(Service.HOTLINE, "2026-11-02 10:00", gap).outcome is Outcome.INCLUDED


@settings(max_examples=150, deadline=None)
@given(
    service=st.sampled_from(list(Service)),
    minutes=st.integers(0, 500 * 24 * 60),
    emergency=st.booleans(),
    cause=st.sampled_from([None, *Cause]),
    device=st.sampled_from([None, PC_DEVICE, OTHER_DEVICE]),
    contracts=st.lists(
        st.sampled_from([TS, with_week(PC, "2026-03-10", 1), HW, SS]), max_size=4, unique_by=id
    ),
)
def test_an_answer_repeats_and_names_a_clause_or_a_reason(
    service: Service,
    minutes: int,
    emergency: bool,
    cause: Cause | None,
    device: int | None,
    contracts: list[Contract],
) -> None:
    """Invariants 11 and 12."""
    from datetime import timedelta

    received = at("2025-10-01 00:00") + timedelta(minutes=minutes)
    question = Question(CLIENT, service, received, emergency=emergency, cause=cause, device_id=device)
    first = decide(question, contracts, NOW)
    assert decide(question, list(reversed(contracts)), NOW) == first
    assert first.outcome is Outcome.INCLUDED or first.clause or first.reason
    assert len(contracts) == 0 or len({a.contract_id for a in (first, *first.alternatives)}) == len(contracts)


@pytest.mark.rule("HW-04")
def test_before_its_first_day_a_contract_is_not_in_force_yet() -> None:
    """HW-04."""
    question = Question(CLIENT, Service.ON_SITE, at("2026-01-04 10:00"))
    found = decide(question, [HW], at("2026-01-04 10:00"))
    assert (found.outcome, found.reason) == (Outcome.BLOCKED, Reason.NOT_YET)


@pytest.mark.rule("TS-11")
def test_an_upgrade_is_free_while_a_unit_of_its_kind_is_left() -> None:
    """TS-11: whatever the contract says of upgrades otherwise."""
    given = Bucket(9, "free_upgrade:ledger 5", span_of(1, at("2026-02-01 09:00")), UNIT)
    clause = replace(TS.versions[0], free_again_clause="二.2.4")
    ours = replace(TS, versions=(clause,), buckets=(given,))
    free = ask(Service.UPGRADE, "2026-03-10 10:05", ours, upgrade="Ｌedger  5")
    assert (free.outcome, free.price, free.clause) == (Outcome.CONSUME, Decimal("0.00"), "二.2.4")
    assert free.ledger is not None
    assert free.ledger.bucket_id == 9
    for other in (
        ask(Service.UPGRADE, "2026-03-10 10:05", ours, upgrade="Stock"),
        ask(Service.UPGRADE, "2026-03-10 10:05", ours),
        ask(
            Service.UPGRADE,
            "2026-03-10 10:05",
            replace(ours, buckets=(replace(given, available=0),)),
            upgrade="ledger 5",
        ),
        ask(Service.UPGRADE, "2026-03-10 10:05", replace(ours, versions=TS.versions), upgrade="ledger 5"),
    ):
        assert other.outcome is Outcome.QUOTE_REQUIRED
