"""One request as the client sees it, and what the client can do with it."""

import io
import re
from datetime import timedelta

import pytest

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.tickets.models.ticket import Attachment, Ticket, TimelineEntry
from portal.tickets.rules.words import EntryKind, Outcome, Status
from portal.tickets.service import following, work
from portal.web import uploads
from tests.integration.tickets import opened
from tests.support.queries import counted

SECRET = "They always unplug it themselves"
WRITES = ("reply", "confirm", "withdraw", "participants", "participants/1/remove")


def backdate(number, **instants):
    """Write instants into the past, as if time had gone by."""
    with transaction():
        ticket = db.session.query(Ticket).filter_by(number=number).one()
        for name, ago in instants.items():
            setattr(ticket, name, clock.now() - ago)


def paths(number):
    return [f"/requests/{number}", f"/requests/{number}/state", f"/requests/{number}/timeline"]


class TestWhoMaySeeIt:
    @pytest.mark.parametrize("who", ["stranger", "colleague"])
    def test_strangers_and_colleagues_who_take_no_part_find_nothing(self, cast, as_user, who):
        number = opened.ticket(cast)
        browser = as_user(getattr(cast, who))
        assert [browser.get(p).status_code for p in paths(number)] == [404] * 3
        for write in WRITES:
            answer = browser.post(f"/requests/{number}/{write}", data={"text": "Hello", "reason": "No"})
            assert answer.status_code == 404, write
        assert db.session.query(TimelineEntry).filter(TimelineEntry.kind == EntryKind.MESSAGE).count() == 1

    @pytest.mark.parametrize("who", ["owner", "client_manager"])
    def test_the_requester_and_the_manager_see_it(self, cast, as_user, who):
        number = opened.ticket(cast)
        assert [as_user(getattr(cast, who)).get(p).status_code for p in paths(number)] == [200] * 3

    def test_staff_use_the_desk_instead(self, cast, as_user):
        number = opened.ticket(cast)
        assert as_user(cast.agent).get(f"/requests/{number}").status_code == 404

    def test_a_number_that_does_not_exist_looks_like_one_that_is_not_yours(self, cast, as_user):
        assert as_user(cast.owner).get("/requests/99999").status_code == 404


class TestThePage:
    def test_internal_notes_and_assignments_never_reach_a_client(self, cast, as_user):
        number = opened.ticket(cast)
        opened.note(cast.agent, number, SECRET)
        opened.say(cast.agent, number, "Please check the plug.")
        for user in (cast.owner, cast.client_manager):
            for path in [*paths(number), "/home", "/requests?show=all", "/requests?show=all&q=unplug"]:
                text = as_user(user).get(path).text
                assert SECRET not in text, path
                assert "took this request" not in text, path

    def test_calls_show_advice_and_outcome_in_the_clients_words(self, cast, as_user):
        number = opened.ticket(cast)
        with transaction():
            call = work.Work(
                clock.now() - timedelta(minutes=9),
                8,
                Outcome.CLIENT_TRIES,
                cast.owner.contact_id,
                "No paper",
                "Turn the roll",
            )
            work.log_call(opened.actor(cast.agent), opened.held(cast.agent, number), call)
        text = as_user(cast.client_manager).get(f"/requests/{number}").text
        assert "Turn the roll" in text
        assert "You try our advice" in text
        assert "8 min" in text

    def test_it_says_what_it_waits_for_and_offers_to_answer(self, cast, as_user):
        number = opened.ticket(cast)
        opened.wait(cast.agent, number, "Which serial number stands on the back?")
        text = as_user(cast.client_manager).get(f"/requests/{number}").text
        assert "We need your answer to go on" in text
        assert "Which serial number stands on the back?" in text
        assert 'href="#ticket-reply"' in text

    @pytest.mark.parametrize("then", [s for s in Status if s.value.startswith("waiting_")])
    def test_every_wait_has_words_for_the_client(self, cast, as_user, then):
        number = opened.ticket(cast)
        opened.wait(cast.agent, number, "Because of the moon", then)
        answer = as_user(cast.client_manager).get(f"/requests/{number}")
        assert answer.status_code == 200
        assert "Because of the moon" in answer.text

    def test_the_page_takes_the_same_statements_for_a_short_and_a_long_conversation(self, cast, as_user):
        number = opened.ticket(cast)
        opened.say(cast.agent, number, "Hello")
        browser = as_user(cast.owner)
        with counted() as few:
            browser.get(f"/requests/{number}")
        for n in range(10):
            opened.say(cast.owner if n % 2 else cast.agent, number, f"Line {n}")
        with counted() as many:
            browser.get(f"/requests/{number}")
        assert len(few) == len(many) <= 13, str(many)


