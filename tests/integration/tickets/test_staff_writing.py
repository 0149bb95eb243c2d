"""Drafts that the server keeps, colleagues named in notes, who else is on a ticket, canned replies and macros."""

import io
import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from portal import registry
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.errors import Refused
from portal.tickets.models.desk import Draft, Mention, Presence
from portal.tickets.models.ticket import TimelineEntry
from portal.tickets.rules.canned import Steps
from portal.tickets.rules.words import Status
from portal.tickets.service import canned, following
from tests.integration.tickets import opened
from tests.support.queries import counted


def autosave(browser, number, text, kind="reply", **more):
    return browser.htmx(
        "POST", f"/desk/tickets/{number}/draft/{kind}", target="ticket-draft", data={"text": text, **more}
    )


def test_a_reply_and_a_note_are_drafted_apart_and_come_back_to_their_writer_alone(cast, as_user):
    number = opened.ticket(cast)
    browser = as_user(cast.agent)
    assert "Draft kept" in autosave(browser, number, "Please press F1").text
    autosave(browser, number, "He is in a hurry", "note")
    again = as_user(cast.agent)  # signed in anew: the session of the writing is gone
    assert "Please press F1" in again.get(f"/desk/tickets/{number}/reply").text
    note = again.get(f"/desk/tickets/{number}/note").text
    assert "He is in a hurry" in note
    assert "Please press F1" not in note
    assert "You have begun a reply" in again.get(f"/desk/tickets/{number}").text
    assert "draft" in again.get("/desk/queue?view=open").text
    other = as_user(cast.engineer)
    assert "Please press F1" not in other.get(f"/desk/tickets/{number}/reply").text
    assert "You have begun" not in other.get(f"/desk/tickets/{number}").text
    assert ">draft<" not in other.get("/desk/queue?view=open").text


def test_a_draft_ends_with_its_sending_and_its_files_go_along(cast, as_user):
    number = opened.ticket(cast)
    browser = as_user(cast.agent)
    answer = autosave(browser, number, "See the picture", files=(io.BytesIO(b"hello"), "steps.txt"))
    token = re.search(r'name="kept_files" value="([^"]+)"', answer.text)[1]
    page = browser.get(f"/desk/tickets/{number}/reply").text
    assert "steps.txt" in page
    token = re.search(r'name="kept_files" value="([^"]+)"', page)[1]
    sent = browser.post(
        f"/desk/tickets/{number}/reply", data={"text": "See the picture", "kept_files": token}
    )
    assert sent.status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Draft)) == 0
    text = browser.get(f"/desk/tickets/{number}").text
    assert text.count("steps.txt") >= 1
    assert "You have begun" not in text


def test_an_empty_draft_is_none_and_the_button_keeps_one_without_scripts(cast, as_user):
    number = opened.ticket(cast)
    browser = as_user(cast.agent)
    assert browser.post(f"/desk/tickets/{number}/draft/reply", data={"text": "Half a sen"}).status_code == 303
    assert "Half a sen" in browser.get(f"/desk/tickets/{number}/reply").text
    autosave(browser, number, "  ")
    assert "Half a sen" not in browser.get(f"/desk/tickets/{number}/reply").text
    autosave(browser, number, "Away with it")
    browser.post(f"/desk/tickets/{number}/draft/reply/discard")
    assert "Away with it" not in browser.get(f"/desk/tickets/{number}/reply").text


def test_a_draft_of_what_is_not_there_is_404_and_writes_nothing(cast, as_user):
    number = opened.ticket(cast)
    assert autosave(as_user(cast.agent), 99999, "words").status_code == 404
    assert autosave(as_user(cast.agent), number, "words", "letter").status_code == 404
    for person in (cast.stranger, cast.owner):
        assert autosave(as_user(person), number, "words").status_code == 404
    assert db.session.scalar(select(func.count()).select_from(Draft)) == 0


def test_a_reply_begun_before_another_was_sent_is_shown_beside_it(cast, as_user):
    number = opened.ticket(cast)
    one = as_user(cast.agent)
    page = one.get(f"/desk/tickets/{number}/reply").text
    last = re.search(r'name="last_entry"[^>]*value="(\d+)"', page)[1]
    autosave(one, number, "Press F1", last_entry=last)
    opened.say(cast.engineer, number, "Press F2")
    again = one.get(f"/desk/tickets/{number}/reply").text
    last = re.search(r'name="last_entry"[^>]*value="(\d+)"', again)[1]
    refused = one.post(f"/desk/tickets/{number}/reply", data={"text": "Press F1", "last_entry": last})
    assert refused.status_code == 422
    assert "Press F1" in refused.text
    assert "Press F2" in refused.text
    assert "Send anyway" in refused.text


