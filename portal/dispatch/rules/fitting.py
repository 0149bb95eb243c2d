"""Whether an engineer fits a slot: other visits, leave, days off, hours of service, certificates. Nothing here is kept.

Three weights: what is told and may be kept all the same, what only a manager keeps with a reason, what nobody keeps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.dispatch.rules.visiting import Slot
from portal.kernel.working_time import ServiceCalendar


class Why(StrEnum):
    CLASH = "clash"
    LEAVE = "leave"
    EXPIRED = "expired"
    """A certificate that the device's kind needs is there and over by that day."""
    LACKING = "lacking"
    """Nobody noted that certificate or skill for this engineer."""
    UNCERTIFIED = "uncertified"
    """The contract wants certified people (SS-13) and this one holds no certificate that is valid on that day."""
    DAY_OFF = "day_off"
    OFF_HOURS = "off_hours"
    OTHER_WEEK = "other_week"
    """A weekly round leaves its week: nothing is carried over (PC-07)."""
    PRICE = "price"
    """The client pays for the new slot what nobody has agreed to."""
    CONFIRM_ANEW = "confirm_anew"
    """The client has confirmed the slot that is left."""


class Weight(StrEnum):
    TOLD = "told"
    REASON = "reason"
    NEVER = "never"


@dataclass(frozen=True)
class Misfit:
    """One thing that speaks against a slot; `facts` are what its sentence names."""

    why: Why
    weight: Weight
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Busy:
    """Another visit of the engineer."""

    number: int
    client: str
    slot: Slot


@dataclass(frozen=True)
class Away:
    """Leave, both days included."""

    first: date
    last: date


@dataclass(frozen=True)
class Held:
    """A certificate, valid through its last day; None: it has no end. `kind`: of device; None: for none in particular."""

    name: str
    until: date | None
    kind: str | None = None
    formal: bool = True
    """A certificate with a number or an end; a plain skill is none."""


@dataclass(frozen=True)
class Needed:
    """What a visit to a kind of device needs. `must`: nobody comes without it; else it is told."""

    name: str
    kind: str
    must: bool


@dataclass(frozen=True)
class Hours:
    """The hours of service of the contract that the visit rests on. `fixed`: a planned round, which keeps to them; nobody can
    quote it for a day off. `free`: an emergency, which knows no hours."""

    calendar: ServiceCalendar
    fixed: bool = False
    free: bool = False


def days_of(slot: Slot, zone: ZoneInfo) -> list[date]:
    """The local dates that a slot touches; one that ends at midnight does not touch the day that begins then."""
    first = slot.start.astimezone(zone).date()
    last = (slot.end - timedelta(microseconds=1)).astimezone(zone).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def of_time(slot: Slot, zone: ZoneInfo, busy: Sequence[Busy], away: Sequence[Away]) -> list[Misfit]:
    """Other visits and leave: only a manager puts a visit there, with a reason."""
    out = [
        Misfit(Why.CLASH, Weight.REASON, {"visit": b.number, "client": b.client, "start": b.slot.start, "end": b.slot.end})
        for b in busy
        if slot.clashes(b.slot)
    ]  # fmt: skip
    days = days_of(slot, zone)
    return out + [
        Misfit(Why.LEAVE, Weight.REASON, {"first": a.first, "last": a.last})
        for a in away
        if any(a.first <= day <= a.last for day in days)
    ]


def of_hours(slot: Slot, hours: Hours) -> list[Misfit]:
    """Days off and hours outside of the service, make-up workdays being plain ones. What such an hour costs the contract says:
    here it is told, and a round is not made then."""
    if hours.free:
        return []
    calendar = hours.calendar
    weight = Weight.NEVER if hours.fixed else Weight.TOLD
    day = calendar.local_day(slot.start)
    windows = calendar.windows_on(day)
    if not windows:
        return [Misfit(Why.DAY_OFF, weight, {"day": day, "kind": calendar.kind_of(day)})]
    inside = any(
        calendar.instant(day, w.opens) <= slot.start < calendar.instant(day, w.closes) for w in windows
    )
    if inside:
        return []
    return [
        Misfit(Why.OFF_HOURS, weight, {"day": day, "opens": windows[0].opens, "closes": windows[-1].closes})
    ]


def of_week(slot: Slot, planned_on: date, calendar: ServiceCalendar, clause: str) -> list[Misfit]:
    """A weekly round stays between Monday and Sunday of the week that the clause gives it."""
    monday = planned_on - timedelta(days=planned_on.weekday())
    sunday = monday + timedelta(days=6)
    if monday <= calendar.local_day(slot.start) <= sunday:
        return []
    return [Misfit(Why.OTHER_WEEK, Weight.NEVER, {"first": monday, "last": sunday, "clause": clause})]


def of_papers(
    slot: Slot,
    zone: ZoneInfo,
    kinds: Sequence[str],
    held: Sequence[Held],
    needed: Sequence[Needed],
    clause: str,
) -> list[Misfit]:
    """Certificates and skills. One that must be there and has expired by the visit's last day keeps the engineer away, and no
    reason helps. `clause`: the contract's on certified people, which is a warning (SS-13); "" where it has none."""
    last = days_of(slot, zone)[-1]
    valid = [h for h in held if h.until is None or h.until >= last]
    by_name = {h.name.casefold(): h for h in held}
    good = {h.name.casefold() for h in valid}
    out = []
    for need in needed:
        if need.kind not in kinds or need.name.casefold() in good:
            continue
        there = by_name.get(need.name.casefold())
        weight = Weight.NEVER if need.must else Weight.TOLD
        facts: dict[str, object] = {"name": need.name, "kind": need.kind}
        out.append(
            Misfit(Why.EXPIRED, weight, facts | {"until": there.until})
            if there
            else Misfit(Why.LACKING, weight, facts)
        )
    fitting = (h for h in valid if h.formal and (h.kind is None or not kinds or h.kind in kinds))
    if clause and not out and next(fitting, None) is None:
        out.append(Misfit(Why.UNCERTIFIED, Weight.TOLD, {"clause": clause}))
    return out


def stops(found: Sequence[Misfit], *, told: bool, reason: str, manager: bool) -> bool:
    """Whether a slot is refused: for good, for want of a manager's reason, or because nobody has read the warnings yet."""
    weights = {m.weight for m in found}
    if Weight.NEVER in weights or (Weight.REASON in weights and not (manager and reason.strip())):
        return True
    return Weight.TOLD in weights and not told
