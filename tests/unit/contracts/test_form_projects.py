"""The worked examples of websites (WB, WM), hosting (HO) and the CRM project (CR), on their compiled forms."""

from datetime import date
from decimal import Decimal

import pytest

from portal.contracts.rules.deadlines import due, plus_months
from portal.contracts.rules.decide import decide
from portal.contracts.rules.decision import Outcome, Question, Reason
from portal.contracts.rules.terms import Cause, Service, StartEvent, Suspension
from tests.unit.contracts.calendars import at
from tests.unit.contracts.contracts import CLIENT
from tests.unit.contracts.filled_forms import fill, signed, target

WB, HO, WM, CR = fill("WB"), fill("HO"), fill("WM"), fill("CR")


@pytest.mark.rule("WB-12")
def test_an_update_is_due_three_days_after_the_last_of_request_and_material() -> None:
    """X60 (WB-12): Saturday rolls to Monday."""
    update = target(WB, "update")
    events = {StartEvent.RECEIVED: at("2026-03-09 15:00"), StartEvent.MATERIALS: at("2026-03-11 11:00")}
    start = update.starts(events)
    assert start == at("2026-03-11 11:00")
    assert due(update.rule, start, WB.version.calendar).due_at == at("2026-03-16 23:59:59")
    early = {**events, StartEvent.MATERIALS: at("2026-03-02 09:00")}
    assert update.starts(early) == at("2026-03-09 15:00"), "material that came before the request"


@pytest.mark.rule("WB-12")
def test_an_update_without_its_material_has_no_clock() -> None:
    """X63 (WB-12)."""
    assert target(WB, "update").starts({StartEvent.RECEIVED: at("2026-03-10 10:00")}) is None
    assert target(WB, "action").starts({StartEvent.RECEIVED: at("2026-03-10 10:00")}) == at(
        "2026-03-10 10:00"
    )


@pytest.mark.rule("WB-05", "WB-08")
def test_the_milestones_of_a_website_wait_for_material_and_for_the_notice_of_completion() -> None:
    """WB-05, WB-08."""
    design, acceptance = WB.milestones
    assert (design.start_event, acceptance.start_event) == ("materials", "delivery_notice")
    assert due(design.rule, at("2026-03-02 20:00"), WB.version.calendar).due_at == at("2026-03-30 23:59:59")
    assert due(acceptance.rule, at("2026-03-07 10:00"), WB.version.calendar).due_at == at(
        "2026-03-16 23:59:59"
    )
    assert (WB.start, WB.end) == (date(2026, 1, 5), date(2027, 1, 4)), "one year from the last signature"


@pytest.mark.rule("CR-05", "CR-07")
def test_half_the_fee_and_the_deployment_are_due_after_their_working_days() -> None:
    """X74 (CR-05, CR-07)."""
    effective = at("2026-03-02 09:00")
    by_code = {m.code: m for m in CR.milestones}
    first, deployment = by_code["pay_first_half"], by_code["deployment"]
    assert {first.start_event, deployment.start_event} == {StartEvent.EFFECTIVE}
    assert due(first.rule, effective, CR.version.calendar).due_at == at("2026-03-16 23:59:59")
    assert due(deployment.rule, effective, CR.version.calendar).due_at == at("2026-04-14 23:59:59")
    half = CR.version.price(first.price, CR.start)
    assert half is not None
    assert (half.amount, half.clause) == (Decimal("100000.00"), "4.1")


@pytest.mark.rule("CR-08")
@pytest.mark.parametrize(
    ("option", "expected"),
    [("ten_working_days", "2026-04-28 23:59:59"), ("at_once", "2026-04-14 23:59:59")],
)
def test_the_second_half_is_due_as_the_parties_read_it(option: str, expected: str) -> None:
    """CR-08."""
    terms = fill("CR", second_half_due=option)
    (second,) = [m for m in terms.milestones if m.start_event is StartEvent.DEPLOYED]
    assert due(second.rule, at("2026-04-14 16:00"), terms.version.calendar).due_at == at(expected)