def test_a_colleague_named_in_a_note_finds_the_ticket_and_is_told_once(cast, as_user):
    number = opened.ticket(cast)
    browser = as_user(cast.agent)
    browser.post(
        f"/desk/tickets/{number}/note", data={"text": "@Eno Engineer, look at the cable. @Ada Agent too"}
    )
    mentions = db.session.scalars(select(Mention)).all()
    assert [m.user_id for m in mentions] == [cast.engineer.id], "who names themselves is not told"
    theirs = as_user(cast.engineer)
    assert f'id="queue-{number}"' in theirs.get("/desk/queue?view=mentions").text
    assert f'id="queue-{number}"' not in as_user(cast.manager).get("/desk/queue?view=mentions").text
    count = r'Mentions me <span class="count hot">1</span>'
    assert re.search(count, theirs.get("/desk/queue").text)
    with transaction():
        ticket = opened.held(cast.engineer, number)
        following.mark_seen(opened.actor(cast.engineer), ticket, ticket.last_entry_id)
    assert not re.search(count, theirs.get("/desk/queue").text), "a mention that was read is not counted"


def there(browser, number, typing="", version=""):
    data = {"typing": typing, "version": version}
    return browser.htmx("POST", f"/desk/tickets/{number}/presence", target="ticket-presence", data=data)


def test_who_else_looks_or_types_is_shown_on_the_page_and_in_the_list_for_a_short_while(cast, as_user):
    number = opened.ticket(cast)
    ada, eno = as_user(cast.agent), as_user(cast.engineer)
    with time_machine.travel(clock.now(), tick=False) as traveller:
        first = there(ada, number)
        version = re.search(r'name="version" value="(\w+)"', first.text)[1]
        assert there(ada, number, version=version).status_code == 204
        there(eno, number, "reply")
        shown = there(ada, number, version=version)
        assert "Eno Engineer is typing a reply" in shown.text
        assert "Ada Agent" not in shown.text, "nobody is told of themselves"
        assert "Eno Engineer is typing a reply" in ada.get("/desk/queue?view=open").text
        version = re.search(r'name="version" value="(\w+)"', shown.text)[1]
        with counted() as statements:
            assert there(ada, number, version=version).status_code == 204
        assert len(statements) <= 4, statements
        traveller.shift(timedelta(minutes=2))
        assert "Eno" not in there(ada, number, version=version).text
        assert "is typing" not in ada.get("/desk/queue?view=open").text


@pytest.mark.databases("sqlite")
def test_marks_of_pages_that_were_closed_long_ago_go_away_and_present_ones_stay(cast, as_user):
    number = opened.ticket(cast)
    start = clock.now()
    with time_machine.travel(start, tick=False):
        there(as_user(cast.agent), number)
    with time_machine.travel(start + timedelta(hours=1), tick=False):
        there(as_user(cast.engineer), number)
        with transaction():
            registry.job("tickets.forget_presence").run({})
        assert db.session.scalars(select(Presence.user_id)).all() == [cast.engineer.id]


def test_presence_is_nothing_for_clients(cast, as_user):
    number = opened.ticket(cast)
    there(as_user(cast.agent), number)
    for person in (cast.owner, cast.stranger):
        assert there(as_user(person), number).status_code == 404
    assert "is looking" not in as_user(cast.owner).get(f"/requests/{number}").text


def test_an_unknown_field_is_refused_where_it_stands_and_the_text_is_kept(cast, as_user):
    browser = as_user(cast.agent)
    form = {"name": "Restart", "text_en": "Dear {requestor}, restart it.", "text_zh": ""}
    answer = browser.post("/desk/replies/new", data=form)
    assert answer.status_code == 422
    assert "{requestor} is no field" in answer.text
    assert "Dear {requestor}, restart it." in answer.text
    form["text_en"] = "Dear {requester}, restart {device} for {number}. {agent}"
    assert browser.post("/desk/replies/new", data=form).status_code == 303
    assert "Restart" in browser.get("/desk/replies").text
    assert "Restart" not in as_user(cast.engineer).get("/desk/replies").text, "it is not shared"


