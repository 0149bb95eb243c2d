"""Where a contract stands: from its dates, its signatures and its pauses alone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.contracts.rules.standing import State, share_gone, standing
from portal.contracts.rules.terms import Contract, RunOff, Service, Suspension, Term

SHANGHAI = ZoneInfo("Asia/Shanghai")
YEAR = Term(1, date(2026, 1, 1), date(2026, 12, 31))


def contract(
    *terms: Term, run_off: RunOff = RunOff.NONE, suspensions: tuple[Suspension, ...] = ()
) -> Contract:
    return Contract(
        1, "C-1", 1, (), terms or (YEAR,), (), run_off=run_off, run_off_clause="一", suspensions=suspensions
    )


def stands(
    found: Contract,
    day: str,
    *,
    signed: bool = True,
    ended_early: bool = False,
    notice_months: int = 0,
    work_goes_on: bool = False,
) -> tuple[State, int | None]:
    now = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=SHANGHAI)
    got = standing(
        found,
        signed=signed,
        ended_early=ended_early,
        notice_months=notice_months,
        now=now,
        zone=SHANGHAI,
        work_goes_on=work_goes_on,
    )
    return got.state, got.days_left


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-12-31", (State.UPCOMING, None)),
        ("2026-01-01", (State.ACTIVE, 364)),
        ("2026-11-30", (State.ACTIVE, 31)),
        ("2026-12-01", (State.EXPIRING, 30)),
        ("2026-12-31", (State.EXPIRING, 0)),
        ("2027-01-01", (State.EXPIRED, None)),
    ],
)
def test_the_dates_decide(day: str, expected: tuple[State, int | None]) -> None:
    assert stands(contract(), day) == expected


def test_a_notice_period_says_when_the_end_is_near() -> None:
    assert stands(contract(), "2026-09-29", notice_months=3)[0] is State.ACTIVE
    assert stands(contract(), "2026-09-30", notice_months=3)[0] is State.EXPIRING


def test_a_renewal_that_is_entered_moves_the_end() -> None:
    both = contract(YEAR, Term(2, date(2027, 1, 1), date(2027, 12, 31)))
    assert stands(both, "2026-12-20") == (State.ACTIVE, 376)


def test_a_gap_between_terms_is_upcoming_not_over() -> None:
    both = contract(YEAR, Term(2, date(2027, 3, 1), date(2027, 12, 31)))
    assert stands(both, "2027-02-01")[0] is State.UPCOMING


def test_without_both_signatures_no_date_counts() -> None:
    assert stands(contract(), "2026-05-01", signed=False)[0] is State.NOT_SIGNED


def test_after_the_end_the_reason_is_named() -> None:
    running = contract(run_off=RunOff.IN_PROGRESS_LABOUR_FREE)
    assert stands(running, "2027-02-01")[0] is State.EXPIRED
    assert stands(running, "2027-02-01", work_goes_on=True)[0] is State.RUN_OFF
    assert stands(contract(), "2027-02-01", ended_early=True)[0] is State.TERMINATED


def test_a_pause_of_some_services_does_not_suspend_the_contract() -> None:
    start = datetime(2026, 5, 1, tzinfo=UTC)
    whole, some = Suspension(start, None, "二"), Suspension(start, None, "二", frozenset({Service.ON_SITE}))
    assert stands(contract(suspensions=(whole,)), "2026-05-02")[0] is State.SUSPENDED
    assert stands(contract(suspensions=(some,)), "2026-05-02")[0] is State.ACTIVE
    assert stands(contract(suspensions=(whole,)), "2026-04-30")[0] is State.ACTIVE


def test_the_share_of_a_term_stays_between_nothing_and_all() -> None:
    shares = [share_gone(YEAR, day) for day in (date(2025, 1, 1), date(2026, 7, 2), date(2028, 1, 1))]
    assert shares == [0, 50, 100]
