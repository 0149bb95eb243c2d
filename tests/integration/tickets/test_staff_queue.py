"""The queue: what each view shows, in which order, how many queries it takes, and when it says nothing is new."""

import re
from datetime import timedelta

import pytest
import time_machine

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import queue, views
from portal.tickets.rules.views import Sought, View
from portal.tickets.rules.words import Status, Urgency
from portal.tickets.service import conversation, status
from tests.integration.tickets import opened
from tests.support.queries import counted

pytestmark = pytest.mark.both


def shown(answer):
    """Numbers of the rows, in order."""
    return [int(n) for n in re.findall(r'id="queue-(\d+)"', answer.text)]


def rows(browser, view="unanswered", **more):
    query = "&".join(f"{k}={v}" for k, v in {"view": view, **more}.items())
    return shown(browser.get(f"/desk/queue?{query}"))


def backdate(number, **instants):
    with transaction():
        ticket = db.session.query(Ticket).filter_by(number=number).one()
        for name, ago in instants.items():
            setattr(ticket, name, clock.now() - ago)


def test_the_longest_unanswered_stands_on_top_and_an_answer_takes_it_away(cast, as_user):
    young, old, answered = (opened.ticket(cast) for _ in range(3))
    backdate(young, unanswered_since=timedelta(minutes=5))
    backdate(old, unanswered_since=timedelta(hours=9))
    opened.say(cast.agent, answered, "We are looking at it.")
    assert rows(as_user(cast.agent)) == [old, young]
    opened.say(cast.owner, answered, "And?")
    assert rows(as_user(cast.agent)) == [old, young, answered]


def test_mine_team_and_unassigned_follow_the_assignment(cast, as_user):
    mine, engineers, nobodys = (opened.ticket(cast) for _ in range(3))
    with transaction():
        status.assign(opened.held(cast.agent, mine), opened.actor(cast.agent), cast.agent.id)
        status.assign(opened.held(cast.agent, engineers), opened.actor(cast.agent), cast.engineer.id)
    browser = as_user(cast.agent)
    assert rows(browser, "mine") == [mine]
    assert set(rows(browser, "team")) == {mine, engineers}, "Ada and Eno share a team"
    assert rows(browser, "unassigned") == [nobodys]
    assert set(rows(browser, "open")) == {mine, engineers, nobodys}
    assert rows(as_user(cast.manager), "team") == [], "Mia is in no team"


def test_what_nobody_answered_stands_before_what_is_answered(cast, as_user):
    answered, waits = opened.ticket(cast), opened.ticket(cast)
    opened.say(cast.agent, answered, "Please wait a moment.")
    backdate(answered, last_activity_at=timedelta(days=3))
    assert rows(as_user(cast.agent), "open") == [waits, answered]


def test_waiting_tickets_show_the_reason_and_since_when(cast, as_user):
    recent, long = opened.ticket(cast), opened.ticket(cast)
    opened.wait(cast.agent, recent, "Serial number of the label printer")
    opened.wait(cast.agent, long, "Print head from the factory", Status.WAITING_PARTS)
    backdate(long, status_since=timedelta(hours=50))
    answer = as_user(cast.agent).get("/desk/queue?view=waiting")
    assert shown(answer) == [long, recent]
    assert "Serial number of the label printer" in answer.text
    assert "2 days" in answer.text


def test_solved_tickets_wait_for_their_confirmation_and_thanks_come_first(cast, as_user):
    solved, closed, thanked = (opened.ticket(cast) for _ in range(3))
    for number in (solved, closed, thanked):
        opened.resolve(cast.agent, number)
    opened.confirm(cast.owner, closed)
    opened.confirm(cast.owner, thanked)
    opened.say(cast.owner, thanked, "谢谢!")
    answer = as_user(cast.agent).get("/desk/queue?view=resolved")
    assert shown(answer) == [thanked, solved]
    assert "Thanks" in answer.text
    with transaction():
        conversation.leave_ended(opened.actor(cast.agent), opened.held(cast.agent, thanked))
    assert rows(as_user(cast.agent), "resolved") == [solved]


def test_a_row_says_who_asks_what_was_said_last_by_whom_and_how_urgent_it_is(cast, as_user):
    number = opened.ticket(cast, subject="Scale sends no weight", urgency=Urgency.CRITICAL)
    opened.say(cast.agent, number, "Please unplug the scale for a moment")
    text = as_user(cast.agent).get("/desk/queue?view=open").text
    for words in (
        "Scale sends no weight", "We: Please unplug the scale", "王小明", "海港物流 Harbour Logistics",
        "Danger or loss right now", "In progress", "Ada Agent",
    ):  # fmt: skip
        assert words in text


def test_markup_in_a_subject_stays_text(cast, as_user):
    opened.ticket(cast, subject="<script>alert(1)</script>", words="<img src=x>")
    text = as_user(cast.agent).get("/desk/queue").text
    assert "<script>alert" not in text
    assert "<img src=x" not in text


