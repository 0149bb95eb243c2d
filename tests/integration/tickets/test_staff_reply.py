"""Replies and internal notes of staff: who is told, files, two people who answer at once."""

import io

import pytest

from portal.infra.db import db
from portal.infra.outbox import OutboxEvent
from portal.infra.transaction import transaction
from portal.people.models import Membership
from portal.tickets.models.ticket import Attachment, TimelineEntry
from portal.tickets.rules.words import EntryKind, Status
from portal.tickets.service import following
from portal.web import uploads
from tests.integration.tickets import opened


def send(browser, number, text="Please unplug it.", **fields):
    return browser.post(f"/desk/tickets/{number}/reply", data={"text": text, **fields})


def newest(cast, number):
    return opened.look(cast.agent, number).last_entry_id


def written(kind=EntryKind.MESSAGE):
    return [e.text for e in db.session.query(TimelineEntry).filter_by(kind=kind).order_by(TimelineEntry.id)]


def told():
    return db.session.query(OutboxEvent).filter_by(name="StaffReplied").count()


def test_a_reply_answers_the_ticket_and_is_told(cast, as_user):
    number = opened.ticket(cast)
    answer = send(as_user(cast.agent), number, last_entry=newest(cast, number))
    assert (answer.status_code, answer.location) == (303, f"/desk/tickets/{number}")
    ticket = opened.look(cast.agent, number)
    assert ticket.unanswered_since is None
    assert (ticket.status, ticket.assignee_id) == (Status.IN_PROGRESS, cast.agent.id)
    assert (ticket.last_word, ticket.last_word_side) == ("Please unplug it.", "staff")
    assert told() == 1


def test_the_form_says_who_gets_it(cast, as_user):
    number = opened.ticket(cast)
    with transaction():
        following.add_participant(
            opened.actor(cast.agent), opened.held(cast.agent, number), cast.client_manager.contact_id
        )
    form = as_user(cast.agent).get(f"/desk/tickets/{number}/reply").text
    to = form[form.index('class="do-to"') : form.index("<textarea")]
    assert "owner@harbour.example" in to
    assert "manager@harbour.example" in to
    assert "colleague@harbour.example" not in to


def test_it_says_when_nobody_has_an_address(cast, as_user):
    number = opened.ticket(cast)
    with transaction():
        for address in list(cast.owner.contact.emails):
            db.session.delete(address)
    assert (
        "Nobody here has an e-mail address" in as_user(cast.agent).get(f"/desk/tickets/{number}/reply").text
    )


def test_files_go_along_and_survive_a_refusal(cast, as_user):
    number = opened.ticket(cast)
    browser = as_user(cast.agent)
    file = (io.BytesIO(b"step one, step two"), "steps.txt")
    refused = send(browser, number, "", files=file)
    assert refused.status_code == 422
    assert "Write your reply." in refused.text
    assert "steps.txt" in refused.text
    token = refused.text.split('name="kept_files" value="')[1].split('"')[0]
    assert uploads.TOKEN_HOURS == 24
    answer = send(browser, number, "Follow the steps.", kept_files=token)
    assert answer.status_code == 303
    row = db.session.query(Attachment).one()
    assert (row.name, row.size) == ("steps.txt", 18)


def test_a_program_is_refused_and_the_text_stays(cast, as_user):
    number = opened.ticket(cast)
    answer = send(as_user(cast.agent), number, "Run this.", files=(io.BytesIO(b"MZ"), "fix.exe"))
    assert answer.status_code == 422
    assert "fix.exe is a program" in answer.text
    assert "Run this.</textarea>" in answer.text
    assert told() == 0


@pytest.mark.parametrize("text", ["", "   \n "])
def test_an_empty_reply_is_refused(cast, as_user, text):
    number = opened.ticket(cast)
    assert send(as_user(cast.agent), number, text).status_code == 422
    assert written() == ["It prints nothing since nine."]


def test_an_over_long_reply_is_refused_whole(cast, as_user):
    number = opened.ticket(cast)
    answer = send(as_user(cast.agent), number, "打" * 50_001)
    assert answer.status_code == 422
    assert "This is 1 character too long" in answer.text
    assert "打" * 50_001 in answer.text


