"""A timer runs while somebody talks, survives everything, and ends in the form that logs the work."""

from datetime import timedelta

import pytest
import time_machine

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.people.models import User
from portal.tickets.models.attempts import RunningWork
from portal.tickets.models.ticket import Ticket, TimelineEntry, WorkLog
from portal.tickets.rules.words import Channel, Outcome, Status
from tests.integration.tickets import opened

pytestmark = pytest.mark.databases("sqlite")


def start_new(browser, cast, **fields):
    data = {
        "organisation": cast.harbour.id,
        "contact": cast.owner.contact_id,
        "number": "138 0013 8000",
        **fields,
    }
    return browser.post("/desk/calls/start", data=data)


@pytest.mark.rule("TS-04", "TS-18", "TS-22", "HW-13")
def test_a_call_becomes_a_ticket_with_symptom_advice_outcome_number_time_and_operator(cast, as_user):
    browser = as_user(cast.agent)
    begun = clock.now()
    with time_machine.travel(begun, tick=False):
        answer = start_new(browser, cast, device=cast.till.id)
        page = browser.get(answer.location).text
    assert f'<option selected value="{cast.till.id}"' in page
    fields = {
        "channel": "phone", "subject": "", "symptoms": "It prints nothing.\nSince nine.", "kind": "fault", "urgency": "high",
        "device_id": cast.till.id, "submission": "call-1", "log_call": "y", "minutes": "", "advice": "Hold FEED",
        "outcome": "solved", "number": "138 0013 8000",
    }  # fmt: skip
    with time_machine.travel(begun + timedelta(minutes=6, seconds=10), tick=False):
        assert browser.post(answer.location, data=fields).status_code == 303
    ticket, log = db.session.query(Ticket).one(), db.session.query(WorkLog).one()
    assert (ticket.subject, ticket.channel, ticket.status) == (
        "It prints nothing.",
        Channel.PHONE,
        Status.IN_PROGRESS,
    )
    assert (log.minutes, log.outcome, log.number, log.user_id) == (
        7,
        Outcome.SOLVED,
        "138 0013 8000",
        cast.agent.id,
    )
    assert abs(log.started_at - begun) < timedelta(seconds=1)
    first = db.session.query(TimelineEntry).order_by(TimelineEntry.id).first()
    assert first.details == {"entered_by": "Ada Agent", "number": "138 0013 8000"}
    assert db.session.query(RunningWork).count() == 0


def test_the_mark_stands_on_every_page_also_in_another_browser_after_a_lost_session(cast, as_user):
    number = opened.ticket(cast)
    as_user(cast.agent).post(f"/desk/tickets/{number}/call/start")
    elsewhere = as_user(cast.agent)
    assert f"T-{number}" in elsewhere.get("/desk/calls/running").text
    assert "data-since" in elsewhere.get("/desk/calls/running").text
    assert "Call runs" not in as_user(cast.engineer).get("/desk/calls/running").text
    assert 'hx-get="/desk/calls/running"' in elsewhere.get("/desk/queue").text


def test_stopping_leads_to_the_form_with_the_minutes_filled_in_and_logging_ends_it(cast, as_user):
    number = opened.ticket(cast)
    browser = as_user(cast.agent)
    begun = clock.now()
    with time_machine.travel(begun, tick=False):
        browser.post(f"/desk/tickets/{number}/call/start")
    with time_machine.travel(begun + timedelta(minutes=11, seconds=30), tick=False):
        answer = browser.post("/desk/calls/stop")
        assert answer.location == f"/desk/tickets/{number}/call"
    with time_machine.travel(begun + timedelta(minutes=40), tick=False):
        assert 'value="12"' in browser.get(answer.location).text
        assert "12 minutes, not logged yet" in browser.get("/desk/calls/running").text
        fields = {
            "contact_id": cast.owner.contact_id,
            "minutes": "12",
            "advice": "Hold FEED",
            "outcome": "client_tries",
        }
        assert browser.post(answer.location, data=fields).status_code == 303
    log = db.session.query(WorkLog).one()
    assert (log.minutes, log.number) == (12, "+86 138 0013 8000"), "the number of the person called"
    assert db.session.query(RunningWork).count() == 0


