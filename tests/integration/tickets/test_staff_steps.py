"""Where staff take a ticket: assignment, waiting, the end, the ladder, its facts and participants; stale steps."""

from datetime import timedelta

import pytest

from portal.infra.db import db
from portal.infra.outbox import OutboxEvent
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.errors import NotFound, Refused
from portal.tickets.models.ticket import Participant, Ticket, TimelineEntry
from portal.tickets.rules.words import ClosureCode, EntryKind, Outcome, Phase, Status
from portal.tickets.service import following, status, work
from portal.tickets.service.record import Words
from tests.integration.tickets import opened


def post(browser, number, step, **fields):
    return browser.post(f"/desk/tickets/{number}/{step}", data=fields)


def events(name):
    return db.session.query(OutboxEvent).filter_by(name=name).count()


def changes():
    """Details of the portal's own lines, in order."""
    query = db.session.query(TimelineEntry).filter_by(kind=EntryKind.CHANGE).order_by(TimelineEntry.id)
    return [e.details for e in query]


def attempt(user, number, outcome=Outcome.NOT_SOLVABLE, *, remote=False):
    with transaction():
        take = work.log_remote if remote else work.log_call
        take(
            opened.actor(user),
            opened.held(user, number),
            work.Work(clock.now() - timedelta(minutes=5), 5, outcome, advice="Tried"),
        )


class TestAssignment:
    def test_somebody_takes_it(self, cast, as_user):
        number = opened.ticket(cast)
        assert post(as_user(cast.agent), number, "take").status_code == 303
        ticket = opened.look(cast.agent, number)
        assert (ticket.assignee_id, ticket.team_id) == (cast.agent.id, cast.team.id)

    def test_it_goes_to_a_colleague_with_a_reason_and_the_colleague_is_told(self, cast, as_user):
        number = opened.ticket(cast)
        answer = post(as_user(cast.agent), number, "assign", to=f"u{cast.engineer.id}", reason="Needs hands")
        assert answer.status_code == 303
        assert changes()[-1] == {
            "what": "assigned",
            "to": "Eno Engineer",
            "team": "",
            "reason": "Needs hands",
        }
        assert events("TicketAssigned") == 1

    def test_it_goes_to_a_team_and_back_to_the_queue(self, cast, as_user):
        number = opened.ticket(cast)
        browser = as_user(cast.agent)
        post(browser, number, "take")
        post(browser, number, "assign", to=f"t{cast.team.id}", reason="Not mine")
        ticket = opened.look(cast.agent, number)
        assert (ticket.assignee_id, ticket.team_id) == (None, cast.team.id)
        post(browser, number, "take")
        post(browser, number, "assign", to="", reason="Nobody is free")
        assert opened.look(cast.agent, number).assignee_id is None

    def test_from_a_colleague_it_goes_with_a_reason_alone(self, cast, as_user):
        number = opened.ticket(cast)
        post(as_user(cast.engineer), number, "take")
        browser = as_user(cast.agent)
        for step, fields in (("take", {}), ("assign", {"to": f"u{cast.agent.id}", "reason": " "})):
            answer = post(browser, number, step, **fields)
            assert answer.status_code == 422
            assert "Eno Engineer has this ticket" in answer.text
            assert opened.look(cast.agent, number).assignee_id == cast.engineer.id
        assert f'<option selected value="u{cast.agent.id}">' in answer.text
        assert (
            f'<option selected value="u{cast.agent.id}">'
            in browser.get(f"/desk/tickets/{number}/assign?me=1").text
        )
        assert post(browser, number, "assign", to=f"u{cast.agent.id}", reason="Eno is ill").status_code == 303
        assert opened.look(cast.agent, number).assignee_id == cast.agent.id
        assert (
            f"{cast.agent.contact.name} took this request: Eno is ill"
            in browser.get(f"/desk/tickets/{number}").text
        )

    def test_to_whom_it_is_assigned_already_nothing_is_written(self, cast):
        number = opened.ticket(cast)
        for _ in range(2):
            with transaction():
                status.assign(opened.held(cast.agent, number), opened.actor(cast.agent), cast.agent.id)
        assert events("TicketAssigned") == 1

    @pytest.mark.databases("sqlite")
    def test_whoever_has_it_is_not_said_to_have_got_it(self, cast, as_user):
        number, browser = opened.ticket(cast), as_user(cast.agent)
        post(browser, number, "take")
        answer = post(browser, number, "assign", to=f"u{cast.agent.id}", reason="Twice is safer")
        assert answer.status_code == 422
        assert "It is there already" in answer.text
        assert "Twice is safer" in answer.text

    @pytest.mark.parametrize("who", ["owner", "stranger"])
    def test_a_client_cannot_be_made_responsible(self, cast, as_user, who):
        number, user = opened.ticket(cast), getattr(cast, who)
        assert post(as_user(cast.agent), number, "assign", to=f"u{user.id}").status_code == 422
        with pytest.raises(NotFound), transaction():
            status.assign(opened.held(cast.agent, number), opened.actor(cast.agent), user.id)

    @pytest.mark.parametrize("to", ["u", "uu1", "t-1", "x9", "u99999999999999999999"])
    def test_nonsense_is_refused_in_words(self, cast, as_user, to):
        answer = post(as_user(cast.agent), opened.ticket(cast), "assign", to=to)
        assert answer.status_code == 422
        assert "Choose one of the list." in answer.text


