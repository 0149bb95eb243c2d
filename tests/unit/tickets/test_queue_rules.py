"""Places in the queue, filters as plain values, and what a change of several tickets passes over."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.tickets.rules.bulk import Action, Change, Facts, Skip, skips
from portal.tickets.rules.drafts import mentioned
from portal.tickets.rules.order import place
from portal.tickets.rules.tags import TagName
from portal.tickets.rules.views import Order, Sought, View, plain, sought
from portal.tickets.rules.words import ENDED, OPEN, Kind, Phase, Status, Urgency

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def placed(status=Status.IN_PROGRESS, due=None, unanswered=None, active=NOW, since=NOW):
    return place(status, due, unanswered, active, since)[:2]


def test_a_broken_promise_stands_before_a_near_one_and_both_before_any_wait():
    broken, near = placed(due=NOW - HOUR), placed(due=NOW + HOUR)
    waits, answered = placed(unanswered=NOW - 50 * HOUR), placed(active=NOW - 90 * HOUR)
    on_hold = placed(Status.WAITING_PARTS, since=NOW - 200 * HOUR)
    assert sorted([on_hold, answered, waits, near, broken]) == [broken, near, waits, answered, on_hold]


@pytest.mark.parametrize("status", sorted(Status))
def test_only_open_tickets_have_a_place(status):
    rank, at, waits = place(status, NOW, NOW, NOW, NOW)
    assert (rank is not None) == (at is not None) == (status in OPEN)
    assert (waits is not None) == status.value.startswith("waiting_")


seekings = st.builds(
    Sought,
    view=st.sampled_from(View),
    words=st.text(max_size=20).map(str.strip),
    assignee=st.sampled_from(["", "me", "nobody", "u7", "t12"]),
    urgency=st.sampled_from(["", *Urgency]).map(str),
    kind=st.sampled_from(["", *Kind]).map(str),
    phase=st.sampled_from(["", *Phase]).map(str),
    organisation_id=st.none() | st.integers(1, 10**9),
    order=st.sampled_from(Order),
)


@given(seekings)
def test_what_is_saved_is_what_is_found_again(what):
    assert sought(plain(what)) == what


@given(st.dictionaries(st.sampled_from(["view", "q", "assignee", "urgency", "kind", "phase", "organisation", "order"]), st.text(max_size=30)))  # fmt: skip  # noqa: E501
def test_an_address_of_anything_is_some_view(values):
    found = sought(values)
    assert sought(plain(found)) == found


VIP = TagName("VIP", "vip")


def facts(status=Status.IN_PROGRESS, assignee=None, team=None, unread=True):
    return Facts(status, assignee, team, unread)


@pytest.mark.parametrize(
    ("change", "of", "why"),
    [
        (Change(Action.ASSIGN, user_id=7), facts(), None),
        (Change(Action.ASSIGN, user_id=7), facts(assignee=7), Skip.HAS_IT_ALREADY),
        (Change(Action.ASSIGN, user_id=7, team_id=2), facts(assignee=7, team=1), None),
        (Change(Action.ASSIGN, user_id=7), facts(Status.CLOSED), Skip.ENDED),
        (Change(Action.ASSIGN, user_id=7), facts(assignee=8), Skip.TAKEN_WITHOUT_REASON),
        (Change(Action.ASSIGN, team_id=2), facts(assignee=8), Skip.TAKEN_WITHOUT_REASON),
        (Change(Action.ASSIGN, user_id=7, reason=" "), facts(assignee=8), Skip.TAKEN_WITHOUT_REASON),
        (Change(Action.ASSIGN, user_id=7, reason="Eno is ill"), facts(assignee=8), None),
        (Change(Action.WAIT, status=Status.WAITING_PARTS), facts(), None),
        (Change(Action.WAIT, status=Status.WAITING_PARTS), facts(Status.CANCELLED), Skip.ENDED),
        (Change(Action.RESOLVE), facts(Status.RESOLVED), Skip.SOLVED_ALREADY),
        (Change(Action.RESOLVE), facts(), None),
        (Change(Action.CLOSE), facts(Status.RESOLVED), None),
        (Change(Action.CLOSE), facts(), Skip.NOT_SOLVED),
        (Change(Action.CLOSE), facts(Status.CLOSED), Skip.ENDED),
        (Change(Action.PHASE, phase=Phase.REMOTE), facts(), None),
        (Change(Action.PHASE, phase=Phase.PHONE), facts(), Skip.THERE_ALREADY),
        (Change(Action.PHASE, phase=Phase.REMOTE), facts(Status.CANCELLED), Skip.ENDED),
        (Change(Action.TAG, add=(VIP,)), facts(Status.CLOSED), None),
        (Change(Action.TAG, remove=(VIP,)), facts(), Skip.TAGGED_ALREADY),
        (Change(Action.TAG, add=(VIP,), remove=(VIP,)), facts(), None),
        (Change(Action.READ), facts(Status.CLOSED), None),
        (Change(Action.READ), facts(unread=False), Skip.READ_ALREADY),
    ],
)
def test_a_change_says_what_it_passes_over_and_why(change, of, why):
    assert skips(change, of) is why


@pytest.mark.parametrize("status", sorted(ENDED))
@pytest.mark.parametrize("action", [Action.ASSIGN, Action.WAIT, Action.RESOLVE])
def test_an_ended_ticket_is_never_changed_with_others(status, action):
    assert skips(Change(action, user_id=1), facts(status)) is Skip.ENDED


NAMES = [(1, "Ada Agent"), (2, "Ada Agenton"), (3, "王磊"), (4, "Kim")]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("@Ada Agent please look", [1]),
        ("@ada agenton, and @Kim.", [2, 4]),
        ("请@王磊看一下", [3]),
        ("＠王磊 @王磊", [3]),
        ("write to kim@kim.example", []),
        ("@Kimberley is somebody else", []),
        ("@Ada", []),
        ("", []),
    ],
)
def test_colleagues_are_named_by_their_whole_name(text, ids):
    assert mentioned(text, NAMES) == ids
