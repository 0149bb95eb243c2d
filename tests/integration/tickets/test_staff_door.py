"""The desk belongs to staff: for everybody else none of it exists."""

import pytest

from portal.infra.db import db
from portal.tickets.models.ticket import Ticket, TicketSeen, TimelineEntry
from tests.integration.tickets import opened

FORMS = (
    "call", "remote", "reply", "note", "assign", "wait", "resolve", "cancel", "phase", "about", "participants",
)  # fmt: skip
BUTTONS = ("seen", "unread", "take", "resume", "reopen", "leave-ended", "participants/1/remove")
LISTS = ("/desk/queue", "/desk/queue/rows", "/desk/tickets/new", "/desk/tickets/callers?who=a")


@pytest.mark.parametrize("who", ["owner", "colleague", "client_manager", "stranger"])
def test_a_client_finds_nothing_at_the_desk_not_even_of_an_own_ticket(cast, as_user, who):
    number = opened.ticket(cast)
    browser = as_user(getattr(cast, who))
    pages = [f"/desk/tickets/{number}", f"/desk/tickets/{number}/timeline", *LISTS]
    pages += [f"/desk/tickets/{number}/{name}" for name in FORMS]
    assert {path: browser.get(path).status_code for path in pages} == dict.fromkeys(pages, 404)
    for name in (*FORMS, *BUTTONS):
        answer = browser.post(
            f"/desk/tickets/{number}/{name}", data={"text": "x", "reason": "x", "entry": "9"}
        )
        assert answer.status_code == 404, name
    assert browser.post("/desk/tickets/new", data={"subject": "x"}).status_code == 404
    assert db.session.query(TimelineEntry).count() == 1
    assert db.session.query(TicketSeen).count() == 0


def test_a_visitor_is_asked_to_sign_in(client, cast):
    number = opened.ticket(cast)
    for path in (f"/desk/tickets/{number}", *LISTS):
        answer = client.get(path)
        assert answer.status_code == 303, path
        assert "sign-in" in answer.location or "next=" in answer.location


@pytest.mark.parametrize("who", ["agent", "engineer", "manager", "administrator"])
def test_all_staff_see_the_pages_and_every_form_in_both_shapes(cast, as_user, who):
    number = opened.ticket(cast)
    browser = as_user(getattr(cast, who))
    for path in (f"/desk/tickets/{number}", f"/desk/tickets/{number}/timeline", *LISTS):
        assert browser.get(path).status_code == 200, path
    for name in FORMS:
        whole = browser.get(f"/desk/tickets/{number}/{name}")
        part = browser.htmx("GET", f"/desk/tickets/{number}/{name}", target="ticket-do")
        assert (whole.status_code, part.status_code) == (200, 200), name
        assert b"<!doctype" in whole.data.lower()
        assert part.text.lstrip().startswith('<section id="ticket-do"'), name


def test_a_number_that_does_not_exist_is_a_404(cast, as_user):
    browser = as_user(cast.agent)
    for path in ("", "/timeline", *(f"/{name}" for name in FORMS)):
        assert browser.get(f"/desk/tickets/99999{path}").status_code == 404, path
    for name in (*FORMS, *BUTTONS):
        assert browser.post(f"/desk/tickets/99999/{name}").status_code == 404, name


def test_opening_pages_writes_nothing(cast, as_user):
    number = opened.ticket(cast)
    before = db.session.query(Ticket.changed_at).one()
    browser = as_user(cast.agent)
    for path in (f"/desk/tickets/{number}", f"/desk/tickets/{number}/timeline", *LISTS):
        browser.get(path)
    assert db.session.query(TicketSeen).count() == 0
    assert db.session.query(Ticket.changed_at).one() == before