class TestWaiting:
    def test_a_reason_is_needed_and_what_was_typed_stays(self, cast, as_user):
        number = opened.ticket(cast)
        fields = {"status": "waiting_parts", "reason": " ", "text": "We ordered the part."}
        answer = post(as_user(cast.agent), number, "wait", **fields)
        assert answer.status_code == 422
        assert "Say why, so that everybody knows" in answer.text
        assert "We ordered the part.</textarea>" in answer.text
        assert '<option selected value="waiting_parts">' in answer.text

    def test_waiting_for_the_client_is_an_answer_and_is_told(self, cast, as_user):
        number = opened.ticket(cast)
        fields = {"status": "waiting_customer", "reason": "Serial number"}
        assert post(as_user(cast.agent), number, "wait", **fields).status_code == 303
        ticket = opened.look(cast.agent, number)
        assert (ticket.status, ticket.waiting_reason) == (Status.WAITING_CUSTOMER, "Serial number")
        assert ticket.unanswered_since is None
        assert events("TicketWaitsForClient") == 1

    def test_waiting_for_parts_in_silence_answers_nobody(self, cast, as_user):
        number = opened.ticket(cast)
        post(as_user(cast.agent), number, "wait", status="waiting_parts", reason="Print head")
        ticket = opened.look(cast.agent, number)
        assert ticket.status is Status.WAITING_PARTS
        assert ticket.unanswered_since is not None
        assert ticket.first_response_at is None

    def test_a_message_with_it_is_sent_and_answers(self, cast, as_user):
        number = opened.ticket(cast)
        fields = {"status": "waiting_parts", "reason": "Print head", "text": "It comes on Thursday."}
        post(as_user(cast.agent), number, "wait", **fields)
        ticket = opened.look(cast.agent, number)
        assert (ticket.status, ticket.unanswered_since) == (Status.WAITING_PARTS, None)
        assert events("StaffReplied") == 1

    def test_the_reason_can_change_without_the_wait_beginning_anew(self, cast, as_user):
        number = opened.ticket(cast)
        opened.wait(cast.agent, number, "Print head", Status.WAITING_PARTS)
        since = opened.look(cast.agent, number).status_since
        post(as_user(cast.agent), number, "wait", status="waiting_parts", reason="Print head, on Thursday")
        ticket = opened.look(cast.agent, number)
        assert (ticket.waiting_reason, ticket.status_since) == ("Print head, on Thursday", since)

    def test_resuming_a_ticket_that_does_not_wait_is_a_stale_step(self, cast, as_user):
        number = opened.ticket(cast)
        opened.resolve(cast.agent, number)
        answer = post(as_user(cast.engineer), number, "resume")
        assert answer.status_code == 422
        assert "The ticket has moved on" in answer.text
        assert opened.look(cast.agent, number).status is Status.RESOLVED

    def test_the_reason_goes_when_the_work_goes_on(self, cast, as_user):
        number = opened.ticket(cast)
        opened.wait(cast.agent, number)
        assert post(as_user(cast.agent), number, "resume").status_code == 303
        ticket = opened.look(cast.agent, number)
        assert (ticket.status, ticket.waiting_reason) == (Status.IN_PROGRESS, None)