class TestLive:
    @pytest.mark.parametrize("part", ["state", "timeline"])
    def test_nothing_new_is_no_answer_at_all(self, cast, as_user, part):
        number = opened.ticket(cast)
        browser = as_user(cast.owner)
        page = browser.get(f"/requests/{number}").text
        url = re.search(rf'hx-get="(/requests/{number}/{part}\?v=[^"]+)"', page)[1]
        assert browser.htmx("GET", url).status_code == 204
        opened.note(cast.agent, number, SECRET)
        assert browser.htmx("GET", url).status_code == 204
        opened.say(cast.agent, number, "We look into it.")
        answer = browser.htmx("GET", url)
        assert answer.status_code == 200
        assert answer.text.count(f'id="ticket-{part}"') == 1
        assert "<html" not in answer.text


class TestReplying:
    def test_a_message_joins_the_conversation_and_waits_for_an_answer(self, cast, as_user):
        number = opened.ticket(cast)
        opened.say(cast.agent, number, "Is it plugged in?")
        browser = as_user(cast.client_manager)
        answer = browser.post(f"/requests/{number}/reply", data={"text": "Yes, it is."})
        assert answer.status_code == 303
        page = browser.get(answer.headers["Location"]).text
        assert "Your message is with us." in page
        assert "Yes, it is." in page
        assert opened.look(cast.agent, number).unanswered_since is not None

    def test_a_message_to_a_waiting_request_sets_it_going(self, cast, as_user):
        number = opened.ticket(cast)
        opened.wait(cast.agent, number)
        as_user(cast.owner).post(f"/requests/{number}/reply", data={"text": "SN-88412"})
        assert opened.look(cast.agent, number).status == Status.IN_PROGRESS

    def test_a_file_alone_is_a_message(self, cast, as_user):
        number = opened.ticket(cast)
        data = {"text": "", "files": [(io.BytesIO(b"hello"), "log.txt", "text/plain")]}
        assert as_user(cast.owner).post(f"/requests/{number}/reply", data=data).status_code == 303
        assert db.session.query(Attachment).one().name == "log.txt"

    def test_nothing_is_refused_in_words(self, cast, as_user):
        number = opened.ticket(cast)
        answer = as_user(cast.client_manager).post(f"/requests/{number}/reply", data={"text": "  "})
        assert answer.status_code == 422
        assert "Write a few words, or add a file." in answer.text

    def test_a_refused_file_keeps_the_text_and_the_good_file(self, cast, as_user):
        number = opened.ticket(cast)
        files = [(io.BytesIO(b"MZ"), "setup.exe"), (io.BytesIO(b"hello"), "log.txt", "text/plain")]
        browser = as_user(cast.client_manager)
        answer = browser.htmx(
            "POST", f"/requests/{number}/reply", data={"text": "Here it is.", "files": files}
        )
        assert answer.status_code == 422
        assert answer.text.lstrip().startswith('<section id="ticket-reply"')
        assert "setup.exe is a program" in answer.text
        assert "Here it is." in answer.text
        assert 'name="kept_file"' in answer.text

    def test_an_over_long_message_is_refused_and_kept(self, cast, as_user):
        number = opened.ticket(cast)
        answer = as_user(cast.client_manager).post(f"/requests/{number}/reply", data={"text": "x" * 20_002})
        assert answer.status_code == 422
        assert "This is 2 characters too long" in answer.text
        assert "x" * 20_002 in answer.text

    def test_a_double_click_is_one_message(self, cast, as_user):
        number = opened.ticket(cast)
        browser = as_user(cast.owner)
        for _ in range(2):
            assert browser.post(f"/requests/{number}/reply", data={"text": "Yes."}).status_code == 303
        assert db.session.query(TimelineEntry).filter_by(text="Yes.").count() == 1

    def test_the_same_words_after_an_answer_are_said_again(self, cast, as_user):
        number = opened.ticket(cast)
        browser = as_user(cast.owner)
        browser.post(f"/requests/{number}/reply", data={"text": "Yes."})
        opened.say(cast.agent, number, "And the light is green?")
        browser.post(f"/requests/{number}/reply", data={"text": "Yes."})
        assert db.session.query(TimelineEntry).filter_by(text="Yes.").count() == 2


