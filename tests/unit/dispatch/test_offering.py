"""What a proposed time is worth, who answers for the client, and what follows when the client calls off."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.contracts.rules.terms import NoAccess
from portal.dispatch.rules.offering import (
    ANSWER_WITHIN,
    CallOff,
    WhyNot,
    answer_until,
    call_off,
    may_agree,
    may_answer,
    why_not,
)
from portal.dispatch.rules.visiting import VisitStatus as S

NOW = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)


def test_a_time_that_has_begun_or_is_taken_cannot_be_chosen():
    assert why_not(NOW + timedelta(minutes=1), NOW, taken=False) is None
    assert why_not(NOW, NOW, taken=False) is WhyNot.PAST
    assert why_not(NOW - timedelta(days=1), NOW, taken=True) is WhyNot.PAST
    assert why_not(NOW + timedelta(days=1), NOW, taken=True) is WhyNot.TAKEN


def test_a_link_ends_with_its_last_time_and_never_lives_longer_than_two_weeks():
    soon, late = NOW + timedelta(days=3), NOW + timedelta(days=60)
    assert answer_until(soon, NOW) == soon
    assert answer_until(late, NOW) == NOW + ANSWER_WITHIN


def test_whoever_asked_or_manages_says_when_and_only_managers_agree_to_a_price():
    assert may_answer(manages=False, takes_part=True, anybody_manages=True)
    assert may_answer(manages=True, takes_part=False, anybody_manages=True)
    assert not may_answer(manages=False, takes_part=False, anybody_manages=True)
    assert not may_agree(manages=False, anybody_manages=True)
    assert may_agree(manages=True, anybody_manages=True)
    assert may_agree(manages=False, anybody_manages=False)


@pytest.mark.parametrize(
    ("status", "terms", "holds", "agreed", "follows"),
    [
        (S.CONFIRMED, NoAccess.COUNTS, True, False, CallOff.FREE),
        (S.SCHEDULED, NoAccess.COUNTS, False, True, CallOff.FREE),
        (S.EN_ROUTE, NoAccess.COUNTS, True, False, CallOff.COUNTS),
        (S.EN_ROUTE, NoAccess.COUNTS, False, True, CallOff.CHARGED),
        (S.EN_ROUTE, NoAccess.COUNTS, False, False, CallOff.FREE),
        (S.EN_ROUTE, NoAccess.FREE, True, False, CallOff.FREE),
        (S.ON_SITE, NoAccess.COUNTS, True, False, CallOff.TOO_LATE),
        (S.SIGNED, NoAccess.COUNTS, False, False, CallOff.TOO_LATE),
    ],
)
def test_calling_off_is_free_until_somebody_sets_out_and_then_follows_the_contract(
    status, terms, holds, agreed, follows
):
    assert call_off(status, terms, holds=holds, agreed=agreed) is follows
