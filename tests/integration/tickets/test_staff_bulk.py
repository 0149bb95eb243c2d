"""Several tickets at once, and filters that are kept under a name."""

import pytest
from sqlalchemy import func, select

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.tickets.models.desk import SavedView
from portal.tickets.queries import queue
from portal.tickets.rules.bulk import Action, Change, Skip
from portal.tickets.rules.views import Order, Sought, View
from portal.tickets.rules.words import Status, Urgency
from portal.tickets.service import bulk, status
from tests.integration.tickets import opened


def sent(action, numbers, **more):
    form = {
        "to": "",
        "status": "waiting_parts",
        "code": "answered",
        "reason": "",
        "text": "",
        "phase": "phone",
        **more,
    }
    return {**form, "action": action, "ticket": [str(n) for n in numbers]}


def test_what_is_skipped_is_said_before_and_after_with_the_reason(cast, as_user):
    fine, closed, gone = opened.ticket(cast), opened.ticket(cast), 99999
    opened.resolve(cast.engineer, closed)
    opened.confirm(cast.owner, closed)
    browser = as_user(cast.agent)
    form = sent("wait", [fine, closed, gone], reason="Print head from the factory")
    look = browser.post("/desk/queue/bulk", data=form)
    assert look.status_code == 200
    assert "it has ended" in look.text
    assert "there is no such ticket" in look.text
    assert opened.look(cast.agent, fine).status is Status.NEW, "a look changes nothing"
    done = browser.post("/desk/queue/bulk", data={**form, "step": "do"}, follow_redirects=True)
    assert "1 ticket is changed." in done.text
    assert f"T-{closed}: it has ended" in done.text
    assert opened.look(cast.agent, fine).status is Status.WAITING_PARTS
    assert opened.look(cast.agent, closed).status is Status.CLOSED


def test_an_action_asks_for_what_it_needs_and_keeps_the_choice(cast, as_user):
    number = opened.ticket(cast)
    browser = as_user(cast.agent)
    assert browser.post("/desk/queue/bulk", data=sent("wait", [number])).status_code == 422
    assert browser.post("/desk/queue/bulk", data=sent("resolve", [number])).status_code == 422
    answer = browser.post("/desk/queue/bulk", data=sent("", [number], reason="kept words"))
    assert answer.status_code == 422
    assert "kept words" in answer.text
    assert browser.get("/desk/queue/bulk").status_code == 303, "nothing is ticked"


def test_two_agents_take_the_same_ticket_and_the_second_is_told(cast):
    number = opened.ticket(cast)
    with transaction():
        status.assign(opened.held(cast.engineer, number), opened.actor(cast.engineer), cast.engineer.id)
        (result,) = bulk.carry_out(
            opened.actor(cast.engineer), [number], Change(Action.ASSIGN, user_id=cast.engineer.id)
        )
    assert result.skip is Skip.HAS_IT_ALREADY


@pytest.mark.databases("sqlite")
def test_a_colleagues_tickets_change_hands_with_a_reason_alone(cast, as_user):
    number, free = opened.ticket(cast), opened.ticket(cast)
    with transaction():
        status.assign(opened.held(cast.engineer, number), opened.actor(cast.engineer), cast.engineer.id)
    browser = as_user(cast.agent)
    form = sent("assign", [number, free], to=f"u{cast.agent.id}")
    assert f"Assign them – {cast.agent.name}" in browser.post("/desk/queue/bulk", data=form).text
    form["step"] = "do"
    done = browser.post("/desk/queue/bulk", data=form, follow_redirects=True)
    assert f"T-{number}: somebody has it" in done.text
    assert opened.look(cast.agent, number).assignee_id == cast.engineer.id
    assert opened.look(cast.agent, free).assignee_id == cast.agent.id
    browser.post("/desk/queue/bulk", data=form | {"handed": "Eno is ill"})
    assert opened.look(cast.agent, number).assignee_id == cast.agent.id
    assert "Eno is ill" in browser.get(f"/desk/tickets/{number}").text


def test_a_stranger_has_no_part_in_any_of_it(cast, as_user):
    number = opened.ticket(cast)
    for person in (cast.stranger, cast.owner):
        assert as_user(person).post("/desk/queue/bulk", data=sent("read", [number])).status_code == 404
        assert as_user(person).get("/desk/queue?view=open").status_code == 404


def test_the_nearest_promise_stands_on_top_in_words_and_with_a_shape(cast, as_user):
    from datetime import timedelta

    from portal.kernel import clock

    plain, near, late = (opened.ticket(cast) for _ in range(3))
    with transaction():
        for number, away in ((near, 30), (late, -45)):
            ticket = opened.held(cast.agent, number)
            ticket.due_at, ticket.due_metric = clock.now() + timedelta(minutes=away, seconds=20), "response"
    assert [r.number for r in queue.rows(opened.actor(cast.agent), Sought(View.OPEN)).rows] == [
        late,
        near,
        plain,
    ]
    text = as_user(cast.agent).get("/desk/queue?view=open").text
    assert "Answer · 30 min left" in text
    assert "Answer · 44 min late" in text
    assert 'class="badge-line late"' in text


def test_a_filter_is_kept_shared_counted_and_removed_by_its_owner_alone(cast, as_user):
    calm, urgent = opened.ticket(cast), opened.ticket(cast, urgency=Urgency.CRITICAL)
    agent, engineer = as_user(cast.agent), as_user(cast.engineer)
    form = {"name": "Danger", "shared": "y"}
    assert agent.post("/desk/queue/save?view=open&urgency=critical", data=form).status_code == 303
    view_id = db.session.scalar(select(SavedView.id))
    for browser in (agent, engineer):
        text = browser.get(f"/desk/queue?saved={view_id}").text
        assert f'id="queue-{urgent}"' in text
        assert f'id="queue-{calm}"' not in text
        assert "Danger" in text
    assert engineer.post(f"/desk/queue/views/{view_id}/remove").status_code == 404
    assert agent.post(f"/desk/queue/views/{view_id}/remove").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(SavedView)) == 0
    own = {"name": "Mine alone"}
    agent.post("/desk/queue/save?view=open&assignee=me", data=own)
    assert "Mine alone" in agent.get("/desk/queue").text
    assert "Mine alone" not in engineer.get("/desk/queue").text
    assert agent.post("/desk/queue/save?view=open", data={"name": ""}).status_code == 422


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize(
    "what", [Sought(View.OPEN), Sought(View.OPEN, assignee="nobody"), Sought(View.OPEN, kind="fault")]
)
def test_narrowed_pages_show_every_ticket_once(cast, order, what):
    from dataclasses import replace

    numbers = {opened.ticket(cast) for _ in range(5)}
    seen, after = [], None
    while True:
        page = queue.rows(opened.actor(cast.agent), replace(what, order=order), after, size=2)
        seen += [row.number for row in page.rows]
        after = page.next_key
        if after is None:
            break
    assert len(seen) == len(set(seen))
    assert set(seen) <= numbers
    assert len(seen) == 5 or what.kind
