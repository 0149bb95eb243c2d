"""Promises on tickets: each began with the contract's answer and ends with what people did."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from portal.contracts.models import ContractRecord, ContractSuspension, CoverageDecision
from portal.contracts.rules.decision import Outcome, Reason
from portal.contracts.rules.ledger import UNIT, Period, bucket_on
from portal.contracts.service import ledger
from portal.contracts.service.ledger import Why
from portal.infra.db import db
from portal.infra.outbox import OutboxEvent
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from portal.tickets.models.ticket import Ticket, TicketClock
from portal.tickets.rules.words import ClosureCode, Kind, Status, Urgency
from portal.tickets.rules.words import Outcome as CallOutcome
from portal.tickets.service import clocks, conversation, following, opening, status, work
from portal.tickets.service.opening import NewTicket
from portal.tickets.service.record import Words
from tests.cast import actor
from tests.integration.contracts.conftest import SHANGHAI, TS_BLANKS, at

pytestmark = pytest.mark.both

Enter = Callable[..., ContractRecord]


def open_at(cast: Any, when: str, **more: Any) -> Ticket:
    with clock.told(at(when)), transaction():
        new = NewTicket(
            cast.harbour.id, cast.owner.contact_id, "打印不出来", Words("开票时提示错误 3021"), **more
        )
        return opening.open_ticket(actor(cast.owner), new)


def act(when: str, work_of: Callable[[], Any]) -> Any:
    with clock.told(at(when)), transaction():
        return work_of()


def response(ticket: Ticket) -> TicketClock:
    db.session.rollback()
    db.session.expire_all()
    query = select(TicketClock).where(TicketClock.ticket_id == ticket.id, TicketClock.metric == "response")
    return db.session.scalars(query.order_by(TicketClock.id.desc())).first()


def events(name: str) -> list[dict[str, Any]]:
    return [e.payload for e in db.session.scalars(select(OutboxEvent).where(OutboxEvent.name == name))]


@pytest.mark.rule("TS-08")
def test_a_ticket_knows_at_once_which_contract_governs_it_and_what_is_promised(
    cast: Any, enter: Enter
) -> None:
    """TS-08, X05."""
    enter("annual_support", TS_BLANKS)
    ticket = open_at(cast, "2026-03-10 10:05")
    kept = db.session.scalars(select(CoverageDecision)).one()
    assert (kept.ref, kept.outcome, kept.clause) == (f"ticket:{ticket.id}", Outcome.INCLUDED, "二.1.1")
    assert (response(ticket).due_at, response(ticket).clause) == (at("2026-03-10 18:00"), "二.2.1")


def test_a_call_answers_in_time_and_an_acknowledgement_does_not(
    cast: Any, enter: Enter, run_jobs: Callable[[], int]
) -> None:
    """X108, invariant 43."""
    enter("annual_support", TS_BLANKS)
    ticket = open_at(cast, "2026-03-10 10:05")
    run_jobs()
    assert response(ticket).stopped_at is None, "the acknowledgement went out and answers nothing"
    call = work.Work(at("2026-03-10 14:20"), 5, CallOutcome.SOLVED)
    act("2026-03-10 14:30", lambda: work.log_call(actor(cast.agent), ticket, call))
    assert (response(ticket).stopped_at, response(ticket).breached_at) == (at("2026-03-10 14:20"), None)


def test_a_promise_that_nobody_kept_is_broken_at_its_deadline_and_stays_so(cast: Any, enter: Enter) -> None:
    """X108: the breach bears the deadline's instant, not that of the job."""
    enter("annual_support", TS_BLANKS)
    ticket = open_at(cast, "2026-03-10 10:05")
    for when in (
        "2026-03-10 14:00",
        "2026-03-10 15:30",
        "2026-03-10 17:30",
        "2026-03-10 18:00",
        "2026-03-10 18:03",
    ):
        act(when, lambda when=when: clocks.watch(at(when)))
    assert [e["per_cent"] for e in events("PromiseNear")] == [50, 80]
    assert len(events("PromiseBroken")) == 1
    act("2026-03-11 09:10", lambda: conversation.reply(actor(cast.agent), ticket, Words("我们来看一下")))
    assert response(ticket).breached_at == at("2026-03-10 18:00")