def test_a_second_call_waits_until_the_first_is_logged_or_put_away(cast, as_user):
    first, second = opened.ticket(cast), opened.ticket(cast)
    browser = as_user(cast.agent)
    browser.post(f"/desk/tickets/{first}/call/start")
    browser.post(f"/desk/tickets/{first}/call/start")  # a double click
    assert db.session.query(RunningWork).count() == 1
    answer = browser.post(f"/desk/tickets/{second}/call/start", follow_redirects=True)
    assert "Another call of yours is still running" in answer.text
    assert db.session.query(RunningWork.ticket_id).scalar() == opened.look(cast.agent, first).id
    browser.post("/desk/calls/put-away")
    assert (db.session.query(RunningWork).count(), db.session.query(WorkLog).count()) == (0, 0)


def test_two_of_the_staff_talk_on_one_ticket_and_each_has_a_timer(cast, as_user):
    number = opened.ticket(cast)
    for who in (cast.agent, cast.engineer):
        assert (
            as_user(who).post(f"/desk/tickets/{number}/call/start").location == f"/desk/tickets/{number}/call"
        )
    assert db.session.query(RunningWork).count() == 2


def test_a_log_on_another_ticket_leaves_the_timer_alone(cast, as_user):
    first, second = opened.ticket(cast), opened.ticket(cast)
    browser = as_user(cast.agent)
    browser.post(f"/desk/tickets/{first}/call/start")
    fields = {"contact_id": cast.owner.contact_id, "minutes": "3", "outcome": "not_reached"}
    assert browser.post(f"/desk/tickets/{second}/call", data=fields).status_code == 303
    assert db.session.query(RunningWork).count() == 1


def test_a_forgotten_timer_counts_half_a_day_at_most(cast, as_user):
    number = opened.ticket(cast)
    browser = as_user(cast.agent)
    browser.post(f"/desk/tickets/{number}/remote/start")
    with transaction():
        row = db.session.query(RunningWork).one()
        row.started_at -= timedelta(days=3)
    browser.post("/desk/calls/stop")
    assert 'value="720"' in browser.get(f"/desk/tickets/{number}/remote").text


def test_nobody_is_called_who_belongs_elsewhere(cast, as_user):
    browser = as_user(cast.agent)
    assert start_new(browser, cast, contact=cast.stranger.contact_id).status_code == 404
    assert start_new(browser, cast, contact="x").status_code == 404
    assert start_new(browser, cast, contact="").status_code == 404
    number = opened.ticket(cast)
    fields = {"contact": cast.stranger.contact_id}
    assert browser.post(f"/desk/tickets/{number}/call/start", data=fields).status_code == 404
    assert db.session.query(RunningWork).count() == 0


def test_what_is_not_solvable_says_why(cast, as_user):
    number = opened.ticket(cast)
    browser = as_user(cast.agent)
    fields = {
        "contact_id": cast.owner.contact_id,
        "minutes": "3",
        "advice": "Plug it in",
        "outcome": "not_solvable",
    }
    answer = browser.htmx("POST", f"/desk/tickets/{number}/call", data=fields)
    assert answer.status_code == 422
    assert "Say why it cannot be solved this way" in answer.text
    assert "Plug it in</textarea>" in answer.text
    fields["why_not"] = "Smoke came out"
    assert browser.post(f"/desk/tickets/{number}/call", data=fields).status_code == 303
    assert "Smoke came out" in browser.get(f"/desk/tickets/{number}").text
    assert "Smoke came out" in as_user(cast.owner).get(f"/requests/{number}").text


def test_whoever_left_has_no_timer_that_blocks_anybody(cast, as_user):
    number = opened.ticket(cast)
    as_user(cast.agent).post(f"/desk/tickets/{number}/call/start")
    with transaction():
        db.session.get(User, cast.agent.id).active = False
    assert as_user(cast.engineer).post(f"/desk/tickets/{number}/call/start").status_code == 303
