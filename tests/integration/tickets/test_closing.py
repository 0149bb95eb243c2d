"""What ends a ticket: the client's word, or seven days of silence."""

from datetime import timedelta

import pytest

from portal.infra.db import db
from portal.infra.outbox import OutboxEvent
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.tickets import jobs
from portal.tickets.models.ticket import Ticket
from portal.tickets.rules.words import Status
from tests.integration.tickets import opened

pytestmark = pytest.mark.both


def solved(cast, ago: timedelta) -> int:
    number = opened.ticket(cast)
    opened.resolve(cast.agent, number)
    with transaction():
        db.session.query(Ticket).filter_by(number=number).one().resolved_at = clock.now() - ago
    return number


def run() -> None:
    with transaction():
        jobs.close_silent({})


@pytest.mark.parametrize(
    ("ago", "then"),
    [
        (timedelta(days=7, seconds=1), Status.CLOSED),
        (timedelta(days=6, hours=23, minutes=59), Status.RESOLVED),
    ],
)
def test_seven_days_of_silence_close_what_was_solved(cast, app, ago, then):
    number = solved(cast, ago)
    run()
    assert opened.look(cast.agent, number).status == then


def test_silence_is_told_once_and_said_on_the_timeline(cast, app, as_user):
    number = solved(cast, timedelta(days=8))
    run()
    run()
    closed = [e.payload for e in db.session.query(OutboxEvent).filter_by(name="TicketClosed")]
    assert closed == [{"ticket_id": opened.look(cast.agent, number).id, "by_silence": True}]
    assert "nothing was heard for seven days" in as_user(cast.client_manager).get(f"/requests/{number}").text


def test_an_answer_in_between_keeps_it_open(cast, app):
    number = solved(cast, timedelta(days=8))
    opened.say(cast.owner, number, "It fails again.")
    run()
    assert opened.look(cast.agent, number).status == Status.IN_PROGRESS


@pytest.mark.rule("TS-19")
def test_the_client_confirms_and_again_does_no_harm(cast, app):
    number = solved(cast, timedelta(hours=1))
    opened.confirm(cast.owner, number)
    opened.confirm(cast.owner, number)
    ticket = opened.look(cast.agent, number)
    assert (ticket.status, ticket.unanswered_since) == (Status.CLOSED, None)
    assert db.session.query(OutboxEvent).filter_by(name="TicketClosed").count() == 1


def test_the_schedule_runs_it(cast, app, run_jobs):
    from portal.infra import jobs as queue

    number = solved(cast, timedelta(days=8))
    with transaction():
        queue.enqueue("tickets.close_silent", {})
    run_jobs()
    assert opened.look(cast.agent, number).status == Status.CLOSED
