"""The worked examples of annual support (TS) and standard support (SS), on their compiled forms."""

from typing import Any

import pytest

from portal.contracts.rules.deadlines import Due, Pause, due
from portal.contracts.rules.decide import decide
from portal.contracts.rules.decision import Decision, Outcome, Question, Reason
from portal.contracts.rules.terms import Service
from tests.unit.contracts.calendars import at
from tests.unit.contracts.contracts import CLIENT
from tests.unit.contracts.filled_forms import fill, signed, target

TS, SS = fill("TS"), fill("SS")


def same_day(received: str, **settings: str) -> Due:
    terms = fill("TS", **settings)
    return due(target(terms, "response").rule, at(received), terms.version.calendar)


@pytest.mark.rule("TS-08")
def test_a_request_in_the_hours_is_answered_by_the_close_of_that_day() -> None:
    """X05 (TS-08)."""
    assert same_day("2026-03-10 10:05").due_at == at("2026-03-10 18:00")


@pytest.mark.rule("TS-08")
def test_a_request_two_minutes_before_closing_is_still_answered_that_day() -> None:
    """X06 (TS-08)."""
    assert same_day("2026-03-10 17:58").due_at == at("2026-03-10 18:00")


@pytest.mark.rule("TS-08")
def test_a_request_after_hours_is_answered_the_next_working_day_or_by_midnight_if_so_read() -> None:
    """X07 (TS-08)."""
    assert same_day("2026-03-13 19:20").due_at == at("2026-03-16 18:00")
    literal = same_day("2026-03-13 19:20", same_day_after_hours="literal")
    assert literal.due_at == at("2026-03-13 23:59:59")


@pytest.mark.rule("TS-08")
def test_a_make_up_saturday_is_the_next_working_day() -> None:
    """X08 (TS-08)."""
    assert same_day("2026-02-13 20:00").due_at == at("2026-02-14 18:00")


@pytest.mark.rule("TS-08")
def test_a_request_on_a_sunday_is_answered_on_monday() -> None:
    """X10 (TS-08)."""
    assert same_day("2026-03-15 11:00").due_at == at("2026-03-16 18:00")


def ask_ts(service: Service, received: str, **more: Any) -> Decision:
    return decide(Question(CLIENT, service, at(received), **more), [signed(TS)], at(received))


@pytest.mark.rule("TS-03", "TS-04")
def test_a_question_on_the_hotline_is_included_by_its_clause() -> None:
    """X80 (TS-03, TS-04)."""
    found = ask_ts(Service.HOTLINE, "2026-03-10 10:05")
    assert (found.outcome, found.ledger, found.clause) == (Outcome.INCLUDED, None, "二.1.1")


@pytest.mark.rule("TS-23", "TS-27")
def test_a_visit_before_triage_is_refused_by_its_clauses_unless_a_manager_gives_a_reason() -> None:
    """X81 (TS-23, TS-27)."""
    found = ask_ts(Service.ON_SITE, "2026-03-10 10:05")
    assert (found.outcome, found.reason, found.clause) == (
        Outcome.BLOCKED,
        Reason.TRIAGE_REQUIRED,
        "四.1.b, 四.2",
    )
    assert ask_ts(Service.ON_SITE, "2026-03-10 10:05", override_reason=" ").reason is Reason.TRIAGE_REQUIRED
    overridden = ask_ts(Service.ON_SITE, "2026-03-10 10:05", override_reason="The till is flooded")
    assert overridden.outcome is Outcome.BILLABLE
    assert str(overridden.price) == "800.00"


@pytest.mark.rule("TS-32")
def test_silence_accepts_an_improvement_after_30_days() -> None:
    """X69, its first date (TS-32)."""
    acceptance = next(m for m in TS.milestones if m.code == "acceptance")
    found = due(acceptance.rule, at("2026-03-02 10:00"), TS.version.calendar)
    assert (found.due_at, acceptance.start_event) == (at("2026-04-01 23:59:59"), "delivery_notice")


@pytest.mark.rule("TS-33")
def test_an_accepted_improvement_is_paid_within_a_week() -> None:
    """X69, its second date (TS-33)."""
    pay = next(m for m in TS.milestones if m.code == "pay_acceptance")
    found = due(pay.rule, at("2026-04-01 23:59:59"), TS.version.calendar)
    assert (found.due_at, pay.start_event) == (at("2026-04-08 23:59:59"), "accepted")


@pytest.mark.rule("TS-25")
def test_a_visit_is_paid_within_a_week_that_rolls_over_days_off() -> None:
    """X72."""
    pay = next(m for m in TS.milestones if m.code == "pay_visit")
    assert due(pay.rule, at("2026-09-23 17:00"), TS.version.calendar).due_at == at("2026-09-30 23:59:59")
    assert due(pay.rule, at("2026-09-24 17:00"), TS.version.calendar).due_at == at("2026-10-08 23:59:59")