class TestTheEnd:
    def solved(self, cast):
        number = opened.ticket(cast, by=cast.client_manager)
        opened.resolve(cast.agent, number)
        return number

    def test_the_client_confirms(self, cast, as_user):
        number = self.solved(cast)
        browser = as_user(cast.client_manager)
        assert "It works, close it" in browser.get(f"/requests/{number}").text
        answer = browser.post(f"/requests/{number}/confirm")
        assert answer.status_code == 303
        assert "The request is closed." in browser.get(f"/requests/{number}").text
        assert opened.look(cast.agent, number).status == Status.CLOSED

    def test_it_still_fails_opens_it_again(self, cast, as_user):
        number = self.solved(cast)
        browser = as_user(cast.client_manager)
        browser.post(f"/requests/{number}/reply", data={"text": "Thanks, but it still fails."})
        assert opened.look(cast.agent, number).status == Status.IN_PROGRESS
        assert "The request is open again" in browser.get(f"/requests/{number}").text

    def test_thanks_alone_leave_it_as_it_is(self, cast, as_user):
        number = self.solved(cast)
        opened.confirm(cast.client_manager, number)
        browser = as_user(cast.client_manager)
        browser.post(f"/requests/{number}/reply", data={"text": "谢谢!"})
        ticket = opened.look(cast.agent, number)
        assert (ticket.status, ticket.thanked_at is not None) == (Status.CLOSED, True)
        assert "The request stays as it is." in browser.get(f"/requests/{number}").text

    def test_a_message_long_after_the_end_opens_a_linked_request(self, cast, as_user):
        number = self.solved(cast)
        opened.confirm(cast.client_manager, number)
        backdate(number, resolved_at=timedelta(days=20), closed_at=timedelta(days=15))
        browser = as_user(cast.client_manager)
        answer = browser.post(f"/requests/{number}/reply", data={"text": "It fails again."})
        fresh = int(answer.headers["Location"].rpartition("/")[2])
        assert fresh != number
        page = browser.get(f"/requests/{fresh}").text
        assert f"your message opened a new one, T-{fresh}" in page
        assert f'href="/requests/{number}"' in page
        assert opened.look(cast.agent, number).status == Status.CLOSED

    def test_confirming_twice_does_no_harm(self, cast, as_user):
        number = self.solved(cast)
        browser = as_user(cast.client_manager)
        for _ in range(2):
            assert browser.post(f"/requests/{number}/confirm").status_code == 303
        changes = [e.details for e in db.session.query(TimelineEntry).filter_by(kind=EntryKind.CHANGE)]
        assert [c["to"] for c in changes if c["what"] == "status"].count("closed") == 1

    def test_confirming_what_goes_on_again_is_told_in_words(self, cast, as_user):
        number = self.solved(cast)
        opened.say(cast.client_manager, number, "No, it fails again.")
        browser = as_user(cast.client_manager)
        browser.post(f"/requests/{number}/confirm")
        assert "The ticket has moved on" in browser.get(f"/requests/{number}").text
        assert opened.look(cast.agent, number).status == Status.IN_PROGRESS