def test_words_lead_to_the_page_of_the_search_with_the_filters_that_it_has(cast, as_user):
    number = opened.ticket(cast)
    browser = as_user(cast.agent)
    for typed in (str(number), f"T-{number}", f"t{number}"):
        answer = browser.get("/desk/queue", query_string={"q": typed}, follow_redirects=True)
        assert answer.request.path == f"/desk/tickets/{number}"
    narrowed = browser.get("/desk/queue?q=paper+jam&kind=fault&assignee=me&view=open")
    assert (narrowed.status_code, narrowed.location) == (
        302, "/desk/search?q=paper+jam+kind:fault+is:mine",
    )  # fmt: skip
    assert browser.get("/desk/queue?q=+").status_code == 200


@pytest.mark.parametrize("after", ["", "x", "1.2", "0.99999999999999999999999.1", "-1.-1.-1", "0.1e5.1"])
def test_a_key_that_cannot_be_read_shows_the_first_page(cast, as_user, after):
    number = opened.ticket(cast)
    answer = as_user(cast.agent).get("/desk/queue", query_string={"view": "open", "after": after})
    assert answer.status_code == 200
    assert shown(answer) == [number]


def test_pages_by_key_show_every_ticket_once(cast):
    numbers = [opened.ticket(cast) for _ in range(7)]
    opened.say(cast.agent, numbers[2], "Answered")
    opened.say(cast.agent, numbers[5], "Answered")
    for view in (View.OPEN, View.UNANSWERED, View.UNASSIGNED):
        seen, after = [], None
        while True:
            page = queue.rows(opened.actor(cast.agent), Sought(view), after, size=2)
            seen += [row.number for row in page.rows]
            after = page.next_key
            if after is None:
                break
        whole = [row.number for row in queue.rows(opened.actor(cast.agent), Sought(view), size=50).rows]
        assert seen == whole
        assert len(set(seen)) == len(seen)
    found, after = [], None
    while True:
        page = queue.rows(opened.actor(cast.agent), Sought(words="prints"), after, size=3)
        found += [row.number for row in page.rows]
        after = page.next_key
        if after is None:
            break
    assert sorted(found) == numbers


def test_counters_stop_at_their_cap(cast, as_user, monkeypatch):
    monkeypatch.setattr(views, "CAP", 2)
    views._built.cache_clear()
    for _ in range(4):
        opened.ticket(cast)
    assert views.counts(opened.actor(cast.agent), [])[0][View.OPEN] == 3
    assert "2+" in as_user(cast.agent).get("/desk/queue").text
    views._built.cache_clear()


def test_the_queue_takes_few_queries_however_many_rows_it_has(cast, as_user):
    browser = as_user(cast.agent)
    counts = []
    for _ in range(2):
        for _ in range(4):
            opened.wait(cast.agent, opened.ticket(cast))
            opened.ticket(cast)
        with counted() as statements:
            browser.get("/desk/queue?view=open")
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 12, statements
    with counted() as statements:
        browser.get("/desk/queue/rows?view=open")
    assert len(statements) <= 12


def test_polling_answers_204_until_something_changes(cast, as_user):
    number = opened.ticket(cast)
    browser = as_user(cast.agent)
    with time_machine.travel(clock.now(), tick=False) as traveller:
        version = re.search(r"version=([^&\"]+)", browser.get("/desk/queue").text)[1]
        poll = f"/desk/queue/rows?view=unanswered&version={version}"
        with counted() as statements:
            assert browser.htmx("GET", poll).status_code == 204
        assert len(statements) <= 3, statements
        traveller.shift(timedelta(seconds=1))
        opened.say(cast.owner, number, "Hello?")
        answer = browser.htmx("GET", poll)
        assert answer.status_code == 200
        assert answer.text.lstrip().startswith('<div id="ticket-queue-rows"')
        assert "Hello?" in answer.text


def test_the_waiting_times_are_renewed_each_minute(cast, as_user):
    opened.ticket(cast)
    browser = as_user(cast.agent)
    with time_machine.travel(clock.now(), tick=False) as traveller:
        version = re.search(r"version=([^&\"]+)", browser.get("/desk/queue").text)[1]
        traveller.shift(timedelta(seconds=61))
        assert browser.htmx("GET", f"/desk/queue/rows?version={version}").status_code == 200


def test_unread_belongs_to_each_person(cast, as_user):
    number = opened.ticket(cast)
    agent, engineer = as_user(cast.agent), as_user(cast.engineer)
    newest = opened.look(cast.agent, number).last_entry_id
    assert 'class="unread"' in agent.get("/desk/queue").text
    agent.post(f"/desk/tickets/{number}/seen", data={"entry": newest})
    assert 'class="unread"' not in agent.get("/desk/queue").text
    assert 'class="unread"' in engineer.get("/desk/queue").text
    opened.say(cast.owner, number, "One thing more")
    assert 'class="unread"' in agent.get("/desk/queue").text


def test_an_empty_view_teaches_the_next_step(cast, as_user):
    browser = as_user(cast.agent)
    for view in View:
        answer = browser.get(f"/desk/queue?view={view}")
        assert answer.status_code == 200
        assert "empty-title" in answer.text
