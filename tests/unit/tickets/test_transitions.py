"""The table of statuses, the ladder of phases, and what a reply does."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.tickets.rules.transitions import (
    REOPEN_WITHIN,
    ReplyEffect,
    effect_of_reply,
    may_become,
    phase_refusal,
)
from portal.tickets.rules.visiting import Attempt, Why
from portal.tickets.rules.words import ENDED, OPEN, WAITING, Outcome, Phase, Status

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


def test_every_status_is_open_solved_or_ended():
    assert OPEN | ENDED | {Status.RESOLVED} == set(Status)
    assert not OPEN & ENDED
    assert WAITING < OPEN


@pytest.mark.parametrize("now", sorted(OPEN))
def test_an_open_request_may_be_solved_and_withdrawn(now):
    assert may_become(now, Status.RESOLVED)
    assert may_become(now, Status.CANCELLED)


@pytest.mark.parametrize("now", sorted(OPEN))
def test_nothing_is_closed_before_it_is_solved(now):
    assert not may_become(now, Status.CLOSED)


@pytest.mark.parametrize("now", sorted(Status))
def test_no_status_follows_itself_and_none_becomes_new_again(now):
    assert not may_become(now, now)
    assert not may_become(now, Status.NEW)


@pytest.mark.parametrize("then", sorted(Status))
def test_what_is_withdrawn_stays_withdrawn(then):
    assert not may_become(Status.CANCELLED, then)


@pytest.mark.parametrize("now", [Status.RESOLVED, Status.CLOSED])
def test_what_is_solved_or_closed_can_only_go_on_or_end(now):
    assert {s for s in Status if may_become(now, s)} <= {Status.IN_PROGRESS, Status.CLOSED}
    assert may_become(now, Status.IN_PROGRESS)


@pytest.mark.parametrize("now", sorted(WAITING))
@pytest.mark.parametrize("then", sorted(WAITING))
def test_a_wait_may_change_its_reason(now, then):
    assert may_become(now, then) == (now is not then)


CALLED = Attempt(Phase.PHONE, Outcome.CALL_AGAIN)
REMOTE_FAILED = Attempt(Phase.REMOTE, Outcome.NOT_SOLVABLE)


@pytest.mark.parametrize("then", [Phase.REMOTE, Phase.ON_SITE])
def test_the_first_step_is_a_call(then):
    assert phase_refusal(Phase.PHONE, then, []) is Why.CALL_FIRST


def test_after_a_call_comes_the_remote_session():
    assert phase_refusal(Phase.PHONE, Phase.REMOTE, [CALLED]) is None


@pytest.mark.parametrize("outcome", [o for o in Outcome if o is not Outcome.NOT_SOLVABLE])
def test_on_site_only_after_a_remote_session_that_could_not_solve_it(outcome):
    tried = [CALLED, Attempt(Phase.REMOTE, outcome)]
    assert phase_refusal(Phase.REMOTE, Phase.ON_SITE, tried) is Why.REMOTE_FIRST
    assert phase_refusal(Phase.REMOTE, Phase.ON_SITE, [CALLED, REMOTE_FAILED]) is None


def test_a_call_that_could_not_solve_it_is_no_remote_session():
    tried = [Attempt(Phase.PHONE, Outcome.NOT_SOLVABLE)]
    assert phase_refusal(Phase.PHONE, Phase.ON_SITE, tried) is Why.REMOTE_FIRST


def test_a_managers_reason_overrides_and_blanks_are_no_reason():
    assert phase_refusal(Phase.PHONE, Phase.ON_SITE, [], override_reason="The line is cut") is None
    assert phase_refusal(Phase.PHONE, Phase.ON_SITE, [], override_reason="   ") is Why.CALL_FIRST


@pytest.mark.parametrize(
    ("now", "then"), [(Phase.ON_SITE, Phase.PHONE), (Phase.REMOTE, Phase.PHONE), (Phase.REMOTE, Phase.REMOTE)]
)
def test_steps_back_and_no_step_are_always_allowed(now, then):
    assert phase_refusal(now, then, []) is None


@pytest.mark.parametrize("other", list(Phase))
def test_an_improvement_stands_beside_the_ladder(other):
    assert phase_refusal(Phase.IMPROVEMENT, other, []) is None
    assert phase_refusal(other, Phase.IMPROVEMENT, []) is None


@pytest.mark.parametrize("now", sorted(OPEN - {Status.WAITING_CUSTOMER}))
@pytest.mark.parametrize("thanks", [True, False])
def test_a_reply_to_an_open_request_continues_it(now, thanks):
    assert effect_of_reply(now, None, NOW, only_thanks=thanks) is ReplyEffect.CONTINUE


def test_a_reply_sets_going_what_waits_for_the_client_but_thanks_do_not():
    assert effect_of_reply(Status.WAITING_CUSTOMER, None, NOW, only_thanks=False) is ReplyEffect.RESUME
    assert effect_of_reply(Status.WAITING_CUSTOMER, None, NOW, only_thanks=True) is ReplyEffect.CONTINUE


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED])
@pytest.mark.parametrize(
    ("ago", "effect"),
    [
        (timedelta(0), ReplyEffect.REOPEN),
        (REOPEN_WITHIN - timedelta(seconds=1), ReplyEffect.REOPEN),
        (REOPEN_WITHIN, ReplyEffect.REOPEN),
    ],
)
def test_within_fourteen_days_a_reply_opens_it_again(status, ago, effect):
    assert effect_of_reply(status, NOW - ago, NOW, only_thanks=False) is effect


def test_after_fourteen_days_a_reply_opens_a_new_one():
    late = NOW - REOPEN_WITHIN - timedelta(seconds=1)
    assert effect_of_reply(Status.CLOSED, late, NOW, only_thanks=False) is ReplyEffect.NEW_TICKET


def test_what_was_withdrawn_is_never_opened_again():
    assert effect_of_reply(Status.CANCELLED, NOW, NOW, only_thanks=False) is ReplyEffect.NEW_TICKET


@pytest.mark.parametrize("status", [Status.RESOLVED, Status.CLOSED, Status.CANCELLED])
@pytest.mark.parametrize("ago", [timedelta(0), timedelta(days=100)])
def test_thanks_for_what_has_ended_ask_staff_and_open_nothing(status, ago):
    assert effect_of_reply(status, NOW - ago, NOW, only_thanks=True) is ReplyEffect.ASK_STAFF


def test_a_contract_without_the_clause_and_an_emergency_make_the_ladder_advice():
    for free in ({"phone_first": False}, {"emergency": True}):
        for then in (Phase.REMOTE, Phase.ON_SITE):
            assert phase_refusal(Phase.PHONE, then, [], **free) is None
