"""An engineer's private calendar address: shown once, read by whoever has it, useless once it is revoked or made anew."""

import re

import icalendar
import pytest

from portal.dispatch.service import planning
from portal.infra.transaction import transaction
from portal.people.models import User
from tests.integration.contracts.conftest import at
from tests.integration.dispatch.conftest import held, told
from tests.integration.dispatch.test_board import visit, weekly
from tests.integration.tickets import opened

__all__ = ["visit", "weekly"]
pytestmark = pytest.mark.databases("sqlite")


def made(browser):
    answer = browser.post("/desk/crew/feed")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    return re.search(r"(/feeds/[\w.-]+\.ics)<", answer.text)[1]


def events(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "text/calendar"
    return icalendar.Calendar.from_ical(answer.data).walk("VEVENT")


def test_the_feed_follows_a_visit_and_belongs_to_one_engineer(visit, cast, as_user, client):
    page = f"/desk/crew/{cast.engineer.id}"
    engineer = as_user(cast.engineer)
    address = made(engineer)
    assert address not in engineer.get(page).text, "it is shown once"
    (event,) = events(client, address)
    assert event["uid"] == f"visit-{visit}@portal.test"
    assert event["dtstart"].dt == at("2026-03-11 09:00")
    assert b"DTSTART:20260311T010000Z" in client.get(address).data
    assert "Harbour" in event["summary"]
    assert "港华路" in event["location"]
    assert event["status"] == "CONFIRMED"
    before = event["sequence"]
    with told("2026-03-09 10:00"):
        planning.move(
            opened.actor(cast.agent),
            held(visit),
            at("2026-03-12 14:00"),
            at("2026-03-12 16:00"),
            cast.engineer.id,
        )
    (moved,) = events(client, address)
    assert moved["uid"] == event["uid"]
    assert moved["dtstart"].dt == at("2026-03-12 14:00")
    assert moved["sequence"] > before
    with told("2026-03-09 10:05"):
        planning.cancel(opened.actor(cast.agent), held(visit), "not needed")
    (gone,) = events(client, address)
    assert gone["status"] == "CANCELLED"
    assert gone["sequence"] > moved["sequence"]
    assert events(client, made(as_user(cast.agent))) == [], "another's days are another's"


def test_an_address_that_is_old_revoked_or_of_somebody_who_left_is_not_there(
    visit, cast, as_user, client, db_session
):
    engineer = as_user(cast.engineer)
    first = made(engineer)
    second = made(engineer)
    assert client.get(second).status_code == 200
    unknown, old = client.get("/feeds/no-such-address.ics"), client.get(first)
    assert (old.status_code, unknown.status_code) == (404, 404)
    secret, no_secret = first.encode(), b"/feeds/no-such-address.ics"
    assert old.data.replace(secret, b"") == unknown.data.replace(no_secret, b""), "no hint which one it was"
    with transaction():
        db_session.get(User, cast.engineer.id).active = False
    assert client.get(second).status_code == 404
    with transaction():
        db_session.get(User, cast.engineer.id).active = True
    assert engineer.post("/desk/crew/feed/revoke").status_code == 303
    assert client.get(second).status_code == 404
    for who in (cast.owner, cast.stranger):
        assert as_user(who).post("/desk/crew/feed").status_code == 404
