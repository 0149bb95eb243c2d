"""Planned rounds: on which date a weekly visit or an N-monthly upkeep falls, moved or left out by the calendar, and why."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from portal.contracts.rules.deadlines import plus_months
from portal.kernel.working_time import ServiceCalendar


class Moved(StrEnum):
    """Why a round does not fall on its own date."""

    LATER_THAT_WEEK = "later_that_week"
    EARLIER_THAT_WEEK = "earlier_that_week"
    NEXT_WORKDAY = "next_workday"
    WHOLE_WEEK_OFF = "whole_week_off"
    DAY_OFF = "day_off"
    AFTER_THE_TERM = "after_the_term"


@dataclass(frozen=True)
class Round:
    """`number` counts within the plan from 1; `planned_on` by the clause; `on` after the calendar, None when left out."""

    number: int
    planned_on: date
    on: date | None
    moved: Moved | None


def weekly(
    start: date, end: date, weekday: int, calendar: ServiceCalendar, *, moves: bool = True
) -> list[Round]:
    """One round a week whose planned weekday (Monday 0) lies in the term, both ends included (PC-07).

    A day off moves it to the next workday of the same week, else to an earlier one of that week, else the week is skipped:
    nothing is carried over. A move never leaves the term. Without `moves`, a round on a day off is left out.
    """
    first = start + timedelta(days=(weekday - start.weekday()) % 7)
    count = (end - first).days // 7 + 1 if first <= end else 0
    weeks = [first + timedelta(weeks=n) for n in range(count)]
    return [_in_its_week(n, day, start, end, calendar, moves=moves) for n, day in enumerate(weeks, 1)]


def _in_its_week(
    number: int, planned: date, start: date, end: date, calendar: ServiceCalendar, *, moves: bool
) -> Round:
    if calendar.is_workday(planned):
        return Round(number, planned, planned, None)
    if not moves:
        return Round(number, planned, None, Moved.DAY_OFF)
    later = [planned + timedelta(days=n) for n in range(1, 7 - planned.weekday())]
    earlier = [planned - timedelta(days=n) for n in range(1, planned.weekday() + 1)]
    for days, why in ((later, Moved.LATER_THAT_WEEK), (earlier, Moved.EARLIER_THAT_WEEK)):
        for day in days:
            if start <= day <= end and calendar.is_workday(day):
                return Round(number, planned, day, why)
    return Round(number, planned, None, Moved.WHOLE_WEEK_OFF)


def every_months(start: date, end: date, months: int, calendar: ServiceCalendar) -> list[Round]:
    """One round every `months` months, counted from the term's start; rolled to the next workday; none after the end (HW-08)."""
    rounds: list[Round] = []
    while (planned := plus_months(start, months * (len(rounds) + 1))) <= end:
        rolled = calendar.workday_from(planned)
        number = len(rounds) + 1
        if rolled > end:
            rounds.append(Round(number, planned, None, Moved.AFTER_THE_TERM))
        else:
            rounds.append(Round(number, planned, rolled, None if rolled == planned else Moved.NEXT_WORKDAY))
    return rounds
