"""A client wants to be called: it stands on a list with its clock, one of the staff takes it, the logged call settles it."""

from datetime import time, timedelta

import pytest
from sqlalchemy import delete

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.ladder.models import Callback
from portal.ladder.rules.callbacks import State
from portal.people.models import DeskWindow
from portal.people.rules import desk
from portal.tickets.models.ticket import Ticket, WorkLog
from tests.integration.tickets import opened

CALL_ME = "/call-me"


@pytest.fixture(autouse=True)
def staffed_day_and_night(cast):
    """So that no hour of the real clock is refused; the hours have test_callback_hours.py."""
    with transaction():
        db.session.execute(delete(DeskWindow))
        db.session.add_all(DeskWindow(weekday=day, opens=time(0), closes=desk.END_OF_DAY) for day in range(7))


def at(**span):
    """An instant as the owner's browser sends it (Shanghai)."""
    return f"{clock.now() + timedelta(hours=8) + timedelta(**span):%Y-%m-%dT%H:%M}"


def wish(number="138-0013-8000", about="The till", when=None, submission="wish-1"):
    return {"number": number, "about": about, "wanted_at": when or at(hours=2), "submission": submission}


def asked(cast, as_user, request=None, **fields):
    path = f"{CALL_ME}?request={request}" if request else CALL_ME
    return as_user(cast.owner).post(path, data=wish(**fields))


def log(browser, request, cast, outcome, **fields):
    given = {
        "contact_id": cast.owner.contact_id,
        "minutes": "4",
        "advice": "Plug it in",
        "outcome": outcome,
        **fields,
    }
    answer = browser.post(f"/desk/tickets/{request}/call", data=given)
    assert answer.status_code == 303, answer.text


@pytest.mark.rule("TS-23")
def test_from_the_wish_to_the_call_that_was_made(cast, as_user, run_jobs):
    number = opened.ticket(cast)
    assert asked(cast, as_user, number).location == f"/requests/{number}"
    row = db.session.query(Callback).one()
    client = as_user(cast.owner)
    assert "138-0013-8000" in client.htmx("GET", f"/requests/{number}/ladder").text
    assert "138-0013-8000" in client.htmx("GET", f"{CALL_ME}/promised").text
    browser = as_user(cast.agent)
    listed = browser.get("/desk/calls").text
    assert "138-0013-8000" in listed
    assert "In time" in listed
    answer = browser.post(f"/desk/callbacks/{row.id}/call")
    assert answer.location == f"/desk/tickets/{number}/call"
    assert 'value="138-0013-8000"' in browser.get(answer.location).text
    log(browser, number, cast, "solved", number="138-0013-8000")
    run_jobs()
    db.session.expire_all()
    row, work = db.session.query(Callback).one(), db.session.query(WorkLog).one()
    assert (row.state, row.work_log_id, row.attempts) == (State.DONE, work.id, 1)
    assert work.number == "138-0013-8000"
    assert "138-0013-8000" not in browser.get("/desk/calls").text


def test_without_a_request_it_becomes_one_and_twice_is_once(cast, as_user):
    first, second = asked(cast, as_user), asked(cast, as_user)
    assert first.location == second.location
    ticket = db.session.query(Ticket).one()
    assert (ticket.subject, ticket.requester_id) == ("The till", cast.owner.contact_id)
    assert db.session.query(Callback).count() == 1


def test_a_later_wish_on_the_same_request_moves_the_first(cast, as_user):
    number = opened.ticket(cast)
    asked(cast, as_user, number)
    asked(cast, as_user, number, when=at(hours=5), submission="wish-2")
    row = db.session.query(Callback).one()
    assert row.wanted_at - clock.now() > timedelta(hours=4)


def test_overdue_is_said_in_words(cast, as_user):
    asked(cast, as_user)
    with transaction():
        db.session.query(Callback).one().wanted_at -= timedelta(hours=3)
    page = as_user(cast.agent).get("/desk/calls/promised").text
    assert "Overdue" in page
    assert "late" in page