class TestTheEnd:
    def test_solved_tells_the_client_what_was_done(self, cast, as_user):
        number = opened.ticket(cast)
        answer = post(as_user(cast.agent), number, "resolve", code="answered", text="Use the other tray.")
        assert answer.status_code == 303
        ticket = opened.look(cast.agent, number)
        assert (ticket.status, ticket.closure_code) == (Status.RESOLVED, ClosureCode.ANSWERED)
        assert ticket.unanswered_since is None
        assert events("TicketResolved") == 1
        assert [c["to"] for c in changes() if c["what"] == "status"] == ["resolved"]

    def test_solving_it_twice_is_a_stale_step_and_sends_nothing(self, cast, as_user):
        number = opened.ticket(cast)
        opened.resolve(cast.engineer, number)
        answer = post(as_user(cast.agent), number, "resolve", code="answered", text="Use the other tray.")
        assert answer.status_code == 422
        assert "The ticket has moved on" in answer.text
        assert "Use the other tray.</textarea>" in answer.text
        assert events("TicketResolved") == 1

    def test_solving_what_the_client_withdrew_is_a_stale_step(self, cast, as_user):
        number = opened.ticket(cast)
        with transaction():
            status.cancel(opened.actor(cast.owner), opened.held(cast.owner, number), "Not needed")
        answer = post(as_user(cast.agent), number, "resolve", code="answered", text="Done")
        assert answer.status_code == 422
        assert opened.look(cast.agent, number).status is Status.CANCELLED

    def test_cancelling_needs_a_reason_and_happens_once(self, cast, as_user):
        number = opened.ticket(cast)
        browser = as_user(cast.agent)
        assert post(browser, number, "cancel", reason="").status_code == 422
        assert post(browser, number, "cancel", reason="Twin of another").status_code == 303
        assert post(browser, number, "cancel", reason="Again").status_code == 422
        assert events("TicketCancelled") == 1

    def test_a_solved_ticket_is_opened_again_and_an_open_one_is_not(self, cast, as_user):
        number = opened.ticket(cast)
        browser = as_user(cast.agent)
        assert post(browser, number, "reopen").status_code == 422
        opened.resolve(cast.agent, number)
        assert post(browser, number, "reopen").status_code == 303
        ticket = opened.look(cast.agent, number)
        assert (ticket.status, ticket.resolved_at, ticket.closure_code) == (Status.IN_PROGRESS, None, None)

    def test_thanks_after_the_end_ask_staff_who_may_leave_it_or_open_it(self, cast, as_user):
        first, second = opened.ticket(cast), opened.ticket(cast)
        browser = as_user(cast.agent)
        for number in (first, second):
            opened.resolve(cast.agent, number)
            opened.say(cast.owner, number, "Thank you!")
            assert "it reads like thanks" in browser.get(f"/desk/tickets/{number}").text
        post(browser, first, "leave-ended")
        post(browser, second, "reopen")
        assert opened.look(cast.agent, first).status is Status.RESOLVED
        assert opened.look(cast.agent, second).status is Status.IN_PROGRESS
        for number in (first, second):
            assert opened.look(cast.agent, number).thanked_at is None
            assert "it reads like thanks" not in browser.get(f"/desk/tickets/{number}").text

    def test_a_client_who_confirms_after_thanking_leaves_nothing_to_do(self, cast):
        number = opened.ticket(cast)
        opened.resolve(cast.agent, number)
        opened.say(cast.owner, number, "谢谢!")
        opened.confirm(cast.owner, number)
        assert opened.look(cast.agent, number).thanked_at is None


