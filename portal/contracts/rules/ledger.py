"""What is left of an entitlement: lines that are only ever added, and the balance that they make.

posted is what was granted and not used, held is what is reserved of it; available is the difference. Quantities are whole
hundredths of a unit, so that half a person-day can be granted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

UNIT = 100


class LineKind(StrEnum):
    GRANT = "grant"
    ROLLOVER = "rollover"
    RESERVE = "reserve"
    RELEASE = "release"
    CONSUME = "consume"
    REVERSE = "reverse"
    EXPIRE = "expire"
    ADJUST = "adjust"


@dataclass(frozen=True)
class Line:
    """`closes` is the index or id of the RESERVE that a RELEASE or CONSUME ends, `reverses` that of a CONSUME."""

    id: int
    kind: LineKind
    quantity: int
    closes: int | None = None
    reverses: int | None = None
    down: bool = False
    """An ADJUST that takes away."""


@dataclass(frozen=True)
class Balance:
    posted: int = 0
    held: int = 0

    @property
    def available(self) -> int:
        return self.posted - self.held


class LedgerFault(ValueError):
    """The lines contradict an invariant; the text names it."""


def deltas(line: Line) -> tuple[int, int]:
    """What a line adds to (posted, held)."""
    q = line.quantity
    match line.kind:
        case LineKind.GRANT | LineKind.ROLLOVER | LineKind.REVERSE:
            return q, 0
        case LineKind.RESERVE:
            return 0, q
        case LineKind.RELEASE:
            return 0, -q
        case LineKind.CONSUME:
            return -q, -q if line.closes is not None else 0
        case LineKind.EXPIRE:
            return -q, 0
        case LineKind.ADJUST:
            return (-q if line.down else q), 0


def replay(lines: Sequence[Line], overdraft: int = 0) -> Balance:
    """The balance after all lines, each prefix checked. Raises LedgerFault: a quantity that is not positive, a balance below
    its bounds, a reservation closed twice, more reversed than was consumed.
    """
    balance, open_holds, consumed = Balance(), dict[int, int](), dict[int, int]()
    for line in lines:
        if line.quantity <= 0:
            raise LedgerFault(f"line {line.id}: a quantity is more than nothing")
        if line.kind is LineKind.RESERVE:
            open_holds[line.id] = line.quantity
        if line.closes is not None and open_holds.pop(line.closes, None) != line.quantity:
            raise LedgerFault(f"line {line.id}: reservation {line.closes} is not open for this quantity")
        if line.kind is LineKind.CONSUME:
            consumed[line.id] = line.quantity
        if line.kind is LineKind.REVERSE:
            left = consumed.get(line.reverses or -1, 0) - line.quantity
            if left < 0:
                raise LedgerFault(f"line {line.id}: more reversed than line {line.reverses} consumed")
            consumed[line.reverses or -1] = left
        posted, held = deltas(line)
        balance = Balance(balance.posted + posted, balance.held + held)
        if balance.held < 0 or balance.available < -overdraft:
            raise LedgerFault(
                f"line {line.id}: {balance.posted} posted and {balance.held} held go below what may be"
            )
    return balance


def closing(balance: Balance, rollover_max: int = 0) -> list[tuple[LineKind, int]]:
    """What happens to a bucket when its time is over: what is free is carried over up to the limit, and all of it expires
    here. A held unit survives until its reservation ends. The ROLLOVER belongs into the next bucket.
    """
    free = max(balance.available, 0)
    if not free:
        return []
    carried = min(free, rollover_max)
    return [(LineKind.EXPIRE, free), *([(LineKind.ROLLOVER, carried)] if carried else [])]


class Period(StrEnum):
    WEEK = "week"
    MONTH = "month"
    TERM = "term"


@dataclass(frozen=True)
class BucketSpan:
    """A bucket's name and life, [opens, closes), by the contract's zone."""

    key: str
    opens: datetime
    closes: datetime


def bucket_on(period: Period, day: date, term: tuple[date, date], zone: ZoneInfo) -> BucketSpan:
    """The bucket of a date within a term (both ends included): ISO weeks from Monday, calendar months, or the term itself."""
    match period:
        case Period.WEEK:
            first = day - timedelta(days=day.weekday())
            year, week, _ = day.isocalendar()
            key, after = f"{year}-W{week:02}", first + timedelta(days=7)
        case Period.MONTH:
            first = day.replace(day=1)
            key, after = f"{day:%Y-%m}", (first + timedelta(days=32)).replace(day=1)
        case Period.TERM:
            first, after = term[0], term[1] + timedelta(days=1)
            key = f"{term[0]}"
    return BucketSpan(key, _midnight(first, zone), _midnight(after, zone))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), tzinfo=zone)