def test_two_of_the_staff_take_the_same_call_and_one_is_told(cast, as_user):
    asked(cast, as_user)
    row = db.session.query(Callback).one()
    assert (
        "The call is yours"
        in as_user(cast.agent).post(f"/desk/callbacks/{row.id}/take", follow_redirects=True).text
    )
    for way in ("take", "call"):
        answer = as_user(cast.engineer).post(f"/desk/callbacks/{row.id}/{way}", follow_redirects=True)
        assert "Ada Agent has taken this call already." in answer.text
    db.session.expire_all()
    assert db.session.query(Callback).one().assignee_id == cast.agent.id
    as_user(cast.agent).post(f"/desk/callbacks/{row.id}/give-back")
    as_user(cast.engineer).post(f"/desk/callbacks/{row.id}/take")
    db.session.expire_all()
    assert db.session.query(Callback).one().assignee_id == cast.engineer.id


def test_nobody_reached_is_tried_again_and_anybody_may(cast, as_user, run_jobs):
    number = opened.ticket(cast)
    asked(cast, as_user, number)
    row = db.session.query(Callback).one()
    browser = as_user(cast.agent)
    browser.post(f"/desk/callbacks/{row.id}/call")
    log(browser, number, cast, "not_reached")
    run_jobs()
    run_jobs()
    db.session.expire_all()
    row = db.session.query(Callback).one()
    assert (row.state, row.attempts, row.assignee_id) == (State.OPEN, 1, None)
    assert timedelta(minutes=50) < row.wanted_at - clock.now() <= timedelta(hours=1)
    assert "Tried 1 times" in browser.get("/desk/calls").text


def test_call_again_at_a_time_is_a_promise_of_its_own(cast, as_user, run_jobs):
    number = opened.ticket(cast)
    browser = as_user(cast.agent)
    log(browser, number, cast, "call_again", call_again_at=at(hours=3))
    run_jobs()
    row = db.session.query(Callback).one()
    assert (row.by_client, row.assignee_id, row.state) == (False, cast.agent.id, State.OPEN)
    assert "We said that we would call." in browser.get("/desk/calls").text
    assert as_user(cast.owner).htmx("GET", f"/requests/{number}/ladder").text.count("给 王小明 回电") == 1


def test_with_the_request_the_call_is_over(cast, as_user, run_jobs):
    number = opened.ticket(cast)
    asked(cast, as_user, number)
    as_user(cast.owner).post(f"/requests/{number}/withdraw", data={"reason": "It works"})
    run_jobs()
    db.session.expire_all()
    assert db.session.query(Callback).one().state is State.WITHDRAWN


def test_the_client_takes_it_back_and_nobody_else_of_the_clients_can(cast, as_user):
    asked(cast, as_user)
    row = db.session.query(Callback).one()
    path = f"{CALL_ME}/{row.id}/withdraw"
    for who in (cast.stranger, cast.colleague, cast.client_manager):
        assert as_user(who).post(path).status_code == 404
    as_user(cast.owner).post(path)
    again = as_user(cast.owner).post(path, follow_redirects=True)
    assert "已经打过或撤销了" in again.text
    db.session.expire_all()
    assert db.session.query(Callback).one().state is State.WITHDRAWN


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"number": "soon"}, "请填写电话号码"),
        ({"number": ""}, "请问打哪个号码？"),
        ({"number": "12"}, "请填写电话号码"),
        ({"when": "2020-01-01T10:00"}, "这个时间已经过了"),
        ({"when": "2099-01-01T10:00"}, "超过 30 天了"),
        ({"when": "tomorrow"}, "2026-11-20 14:05"),
        ({"about": ""}, "请简单说明是什么事"),
        ({"about": "x" * 2001}, "2000"),
    ],
)
@pytest.mark.databases("sqlite")
def test_what_is_wrong_is_said_in_the_clients_language_and_the_rest_stays(cast, as_user, fields, sentence):
    answer = asked(cast, as_user, **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    if "about" not in fields:
        assert "The till</textarea>" in answer.text
    assert db.session.query(Ticket).count() == 0


def test_a_strangers_request_cannot_be_called_about(cast, as_user):
    number = opened.ticket(cast)
    for who in (cast.stranger, cast.colleague):
        assert as_user(who).post(f"{CALL_ME}?request={number}", data=wish()).status_code == 404
        assert "138" not in as_user(who).htmx("GET", f"{CALL_ME}/promised").text
    assert db.session.query(Callback).count() == 0