def test_missed_looks_are_caught_up_once(cast: Any, enter: Enter) -> None:
    enter("annual_support", TS_BLANKS)
    open_at(cast, "2026-03-10 10:05")
    for _ in range(3):
        act("2026-03-14 09:00", lambda: clocks.watch(at("2026-03-14 09:00")))
    assert (events("PromiseNear"), len(events("PromiseBroken"))) == ([], 1)


@pytest.mark.rule("CR-13")
def test_a_suspended_contract_accepts_the_ticket_and_promises_nothing_yet(cast: Any, enter: Enter) -> None:
    """X86, CR-13."""
    record = enter("annual_support", TS_BLANKS)
    with transaction():
        db.session.add(
            ContractSuspension(
                contract_id=record.id, start_at=at("2026-04-01 00:00"), clause="二.3.3", reason="unpaid"
            )
        )
    ticket = open_at(cast, "2026-04-02 10:00")
    kept = db.session.scalars(select(CoverageDecision)).one()
    assert (ticket.status, kept.reason, response(ticket)) == (Status.WAITING_PAYMENT, Reason.SUSPENDED, None)


def test_a_ticket_without_any_contract_is_accepted_all_the_same(cast: Any) -> None:
    ticket = open_at(cast, "2026-03-10 10:05")
    kept = db.session.scalars(select(CoverageDecision)).one()
    assert (ticket.status, kept.outcome, kept.reason) == (Status.NEW, Outcome.BLOCKED, Reason.NO_CONTRACT)


def test_waiting_for_the_client_stops_the_promise_and_waiting_for_ourselves_does_not(
    cast: Any, enter: Enter
) -> None:
    """X109."""
    enter("annual_support", TS_BLANKS)
    ours, theirs = open_at(cast, "2026-03-10 10:05"), open_at(cast, "2026-03-10 10:06")
    staff = actor(cast.agent)
    act(
        "2026-03-10 11:00",
        lambda: status.become(ours, staff, Status.WAITING_INTERNAL, clock.now(), reason="parts"),
    )
    act(
        "2026-03-10 11:00",
        lambda: status.become(theirs, staff, Status.WAITING_CUSTOMER, clock.now(), reason="log file"),
    )
    assert response(ours).due_at == at("2026-03-10 18:00")
    assert response(theirs).due_at is None
    act("2026-03-11 09:30", lambda: status.become(theirs, staff, Status.IN_PROGRESS, clock.now()))
    assert response(theirs).due_at == at("2026-03-11 18:00")


def test_a_change_of_urgency_keeps_a_promise_that_stays_the_same(cast: Any, enter: Enter) -> None:
    enter("annual_support", TS_BLANKS)
    ticket = open_at(cast, "2026-03-10 10:05")
    about = following.About(ticket.subject, Kind.FAULT, Urgency.HIGH, None, None)
    act("2026-03-10 11:00", lambda: following.correct(actor(cast.agent), ticket, about))
    clocks_of = select(TicketClock).where(TicketClock.ticket_id == ticket.id)
    assert len(db.session.scalars(clocks_of).all()) == 1


def test_a_ticket_that_is_closed_or_cancelled_promises_nothing_more(cast: Any, enter: Enter) -> None:
    enter("annual_support", TS_BLANKS)
    ticket = open_at(cast, "2026-03-10 10:05")
    act("2026-03-10 11:00", lambda: status.cancel(actor(cast.agent), ticket, "a duplicate"))
    assert (response(ticket).stopped_at, response(ticket).replaced_because) == (
        at("2026-03-10 11:00"),
        "cancelled",
    )
    other = open_at(cast, "2026-03-10 10:05")
    act(
        "2026-03-10 12:00",
        lambda: status.resolve(actor(cast.agent), other, ClosureCode.ANSWERED, Words("好了")),
    )
    act("2026-03-10 13:00", lambda: status.confirm(actor(cast.owner), other))
    assert (response(other).stopped_at, response(other).breached_at) == (at("2026-03-10 12:00"), None)


