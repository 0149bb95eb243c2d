"""The client's leave to touch its data: where it stands, and which session it allowed."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.tickets.rules.consent import Facts, State, allows, state_of

pytestmark = pytest.mark.rule("TS-09")
ASKED = datetime(2026, 3, 11, 1, 0, tzinfo=UTC)
UNTIL = ASKED + timedelta(days=3)
YES_AT = ASKED + timedelta(hours=1)
HOLDS = YES_AT + timedelta(hours=4)
YES = Facts(UNTIL, YES_AT, True, HOLDS)


def hours(n):
    return ASKED + timedelta(hours=n)


@pytest.mark.parametrize(
    ("consent", "at", "state"),
    [
        (Facts(UNTIL), UNTIL, State.ASKED),
        (Facts(UNTIL), UNTIL + timedelta(seconds=1), State.EXPIRED),
        (Facts(UNTIL, YES_AT, False), hours(2), State.REFUSED),
        (YES, HOLDS, State.GRANTED),
        (YES, HOLDS + timedelta(seconds=1), State.ENDED),
        (Facts(UNTIL, YES_AT, True, HOLDS, hours(2)), hours(3), State.WITHDRAWN),
        (Facts(UNTIL, withdrawn_at=hours(1)), hours(2), State.WITHDRAWN),
    ],
)
def test_silence_is_no_yes_and_a_yes_ends(consent, at, state):
    assert state_of(consent, at) is state


@pytest.mark.parametrize(
    ("started", "ended", "allowed"),
    [(2, 3, True), (0, 2, True), (5, 6, True), (0, 0.5, False), (5.1, 6, False)],
)
def test_invariant_45_a_session_was_allowed_only_while_a_consent_held(started, ended, allowed):
    assert allows([Facts(UNTIL), YES], hours(started), hours(ended)) is allowed


def test_a_refusal_an_open_question_and_a_consent_taken_back_before_allow_nothing():
    taken_back = Facts(UNTIL, YES_AT, True, HOLDS, hours(2))
    refused = Facts(UNTIL, YES_AT, False)
    assert not allows([Facts(UNTIL), refused, taken_back], hours(2.5), hours(3))
    assert allows([taken_back], hours(1.5), hours(3))
