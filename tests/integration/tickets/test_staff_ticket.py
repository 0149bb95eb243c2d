"""The ticket page of the desk: what stands on it, its live timeline, the unread mark, its number of queries."""

import re
from datetime import timedelta

import pytest

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.people.models import ContactPhone
from portal.tickets.models.ticket import TicketSeen
from portal.tickets.queries import staff
from portal.tickets.rules.words import Outcome
from portal.tickets.service import following, opening, work
from portal.tickets.service.record import Words
from tests.integration.tickets import opened
from tests.support.queries import counted


def page(browser, number, **query):
    return browser.get(f"/desk/tickets/{number}", query_string=query).text


def call(user, number, outcome=Outcome.CLIENT_TRIES, *, remote=False, advice="Hold FEED while switching on."):
    with transaction():
        log = work.log_remote if remote else work.log_call
        log(
            opened.actor(user),
            opened.held(user, number),
            work.Work(clock.now() - timedelta(minutes=7), 7, outcome, advice=advice),
        )


def test_the_number_to_call_stands_first_and_can_be_dialled(cast, as_user):
    with transaction():
        db.session.add(
            ContactPhone(
                contact_id=cast.owner.contact_id, number="021-5555 0188", digits="862155550188", label="夜间"
            )
        )
    text = page(as_user(cast.agent), opened.ticket(cast, device_id=cast.till.id))
    assert text.index('class="call-line" href="tel:+8613800138000"') < text.index('id="ticket-state"')
    for words in ("tel:02155550188", "夜间", "tel:+862155550133", "tel:+862155550100"):
        assert words in text


def test_it_names_language_local_time_place_and_device(cast, as_user):
    text = page(as_user(cast.agent), opened.ticket(cast, device_id=cast.till.id))
    for words in (
        "简体中文",
        " there",
        "Warehouse 3",
        "上海市浦东新区港华路 3 号",
        "Till 2",
        "HL-0002",
        "SN-88412",
    ):
        assert words in text


def test_other_open_tickets_of_the_organisation_stand_beside_it_the_requesters_first(cast, as_user):
    number = opened.ticket(cast)
    of_colleague = opened.ticket(cast, cast.colleague, subject="Colleague's mailbox")
    own = opened.ticket(cast, subject="Second till")
    ended = opened.ticket(cast, subject="Ended long ago")
    opened.resolve(cast.agent, ended)
    opened.ticket(cast, cast.stranger, subject="Chair does not tilt")
    text = page(as_user(cast.agent), number)
    beside = text[text.index('id="ticket-others"') :]
    found = [int(n) for n in re.findall(r'<a href="/desk/tickets/(\d+)"', beside)]
    assert found == [own, of_colleague]
    assert "Chair does not tilt" not in text


def test_a_follow_up_and_what_it_follows_are_linked(cast, as_user):
    first = opened.ticket(cast)
    with transaction():
        before = opened.held(cast.agent, first)
        new = opening.NewTicket(
            cast.harbour.id, cast.owner.contact_id, "Again", Words("Again"), follows_ticket_id=before.id
        )
        second = opening.open_ticket(opened.actor(cast.owner), new).number
    browser = as_user(cast.agent)
    assert f"/desk/tickets/{second}" in page(browser, first)
    assert "follows this one" in page(browser, first)
    assert f"/desk/tickets/{first}" in page(browser, second)


def test_the_ladder_shows_what_was_tried_and_the_next_step_or_why_not_yet(cast, as_user):
    number = opened.ticket(cast)
    browser = as_user(cast.agent)
    text = page(browser, number)
    assert "Log a call first" in text
    assert f"/desk/tickets/{number}/remote?phase=remote" not in text
    call(cast.agent, number)
    text = page(browser, number)
    assert "Hold FEED while switching on." in text
    assert f"/desk/tickets/{number}/remote?phase=remote" in text
    assert "Log a remote session that could not solve it first" in text
    assert f"/desk/tickets/{number}/phase?phase=on_site" not in text
    assert f"/desk/tickets/{number}/phase?phase=on_site" in page(as_user(cast.manager), number)
    call(cast.agent, number, Outcome.NOT_SOLVABLE, remote=True)
    assert f"/desk/tickets/{number}/phase?phase=on_site" in page(browser, number)


def test_the_newest_line_stands_on_top_and_older_ones_on_a_page_of_their_own(cast, as_user, monkeypatch):
    monkeypatch.setattr(staff.entries, "__defaults__", (None, 3))
    number = opened.ticket(cast, words="The very first words")
    for n in range(4):
        opened.say(cast.owner, number, f"Line number {n}")
    browser = as_user(cast.agent)
    text = page(browser, number)
    assert text.index("Line number 3") < text.index("Line number 2")
    assert "The very first words" not in text
    older = re.search(r"before=(\d+)", text)[1]
    text = page(browser, number, before=older)
    assert "The very first words" in text
    assert "Line number 3" not in text
    assert "/timeline?version=" not in text, "an older page does not change"


