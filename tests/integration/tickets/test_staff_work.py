"""Calls and remote sessions: logged in one short form, the first human contact, the steps of the ladder."""

import re
from datetime import timedelta

import pytest

from portal.infra.db import db
from portal.infra.outbox import OutboxEvent
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.errors import NotFound, Refused
from portal.tickets.models.ticket import Ticket, TimelineEntry, WorkLog
from portal.tickets.models.time import TimeSpent
from portal.tickets.queries import scope
from portal.tickets.rules.words import EntryKind, Outcome, Phase, Status
from portal.tickets.service import following, work
from tests.integration.tickets import opened
from tests.support.at_once import at_once

pytestmark = pytest.mark.both


def sent(cast, **fields):
    return {
        "contact_id": cast.owner.contact_id, "minutes": 6, "outcome": "client_tries", "symptom": "No paper feeds",
        "advice": "Hold FEED while switching on", **fields,
    }  # fmt: skip


def log(browser, number, what="call", **fields):
    return browser.post(f"/desk/tickets/{number}/{what}", data=fields)


def logged(user, number, outcome, *, remote=False, **more):
    with transaction():
        take = work.log_remote if remote else work.log_call
        spent = work.Work(more.pop("started_at", clock.now() - timedelta(minutes=5)), 5, outcome, **more)
        take(opened.actor(user), opened.held(user, number), spent)