class TestTwoAtOnce:
    def test_a_reply_over_unread_words_is_shown_again_with_what_came(self, cast, as_user):
        number = opened.ticket(cast)
        seen = newest(cast, number)
        opened.say(cast.engineer, number, "I am on the line with them already.")
        opened.say(cast.owner, number, "It works again since a minute.")
        answer = as_user(cast.agent).htmx(
            "POST", f"/desk/tickets/{number}/reply", data={"text": "Please unplug it.", "last_entry": seen}
        )
        assert answer.status_code == 422
        for words in (
            "Something came in while you were writing", "I am on the line with them already.",
            "It works again since a minute.", "Please unplug it.</textarea>", "Send anyway",
        ):  # fmt: skip
            assert words in answer.text
        assert "Please unplug it." not in written()

    def test_sending_it_anyway_sends_it_once(self, cast, as_user):
        number = opened.ticket(cast)
        seen = newest(cast, number)
        opened.say(cast.owner, number, "One thing more.")
        browser = as_user(cast.agent)
        again = send(browser, number, last_entry=seen).text
        shown = again.split('name="last_entry"')[1].split('value="')[1].split('"')[0]
        assert send(browser, number, last_entry=shown).status_code == 303
        assert written().count("Please unplug it.") == 1

    def test_what_comes_after_that_is_shown_again(self, cast, as_user):
        number = opened.ticket(cast)
        opened.say(cast.owner, number, "One thing more.")
        shown = newest(cast, number)
        opened.say(cast.owner, number, "And another.")
        answer = send(as_user(cast.agent), number, last_entry=shown)
        assert answer.status_code == 422
        assert "And another." in answer.text
        assert "One thing more." not in answer.text.split("</form>")[0].split("What came in")[-1]

    def test_ones_own_words_and_notes_and_assignments_do_not_count(self, cast, as_user):
        number = opened.ticket(cast)
        seen = newest(cast, number)
        opened.say(cast.agent, number, "First half.")
        opened.note(cast.engineer, number, "Careful with them.")
        assert send(as_user(cast.agent), number, "Second half.", last_entry=seen).status_code == 303

    def test_a_ticket_that_a_colleague_resolved_meanwhile_counts(self, cast, as_user):
        number = opened.ticket(cast)
        seen = newest(cast, number)
        opened.resolve(cast.engineer, number, "The cable was loose.")
        answer = send(as_user(cast.agent), number, last_entry=seen)
        assert answer.status_code == 422
        assert "Eno Engineer marked it as solved" in answer.text

    @pytest.mark.parametrize("nonsense", ["", "x", "-1", "9" * 40])
    def test_a_form_without_a_mark_compares_nothing(self, cast, as_user, nonsense):
        number = opened.ticket(cast)
        assert send(as_user(cast.agent), number, last_entry=nonsense).status_code == 303


def test_a_note_is_internal_and_tells_nobody(cast, as_user):
    number = opened.ticket(cast)
    before = db.session.query(OutboxEvent).count()
    answer = as_user(cast.agent).post(f"/desk/tickets/{number}/note", data={"text": "Bring a spare head."})
    assert answer.status_code == 303
    entry = db.session.query(TimelineEntry).filter_by(kind=EntryKind.NOTE).one()
    assert entry.internal
    assert db.session.query(OutboxEvent).count() == before
    ticket = opened.look(cast.agent, number)
    assert ticket.unanswered_since is not None
    assert ticket.last_word == "It prints nothing since nine."
    assert "Bring a spare head." not in as_user(cast.owner).get(f"/requests/{number}").text


def test_the_form_names_only_those_whom_the_mail_reaches(cast, as_user):
    number = opened.ticket(cast, participant_ids=[cast.colleague.contact_id])
    form = f"/desk/tickets/{number}/reply"
    assert cast.colleague.contact.name in as_user(cast.agent).get(form, headers={"HX-Request": "true"}).text
    with transaction():
        left = db.session.query(Membership).filter_by(contact_id=cast.colleague.contact_id).one()
        left.active = False
    assert (
        cast.colleague.contact.name not in as_user(cast.agent).get(form, headers={"HX-Request": "true"}).text
    )
