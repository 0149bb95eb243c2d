"""Time spent: by itself with each call, by hand, corrected with a reason that is kept, and summed by month."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.tickets.queries import time as queries
from portal.tickets.rules.words import Outcome
from portal.tickets.service import time, work
from tests.integration.tickets import opened
from tests.support.queries import counted

pytestmark = pytest.mark.both


def call(cast, number, minutes, outcome=Outcome.CLIENT_TRIES):
    with transaction():
        started = clock.now() - timedelta(minutes=minutes)
        work.log_call(
            opened.actor(cast.agent),
            opened.held(cast.agent, number),
            work.Work(started, minutes, outcome, advice="x"),
        )


def rows(cast, number):
    found = queries.spent_on(opened.actor(cast.agent), opened.look(cast.agent, number))
    return sorted((r.minutes, r.accounted, r.what) for r in found)


def test_calls_count_by_themselves_and_other_time_by_hand(cast, as_user):
    number = opened.ticket(cast)
    call(cast, number, 17)
    call(cast, number, 2, Outcome.NOT_REACHED)
    browser = as_user(cast.agent)
    where = f"/desk/tickets/{number}/time"
    for fields, sentence in (
        ({"minutes": "many", "what": "Read"}, "Write the minutes as a whole number."),
        ({"minutes": "5", "what": " "}, "Say what the time was spent on."),
        ({"minutes": "5", "what": "Read", "started_at": "2999-01-01T10:00"}, "That lies in the future."),
    ):
        answer = browser.post(f"{where}/add", data=fields)
        assert answer.status_code == 422
        assert sentence in answer.text
    assert browser.post(f"{where}/add", data={"minutes": "40", "what": "Read the manual"}).status_code == 303
    assert rows(cast, number) == [(2, 0, ""), (17, 30, ""), (40, 45, "Read the manual")]
    page = browser.get(where).text
    assert "<dd>59 min</dd>" in page
    assert "<dd>1 h 15 min</dd>" in page
    assert "spent 40 min: Read the manual" in browser.get(f"/desk/tickets/{number}").text
    assert "Read the manual" not in as_user(cast.client_manager).get(f"/requests/{number}").text


def test_what_counts_is_corrected_with_a_reason_and_both_are_kept(cast, as_user):
    number, other = opened.ticket(cast), opened.ticket(cast)
    call(cast, number, 50)
    [row] = queries.spent_on(opened.actor(cast.agent), opened.look(cast.agent, number))
    browser = as_user(cast.manager)
    where = f"/desk/tickets/{number}/time/{row.id}"
    assert 'value="60"' in browser.get(where).text
    answer = browser.post(where, data={"accounted": "30", "reason": ""})
    assert answer.status_code == 422
    assert "Say why other minutes count; it is kept." in answer.text
    assert 'value="30"' in answer.text
    answer = browser.post(where, data={"accounted": "60", "reason": "Same"})
    assert answer.status_code == 422
    assert "So many minutes count already." in answer.text
    assert browser.post(where, data={"accounted": "30", "reason": "Our own mistake"}).status_code == 303
    assert rows(cast, number) == [(50, 30, "")]
    page = browser.get(f"/desk/tickets/{number}/time").text
    assert "Mia Manager" in page
    assert "30 min instead of 1 h, because: Our own mistake" in page
    assert browser.get(f"/desk/tickets/{other}/time/{row.id}").status_code == 404


def test_an_organisations_months_are_summed_in_one_statement_and_hold_nothing_of_others(cast, as_user):
    number, elm = opened.ticket(cast), opened.ticket(cast, cast.stranger)
    now, zone = datetime(2026, 3, 2, tzinfo=UTC), ZoneInfo("Asia/Shanghai")
    staff, harbour = opened.actor(cast.agent), cast.harbour.id
    with transaction():
        for ticket, minutes, at in (
            (number, 10, datetime(2026, 2, 28, 15, 59, tzinfo=UTC)),
            (number, 20, datetime(2026, 2, 28, 16, 1, tzinfo=UTC)),
            (number, 30, datetime(2026, 3, 1, tzinfo=UTC)),
            (number, 40, datetime(2025, 3, 31, tzinfo=UTC)),
            (elm, 50, datetime(2026, 3, 1, tzinfo=UTC)),
        ):
            row = time.add(staff, opened.held(cast.agent, ticket), minutes, "x", None)
            row.at = at
    with counted() as asked:
        months = queries.by_month(staff, harbour, now, zone)
    assert len(asked) == 1
    assert [(m.year, m.month, m.minutes, m.accounted, m.tickets) for m in months] == [
        (2026, 3, 50, 60, 1),
        (2026, 2, 10, 15, 1),
    ]
    with pytest.raises(NotFound):
        queries.by_month(opened.actor(cast.client_manager), harbour, now, zone)
    with pytest.raises(NotFound):
        queries.spent_on(opened.actor(cast.owner), opened.look(cast.owner, number))
    assert as_user(cast.stranger).get(f"/desk/organisations/{harbour}/time").status_code in (403, 404)
