"""When the engineer comes by plan."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.contracts.rules.rounds import Moved, every_months, weekly
from tests.unit.contracts.calendars import calendar

DAY = date.fromisoformat
PC = weekly(DAY("2026-01-01"), DAY("2026-12-31"), 2, calendar())


def on(planned: str) -> tuple[date | None, Moved | None]:
    return next((r.on, r.moved) for r in PC if r.planned_on == DAY(planned))


@pytest.mark.rule("PC-07")
def test_wednesday_is_wednesday() -> None:
    """PC-07."""
    assert on("2026-03-11") == (DAY("2026-03-11"), None)


@pytest.mark.rule("PC-07")
def test_a_holiday_wednesday_moves_to_the_next_workday_of_that_week() -> None:
    """PC-07."""
    assert on("2026-10-07") == (DAY("2026-10-08"), Moved.LATER_THAT_WEEK)


@pytest.mark.rule("PC-07")
def test_a_week_that_is_off_altogether_has_no_visit_and_nothing_is_carried_over() -> None:
    """PC-07: 2026-02-16 to 02-22."""
    assert on("2026-02-18") == (None, Moved.WHOLE_WEEK_OFF)
    assert on("2026-02-25") == (DAY("2026-02-25"), None)


def test_a_wednesday_with_only_earlier_workdays_moves_back() -> None:
    short_week = weekly(DAY("2026-09-28"), DAY("2026-10-04"), 3, calendar())
    assert [(r.on, r.moved) for r in short_week] == [(DAY("2026-09-30"), Moved.EARLIER_THAT_WEEK)]


@pytest.mark.rule("HW-08")
def test_upkeep_every_three_months_is_anchored_on_the_start_and_rolls() -> None:
    """HW-08."""
    rounds = every_months(DAY("2026-01-05"), DAY("2027-01-04"), 3, calendar())
    assert [(str(r.planned_on), str(r.on)) for r in rounds] == [
        ("2026-04-05", "2026-04-07"),
        ("2026-07-05", "2026-07-06"),
        ("2026-10-05", "2026-10-08"),
    ]


def test_a_round_that_would_roll_past_the_end_is_left_out_and_says_so() -> None:
    rounds = every_months(DAY("2026-01-04"), DAY("2026-10-05"), 9, calendar())
    assert [(r.on, r.moved) for r in rounds] == [(None, Moved.AFTER_THE_TERM)]


@given(
    start=st.dates(DAY("2026-01-01"), DAY("2026-12-01")),
    length=st.integers(0, 120),
    weekday=st.integers(0, 6),
)
def test_weekly_rounds_are_one_a_week_inside_the_term(start: date, length: int, weekday: int) -> None:
    """Invariant 37."""
    end = start + timedelta(days=length)
    rounds = weekly(start, end, weekday, calendar())
    weeks = [r.planned_on.isocalendar()[:2] for r in rounds]
    assert len(set(weeks)) == len(weeks)
    assert all(
        r.on is None or (start <= r.on <= end and r.on.isocalendar()[:2] == r.planned_on.isocalendar()[:2])
        for r in rounds
    )
    assert [r.number for r in rounds] == list(range(1, len(rounds) + 1))