def test_days_off_that_are_published_later_move_open_promises_and_no_closed_one(
    cast: Any, enter: Enter
) -> None:
    """X04, invariant 44."""
    from portal.contracts.rules import notices
    from portal.contracts.service import calendars

    enter("annual_support", TS_BLANKS | {"ends_on": "2027-10-21"})
    still_open, closed = open_at(cast, "2026-12-31 19:00"), open_at(cast, "2026-12-31 19:00")
    assert (response(still_open).due_at, response(still_open).provisional) == (at("2027-01-01 18:00"), True)
    act("2026-12-31 19:30", lambda: conversation.reply(actor(cast.agent), closed, Words("好的")))
    published = "# Notice\n# published: 2026-11-10\ndate,kind,name\n2027-01-01,statutory,元旦\n"
    with transaction():
        calendars.take("CN", notices.parse(published))
    act("2026-12-31 20:00", lambda: clocks.follow_calendar("CN", clock.now()))
    assert (response(still_open).due_at, response(still_open).provisional) == (at("2027-01-04 18:00"), False)
    assert response(closed).due_at == at("2027-01-01 18:00")


@pytest.mark.rule("CR-13")
def test_when_the_pause_is_over_the_ticket_begins_with_its_promise_at_that_instant(
    cast: Any, enter: Enter, run_jobs: Callable[[], int]
) -> None:
    """X86, CR-13."""
    from portal.contracts.service import lifecycle

    blanks = {"starts_on": "2026-03-02", "years": "1", "fee": "200000", "response_hours": "4"}
    blanks |= {"deploy_days": "30", "first_half_days": "10"}
    record = enter("crm_project", blanks)
    act("2026-04-01 09:00", lambda: lifecycle.suspend(actor(cast.manager), record, "unpaid after notice"))
    ticket = open_at(cast, "2026-04-02 10:00")
    assert (ticket.status, response(ticket)) == (Status.WAITING_PAYMENT, None)
    act("2026-04-08 11:00", lambda: lifecycle.go_on(record))
    run_jobs()
    assert (response(ticket).started_at, response(ticket).due_at) == (
        at("2026-04-08 11:00"),
        at("2026-04-08 15:00"),
    )
    assert ticket.status is Status.IN_PROGRESS


@pytest.mark.rule("WB-12", "WB-02")
def test_a_promise_that_waits_for_material_begins_when_it_is_there_and_only_once(
    cast: Any, enter: Enter
) -> None:
    """X60, X63, WB-12."""
    blanks = {"starts_on": "2026-01-05", "years": "1", "design_price": "30000", "design_days": "20"}
    enter("website_build", blanks)
    ticket = open_at(cast, "2026-03-10 10:00", kind=Kind.UPDATE)
    clocks_of = select(TicketClock).where(TicketClock.ticket_id == ticket.id)
    assert (ticket.status, db.session.scalars(clocks_of).all()) == (Status.WAITING_CUSTOMER, [])
    staff = actor(cast.agent)
    act("2026-03-11 11:00", lambda: status.resume(staff, ticket))
    (begun,) = db.session.scalars(clocks_of)
    assert (begun.started_at, begun.due_at) == (at("2026-03-11 11:00"), at("2026-03-16 23:59:59"))
    act(
        "2026-03-12 09:00",
        lambda: status.wait(staff, ticket, Status.WAITING_CUSTOMER, "one picture is missing"),
    )
    act("2026-03-13 09:00", lambda: status.resume(staff, ticket))
    (still,) = db.session.scalars(clocks_of)
    assert still.started_at == at("2026-03-11 11:00"), "it began once, and was paused since"