class TestACall:
    def test_it_is_logged_by_one_form_and_answers_the_ticket(self, cast, as_user):
        number = opened.ticket(cast)
        before = clock.now()
        answer = log(as_user(cast.agent), number, **sent(cast))
        assert (answer.status_code, answer.location) == (303, f"/desk/tickets/{number}")
        row = db.session.query(WorkLog).one()
        assert (row.phase, row.minutes, row.outcome) == (Phase.PHONE, 6, Outcome.CLIENT_TRIES)
        assert (row.user_id, row.contact_id) == (cast.agent.id, cast.owner.contact_id)
        assert before - timedelta(minutes=7) < row.started_at < clock.now() - timedelta(minutes=5)
        ticket = opened.look(cast.agent, number)
        assert ticket.unanswered_since is None
        assert ticket.first_response_at is not None
        assert (ticket.status, ticket.assignee_id) == (Status.IN_PROGRESS, cast.agent.id)

    def test_htmx_is_sent_to_the_ticket(self, cast, as_user):
        number = opened.ticket(cast)
        answer = as_user(cast.agent).htmx("POST", f"/desk/tickets/{number}/call", data=sent(cast))
        assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, f"/desk/tickets/{number}")

    def test_a_form_that_is_sent_twice_logs_one_call(self, cast, as_user):
        number = opened.ticket(cast)
        browser = as_user(cast.agent)
        form = browser.get(f"/desk/tickets/{number}/call").text
        key = re.search(r'name="submission"[^>]*value="([^"]+)"', form).group(1)
        for _again in range(3):  # a double click, back and sent again, two tabs
            answer = log(browser, number, **sent(cast, submission=key))
            assert (answer.status_code, answer.location) == (303, f"/desk/tickets/{number}")
        assert db.session.query(WorkLog).count() == 1
        assert db.session.query(TimeSpent).count() == 1
        other = log(browser, number, **sent(cast, submission=key, advice="Another printer"))
        assert other.status_code == 422
        assert "was sent already, with other words" in other.text
        assert "Another printer</textarea>" in other.text
        assert db.session.query(WorkLog).count() == 1
        anew = re.search(r'name="submission"[^>]*value="([^"]+)"', other.text).group(1)
        assert (
            log(browser, number, **sent(cast, submission=anew, advice="Another printer")).status_code == 303
        )
        assert db.session.query(WorkLog).count() == 2
        elsewhere = opened.ticket(cast)
        assert log(browser, elsewhere, **sent(cast, submission=key)).status_code == 303
        assert db.session.query(WorkLog).count() == 3, "the same key on another ticket is another call"

    def test_sent_from_two_tabs_at_the_same_moment_it_is_one(self, cast, app):
        number, who = opened.ticket(cast), opened.actor(cast.agent)
        spent = work.Work(clock.now() - timedelta(minutes=9), 5, Outcome.CLIENT_TRIES, submission="key")

        def send() -> int:
            with transaction():
                ticket = scope.ticket_for(who, number, lock=True)
                return work.log_call(who, ticket, spent).id

        logs = at_once(app, [send] * 3)
        assert (len(logs), len(set(logs))) == (3, 1)

    def test_a_call_that_solved_it_leads_on_to_the_words_for_the_client(self, cast, as_user):
        number = opened.ticket(cast)
        browser = as_user(cast.agent)
        answer = log(browser, number, **sent(cast, outcome="solved"))
        assert answer.location == f"/desk/tickets/{number}/resolve"
        form = browser.get(answer.location).text
        assert "Hold FEED while switching on</textarea>" in form
        assert '<option selected value="solved_by_advice">' in form

    def test_a_call_cannot_start_in_the_future_and_what_was_typed_stays(self, cast, as_user):
        number = opened.ticket(cast)
        answer = log(as_user(cast.agent), number, **sent(cast, started_at="2099-01-01T10:00"))
        assert answer.status_code == 422
        assert "That lies in the future" in answer.text
        assert "Hold FEED while switching on</textarea>" in answer.text
        assert 'value="2099-01-01T10:00"' in answer.text
        assert db.session.query(WorkLog).count() == 0
        assert opened.look(cast.agent, number).unanswered_since is not None

    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"minutes": ""}, "How many minutes did it take?"),
            ({"minutes": "long"}, "Write the minutes as a whole number."),
            ({"minutes": "-1"}, "Between 0 and 720 minutes."),
            ({"minutes": "9999"}, "Between 0 and 720 minutes."),
            ({"outcome": ""}, "What came of it?"),
            ({"started_at": "yesterday"}, "Write day and time, such as"),
            ({"started_at": "0001-01-01T00:00"}, "Write day and time, such as"),
            ({"advice": "", "tell_client": "y"}, "Write the advice that is to be sent."),
            ({"advice": "x" * 50_001}, "This is 1 character too long"),
            ({"symptom": "x" * 50_030}, "This is 30 characters too long"),
        ],
    )
    def test_what_is_wrong_is_said_beside_the_field(self, cast, as_user, wrong, sentence):
        number = opened.ticket(cast)
        answer = as_user(cast.agent).htmx("POST", f"/desk/tickets/{number}/call", data=sent(cast, **wrong))
        assert answer.status_code == 422
        assert answer.text.lstrip().startswith('<section id="ticket-do"')
        assert sentence in answer.text
        assert db.session.query(WorkLog).count() == 0

    def test_somebody_of_another_organisation_was_not_spoken_to(self, cast, as_user):
        number = opened.ticket(cast)
        answer = log(as_user(cast.agent), number, **sent(cast, contact_id=cast.stranger.contact_id))
        assert answer.status_code == 422
        assert "Una Stranger" not in answer.text
        with pytest.raises(NotFound):
            logged(cast.agent, number, Outcome.SOLVED, contact_id=cast.stranger.contact_id)

    def test_it_may_have_been_somebody_without_a_name(self, cast, as_user):
        number = opened.ticket(cast)
        assert log(as_user(cast.agent), number, **sent(cast, contact_id="0")).status_code == 303
        assert db.session.query(WorkLog.contact_id).one() == (None,)

    def test_the_start_is_read_by_the_agents_clock(self, cast, as_user):
        number = opened.ticket(cast)
        with transaction():
            cast.agent.contact.time_zone = "Europe/London"
        log(as_user(cast.agent), number, **sent(cast, started_at="2026-01-09T10:00"))
        assert db.session.query(WorkLog.started_at).one()[0].isoformat() == "2026-01-09T10:00:00+00:00"

    def test_nobody_reached_is_no_answer_yet_somebody_has_it(self, cast):
        number = opened.ticket(cast)
        logged(cast.agent, number, Outcome.NOT_REACHED)
        ticket = opened.look(cast.agent, number)
        assert ticket.first_response_at is None
        assert ticket.unanswered_since is not None
        assert (ticket.status, ticket.assignee_id) == (Status.NEW, cast.agent.id)

    def test_logging_later_answers_then_and_changes_now(self, cast):
        """The first response was the call; the page that polls must still see a change after its last one."""
        number = opened.ticket(cast)
        with transaction():
            ticket = opened.held(cast.agent, number)
            ticket.received_at = clock.now() - timedelta(hours=3)
            changed_before = ticket.changed_at
        started = clock.now() - timedelta(hours=2)
        logged(cast.agent, number, Outcome.CLIENT_TRIES, started_at=started)
        ticket = opened.look(cast.agent, number)
        assert ticket.first_response_at == started
        assert ticket.changed_at > changed_before
        assert ticket.last_activity_at >= changed_before

    def test_it_goes_on_with_a_ticket_that_waits_for_the_client(self, cast):
        number = opened.ticket(cast)
        opened.wait(cast.agent, number)
        logged(cast.agent, number, Outcome.CLIENT_TRIES)
        assert opened.look(cast.agent, number).status is Status.IN_PROGRESS

    def test_the_advice_is_sent_only_when_asked(self, cast, as_user):
        number = opened.ticket(cast)
        browser = as_user(cast.agent)
        log(browser, number, **sent(cast))
        assert db.session.query(OutboxEvent).filter_by(name="StaffReplied").count() == 0
        log(browser, number, **sent(cast, tell_client="y"))
        assert db.session.query(OutboxEvent).filter_by(name="StaffReplied").count() == 1

    def test_an_ended_ticket_takes_no_call(self, cast, as_user):
        number = opened.ticket(cast)
        opened.resolve(cast.agent, number)
        opened.confirm(cast.owner, number)
        answer = log(as_user(cast.agent), number, **sent(cast))
        assert answer.status_code == 422
        assert "This ticket has ended. Reopen it" in answer.text