class TestTheLadder:
    def test_a_step_too_far_is_refused_in_words(self, cast, as_user):
        number = opened.ticket(cast)
        browser = as_user(cast.agent)
        assert "Log a call first" in post(browser, number, "phase", phase="on_site").text
        attempt(cast.agent, number)
        answer = post(browser, number, "phase", phase="on_site")
        assert answer.status_code == 422
        assert "Log a remote session that could not solve it first" in answer.text
        attempt(cast.agent, number, remote=True)
        assert post(browser, number, "phase", phase="on_site").status_code == 303
        assert opened.look(cast.agent, number).phase is Phase.ON_SITE

    def test_a_remote_session_that_solved_it_does_not_open_the_way_on_site(self, cast, as_user):
        number = opened.ticket(cast)
        attempt(cast.agent, number)
        attempt(cast.agent, number, Outcome.SOLVED, remote=True)
        assert post(as_user(cast.agent), number, "phase", phase="on_site").status_code == 422

    @pytest.mark.parametrize("who", ["agent", "engineer"])
    def test_a_reason_of_others_overrides_nothing(self, cast, as_user, who):
        number = opened.ticket(cast)
        browser = as_user(getattr(cast, who))
        assert 'name="reason"' not in browser.get(f"/desk/tickets/{number}/phase").text
        assert post(browser, number, "phase", phase="on_site", reason="Because").status_code == 422
        assert opened.look(cast.agent, number).phase is Phase.PHONE

    @pytest.mark.parametrize("who", ["manager", "administrator"])
    def test_a_managers_reason_overrides_and_is_kept(self, cast, as_user, who):
        number = opened.ticket(cast)
        browser = as_user(getattr(cast, who))
        assert post(browser, number, "phase", phase="on_site", reason=" ").status_code == 422
        assert post(browser, number, "phase", phase="on_site", reason="Fire brigade").status_code == 303
        assert changes()[-1] == {"what": "phase", "from": "phone", "to": "on_site", "reason": "Fire brigade"}

    def test_a_step_back_is_always_possible_but_not_on_an_ended_ticket(self, cast, as_user):
        number = opened.ticket(cast)
        manager = as_user(cast.manager)
        post(manager, number, "phase", phase="on_site", reason="Fire brigade")
        assert post(as_user(cast.agent), number, "phase", phase="phone").status_code == 303
        opened.resolve(cast.agent, number)
        opened.confirm(cast.owner, number)
        answer = post(manager, number, "phase", phase="on_site", reason="Too late")
        assert answer.status_code == 422
        assert "This ticket has ended." in answer.text


