"""Promises on tickets: each began with the contract's answer and ends with what people did."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from portal.contracts.models import ContractRecord, ContractSuspension, CoverageDecision
from portal.contracts.rules.decision import Outcome, Reason
from portal.infra.db import db
from portal.infra.outbox import OutboxEvent
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.tickets.models import Ticket, TicketClock
from portal.tickets.rules.words import ClosureCode, Kind, Status, Urgency
from portal.tickets.rules.words import Outcome as CallOutcome
from portal.tickets.service import clocks, conversation, following, opening, status, work
from portal.tickets.service.opening import NewTicket
from portal.tickets.service.record import Words
from tests.cast import actor
from tests.integration.contracts.conftest import TS_BLANKS, at

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
    assert (ticket.status, kept.reason, response(ticket)) == (Status.NEW, Reason.SUSPENDED, None)


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