class TestWithdrawing:
    def test_a_reason_is_needed_and_kept_on_the_timeline(self, cast, as_user):
        number = opened.ticket(cast)
        browser = as_user(cast.client_manager)
        refused = browser.post(f"/requests/{number}/withdraw", data={"reason": ""})
        assert refused.status_code == 422
        assert "Say in a few words why" in refused.text
        browser.post(f"/requests/{number}/withdraw", data={"reason": "We bought a new one."})
        page = browser.get(f"/requests/{number}").text
        assert "Chen Bo withdrew the request: We bought a new one." in page
        assert 'id="withdraw"' not in page

    def test_what_is_closed_can_not_be_withdrawn(self, cast, as_user):
        number = opened.ticket(cast, by=cast.client_manager)
        opened.resolve(cast.agent, number)
        opened.confirm(cast.client_manager, number)
        browser = as_user(cast.client_manager)
        browser.post(f"/requests/{number}/withdraw", data={"reason": "Why not"})
        assert opened.look(cast.agent, number).status == Status.CLOSED
        assert "The ticket has moved on" in browser.get(f"/requests/{number}").text


class TestFollowing:
    def test_a_colleague_is_added_and_removed_again(self, cast, as_user):
        number = opened.ticket(cast)
        owner, colleague = as_user(cast.owner), as_user(cast.colleague)
        owner.post(f"/requests/{number}/participants", data={"contact_id": cast.colleague.contact_id})
        assert colleague.get(f"/requests/{number}").status_code == 200
        owner.post(f"/requests/{number}/participants/{cast.colleague.contact_id}/remove")
        assert colleague.get(f"/requests/{number}").status_code == 404

    def test_a_person_of_another_organisation_is_not_a_choice(self, cast, as_user):
        number = opened.ticket(cast)
        answer = as_user(cast.client_manager).post(
            f"/requests/{number}/participants", data={"contact_id": cast.stranger.contact_id}
        )
        assert answer.status_code == 422
        assert "Choose one of the list." in answer.text

    def test_nobody_chosen_is_told_in_words(self, cast, as_user):
        number = opened.ticket(cast)
        answer = as_user(cast.client_manager).post(f"/requests/{number}/participants", data={})
        assert answer.status_code == 422
        assert "Choose a colleague first." in answer.text

    def test_whoever_leaves_goes_back_to_the_list(self, cast, as_user):
        number = opened.ticket(cast)
        with transaction():
            following.add_participant(
                opened.actor(cast.owner), opened.held(cast.owner, number), cast.colleague.contact_id
            )
        answer = as_user(cast.colleague).post(
            f"/requests/{number}/participants/{cast.colleague.contact_id}/remove"
        )
        assert answer.headers["Location"] == "/requests"


@pytest.mark.parametrize("write", ["reply", "withdraw", "participants"])
@pytest.mark.databases("sqlite")
def test_a_stale_form_writes_nothing_and_keeps_the_words(make_app, sign_in, write):
    app = make_app()
    with app.app_context():
        from tests import cast as people

        cast = people.make()
        number = opened.ticket(cast, by=cast.client_manager)
        browser = sign_in(app.test_client(), cast.client_manager)
        sent = {
            "text": "My words",
            "reason": "My words",
            "contact_id": cast.owner.contact_id,
            "csrf_token": "old",
        }
        answer = browser.post(f"/requests/{number}/{write}", data=sent)
        assert answer.status_code == 422
        assert "What you typed is still here" in answer.text
        assert "My words" in answer.text or write == "participants"
        assert db.session.query(TimelineEntry).count() == 1
        stranger = sign_in(app.test_client(), cast.stranger)
        assert stranger.post(f"/requests/{number}/{write}", data=sent).status_code == 404


def test_kept_files_belong_to_the_sender_of_the_token_alone(app):
    file = uploads.StoredFile("a.txt", "text/plain", 1, "0" * 64)
    token = uploads.token(file)
    assert uploads.recall(token) == file
    assert uploads.recall(token[:-2] + "xx") is None