class TestARemoteSession:
    def test_before_any_call_it_is_refused_in_words(self, cast, as_user):
        number = opened.ticket(cast)
        fields = {"minutes": 9, "outcome": "solved", "advice": "Reinstalled the driver"}
        answer = log(as_user(cast.agent), number, "remote", **fields)
        assert answer.status_code == 422
        assert "Log a call first" in answer.text
        assert "Reinstalled the driver</textarea>" in answer.text
        assert opened.look(cast.agent, number).phase is Phase.PHONE

    def test_after_a_call_it_climbs_to_the_remote_phase(self, cast, as_user):
        number = opened.ticket(cast)
        logged(cast.agent, number, Outcome.NOT_SOLVABLE)
        fields = {
            "minutes": 9,
            "outcome": "not_solvable",
            "advice": "Reinstalled the driver",
            "why_not": "The spooler's database is damaged",
        }
        assert log(as_user(cast.agent), number, "remote", **fields).status_code == 303
        row = db.session.query(WorkLog).filter_by(phase=Phase.REMOTE).one()
        assert (row.advice, row.touches_data, row.minutes) == ("Reinstalled the driver", False, 9)
        assert row.why_not == "The spooler's database is damaged"
        assert opened.look(cast.agent, number).phase is Phase.REMOTE
        entry = db.session.query(TimelineEntry).filter_by(kind=EntryKind.REMOTE).one()
        assert entry.id == row.entry_id

    def test_it_needs_words_about_what_was_done(self, cast, as_user):
        number = opened.ticket(cast)
        logged(cast.agent, number, Outcome.NOT_SOLVABLE)
        answer = log(as_user(cast.agent), number, "remote", minutes=9, outcome="solved")
        assert answer.status_code == 422
        assert "Write what was done." in answer.text


def test_a_participant_is_offered_as_whom_they_spoke_to_and_a_stranger_is_not(cast, as_user):
    number = opened.ticket(cast)
    with transaction():
        following.add_participant(
            opened.actor(cast.agent), opened.held(cast.agent, number), cast.client_manager.contact_id
        )
    form = as_user(cast.agent).get(f"/desk/tickets/{number}/call").text
    assert f'<option selected value="{cast.owner.contact_id}">王小明</option>' in form
    assert f'value="{cast.client_manager.contact_id}">Chen Bo</option>' in form
    assert "Una Stranger" not in form


def test_work_on_a_cancelled_ticket_is_refused_by_the_service_too(cast):
    number = opened.ticket(cast)
    with transaction():
        db.session.query(Ticket).one().status = Status.CANCELLED
    with pytest.raises(Refused, match="ended"):
        logged(cast.agent, number, Outcome.SOLVED)