@pytest.mark.rule("CR-13")
def test_a_suspended_contract_takes_the_ticket_and_its_clock_starts_with_the_payment() -> None:
    """X86 (CR-13)."""
    reported, paid = at("2026-04-02 10:00"), at("2026-04-08 11:00")
    suspended = Suspension(at("2026-04-01 00:00"), None, CR.lifecycle.arrears_clause)
    contract = signed(CR, suspensions=(suspended,))
    found = decide(Question(CLIENT, Service.HOTLINE, reported), [contract], reported)
    assert (found.outcome, found.reason, found.clause) == (Outcome.BLOCKED, Reason.SUSPENDED, "附四.4")
    (response,) = found.targets
    assert due(response.rule, paid, CR.version.calendar).due_at == at("2026-04-08 15:00")


@pytest.mark.rule("HO-10", "HO-12")
def test_twelve_months_that_are_written_as_thirteen_are_warned_of_and_decided_by_a_setting() -> None:
    """X78 (HO-10, HO-12)."""
    warned = {w.code: dict(w.facts) for w in HO.warnings}
    assert warned["TERM_MISMATCH"] == {"months": "12", "by_length": "2027-05-31", "written": "2027-07-01"}
    short = fill("HO", term_end="by_length")
    notices = {
        str(terms.end): str(plus_months(terms.end, -terms.lifecycle.notice_months)) for terms in (HO, short)
    }
    assert notices == {"2027-07-01": "2027-06-01", "2027-05-31": "2027-04-30"}
    assert HO.lifecycle.renewal == "new_contract"
    assert [w.code for w in short.warnings] == ["TERM_MISMATCH", "CAP_ZERO"], (
        "the contradiction stays visible"
    )


@pytest.mark.rule("HO-20")
def test_a_free_first_year_caps_the_liability_at_nothing_and_says_so() -> None:
    """HO-20."""
    assert "CAP_ZERO" in {w.code for w in HO.warnings}
    paid = fill("HO", {"first_year_fee": "6000", "ends_on": "2027-05-31"})
    assert paid.warnings == ()


@pytest.mark.rule("HO-04", "HO-07")
def test_data_entry_is_quoted_and_the_network_is_restored_around_the_clock() -> None:
    """HO-04, HO-07."""
    asked = at("2026-06-06 22:00")
    entry = decide(Question(CLIENT, Service.DATA_ENTRY, asked), [signed(HO)], asked)
    assert (entry.outcome, entry.clause) == (Outcome.QUOTE_REQUIRED, "2-2-13")
    rule = target(HO, "resolve").rule
    assert due(rule, asked, HO.version.calendar).due_at == at("2026-06-07 02:00")
    hours = fill("HO", restore_clock="service_hours")
    assert due(target(hours, "resolve").rule, asked, hours.version.calendar).due_at == at("2026-06-08 13:00")


@pytest.mark.rule("WM-09")
def test_what_the_client_broke_against_the_guidance_is_charged() -> None:
    """WM-09."""
    broken = Question(
        CLIENT, Service.REMOTE, at("2026-03-10 10:00"),
        cause=Cause.UNAUTHORISED_OPERATION, labour_hours=Decimal(2),
    )  # fmt: skip
    terms = fill("WM", {"labour_price": "200"})
    found = decide(broken, [signed(terms)], at("2026-03-10 10:00"))
    assert (found.outcome, str(found.price), found.clause) == (Outcome.BILLABLE, "400.00", "五.1")


@pytest.mark.rule("WM-10", "WM-14", "WM-15")
def test_an_update_of_the_upkept_site_takes_three_days_unless_the_letters_are_read_as_written() -> None:
    """WM-10, WM-14, WM-15."""
    rule = target(WM, "update").rule
    assert due(rule, at("2026-03-11 11:00"), WM.version.calendar).due_at == at("2026-03-16 23:59:59")
    assert fill("WM", slipped_letters="by_letter").version.targets == ()
    assert (WM.lifecycle.renewal, WM.lifecycle.arrears) == ("none", "suspend_after_notice")
    ended = fill("WM", arrears="terminate_after_notice")
    assert ended.lifecycle.arrears == "terminate_after_notice"
    assert [w.facts["by_length"] for w in fill("WM", {"years": "2"}).warnings] == ["2028-02-29"]