def test_canned_words_come_in_the_requesters_language_with_the_tickets_values(cast, as_user):
    number = opened.ticket(cast, device_id=cast.till.id)
    with transaction():
        one = canned.keep_reply(
            opened.actor(cast.manager), None, "Restart",
            "Dear {requester}, restart {device}.", "{requester}您好,请重启{device}({number})。", shared=True,
        )  # fmt: skip
        id_ = one.id
    browser = as_user(cast.agent)
    filled = f"王小明您好,请重启{cast.till.name}(T-{number})。"
    assert filled in browser.get(f"/desk/tickets/{number}/canned").text
    assert filled in browser.get(f"/desk/tickets/{number}/reply?canned={id_}").text
    assert browser.get(f"/desk/replies/{id_}").status_code == 404, "an agent does not change a manager's"
    nameless = opened.ticket(cast)
    whole = f"王小明您好,请重启设备(T-{nameless})。"
    assert whole in browser.get(f"/desk/tickets/{nameless}/canned").text, "no hole where no device is named"


def macro(cast, steps, who=None):
    with transaction():
        return canned.keep_macro(opened.actor(who or cast.manager), None, "Parts", steps, shared=True).id


WAITS = Steps(
    text_en="{requester}, we order the part.", status="waiting_parts", reason="Print head", assign="me"
)


def test_a_macro_is_looked_at_and_then_done_as_a_whole(cast, as_user):
    number = opened.ticket(cast)
    id_ = macro(cast, WAITS)
    browser = as_user(cast.agent)
    preview = browser.get(f"/desk/tickets/{number}/macros/{id_}").text
    assert "王小明, we order the part." in preview
    assert "The ticket becomes yours." in preview
    assert opened.look(cast.agent, number).status is Status.NEW, "a look changes nothing"
    done = browser.post(
        f"/desk/tickets/{number}/macros/{id_}", data={"text": "We order it.", "reason": "Print head"}
    )
    assert done.status_code == 303
    ticket = opened.look(cast.agent, number)
    assert (ticket.status, ticket.assignee_id) == (Status.WAITING_PARTS, cast.agent.id)
    assert ticket.last_word == "We order it."


@pytest.mark.databases("sqlite")
def test_a_macro_takes_a_colleagues_ticket_with_a_reason_alone(cast, as_user):
    number, id_ = opened.ticket(cast), macro(cast, WAITS)
    as_user(cast.engineer).post(f"/desk/tickets/{number}/take")
    browser, url = as_user(cast.agent), f"/desk/tickets/{number}/macros/{id_}"
    assert "Why it changes hands" in browser.get(url).text
    words = {"text": "We order it.", "reason": "Print head"}
    answer = browser.post(url, data=words)
    assert answer.status_code == 422
    assert "Eno Engineer has this ticket now" in answer.text
    assert "We order it." in answer.text
    assert opened.look(cast.agent, number).status is not Status.WAITING_PARTS, "nothing of it is done"
    assert browser.post(url, data=words | {"handed": "Eno is ill"}).status_code == 303
    assert opened.look(cast.agent, number).assignee_id == cast.agent.id
    assert "Eno is ill" in browser.get(f"/desk/tickets/{number}").text


def test_a_macro_on_a_closed_ticket_says_so_and_does_nothing_of_it(cast, as_user):
    number = opened.ticket(cast)
    opened.resolve(cast.engineer, number)
    opened.confirm(cast.owner, number)
    before = db.session.scalar(select(func.count()).select_from(TimelineEntry))
    answer = as_user(cast.agent).post(
        f"/desk/tickets/{number}/macros/{macro(cast, WAITS)}",
        data={"text": "We order it.", "reason": "Print head"},
    )
    assert answer.status_code == 422
    assert "This ticket has ended" in answer.text
    assert "We order it." in answer.text
    assert opened.look(cast.agent, number).status is Status.CLOSED
    assert db.session.scalar(select(func.count()).select_from(TimelineEntry)) == before


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        (Steps(), None),
        (Steps(status="waiting_parts"), "reason"),
        (Steps(status="resolved"), "text_en"),
        (Steps(text_en="{nobody}"), "text_en"),
    ],
)
@pytest.mark.databases("sqlite")
def test_a_macro_that_could_never_be_done_is_not_kept(cast, steps, field):
    with pytest.raises(Refused) as refused:
        macro(cast, steps)
    assert refused.value.field == field
