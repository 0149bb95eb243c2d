"""Messages of both sides: what they do to the ticket, and who is told."""

from datetime import timedelta

import pytest

from portal.infra.db import db
from portal.infra.outbox import OutboxEvent
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.errors import Refused
from portal.tickets.models.ticket import Ticket, TimelineEntry
from portal.tickets.rules.words import ClosureCode, EntryKind, Outcome, Phase, Status
from portal.tickets.service import conversation, status, work
from portal.tickets.service.record import Words
from tests.integration.tickets import opened


def told() -> list[str]:
    return [e.name for e in db.session.query(OutboxEvent).order_by(OutboxEvent.id)]


def test_an_answer_is_the_first_response_and_takes_the_ticket(cast, app):
    number = opened.ticket(cast)
    opened.say(cast.agent, number, "Is it plugged in?")
    ticket = opened.look(cast.agent, number)
    assert (ticket.status, ticket.assignee_id) == (Status.IN_PROGRESS, cast.agent.id)
    assert ticket.first_response_at is not None
    assert ticket.unanswered_since is None
    assert (ticket.last_word, ticket.last_word_side) == ("Is it plugged in?", "staff")
    assert "StaffReplied" in told()


def test_a_second_message_does_not_make_the_first_one_younger(cast, app):
    number = opened.ticket(cast)
    since = opened.look(cast.agent, number).unanswered_since
    opened.say(cast.owner, number, "Hello? Anybody there?")
    assert opened.look(cast.agent, number).unanswered_since == since


def test_a_note_answers_nothing_and_tells_nobody_outside(cast, app):
    number = opened.ticket(cast)
    before = opened.look(cast.agent, number)
    activity, word = before.last_activity_at, before.last_word
    opened.note(cast.agent, number, "They forgot to pay.")
    ticket = opened.look(cast.agent, number)
    assert ticket.unanswered_since is not None
    assert (ticket.last_activity_at, ticket.last_word) == (activity, word)
    assert ticket.changed_at > activity
    assert told() == ["TicketOpened"]


def test_a_reply_resumes_what_waits_for_the_client(cast, app):
    number = opened.ticket(cast)
    opened.wait(cast.agent, number)
    opened.say(cast.owner, number, "SN-88412")
    ticket = opened.look(cast.agent, number)
    assert (ticket.status, ticket.waiting_reason) == (Status.IN_PROGRESS, None)


def test_a_reply_reopens_a_solved_ticket_and_clears_its_end(cast, app):
    number = opened.ticket(cast)
    opened.resolve(cast.agent, number)
    opened.say(cast.owner, number, "还是打不出来")
    ticket = opened.look(cast.agent, number)
    assert (ticket.status, ticket.resolved_at, ticket.closure_code) == (Status.IN_PROGRESS, None, None)
    assert ticket.unanswered_since is not None
    assert told()[-2:] == ["TicketReopened", "ClientWrote"]


def test_thanks_for_a_solved_ticket_ask_staff(cast, app):
    number = opened.ticket(cast)
    opened.resolve(cast.agent, number)
    opened.say(cast.owner, number, "谢谢!")
    ticket = opened.look(cast.agent, number)
    assert (ticket.status, ticket.unanswered_since) == (Status.RESOLVED, None)
    assert ticket.thanked_at is not None
    with transaction():
        conversation.leave_ended(opened.actor(cast.agent), opened.held(cast.agent, number))
    assert opened.look(cast.agent, number).thanked_at is None


def test_a_late_reply_opens_a_new_ticket_that_knows_the_old_one(cast, app):
    number = opened.ticket(cast, device_id=cast.till.id)
    opened.resolve(cast.agent, number)
    opened.confirm(cast.owner, number)
    with transaction():
        old = opened.held(cast.owner, number)
        later = clock.now() + timedelta(days=15)
        written = conversation.add_client_message(
            opened.actor(cast.owner), old, Words("It is back."), at=later
        )
        fresh = written.ticket.number
    new = opened.look(cast.owner, fresh)
    assert new.follows_ticket_id == opened.look(cast.owner, number).id
    assert (new.device_id, new.subject, new.status) == (cast.till.id, "Till 2 prints nothing", Status.NEW)
    assert opened.look(cast.owner, number).status == Status.CLOSED


def test_a_wait_needs_its_reason(cast, app):
    number = opened.ticket(cast)
    with pytest.raises(Refused) as refused:
        opened.wait(cast.agent, number, "  ")
    assert refused.value.field == "reason"
    assert opened.look(cast.agent, number).status == Status.NEW


def test_solved_and_withdrawn_are_not_done_twice(cast, app):
    solved, withdrawn = opened.ticket(cast), opened.ticket(cast)
    opened.resolve(cast.agent, solved)
    with pytest.raises(Refused):
        opened.resolve(cast.agent, solved)
    for attempt in range(2):
        with transaction():
            if attempt:
                with pytest.raises(Refused):
                    status.cancel(opened.actor(cast.owner), opened.held(cast.owner, withdrawn), "Again")
            else:
                status.cancel(
                    opened.actor(cast.owner), opened.held(cast.owner, withdrawn), "Bought a new one"
                )
    assert opened.look(cast.owner, withdrawn).closure_code == ClosureCode.WITHDRAWN


class TestWork:
    def call(self, cast, number, outcome, kind=work.log_call, **more):
        with transaction():
            done = work.Work(clock.now() - timedelta(minutes=10), 8, outcome, cast.owner.contact_id, **more)
            kind(opened.actor(cast.agent), opened.held(cast.agent, number), done)

    def test_a_call_is_the_first_response_since_its_beginning(self, cast, app):
        number = opened.ticket(cast)
        self.call(cast, number, Outcome.CLIENT_TRIES, advice="Turn the roll")
        ticket = opened.look(cast.agent, number)
        assert ticket.status == Status.IN_PROGRESS
        assert ticket.first_response_at == ticket.received_at  # it began before the request was written down

    def test_nobody_reached_answers_nothing(self, cast, app):
        number = opened.ticket(cast)
        self.call(cast, number, Outcome.NOT_REACHED)
        ticket = opened.look(cast.agent, number)
        assert (ticket.status, ticket.first_response_at) == (Status.NEW, None)
        assert ticket.unanswered_since is not None

    def test_a_remote_session_wants_a_call_before_it_and_climbs_the_ladder(self, cast, app):
        number = opened.ticket(cast)
        with pytest.raises(Refused):
            self.call(cast, number, Outcome.SOLVED, work.log_remote)
        assert db.session.query(TimelineEntry).count() == 1
        self.call(cast, number, Outcome.CALL_AGAIN)
        self.call(cast, number, Outcome.NOT_SOLVABLE, work.log_remote)
        assert opened.look(cast.agent, number).phase == Phase.REMOTE

    def test_no_work_on_what_has_ended(self, cast, app):
        number = opened.ticket(cast)
        opened.resolve(cast.agent, number)
        opened.confirm(cast.owner, number)
        with pytest.raises(Refused):
            self.call(cast, number, Outcome.SOLVED)


def test_the_internal_line_is_not_among_the_clients_entries(cast, app):
    from portal.tickets.queries import timeline

    number = opened.ticket(cast)
    opened.note(cast.agent, number, "Only for us")
    opened.say(cast.agent, number, "For you")
    seen = timeline.entries_of(opened.actor(cast.owner), opened.look(cast.owner, number))
    assert all(not e.internal for e in seen)
    all_of_it = timeline.entries_of(opened.actor(cast.agent), opened.look(cast.agent, number))
    assert EntryKind.NOTE in {e.kind for e in all_of_it}
    assert db.session.query(Ticket).count() == 1
