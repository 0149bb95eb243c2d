"""Deadlines by the clauses: each case is a promise that a client could hold us to."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.contracts.rules.deadlines import (
    AfterHours,
    ClockRule,
    CloseAt,
    Due,
    Pause,
    SpanKind,
    due,
    plus_months,
)
from portal.kernel.working_time import NeverOpen, ServiceCalendar
from tests.unit.contracts.calendars import SHANGHAI, at, calendar, week

SAME_DAY = ClockRule(SpanKind.SAME_DAY)
LATE = "23:59:59"


def hours(amount: float) -> ClockRule:
    return ClockRule(SpanKind.BUSINESS_HOURS, int(amount * 60))


def shown(found: Due) -> str | None:
    return found.due_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S") if found.due_at else None


def pause(start: str, end: str | None) -> Pause:
    return Pause(at(start), at(end) if end else None, "waiting_customer")


@pytest.mark.rule("TS-08")
@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-03-10 10:05", "2026-03-10 18:00:00"),
        ("2026-03-10 17:58", "2026-03-10 18:00:00"),
        ("2026-03-10 18:00", "2026-03-10 18:00:00"),
        ("2026-03-10 18:01", "2026-03-11 18:00:00"),
        ("2026-03-13 19:20", "2026-03-16 18:00:00"),
        ("2026-02-13 20:00", "2026-02-14 18:00:00"),
        ("2026-03-15 11:00", "2026-03-16 18:00:00"),
        ("2026-03-11 08:30", "2026-03-11 18:00:00"),
    ],
)
def test_the_same_day_ends_at_close_and_a_late_request_counts_as_the_next_workday(
    received: str, expected: str
) -> None:
    """TS-08."""
    assert shown(due(SAME_DAY, at(received), calendar())) == expected


def test_the_literal_reading_of_the_same_day_ends_at_midnight() -> None:
    literal = ClockRule(SpanKind.SAME_DAY, after_hours=AfterHours.LITERAL)
    assert shown(due(literal, at("2026-03-13 19:20"), calendar())) == f"2026-03-13 {LATE}"


@pytest.mark.rule("SS-02", "SS-06", "SS-08")
@pytest.mark.parametrize(
    ("amount", "start", "expected"),
    [
        (4, "2026-03-13 16:00", "2026-03-16 11:00:00"),
        (4, "2026-09-30 17:00", "2026-10-08 12:00:00"),
        (16, "2026-10-09 14:00", "2026-10-12 12:00:00"),
        (8, "2026-01-04 09:30", "2026-01-04 17:30:00"),
        (1, "2026-03-09 07:00", "2026-03-09 10:00:00"),
        (1, "2026-03-09 18:00", "2026-03-10 10:00:00"),
        (8, "2026-03-09 10:00", "2026-03-09 18:00:00"),
        (16, "2026-03-10 14:00", "2026-03-12 12:00:00"),
    ],
)
def test_working_hours_walk_the_windows(amount: float, start: str, expected: str) -> None:
    """SS-02, SS-06 to SS-08."""
    assert shown(due(hours(amount), at(start), calendar())) == expected


def test_make_up_days_can_be_switched_off() -> None:
    without = calendar(makeup=False)
    assert shown(due(hours(16), at("2026-10-09 14:00"), without)) == "2026-10-13 12:00:00"
    assert shown(due(hours(8), at("2026-01-04 09:30"), without)) == "2026-01-05 17:00:00"


@pytest.mark.parametrize(
    ("start", "pauses", "expected"),
    [
        ("2026-03-09 10:00", [("2026-03-09 15:00", "2026-03-11 11:00")], "2026-03-12 13:00:00"),
        ("2026-03-13 10:00", [("2026-03-13 18:30", "2026-03-16 08:00")], "2026-03-16 17:00:00"),
        ("2026-03-09 10:00", [("2026-03-10 11:00", "2026-03-11 14:00")], "2026-03-12 11:00:00"),
        (
            "2026-03-09 10:00",
            [("2026-03-09 15:00", "2026-03-10 11:00"), ("2026-03-10 09:00", "2026-03-11 11:00")],
            "2026-03-12 13:00:00",
        ),
    ],
)
def test_a_pause_gives_back_the_working_time_in_it_once(
    start: str, pauses: list[tuple[str, str]], expected: str
) -> None:
    """Invariant 22: the second pause lies outside the windows and moves nothing."""
    assert shown(due(hours(16), at(start), calendar(), [pause(*p) for p in pauses])) == expected


def test_while_a_pause_lasts_there_is_no_deadline_but_what_is_left() -> None:
    found = due(hours(16), at("2026-03-09 10:00"), calendar(), [pause("2026-03-09 15:00", None)])
    assert (found.due_at, found.remaining_minutes) == (None, 11 * 60)


@pytest.mark.rule("HW-12")
@pytest.mark.parametrize(
    ("call", "contract", "internal"),
    [
        ("2026-03-18 10:00", "2026-03-23 17:00:00", "2026-03-20 10:00:00"),
        ("2026-03-18 17:30", "2026-03-24 17:00:00", "2026-03-20 17:00:00"),
        ("2026-09-29 11:00", "2026-10-09 17:00:00", "2026-10-08 11:00:00"),
        ("2026-03-14 10:00", "2026-03-19 17:00:00", "2026-03-17 17:00:00"),
    ],
)
def test_three_working_days_do_not_count_the_day_of_the_call(call: str, contract: str, internal: str) -> None:
    """HW-12: 十六工作小时(即三个工作日內到达取回处理,不含当日)."""
    shop = calendar(9, 17)
    assert shown(due(ClockRule(SpanKind.WORKING_DAYS, 3), at(call), shop)) == contract
    assert shown(due(hours(16), at(call), shop)) == internal


@pytest.mark.rule("PC-08")
def test_two_hours_by_the_clock_go_across_midnight_and_the_weekend() -> None:
    """PC-08."""
    found = due(ClockRule(SpanKind.ELAPSED, 120), at("2026-03-14 22:15"), calendar())
    assert (shown(found), found.provisional) == ("2026-03-15 00:15:00", False)


@pytest.mark.rule("WB-12")
def test_three_days_roll_off_a_saturday_and_end_at_midnight() -> None:
    """WB-12, Civil Code 201 and 203."""
    rule = ClockRule(SpanKind.CALENDAR_DAYS, 3, CloseAt.MIDNIGHT, roll=True)
    assert shown(due(rule, at("2026-03-11 15:00"), calendar())) == f"2026-03-16 {LATE}"


@pytest.mark.rule("CR-05", "CR-07")
def test_working_days_of_a_payment_end_at_midnight() -> None:
    """CR-05, CR-07."""
    for days, expected in ((10, "2026-03-16"), (30, "2026-04-14")):
        rule = ClockRule(SpanKind.WORKING_DAYS, days, CloseAt.MIDNIGHT, AfterHours.LITERAL, roll=True)
        assert shown(due(rule, at("2026-03-02 00:00"), calendar())) == f"{expected} {LATE}"


@pytest.mark.rule("PC-10")
@pytest.mark.parametrize(("month", "expected"), [(1, "2026-01-12"), (5, "2026-05-11"), (10, "2026-10-10")])
def test_a_fixed_day_rolls_but_not_off_a_make_up_saturday(month: int, expected: str) -> None:
    """PC-10."""
    rule = ClockRule(SpanKind.FIXED_DAY_OF_MONTH, 10, CloseAt.MIDNIGHT, roll=True)
    assert shown(due(rule, at(f"2026-{month:02}-01 00:00"), calendar())) == f"{expected} {LATE}"


@pytest.mark.rule("HW-23", "HO-10")
def test_months_end_on_the_corresponding_day_or_the_last() -> None:
    """HW-23, HO-10, Civil Code 202."""
    day = datetime.fromisoformat
    assert plus_months(day("2026-08-14").date(), 3) == day("2026-11-14").date()
    assert plus_months(day("2026-11-30").date(), -3) == day("2026-08-30").date()
    assert plus_months(day("2027-05-31").date(), -1) == day("2027-04-30").date()
    assert plus_months(day("2027-07-01").date(), -1) == day("2027-06-01").date()


def test_a_notice_counted_backwards_is_never_rolled() -> None:
    rule = ClockRule(SpanKind.MONTHS, -3, CloseAt.MIDNIGHT, roll=True)
    assert shown(due(rule, at("2026-11-30 00:00"), calendar())) == f"2026-08-30 {LATE}"


def test_a_deadline_that_crosses_an_unpublished_year_says_so() -> None:
    found = due(ClockRule(SpanKind.WORKING_DAYS, 3), at("2026-12-30 14:00"), calendar(9, 17))
    assert found.provisional
    assert not due(ClockRule(SpanKind.WORKING_DAYS, 3), at("2026-12-24 14:00"), calendar(9, 17)).provisional


def test_a_calendar_without_windows_is_refused_not_searched_for_ever() -> None:
    with pytest.raises(NeverOpen):
        due(hours(1), at("2026-03-09 10:00"), ServiceCalendar(SHANGHAI, ()))


def test_the_trace_adds_up_to_the_amount() -> None:
    found = due(
        hours(16), at("2026-03-09 10:00"), calendar(), [pause("2026-03-09 15:00", "2026-03-11 11:00")]
    )
    assert sum(line.minutes for line in found.trace) == 16 * 60
    assert [line.step.value for line in found.trace] == ["counted", "paused", "counted", "counted"]


MINUTES = st.integers(min_value=0, max_value=40 * 24 * 60)
STARTS = MINUTES.map(lambda m: at("2026-09-20 00:00") + timedelta(minutes=m))
AMOUNTS = st.integers(min_value=1, max_value=40 * 60)
PAUSES = st.lists(st.tuples(STARTS, st.integers(min_value=1, max_value=4 * 24 * 60)), max_size=4).map(
    lambda pairs: [Pause(start, start + timedelta(minutes=length)) for start, length in pairs]
)
CALENDARS = st.builds(
    lambda opens, length, makeup: calendar(opens, opens + length, makeup=makeup),
    st.integers(0, 12), st.integers(1, 11), st.booleans(),
)  # fmt: skip
RULES = st.one_of(
    AMOUNTS.map(lambda a: ClockRule(SpanKind.BUSINESS_HOURS, a)),
    AMOUNTS.map(lambda a: ClockRule(SpanKind.ELAPSED, a)),
    st.just(SAME_DAY),
    st.integers(1, 20).map(lambda n: ClockRule(SpanKind.WORKING_DAYS, n)),
    st.builds(
        lambda n, roll: ClockRule(SpanKind.CALENDAR_DAYS, n, CloseAt.MIDNIGHT, roll=roll),
        st.integers(1, 20),
        st.booleans(),
    ),
)


def stepped(amount: int, start: datetime, cal: ServiceCalendar, pauses: list[Pause]) -> datetime:
    """The same by the dullest means: minute after minute."""
    at_minute = start
    while amount:
        working = any(
            w.opens <= at_minute.astimezone(SHANGHAI).time() < w.closes
            for w in cal.windows_on(cal.local_day(at_minute))
        )
        paused = any(p.start <= at_minute < (p.end or at_minute) for p in pauses)
        amount -= working and not paused
        at_minute += timedelta(minutes=1)
    return at_minute


@settings(max_examples=60, deadline=None)
@given(amount=st.integers(1, 20 * 60), start=STARTS, cal=CALENDARS, pauses=PAUSES)
def test_walking_windows_equals_stepping_minutes(
    amount: int, start: datetime, cal: ServiceCalendar, pauses: list[Pause]
) -> None:
    """Invariant 25."""
    assert due(ClockRule(SpanKind.BUSINESS_HOURS, amount), start, cal, pauses).due_at == stepped(
        amount, start, cal, pauses
    )


@settings(max_examples=200, deadline=None)
@given(rule=RULES, start=STARTS, cal=CALENDARS, pauses=PAUSES, extra=PAUSES)
def test_a_further_pause_never_makes_a_deadline_earlier(
    rule: ClockRule, start: datetime, cal: ServiceCalendar, pauses: list[Pause], extra: list[Pause]
) -> None:
    """Invariant 21."""
    few, many = due(rule, start, cal, pauses).due_at, due(rule, start, cal, [*pauses, *extra]).due_at
    assert few is not None
    assert many is not None
    assert many >= few


@settings(max_examples=200, deadline=None)
@given(rule=RULES, start=STARTS, later=st.integers(0, 5 * 24 * 60), cal=CALENDARS)
def test_opening_later_never_gives_an_earlier_deadline(
    rule: ClockRule, start: datetime, later: int, cal: ServiceCalendar
) -> None:
    first, second = due(rule, start, cal).due_at, due(rule, start + timedelta(minutes=later), cal).due_at
    assert first is not None
    assert second is not None
    assert second >= first


@settings(max_examples=100, deadline=None)
@given(amount=AMOUNTS, more=st.integers(0, 600), start=STARTS, cal=CALENDARS, pauses=PAUSES)
def test_a_longer_promise_is_not_due_earlier_and_ends_inside_or_at_the_end_of_a_window(
    amount: int, more: int, start: datetime, cal: ServiceCalendar, pauses: list[Pause]
) -> None:
    """Invariants 23 and 24."""
    short = due(ClockRule(SpanKind.BUSINESS_HOURS, amount), start, cal, pauses).due_at
    long = due(ClockRule(SpanKind.BUSINESS_HOURS, amount + more), start, cal, pauses).due_at
    assert short is not None
    assert long is not None
    assert long >= short
    wall = long.astimezone(SHANGHAI).time()
    assert any(w.opens < wall <= w.closes for w in cal.windows_on(cal.local_day(long)))


@settings(max_examples=100, deadline=None)
@given(days=st.integers(1, 30), start=STARTS, cal=CALENDARS)
def test_a_rolled_deadline_ends_on_a_working_day(days: int, start: datetime, cal: ServiceCalendar) -> None:
    """Invariant 27."""
    found = due(ClockRule(SpanKind.CALENDAR_DAYS, days, CloseAt.MIDNIGHT, roll=True), start, cal).due_at
    assert found is not None
    assert cal.is_workday(cal.local_day(found))


def test_a_zone_with_a_changing_clock_keeps_the_wall_time_of_its_windows() -> None:
    """Invariant 28: New York goes forward on 2026-03-08."""
    from zoneinfo import ZoneInfo

    york = ZoneInfo("America/New_York")
    cal = ServiceCalendar(york, week(9, 18), {}, frozenset({2026}))
    start = datetime(2026, 3, 6, 17, 0, tzinfo=york)
    found = due(hours(2), start, cal).due_at
    assert found is not None
    assert found.astimezone(york).strftime("%m-%d %H:%M") == "03-09 10:00"
