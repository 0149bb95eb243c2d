"""When a promise is due: one calculator for every kind of span that the contracts know, with a trace that a person can read.

Follows the Civil Code where a contract is silent: the start day is not counted (art. 201), a month ends on its corresponding day
or its last one (202), a last day that is a rest day rolls on (203), unless the parties agreed otherwise (204).
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from portal.kernel.working_time import NeverOpen, ServiceCalendar


class SpanKind(StrEnum):
    SAME_DAY = "same_day"
    ELAPSED = "elapsed"
    BUSINESS_HOURS = "business_hours"
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"
    FIXED_DAY_OF_MONTH = "fixed_day_of_month"


class CloseAt(StrEnum):
    """Where the last day ends: services at close of business, payments and deliveries at 24:00."""

    BUSINESS_CLOSE = "business_close"
    MIDNIGHT = "midnight"


class AfterHours(StrEnum):
    """What a request after closing, or on a day off, counts as."""

    NEXT_OPEN = "next_open"
    LITERAL = "literal"


@dataclass(frozen=True)
class ClockRule:
    """One promised span. `amount`: minutes for elapsed and business_hours, days, months (negative: a notice before a
    date, counted backwards and never rolled), or the day of the month."""

    kind: SpanKind
    amount: int = 0
    close_at: CloseAt = CloseAt.BUSINESS_CLOSE
    after_hours: AfterHours = AfterHours.NEXT_OPEN
    roll: bool = False


@dataclass(frozen=True)
class Pause:
    """A time that does not count, [start, end); `end` None while it lasts. Only reasons that pause clocks belong here."""

    start: datetime
    end: datetime | None
    reason: str = ""


class Step(StrEnum):
    COUNTED = "counted"
    PAUSED = "paused"
    ROLLED = "rolled"
    MOVED = "moved"


@dataclass(frozen=True)
class TraceLine:
    """One stretch on the way to the deadline, in UTC; `minutes` of promised time that it used up."""

    step: Step
    start: datetime
    end: datetime
    minutes: int = 0
    reason: str = ""


@dataclass(frozen=True)
class Due:
    """`due_at` is the last instant that is in time, None while a pause lasts; `remaining_minutes` is what is left then
    (None for spans counted in days). Provisional: it crosses a year whose days off are not published."""

    due_at: datetime | None
    provisional: bool
    remaining_minutes: int | None = None
    trace: tuple[TraceLine, ...] = ()


def due(rule: ClockRule, start: datetime, calendar: ServiceCalendar, pauses: Sequence[Pause] = ()) -> Due:
    """The deadline of a promise that starts at `start`. Raises NeverOpen for a calendar without working time."""
    if (
        any(moment.tzinfo is None for pause in pauses for moment in (pause.start, pause.end or start))
        or start.tzinfo is None
    ):
        raise ValueError("an instant needs a time zone")
    merged = _merged(pauses, start)
    if rule.kind is SpanKind.BUSINESS_HOURS:
        return _business_hours(rule, start, calendar, merged)
    if rule.kind is SpanKind.ELAPSED:
        return _elapsed(rule, start, calendar, merged)
    return _by_days(rule, start, calendar, merged)


def _merged(pauses: Sequence[Pause], start: datetime) -> list[Pause]:
    """Pauses after the start, in order, overlapping ones joined, so that no hour is taken off twice."""
    out: list[Pause] = []
    for pause in sorted(pauses, key=lambda p: p.start):
        begins = max(pause.start, start)
        if pause.end is not None and pause.end <= begins:
            continue
        last = out[-1] if out else None
        if last and (last.end is None or last.end >= begins):
            ends = None if last.end is None or pause.end is None else max(last.end, pause.end)
            out[-1] = Pause(last.start, ends, last.reason)
        else:
            out.append(Pause(begins, pause.end, pause.reason))
    return out


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


def _business_hours(rule: ClockRule, start: datetime, calendar: ServiceCalendar, pauses: list[Pause]) -> Due:
    """Walk the windows; an amount used up exactly at closing is due at closing, not at the next opening."""
    left, trace = (
        rule.amount * 60,
        [TraceLine(Step.PAUSED, p.start, p.end, 0, p.reason) for p in pauses if p.end],
    )
    for span in calendar.spans_from(start):
        at = span.start
        for pause in [*pauses, None]:
            if pause is not None and (pause.end or span.end) <= at:
                continue
            until = span.end if pause is None else min(max(pause.start, at), span.end)
            used = min(_seconds(until - at), left)
            if used or left == 0:
                left -= used
                ends = at + timedelta(seconds=used)
                trace.append(TraceLine(Step.COUNTED, at, ends, used // 60))
                if left == 0:
                    kept = sorted((t for t in trace if t.start < ends), key=lambda t: t.start)
                    return Due(ends, _provisional(calendar, start, ends), trace=tuple(kept))
            if pause is None or pause.start >= span.end:
                break
            if pause.end is None:
                return Due(None, _provisional(calendar, start, pause.start), -(-left // 60), tuple(trace))
            at = max(pause.end, at)
            if at >= span.end:
                break
    raise NeverOpen("the promised time does not fit into the calendar within three years")


def _elapsed(rule: ClockRule, start: datetime, calendar: ServiceCalendar, pauses: list[Pause]) -> Due:
    """By the wall clock around the clock; pauses are added whole. No calendar takes part, so nothing is provisional."""
    trace: list[TraceLine] = []
    due_at = start.astimezone(UTC) + timedelta(minutes=rule.amount)
    for pause in pauses:
        if pause.start > due_at:
            break
        if pause.end is None:
            return Due(None, False, -(-_seconds(due_at - pause.start) // 60), tuple(trace))
        due_at += pause.end - pause.start
        trace.append(TraceLine(Step.PAUSED, pause.start, pause.end, 0, pause.reason))
    return Due(due_at, False, trace=(*trace, TraceLine(Step.COUNTED, start, due_at, rule.amount)))


def _by_days(rule: ClockRule, start: datetime, calendar: ServiceCalendar, pauses: list[Pause]) -> Due:
    """Spans counted in days: a pause that begins before the deadline gives back the days that passed in it."""
    due_at, trace = _end_of_days(rule, start, calendar, 0)
    lost, lines = 0, list(trace)
    for pause in pauses:
        if pause.start > due_at:
            break
        if pause.end is None:
            return Due(None, _provisional(calendar, start, pause.start), None, tuple(lines))
        lines.append(TraceLine(Step.PAUSED, pause.start, pause.end, 0, pause.reason))
        if rule.kind is SpanKind.SAME_DAY:
            due_at = max(due_at, _end_of_days(rule, pause.end, calendar, 0)[0])
            continue
        lost += _days_lost(rule, calendar, pause.start, pause.end)
        due_at, _ = _end_of_days(rule, start, calendar, lost)
    return Due(due_at, _provisional(calendar, start, due_at), None, tuple(lines))


def _days_lost(rule: ClockRule, calendar: ServiceCalendar, start: datetime, end: datetime) -> int:
    first, last = calendar.local_day(start), calendar.local_day(end)
    days = (last - first).days
    if rule.kind is not SpanKind.WORKING_DAYS:
        return days
    return sum(calendar.is_workday(first + timedelta(days=n)) for n in range(1, days + 1))


def effective_day(rule: ClockRule, start: datetime, calendar: ServiceCalendar) -> date:
    """The day on which a request counts as received: at the very instant of closing still that day."""
    day = calendar.local_day(start)
    if rule.after_hours is AfterHours.LITERAL:
        return day
    if calendar.is_workday(day) and start <= calendar.close_of(day):
        return day
    return calendar.workday_from(day + timedelta(days=1))


def _end_of_days(
    rule: ClockRule, start: datetime, calendar: ServiceCalendar, extra: int
) -> tuple[datetime, list[TraceLine]]:
    local = calendar.local_day(start)
    trace: list[TraceLine] = []
    match rule.kind:
        case SpanKind.SAME_DAY:
            day = effective_day(rule, start, calendar)
            if rule.after_hours is AfterHours.LITERAL:
                return calendar.end_of(day), trace
        case SpanKind.WORKING_DAYS:
            counted = effective_day(rule, start, calendar)
            if counted != local:
                trace.append(TraceLine(Step.MOVED, start, calendar.instant(counted, datetime.min.time())))
            day = calendar.plus_workdays(counted, rule.amount + extra)
        case SpanKind.CALENDAR_DAYS:
            day = local + timedelta(days=rule.amount + extra)
        case SpanKind.MONTHS:
            day = plus_months(local, rule.amount) + timedelta(days=extra)
        case SpanKind.FIXED_DAY_OF_MONTH:
            day = _day_of_month(local, rule.amount) + timedelta(days=extra)
        case _:
            raise ValueError(f"{rule.kind} is not counted in days")
    rolled = calendar.workday_from(day) if rule.roll and rule.amount >= 0 else day
    if rolled != day:
        trace.append(TraceLine(Step.ROLLED, calendar.end_of(day), calendar.end_of(rolled)))
    by_close = rule.close_at is CloseAt.BUSINESS_CLOSE and calendar.is_workday(rolled)
    return (calendar.close_of(rolled) if by_close else calendar.end_of(rolled)), trace


def plus_months(day: date, months: int) -> date:
    """The corresponding day so many months later (or, negative, earlier), else that month's last day (Civil Code 202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _day_of_month(day: date, number: int) -> date:
    """The next such day of a month, today included; a month without it ends on its last day."""
    this = day.replace(day=min(number, monthrange(day.year, day.month)[1]))
    if this >= day:
        return this
    following = plus_months(day.replace(day=1), 1)
    return following.replace(day=min(number, monthrange(following.year, following.month)[1]))


def _provisional(calendar: ServiceCalendar, start: datetime, end: datetime) -> bool:
    years = range(calendar.local_day(start).year, calendar.local_day(end).year + 1)
    return any(year not in calendar.certain_years for year in years)
