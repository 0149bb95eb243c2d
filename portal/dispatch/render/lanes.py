"""The board as it is drawn: a lane for each engineer and one for visits that nobody has yet, a cell for each day."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from portal.dispatch.models import Leave, Visit
from portal.dispatch.queries.board import Found
from portal.dispatch.rules import board
from portal.dispatch.rules.board import Place
from portal.dispatch.rules.fitting import days_of
from portal.dispatch.rules.visiting import OVER, PLANNED, Slot
from portal.people.models import User


@dataclass(frozen=True)
class Block:
    """A visit in a lane. `warnings`: codes of what is wrong with it as it stands."""

    visit: Visit
    place: Place
    movable: bool
    warnings: tuple[str, ...] = ()


@dataclass
class Cell:
    day: date
    leave: Leave | None = None
    blocks: list[Block] = field(default_factory=list)


@dataclass
class Lane:
    """`engineer` None: what nobody has yet."""

    engineer: User | None
    cells: list[Cell]


def lanes(found: Found, days: Sequence[date], zone: ZoneInfo) -> list[Lane]:
    """Lanes in the order of the crew, those without an engineer first."""
    busy = [
        (v.number, v.engineer_id, Slot(v.starts_at, v.ends_at))
        for v in found.shown
        if v.engineer_id is not None and v.status not in OVER
    ]
    twice = board.in_two_places(busy)
    away: dict[tuple[int, date], Leave] = {}
    for leave in found.leave:
        for day in days:
            if leave.from_on <= day <= leave.to_on:
                away[leave.user_id, day] = leave
    cells: dict[tuple[int | None, date], list[Block]] = defaultdict(list)
    for visit in found.shown:
        slot = Slot(visit.starts_at, visit.ends_at)
        for day in days_of(slot, zone):
            gone = visit.engineer_id is not None and (visit.engineer_id, day) in away
            wrong = [w for w, so in (("clash", visit.number in twice), ("leave", gone)) if so]
            warnings = tuple(wrong) if visit.status not in OVER else ()
            block = Block(visit, board.place(slot, day, zone), visit.status in PLANNED, warnings)
            cells[visit.engineer_id, day].append(block)
    rows: list[User | None] = [None, *found.crew]
    return [
        Lane(
            who,
            [
                Cell(day, away.get((who.id, day)) if who else None, cells[who.id if who else None, day])
                for day in days
            ],
        )
        for who in rows
    ]
