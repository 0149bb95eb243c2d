"""A visit's ground, its day and its states."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.contracts.rules.decision import Decision, Outcome, Reason
from portal.contracts.rules.terms import NoAccess
from portal.dispatch.rules.visiting import (
    OVER,
    Basis,
    Slot,
    Then,
    VisitStatus,
    basis_of,
    day_ends_at,
    may_become,
    of_no_access,
    rests_on_quote,
)
from portal.tickets.rules.visiting import Tried

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOTHING, PHONE, BOTH = Tried(False, False), Tried(True, False), Tried(True, True)


@pytest.mark.rule("TS-23", "TS-27")
@pytest.mark.parametrize(
    ("tried", "how", "basis"),
    [
        (NOTHING, {}, None),
        (PHONE, {}, None),
        (BOTH, {}, Basis.TRIAGE),
        (NOTHING, {"emergency": True}, Basis.EMERGENCY),
        (NOTHING, {"planned_round": True}, Basis.ROUND),
        (NOTHING, {"override_reason": "The director asked"}, Basis.OVERRIDE),
        (NOTHING, {"override_reason": "  "}, None),
        (NOTHING, {"phone_first": False}, Basis.TRIAGE),
    ],
)
def test_somebody_comes_only_on_a_ground(tried, how, basis):
    how = {"emergency": False, "planned_round": False, "override_reason": ""} | how
    assert basis_of(tried, **how) is basis


@pytest.mark.rule("TS-26")
def test_a_visit_of_one_day_ends_with_the_calendar_day_on_the_spot():
    arrived = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
    assert day_ends_at(arrived, 1, SHANGHAI) == datetime(2026, 3, 10, 15, 59, 59, tzinfo=UTC)
    assert day_ends_at(arrived, 2, SHANGHAI) == datetime(2026, 3, 11, 15, 59, 59, tzinfo=UTC)
    assert day_ends_at(arrived, None, SHANGHAI) is None


def test_what_is_over_stays_over():
    assert [s for s in OVER for then in VisitStatus if may_become(s, then)] == []


def test_nobody_signs_for_a_visit_that_was_not_finished():
    assert [s for s in VisitStatus if may_become(s, VisitStatus.SIGNED)] == [VisitStatus.FINISHED]


def test_a_door_that_stays_shut_counts_unless_the_contract_says_otherwise():
    assert (of_no_access(NoAccess.COUNTS), of_no_access(NoAccess.FREE)) == (Then.CONSUME, Then.RELEASE)


def test_slots_that_touch_do_not_clash():
    nine, ten, eleven = (datetime(2026, 3, 10, h, tzinfo=UTC) for h in (9, 10, 11))
    assert not Slot(nine, ten).clashes(Slot(ten, eleven))
    assert Slot(nine, eleven).clashes(Slot(ten, eleven))


USED_UP = Decision(Outcome.DEFERRED, reason=Reason.QUOTA_USED)


@pytest.mark.rule("PC-07", "PC-11", "TS-24")
@pytest.mark.parametrize(
    ("kind", "answer", "rests"),
    [
        ("repair", Decision(Outcome.CONSUME), True),
        ("factory", Decision(Outcome.CONSUME), True),
        ("extra_visit", Decision(Outcome.CONSUME), False),
        ("off_hours", Decision(Outcome.CONSUME), False),
        ("repair", USED_UP, True),
        ("extra_visit", USED_UP, True),
        ("off_hours", USED_UP, False),
        ("repair", Decision(Outcome.DEFERRED, reason=Reason.WAITING_RENEWAL), False),
        ("off_hours", Decision(Outcome.QUOTE_REQUIRED, reason=Reason.OFF_HOURS), True),
        ("repair", Decision(Outcome.MANUAL_REVIEW), True),
        ("repair", Decision(Outcome.INCLUDED), False),
        ("repair", Decision(Outcome.BILLABLE), False),
        ("repair", Decision(Outcome.BLOCKED, reason=Reason.SUSPENDED), False),
    ],
)
def test_a_confirmed_quote_carries_a_visit_that_the_contract_counts_or_leaves_to_it(kind, answer, rests):
    assert rests_on_quote(kind, answer) is rests
