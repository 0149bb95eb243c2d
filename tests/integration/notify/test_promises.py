"""A promise that comes near its end, or breaks, is told to whoever can still do something, once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from portal.contracts.models import ContractForm, ContractRecord, ContractState
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.notify.handlers import tickets as handlers
from portal.tickets.models.ticket import Ticket, TicketClock
from portal.tickets.service import clocks, status
from tests.cast import Cast, actor
from tests.integration.notify.conftest import Open, deliveries

Run = Callable[[], int]
START = clock.now()
DUE = START + timedelta(hours=4)


@pytest.fixture
def promise(cast: Cast) -> Callable[..., TicketClock]:
    """`promise(ticket)`: an answer within four hours, by clause 4.1."""

    def make(ticket: Ticket, **given: Any) -> TicketClock:
        with transaction():
            db.session.add(ContractForm(sha256="0" * 64, key="x", text=""))
            contract = ContractRecord(
                number="C-9",
                organisation_id=ticket.organisation_id,
                state=ContractState.SIGNED,
                created_at=START,
            )
            db.session.add(contract)
            db.session.flush()
            made = TicketClock(
                ticket_id=ticket.id, metric="response", contract_id=contract.id, version_number=1, clause="四.1",
                rule={}, started_at=START, due_at=DUE, watch_at=START + timedelta(hours=2), **given,
            )  # fmt: skip
            db.session.add(made)
        return made

    return make


def watch_at(moment: Any, run_jobs: Run) -> None:
    with clock.told(moment):
        with transaction():
            clocks.watch(moment)
        run_jobs()


def staff_mails() -> list[tuple[str, str]]:
    return [(d.contact.name, d.message) for d in deliveries() if d.message.startswith("promise_")]


def test_the_assignee_is_told_at_each_step_once(
    open_ticket: Open, cast: Cast, promise: Callable[..., TicketClock], run_jobs: Run
) -> None:
    ticket = open_ticket()
    with transaction():
        status.assign(db.session.get_one(Ticket, ticket.id), actor(cast.manager), cast.engineer.id)
    made = promise(ticket)
    for hours in (2.1, 2.2, 3.3, 4.1, 4.2):
        watch_at(START + timedelta(hours=hours), run_jobs)
    assert staff_mails() == [
        ("Eno Engineer", "promise_near_to_staff"),
        ("Eno Engineer", "promise_near_to_staff"),
        ("Eno Engineer", "promise_broken_to_staff"),
    ]
    with transaction():
        handlers.promise_broken({"ticket_id": ticket.id, "clock_id": made.id})
        handlers.promise_near({"ticket_id": ticket.id, "clock_id": made.id, "per_cent": 50})
    assert len(staff_mails()) == 3
    first = deliveries(message="promise_near_to_staff")[0]
    assert "50 % of the time is over" in first.subject
    assert "四.1" in first.text
    assert "Answer by " in first.text


def test_without_an_assignee_the_team_is_told(
    open_ticket: Open, cast: Cast, promise: Callable[..., TicketClock], run_jobs: Run
) -> None:
    ticket = open_ticket()
    with transaction():
        status.assign(db.session.get_one(Ticket, ticket.id), actor(cast.manager), None, cast.team.id)
    promise(ticket)
    watch_at(START + timedelta(hours=3.3), run_jobs)
    assert staff_mails() == [
        ("Ada Agent", "promise_near_to_staff"),
        ("Eno Engineer", "promise_near_to_staff"),
    ]


def test_of_what_nobody_has_only_the_breach_is_told_and_to_the_managers(
    open_ticket: Open, promise: Callable[..., TicketClock], run_jobs: Run
) -> None:
    promise(open_ticket())
    watch_at(START + timedelta(hours=3.3), run_jobs)
    assert staff_mails() == []
    watch_at(START + timedelta(hours=5), run_jobs)
    assert staff_mails() == [("Mia Manager", "promise_broken_to_staff")]


def test_a_promise_that_was_kept_or_replaced_before_the_worker_came_is_not_told(
    open_ticket: Open, cast: Cast, promise: Callable[..., TicketClock]
) -> None:
    ticket = open_ticket()
    with transaction():
        status.assign(db.session.get_one(Ticket, ticket.id), actor(cast.manager), cast.engineer.id)
    kept = promise(ticket, stopped_at=START + timedelta(hours=1), breached_at=None)
    payload = {"ticket_id": ticket.id, "clock_id": kept.id}
    with transaction():
        handlers.promise_near(payload | {"per_cent": 50})
        handlers.promise_broken(payload)
    with transaction():
        row = db.session.get_one(TicketClock, kept.id)
        row.stopped_at, row.breached_at, row.replaced_because = None, DUE, "reprioritised"
    with transaction():
        handlers.promise_near(payload | {"per_cent": 50})
        handlers.promise_broken(payload)
    assert staff_mails() == []