class TestFacts:
    def fields(self, **changed):
        return {
            "subject": "Till 2 prints nothing", "kind": "fault", "urgency": "normal", "device_id": "", "site_id": "", **changed
        }  # fmt: skip

    def test_facts_are_corrected_and_the_timeline_keeps_what_they_were(self, cast, as_user):
        number = opened.ticket(cast)
        fields = self.fields(
            subject="Till 2: no paper", urgency="high", device_id=cast.till.id, site_id=cast.warehouse.id
        )
        assert post(as_user(cast.agent), number, "about", **fields).status_code == 303
        ticket = opened.look(cast.agent, number)
        assert (ticket.subject, ticket.urgency.value, ticket.device_id) == (
            "Till 2: no paper",
            "high",
            cast.till.id,
        )
        assert {"what": "subject", "from": "Till 2 prints nothing", "to": "Till 2: no paper"} in changes()
        page = as_user(cast.agent).get(f"/desk/tickets/{number}").text
        assert "Ada Agent changed the urgency" in page
        assert f"/desk/tickets/{number}" in as_user(cast.agent).get("/desk/search?q=paper").text

    def test_the_form_shows_what_it_is_now(self, cast, as_user):
        number = opened.ticket(cast, device_id=cast.till.id)
        form = as_user(cast.agent).get(f"/desk/tickets/{number}/about").text
        assert f'<option selected value="{cast.till.id}">Till 2' in form
        assert '<option selected value="fault">' in form
        assert "Chair 1 PC" not in form

    @pytest.mark.parametrize(
        "wrong",
        [{"subject": ""}, {"subject": "x" * 201}, {"kind": "riddle"}, {"urgency": ""}, {"device_id": "x"}],
    )
    def test_what_cannot_be_is_refused_and_kept(self, cast, as_user, wrong):
        number = opened.ticket(cast)
        assert post(as_user(cast.agent), number, "about", **self.fields(**wrong)).status_code == 422
        assert changes() == []

    def test_a_device_of_another_organisation_cannot_be_named(self, cast, as_user):
        number = opened.ticket(cast)
        fields = self.fields(device_id=cast.chair.id)
        assert post(as_user(cast.agent), number, "about", **fields).status_code == 422
        about = following.About(
            "x",
            opened.look(cast.agent, number).kind,
            opened.look(cast.agent, number).urgency,
            cast.chair.id,
            None,
        )
        with pytest.raises(NotFound), transaction():
            following.correct(opened.actor(cast.agent), opened.held(cast.agent, number), about)


class TestParticipants:
    def test_a_colleague_follows_from_now_on_and_no_more_when_removed(self, cast, as_user):
        number = opened.ticket(cast)
        browser = as_user(cast.agent)
        assert as_user(cast.colleague).get(f"/requests/{number}").status_code == 404
        contact = cast.colleague.contact_id
        assert post(browser, number, "participants", contact_id=contact).status_code == 303
        assert as_user(cast.colleague).get(f"/requests/{number}").status_code == 200
        assert post(browser, number, f"participants/{contact}/remove").status_code == 303
        assert as_user(cast.colleague).get(f"/requests/{number}").status_code == 404

    def test_somebody_of_another_organisation_never_follows(self, cast, as_user):
        number = opened.ticket(cast)
        browser = as_user(cast.agent)
        assert "Una Stranger" not in browser.get(f"/desk/tickets/{number}/participants").text
        assert post(browser, number, "participants", contact_id=cast.stranger.contact_id).status_code == 422
        with pytest.raises(NotFound), transaction():
            following.add_participant(
                opened.actor(cast.agent), opened.held(cast.agent, number), cast.stranger.contact_id
            )
        assert db.session.query(Participant).count() == 0


class TestTheService:
    def test_a_wait_for_something_that_is_no_wait_is_refused(self, cast):
        number = opened.ticket(cast)
        with pytest.raises(Refused, match="moved on"), transaction():
            status.wait(opened.actor(cast.agent), opened.held(cast.agent, number), Status.CLOSED, "x")

    def test_a_step_back_to_where_it_was_waits_anew(self, cast):
        number = opened.ticket(cast)
        opened.wait(cast.agent, number)
        first = opened.look(cast.agent, number).status_since
        with transaction():
            status.resume(opened.actor(cast.agent), opened.held(cast.agent, number))
        opened.wait(cast.agent, number)
        assert opened.look(cast.agent, number).status_since > first

    def test_one_step_writes_one_line_that_the_client_sees(self, cast):
        number = opened.ticket(cast)
        with transaction():
            words = Words("Use the other tray.")
            status.resolve(
                opened.actor(cast.agent), opened.held(cast.agent, number), ClosureCode.ANSWERED, words
            )
        lines = [c for c in changes() if c["what"] == "status"]
        assert [(c["from"], c["to"]) for c in lines] == [("new", "resolved")]
        assert db.session.query(Ticket).one().first_response_at is not None
