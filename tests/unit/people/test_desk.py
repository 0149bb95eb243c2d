"""When the desk is staffed, on the provider's wall clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.working_time import Window
from portal.people.rules.desk import END_OF_DAY, state_at

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
WORKDAYS = [Window(day, time(9), time(18)) for day in range(5)]


def at(zone, *parts):
    return datetime(*parts, tzinfo=zone)


def test_it_is_staffed_from_the_opening_until_the_closing():
    assert state_at(WORKDAYS, (), SHANGHAI, at(SHANGHAI, 2026, 11, 23, 9)).until == at(
        SHANGHAI, 2026, 11, 23, 18
    )
    assert not state_at(WORKDAYS, (), SHANGHAI, at(SHANGHAI, 2026, 11, 23, 18)).staffed


def test_on_friday_evening_it_opens_on_monday():
    state = state_at(WORKDAYS, (), SHANGHAI, at(SHANGHAI, 2026, 11, 20, 19))
    assert (state.staffed, state.opens) == (False, at(SHANGHAI, 2026, 11, 23, 9))


def test_a_closed_day_is_passed_over():
    state = state_at(WORKDAYS, {date(2026, 11, 23)}, SHANGHAI, at(SHANGHAI, 2026, 11, 23, 10))
    assert (state.staffed, state.opens) == (False, at(SHANGHAI, 2026, 11, 24, 9))


def test_spans_that_touch_are_one():
    day = [Window(0, time(9), time(12)), Window(0, time(12), time(20))]
    assert state_at(day, (), SHANGHAI, at(SHANGHAI, 2026, 11, 23, 10)).until == at(SHANGHAI, 2026, 11, 23, 20)


def test_during_the_lunch_break_it_opens_in_the_afternoon():
    day = [Window(0, time(9), time(12)), Window(0, time(13), time(18))]
    assert state_at(day, (), SHANGHAI, at(SHANGHAI, 2026, 11, 23, 12, 30)).opens == at(
        SHANGHAI, 2026, 11, 23, 13
    )


def test_a_night_shift_goes_on_over_midnight():
    nights = [Window(0, time(22), END_OF_DAY), Window(1, time(0), time(6))]
    assert state_at(nights, (), SHANGHAI, at(SHANGHAI, 2026, 11, 23, 23, 30)).until == at(
        SHANGHAI, 2026, 11, 24, 6
    )
    assert state_at(nights, (), SHANGHAI, at(SHANGHAI, 2026, 11, 24, 5, 59)).staffed


def test_day_and_night_has_no_end():
    always = [Window(day, time(0), END_OF_DAY) for day in range(7)]
    state = state_at(always, (), SHANGHAI, at(SHANGHAI, 2026, 11, 23, 23, 59))
    assert (state.staffed, state.until) == (True, None)


def test_without_hours_nothing_is_promised():
    state = state_at([], (), SHANGHAI, at(SHANGHAI, 2026, 11, 23, 10))
    assert (state.staffed, state.opens) == (False, None)


def test_summer_time_moves_the_desk_with_its_wall_clock():
    before = state_at(WORKDAYS, (), BERLIN, datetime(2026, 3, 27, 17, 30, tzinfo=UTC))
    assert before.opens == datetime(2026, 3, 30, 7, tzinfo=UTC)


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 23), st.integers(1, 59)), max_size=6),
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),  # noqa: DTZ001 # hypothesis wants naive bounds
    st.sampled_from([SHANGHAI, BERLIN]),
)
def test_the_next_opening_is_never_in_the_past_and_the_closing_never_behind(spans, moment, zone):
    windows = [Window(day, time(hour), time(hour, minute)) for day, hour, minute in spans]
    now = moment.replace(tzinfo=UTC)
    state = state_at(windows, (), zone, now)
    assert state.opens is None or now < state.opens < now + timedelta(days=9)
    assert state.until is None or now < state.until
    assert not (state.staffed and state.opens)


@pytest.mark.parametrize("hour", [9, 12, 17])
def test_the_kernel_agrees_within_plain_windows(hour):
    from portal.kernel.working_time import is_open

    now = at(SHANGHAI, 2026, 11, 23, hour)
    assert state_at(WORKDAYS, (), SHANGHAI, now).staffed == is_open(WORKDAYS, SHANGHAI, now)
