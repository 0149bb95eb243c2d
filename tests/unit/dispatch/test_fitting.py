"""Whether an engineer fits a slot, and where a visit stands on the board."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from portal.dispatch.rules import board, fitting
from portal.dispatch.rules.fitting import Away, Busy, Held, Hours, Misfit, Needed, Weight, Why
from portal.dispatch.rules.visiting import Slot
from portal.kernel.working_time import DayKind, ServiceCalendar, Window

ZONE = ZoneInfo("Asia/Shanghai")
WEEK = ServiceCalendar(
    ZONE,
    tuple(Window(day, time(9), time(18)) for day in range(5)),
    {date(2026, 10, 1): DayKind.STATUTORY, date(2026, 10, 10): DayKind.MAKEUP},
)


def slot(start, end):
    first, last = (
        datetime.fromisoformat(f"2026-{t}").replace(tzinfo=ZONE).astimezone(UTC) for t in (start, end)
    )
    return Slot(first, last)


def whys(found):
    return [(m.why, m.weight) for m in found]


def test_visits_that_only_touch_do_not_clash_and_leave_counts_both_its_days():
    busy = [Busy(1001, "Harbour", slot("03-11 09:00", "03-11 11:00"))]
    away = [Away(date(2026, 3, 12), date(2026, 3, 13))]

    def of(start, end):
        return whys(fitting.of_time(slot(start, end), ZONE, busy, away))

    assert of("03-11 11:00", "03-11 12:00") == []
    assert of("03-11 10:59", "03-11 12:00") == [(Why.CLASH, Weight.REASON)]
    assert of("03-11 22:00", "03-12 00:00") == [], "it ends with the day"
    assert of("03-13 23:00", "03-13 23:30") == [(Why.LEAVE, Weight.REASON)]
    assert of("03-14 00:00", "03-14 01:00") == []


@pytest.mark.parametrize(
    ("start", "why"),
    [
        ("10-01 10:00", Why.DAY_OFF),
        ("10-03 10:00", Why.DAY_OFF),
        ("10-10 10:00", None),
        ("10-09 08:59", Why.OFF_HOURS),
        ("10-09 18:00", Why.OFF_HOURS),
        ("10-09 09:00", None),
    ],
)
def test_days_off_are_told_and_close_a_round_while_a_makeup_saturday_is_a_plain_one(start, why):
    wanted = slot(start, start[:5] + " 23:00")
    assert whys(fitting.of_hours(wanted, Hours(WEEK))) == ([(why, Weight.TOLD)] if why else [])
    assert whys(fitting.of_hours(wanted, Hours(WEEK, fixed=True))) == ([(why, Weight.NEVER)] if why else [])
    assert fitting.of_hours(wanted, Hours(WEEK, free=True)) == []


@pytest.mark.rule("SS-13")
def test_a_certificate_counts_through_its_last_day_and_by_the_kind_of_device():
    needed = [Needed("Lift licence", "lift", must=True), Needed("Radio", "terminal", must=False)]
    last = Held("lift Licence", date(2026, 3, 11))

    def of(day, kinds, held, clause=""):
        wanted = slot(f"{day} 09:00", f"{day} 11:00")
        return whys(fitting.of_papers(wanted, ZONE, kinds, held, needed, clause))

    assert of("03-11", ["lift"], [last]) == []
    assert of("03-12", ["lift"], [last]) == [(Why.EXPIRED, Weight.NEVER)]
    assert of("03-12", ["printer"], [last]) == []
    assert of("03-11", ["lift", "terminal"], []) == [(Why.LACKING, Weight.NEVER), (Why.LACKING, Weight.TOLD)]
    assert of("03-11", ["printer"], [], "2.2.1") == [(Why.UNCERTIFIED, Weight.TOLD)]
    assert of("03-11", ["printer"], [Held("Friendly", None, formal=False)], "2.2.1") == [
        (Why.UNCERTIFIED, Weight.TOLD)
    ]
    assert of("03-11", ["printer"], [Held("Printers", None, "printer")], "2.2.1") == []
    assert of("03-11", ["server"], [Held("Printers", None, "printer")], "2.2.1") == [
        (Why.UNCERTIFIED, Weight.TOLD)
    ]


def test_a_reason_helps_a_manager_and_nothing_helps_where_nobody_may_go():
    told, reason, never = (Misfit(Why.CLASH, weight) for weight in (Weight.TOLD, Weight.REASON, Weight.NEVER))

    def stops(found, told=True, reason="", manager=False):
        return fitting.stops(found, told=told, reason=reason, manager=manager)

    assert not stops([])
    assert stops([told], told=False)
    assert not stops([told])
    assert stops([reason], reason="because")
    assert stops([reason], manager=True, reason=" ")
    assert not stops([reason], manager=True, reason="because")
    assert stops([never], manager=True, reason="because")


@pytest.mark.rule("PC-07")
def test_a_weekly_round_stays_in_its_week():
    planned = date(2026, 3, 11)
    assert fitting.of_week(slot("03-09 09:00", "03-09 11:00"), planned, WEEK, "二.2") == []
    assert fitting.of_week(slot("03-15 09:00", "03-15 11:00"), planned, WEEK, "二.2") == []
    assert whys(fitting.of_week(slot("03-16 09:00", "03-16 11:00"), planned, WEEK, "二.2")) == [
        (Why.OTHER_WEEK, Weight.NEVER)
    ]


@pytest.mark.parametrize(
    ("start", "end", "column", "span"),
    [
        ("03-11 09:00", "03-11 11:00", 7, 4),
        ("03-11 09:20", "03-11 09:40", 7, 2),
        ("03-11 05:00", "03-11 07:00", 1, 2),
        ("03-11 22:30", "03-11 23:30", 32, 1),
        ("03-10 20:00", "03-12 10:00", 1, 32),
    ],
)
def test_a_visit_stands_at_its_half_hours_and_never_outside_of_the_day(start, end, column, span):
    assert board.place(slot(start, end), date(2026, 3, 11), ZONE) == board.Place(column, span)


def test_only_visits_of_the_same_engineer_are_in_two_places():
    whole, inside, after = slot("03-11 09:00", "03-11 17:00"), slot("03-11 10:00", "03-11 11:00"), slot(
        "03-11 16:00", "03-11 18:00"
    )  # fmt: skip
    assert board.in_two_places([(1, 7, whole), (2, 7, inside), (3, 7, after), (4, 8, inside)]) == {1, 2, 3}
    assert board.in_two_places([(1, 7, inside), (2, 7, after)]) == set()
