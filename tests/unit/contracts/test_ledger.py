"""What is left, line by line."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.contracts.rules.ledger import (
    Balance,
    LedgerFault,
    Line,
    LineKind,
    Period,
    bucket_on,
    closing,
    deltas,
    replay,
)
from tests.unit.contracts.calendars import SHANGHAI

GRANT, RESERVE, CONSUME = (
    Line(1, LineKind.GRANT, 1),
    Line(2, LineKind.RESERVE, 1),
    Line(3, LineKind.CONSUME, 1, closes=2),
)


def after(*lines: Line) -> tuple[int, int, int]:
    balance = replay(lines)
    return balance.posted, balance.held, balance.available


def test_a_visit_reserves_and_then_consumes() -> None:
    assert after(GRANT) == (1, 0, 1)
    assert after(GRANT, RESERVE) == (1, 1, 0)
    assert after(GRANT, RESERVE, CONSUME) == (0, 0, 0)


def test_a_second_reservation_of_one_unit_is_refused() -> None:
    with pytest.raises(LedgerFault):
        after(GRANT, RESERVE, Line(3, LineKind.RESERVE, 1))


def test_a_cancelled_visit_gives_its_unit_back() -> None:
    assert after(GRANT, RESERVE, Line(3, LineKind.RELEASE, 1, closes=2)) == (1, 0, 1)


def test_a_reservation_is_closed_once() -> None:
    """Invariant 3."""
    with pytest.raises(LedgerFault):
        after(GRANT, RESERVE, Line(3, LineKind.RELEASE, 1, closes=2), Line(4, LineKind.RELEASE, 1, closes=2))


def test_a_reversed_visit_is_usable_until_the_week_ends() -> None:
    reverse = Line(4, LineKind.REVERSE, 1, reverses=3)
    assert after(GRANT, RESERVE, CONSUME, reverse) == (1, 0, 1)
    assert after(GRANT, RESERVE, CONSUME, reverse, Line(5, LineKind.EXPIRE, 1)) == (0, 0, 0)


def test_no_more_is_reversed_than_was_consumed() -> None:
    """Invariant 4."""
    with pytest.raises(LedgerFault):
        after(
            GRANT,
            RESERVE,
            CONSUME,
            Line(4, LineKind.REVERSE, 1, reverses=3),
            Line(5, LineKind.REVERSE, 1, reverses=3),
        )


def test_nothing_is_carried_over_unless_the_contract_says_so() -> None:
    assert closing(Balance(1, 0)) == [(LineKind.EXPIRE, 1)]
    assert closing(Balance(3, 0), rollover_max=1) == [(LineKind.EXPIRE, 3), (LineKind.ROLLOVER, 1)]
    assert closing(Balance(0, 0), rollover_max=1) == []


def test_a_held_unit_survives_the_end_of_its_bucket() -> None:
    assert closing(Balance(1, 1)) == []
    assert closing(Balance(2, 1)) == [(LineKind.EXPIRE, 1)]


@pytest.mark.parametrize(
    ("period", "day", "key", "opens", "closes"),
    [
        (Period.WEEK, "2026-03-11", "2026-W11", "2026-03-09", "2026-03-16"),
        (Period.WEEK, "2027-01-02", "2026-W53", "2026-12-28", "2027-01-04"),
        (Period.MONTH, "2026-12-31", "2026-12", "2026-12-01", "2027-01-01"),
        (Period.TERM, "2026-05-05", "2026-01-01", "2026-01-01", "2027-01-01"),
    ],
)
def test_a_bucket_opens_and_closes_at_midnight_of_the_contract(
    period: Period, day: str, key: str, opens: str, closes: str
) -> None:
    term = date(2026, 1, 1), date(2026, 12, 31)
    span = bucket_on(period, date.fromisoformat(day), term, SHANGHAI)
    expected = tuple(datetime.fromisoformat(d).replace(tzinfo=SHANGHAI) for d in (opens, closes))
    assert (span.key, (span.opens, span.closes)) == (key, expected)


KINDS = [LineKind.GRANT, LineKind.RESERVE, LineKind.CONSUME, LineKind.EXPIRE, LineKind.ADJUST]


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 3), st.booleans()), max_size=25),
    st.integers(0, 2),
)
def test_what_replay_accepts_is_the_sum_of_its_lines_and_never_below_its_bounds(
    drawn: list[tuple[LineKind, int, bool]], overdraft: int
) -> None:
    """Invariants 1 and 2: a refused line is left out, as the guarded write does."""
    kept: list[Line] = []
    for number, (kind, quantity, down) in enumerate(drawn):
        line = Line(number, kind, quantity, down=down)
        try:
            replay([*kept, line], overdraft)
        except LedgerFault:
            continue
        kept.append(line)
    balance = replay(kept, overdraft)
    assert (balance.posted, balance.held) == tuple(sum(d[i] for d in map(deltas, kept)) for i in (0, 1))
    assert balance.held >= 0
    assert balance.available >= -overdraft