def hours(metric: str, start: str, *pauses: Pause, priority: str | None = None, **settings: str) -> Due:
    terms = fill("SS", **settings)
    rule = target(terms, metric, priority=priority, emergency=False).rule
    return due(rule, at(start), terms.version.calendar, pauses)


@pytest.mark.rule("SS-02", "SS-06", "SS-07", "SS-08")
@pytest.mark.parametrize(
    ("start", "expected"),
    [("2026-03-13 16:00", "2026-03-16 11:00"), ("2026-09-30 17:00", "2026-10-08 12:00")],
)
def test_four_hours_run_over_a_weekend_and_over_national_day(start: str, expected: str) -> None:
    """X12, X13 (SS-02, SS-06, SS-07, SS-08)."""
    assert hours("response", start, priority="high").due_at == at(expected)


@pytest.mark.rule("SS-06")
def test_sixteen_hours_run_on_a_make_up_saturday_unless_the_contract_says_otherwise() -> None:
    """X14 (SS-06)."""
    assert hours("resolve", "2026-10-09 14:00").due_at == at("2026-10-12 12:00")
    assert hours("resolve", "2026-10-09 14:00", makeup_days="rest").due_at == at("2026-10-13 12:00")


@pytest.mark.rule("SS-06")
def test_eight_hours_fit_into_a_make_up_sunday() -> None:
    """X15 (SS-06)."""
    assert hours("response", "2026-01-04 09:30", priority="normal").due_at == at("2026-01-04 17:30")
    resting = hours("response", "2026-01-04 09:30", priority="normal", makeup_days="rest")
    assert resting.due_at == at("2026-01-05 17:00")


@pytest.mark.rule("SS-07")
@pytest.mark.parametrize(
    ("start", "expected"),
    [("2026-03-09 07:00", "2026-03-09 10:00"), ("2026-03-09 18:00", "2026-03-10 10:00")],
)
def test_an_hour_that_starts_outside_the_window_runs_from_the_next_opening(start: str, expected: str) -> None:
    """X17 (SS-07)."""
    terms = fill("SS", {"response_hours_low": "1"})
    found = due(target(terms, "response", priority="low").rule, at(start), terms.version.calendar)
    assert found.due_at == at(expected)


@pytest.mark.rule("SS-07")
def test_hours_that_end_at_closing_are_due_at_closing() -> None:
    """X18 (SS-07)."""
    assert hours("response", "2026-03-09 10:00", priority="normal").due_at == at("2026-03-09 18:00")


def test_waiting_for_the_client_gives_the_working_hours_back() -> None:
    """X19."""
    found = hours("resolve", "2026-03-09 10:00", Pause(at("2026-03-09 15:00"), at("2026-03-11 11:00")))
    assert found.due_at == at("2026-03-12 13:00")


def test_a_pause_outside_the_hours_adds_nothing() -> None:
    """X20."""
    pause = Pause(at("2026-03-13 18:30"), at("2026-03-16 08:00"))
    found = hours("resolve", "2026-03-13 10:00", pause)
    assert found.due_at == hours("resolve", "2026-03-13 10:00").due_at == at("2026-03-16 17:00")


def test_while_a_pause_lasts_nothing_is_due() -> None:
    """X23."""
    found = hours("resolve", "2026-03-09 10:00", Pause(at("2026-03-09 15:00"), None))
    assert (found.due_at, found.remaining_minutes) == (None, 11 * 60)


def test_a_reopened_ticket_goes_on_with_what_was_left() -> None:
    """X24."""
    found = hours("resolve", "2026-03-09 10:00", Pause(at("2026-03-10 11:00"), at("2026-03-11 14:00")))
    assert found.due_at == at("2026-03-12 11:00")


@pytest.mark.rule("SS-10", "SS-21")
def test_an_emergency_at_night_is_answered_within_15_minutes_for_its_fee() -> None:
    """X26 (SS-10, SS-21)."""
    reported = at("2026-03-14 21:00")
    question = Question(CLIENT, Service.ON_SITE, reported, emergency=True, priority="high")
    found = decide(question, [signed(SS)], reported)
    assert (found.outcome, str(found.price), found.price_lines[0].clause) == (
        Outcome.BILLABLE,
        "600.00",
        "4.1.3",
    )
    response = next(t for t in found.targets if t.metric == "response")
    assert due(response.rule, reported, SS.version.calendar).due_at == at("2026-03-14 21:15")


@pytest.mark.rule("SS-10")
def test_an_emergency_clock_in_service_hours_waits_for_the_opening() -> None:
    """The other reading of SS-10."""
    terms = fill("SS", emergency_clock="service_hours")
    rule = target(terms, "response", emergency=True).rule
    assert due(rule, at("2026-03-14 21:00"), terms.version.calendar).due_at == at("2026-03-16 09:15")


@pytest.mark.rule("SS-02")
def test_an_urgency_without_an_agreed_time_has_no_promise() -> None:
    """SS-02: the time is what was agreed."""
    assert {t.priority for t in SS.version.targets if t.metric == "response"} == {"high", "normal", None}