def test_the_page_takes_few_queries_however_long_the_conversation_is(cast, as_user):
    number = opened.ticket(cast, device_id=cast.till.id)
    with transaction():
        for contact in (cast.colleague, cast.client_manager):
            following.add_participant(
                opened.actor(cast.agent), opened.held(cast.agent, number), contact.contact_id
            )
    counts = []
    for _ in range(2):
        call(cast.agent, number)
        for n in range(3):
            opened.say(cast.owner, number, f"Word {n}")
            opened.note(cast.engineer, number, "Note")
            opened.ticket(cast, cast.colleague)
        browser = as_user(cast.agent)
        with counted() as statements:
            page(browser, number)
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 12, statements


def test_the_timeline_answers_204_until_a_line_comes_and_brings_the_state_along(cast, as_user):
    number = opened.ticket(cast)
    browser = as_user(cast.agent)
    url = re.search(r'hx-get="(/desk/tickets/\d+/timeline\?version=\d+)"', page(browser, number))[1]
    with counted() as statements:
        assert browser.htmx("GET", url).status_code == 204
    assert len(statements) <= 3, statements
    opened.resolve(cast.engineer, number, "The cable was loose.")
    answer = browser.htmx("GET", url)
    assert answer.status_code == 200
    assert "The cable was loose." in answer.text
    assert '<section id="ticket-state"' in answer.text
    assert "Solved, to be confirmed" in answer.text
    assert 'hx-swap-oob="true"' in answer.text


def test_seen_is_set_by_a_form_of_its_own_and_never_ahead_of_the_ticket(cast, as_user):
    number = opened.ticket(cast)
    browser = as_user(cast.agent)
    newest = opened.look(cast.agent, number).last_entry_id
    answer = browser.htmx("POST", f"/desk/tickets/{number}/seen", data={"entry": newest + 1000})
    assert answer.status_code == 200
    assert "/unread" in answer.text
    assert db.session.query(TicketSeen.entry_id).one() == (newest,)
    opened.say(cast.owner, number, "More")
    browser.post(f"/desk/tickets/{number}/seen", data={"entry": newest - 1})
    assert db.session.query(TicketSeen.entry_id).one() == (newest,), "an old page takes nothing back"
    assert browser.post(f"/desk/tickets/{number}/seen", data={"entry": "x"}).status_code == 303


def test_a_read_ticket_can_be_marked_as_unread(cast, as_user):
    number = opened.ticket(cast)
    browser = as_user(cast.agent)
    browser.post(
        f"/desk/tickets/{number}/seen", data={"entry": opened.look(cast.agent, number).last_entry_id}
    )
    answer = browser.post(f"/desk/tickets/{number}/unread")
    assert (answer.status_code, answer.location) == (303, "/desk/queue?view=mine")
    assert 'class="unread"' in browser.get("/desk/queue").text


def test_ones_own_words_are_no_news_but_a_colleagues_are(cast, as_user):
    number = opened.ticket(cast)
    browser = as_user(cast.agent)
    browser.post(
        f"/desk/tickets/{number}/seen", data={"entry": opened.look(cast.agent, number).last_entry_id}
    )
    browser.post(f"/desk/tickets/{number}/note", data={"text": "Mine"})
    assert 'class="unread"' not in browser.get("/desk/queue?view=open").text
    opened.note(cast.engineer, number, "His")
    assert 'class="unread"' in browser.get("/desk/queue?view=open").text
    browser.post(f"/desk/tickets/{number}/note", data={"text": "Mine again, without reading his"})
    assert 'class="unread"' in browser.get("/desk/queue?view=open").text


def test_an_internal_note_is_marked_as_such_on_page_and_form(cast, as_user):
    number = opened.ticket(cast)
    opened.note(cast.agent, number, "They always unplug it themselves")
    browser = as_user(cast.agent)
    text = page(browser, number)
    assert re.search(r'class="entry note".*?Internal.*?They always unplug it themselves', text, re.DOTALL)
    form = browser.get(f"/desk/tickets/{number}/note").text
    assert "do-note" in form
    assert "Only staff see this." in form


def test_an_ended_ticket_offers_no_call_and_no_ladder_button(cast, as_user):
    number = opened.ticket(cast)
    opened.resolve(cast.agent, number)
    opened.confirm(cast.owner, number)
    text = page(as_user(cast.agent), number)
    assert f"/desk/tickets/{number}/call" not in text
    assert f"/desk/tickets/{number}/reopen" in text


@pytest.mark.databases("sqlite")
def test_no_key_of_the_page_and_its_panels_stands_for_two_things(cast, as_user):
    browser, number = as_user(cast.agent), opened.ticket(cast)
    whole = (
        page(browser, number)
        + browser.get(f"/desk/tickets/{number}/ladder", headers={"HX-Request": "true"}).text
    )
    keys = re.findall(r'data-key="([^"]+)"', whole)
    assert {"c", "m", "p", "r"} <= set(keys)
    assert sorted(keys) == sorted(set(keys))
