"""When a promised call is late, and what an attempt makes of it."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.ladder.rules.callbacks import TRY_AGAIN_AFTER, Urge, WhyNot, after_attempt, urge, why_not
from portal.tickets.rules.words import Outcome

NOW = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(-1, Urge.OVERDUE), (0, Urge.SOON), (30, Urge.SOON), (31, Urge.LATER), (-600, Urge.OVERDUE)],
)
def test_it_is_overdue_from_the_instant_after_the_promised_one(minutes, expected):
    assert urge(NOW + timedelta(minutes=minutes), NOW) is expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOW - timedelta(minutes=6), WhyNot.PAST),
        (NOW - timedelta(minutes=5), None),
        (NOW + timedelta(days=30), None),
        (NOW + timedelta(days=30, minutes=1), WhyNot.TOO_FAR),
    ],
)
def test_a_time_in_the_past_or_in_two_months_is_not_promised(at, expected):
    assert why_not(at, NOW) is expected


@pytest.mark.parametrize(
    ("outcome", "noted", "again_at"),
    [
        (Outcome.NOT_REACHED, None, NOW + TRY_AGAIN_AFTER),
        (Outcome.NOT_REACHED, LATER, LATER),
        (Outcome.CALL_AGAIN, LATER, LATER),
        (Outcome.CALL_AGAIN, None, None),
        (Outcome.CALL_AGAIN, NOW - timedelta(hours=1), None),
        (Outcome.SOLVED, LATER, None),
        (Outcome.CLIENT_TRIES, None, None),
        (Outcome.NOT_SOLVABLE, None, None),
    ],
)
def test_only_who_was_not_reached_or_wants_another_call_is_called_again(outcome, noted, again_at):
    assert after_attempt(outcome, noted, NOW).again_at == again_at