@pytest.mark.rule("HW-24", "TS-14")
def test_a_right_that_the_contract_does_not_give_is_refused_with_its_clause(cast: Any, enter: Enter) -> None:
    """HW-24, TS-14."""
    from portal.contracts.rules.ending import Party
    from portal.contracts.service import lifecycle

    blanks = {
        "starts_on": "2026-01-05",
        "ends_on": "2027-01-04",
        "purchase_price": "120000",
        "fee_percent": "8%",
    }
    blanks |= {"parts_fraction": "八折", "upkeep_months": "3"}
    record = enter("equipment_maintenance", blanks)
    with pytest.raises(lifecycle.NoRight) as end:
        act("2026-08-14 10:00", lambda: lifecycle.terminate(actor(cast.manager), record, Party.PROVIDER))
    with pytest.raises(lifecycle.NoRight) as pause:
        act("2026-08-14 10:00", lambda: lifecycle.suspend(actor(cast.manager), record, "unpaid"))
    assert [e.value.code for e in (end, pause)] == ["PROVIDER_TERMINATION_FORBIDDEN", "NO_RIGHT_TO_SUSPEND"]
    assert end.value.clause == "二.七.2"
    act(
        "2026-08-14 10:00",
        lambda: lifecycle.terminate(actor(cast.manager), record, Party.CLIENT, date(2026, 11, 14)),
    )
    assert record.terminated_on == date(2026, 11, 14)


def test_a_kept_answer_never_changes_and_a_new_one_supersedes_it(cast: Any, enter: Enter) -> None:
    """Invariant 13."""
    enter("annual_support", TS_BLANKS)
    ticket = open_at(cast, "2026-03-10 10:05")
    first = db.session.scalars(select(CoverageDecision)).one()
    before = dict(first.details)
    act("2026-03-10 10:30", lambda: clocks.promise(ticket, clock.now()))
    assert len(db.session.scalars(select(CoverageDecision)).all()) == 1, "the same answer is not kept twice"
    about = following.About(ticket.subject, Kind.CHANGE, Urgency.NORMAL, None, None)
    act("2026-03-10 11:00", lambda: following.correct(actor(cast.agent), ticket, about))
    db.session.expire_all()
    old, new = db.session.scalars(select(CoverageDecision).order_by(CoverageDecision.id)).all()
    assert (old.details, new.supersedes_id, new.outcome) == (before, old.id, Outcome.QUOTE_REQUIRED)


def test_a_running_promise_has_a_deadline_unless_it_is_paused(cast: Any, enter: Enter) -> None:
    """Invariant 20."""
    enter("annual_support", TS_BLANKS)
    running, paused = open_at(cast, "2026-03-10 10:05"), open_at(cast, "2026-03-10 10:06")
    wait = Status.WAITING_CUSTOMER
    act("2026-03-10 11:00", lambda: status.become(paused, actor(cast.agent), wait, clock.now(), reason="log"))
    assert (response(running).due_at is not None, response(paused).due_at) == (True, None)
    assert (response(running).watch_at is not None, response(paused).watch_at) == (True, None)


def test_a_cancelled_ticket_holds_no_reservation(cast: Any, enter: Enter) -> None:
    """Invariant 19."""
    from datetime import date

    record = enter("annual_support", TS_BLANKS)
    ticket = open_at(cast, "2026-03-10 10:05")
    with transaction():
        term = date(2025, 10, 22), date(2026, 10, 21)
        bucket = ledger.open_bucket(record.id, "visits", bucket_on(Period.TERM, term[0], term, SHANGHAI))
        ledger.grant(SYSTEM, bucket, UNIT, "grant")
        ledger.reserve(SYSTEM, bucket, UNIT, "reserve", Why(ref=f"ticket:{ticket.number}"))
    act("2026-03-10 11:00", lambda: status.cancel(actor(cast.agent), ticket, "a duplicate"))
    db.session.expire_all()
    assert (bucket.posted, bucket.held) == (UNIT, 0)
