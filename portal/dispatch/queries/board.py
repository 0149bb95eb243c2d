"""What stands on the board: visits of the days that are shown, what waits beside it, leave and days off, in a few statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from portal.contracts.models import CalendarDay, ContractRecord, PlannedRound
from portal.contracts.rules.rounds import Moved
from portal.dispatch.models import Leave, SlotOffer, Visit, VisitTicket
from portal.dispatch.queries import crew, visits
from portal.dispatch.rules.visiting import PLANNED, VisitStatus
from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.kernel.working_time import DayKind
from portal.people.models import Organisation, User
from portal.tickets.models.holds import WorkHold
from portal.tickets.models.ticket import Ticket, WorkLog
from portal.tickets.queries import scope
from portal.tickets.rules.holds import HoldKind
from portal.tickets.rules.words import OPEN, Outcome, Phase, Urgency

JURISDICTION = "CN"
"""Whose days off stand in the head of the board; what counts for a visit is its contract's own calendar."""
MOST = 900
WAITING = 40
"""Visits and tickets that the tray shows at most, each; the rest come up when these are dealt with."""


@dataclass(frozen=True)
class LeftOut:
    """A round of these days that the days off leave out."""

    on: date
    client: str
    contract: str
    why: Moved | None


@dataclass(frozen=True)
class Found:
    """`shown`: visits that touch the days of the board; `waiting`: those to be set that lie elsewhere; `wanted`: tickets that
    somebody may come for and nobody does; `offered`: unanswered proposals of a slot, by visit."""

    shown: list[Visit]
    waiting: list[Visit]
    wanted: Sequence[Ticket]
    crew: list[User]
    leave: Sequence[Leave]
    offered: dict[int, int]
    days_off: dict[date, DayKind]
    left_out: Sequence[LeftOut]


def found(actor: Actor, start: datetime, end: datetime, days: Sequence[date], now: datetime) -> Found:
    """The board of [start, end), which are `days` in the reader's zone."""
    touches = and_(Visit.starts_at < end, Visit.ends_at > start, Visit.status != VisitStatus.CANCELLED)
    unset = and_(
        Visit.status.in_(PLANNED), or_(Visit.engineer_id.is_(None), Visit.status == VisitStatus.PROPOSED)
    )
    late = and_(Visit.status.in_(PLANNED), Visit.ends_at <= now)
    query = visits.visible(select(Visit), actor).where(or_(touches, unset, late))
    whole = query.options(
        joinedload(Visit.organisation), joinedload(Visit.site), joinedload(Visit.contract), joinedload(Visit.round),
        selectinload(Visit.tickets).joinedload(VisitTicket.ticket).joinedload(Ticket.device),
    ).order_by(Visit.starts_at, Visit.id).limit(MOST)  # fmt: skip
    every = db.session.scalars(whole).unique().all()
    shown = [
        v for v in every if v.starts_at < end and v.ends_at > start and v.status is not VisitStatus.CANCELLED
    ]
    ids = {v.id for v in shown}
    waiting = [v for v in every if v.id not in ids][:WAITING]
    people = crew.crew({v.engineer_id for v in shown if v.engineer_id is not None})
    return Found(
        shown=shown,
        waiting=waiting,
        wanted=wanted(actor),
        crew=people,
        leave=crew.leave_between(days[0], days[-1]),
        offered=_offered({v.id for v in (*shown, *waiting) if v.status is VisitStatus.PROPOSED}),
        days_off=_days_off(days),
        left_out=_left_out(days),
    )


def wanted(actor: Actor) -> Sequence[Ticket]:
    """Open tickets whose guard lets somebody come and for which no visit is planned: neither the phone nor remote help solved
    them, or they are an emergency; the nearest promise first."""
    log = select(WorkLog.id).where(WorkLog.ticket_id == Ticket.id)
    climbed = and_(
        exists(log.where(WorkLog.phase == Phase.PHONE)),
        exists(log.where(WorkLog.phase == Phase.REMOTE, WorkLog.outcome == Outcome.NOT_SOLVABLE)),
    )
    visited = exists(
        select(WorkHold.id).where(WorkHold.ticket_id == Ticket.id, WorkHold.kind == HoldKind.VISIT)
    )
    urgent = and_(Ticket.urgency == Urgency.CRITICAL, Ticket.phase != Phase.PHONE)
    query = (
        scope.visible(select(Ticket), actor)
        .join(Organisation, Organisation.id == Ticket.organisation_id)
        .where(Ticket.status.in_(OPEN), Ticket.snoozed_at.is_(None), ~visited)
        .where(or_(climbed, urgent, Ticket.phase == Phase.ON_SITE))
        .options(contains_eager(Ticket.organisation), joinedload(Ticket.site), joinedload(Ticket.device))
        .order_by(Ticket.due_at.is_(None), Ticket.due_at, Ticket.id)
    )
    return db.session.scalars(query.limit(WAITING)).all()


def _offered(ids: set[int]) -> dict[int, int]:
    """How many times are proposed and unanswered, by visit."""
    if not ids:
        return {}
    query = (
        select(SlotOffer.visit_id, func.count())
        .where(SlotOffer.visit_id.in_(ids), SlotOffer.chosen_at.is_(None), SlotOffer.withdrawn_at.is_(None))
        .group_by(SlotOffer.visit_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _left_out(days: Sequence[date]) -> list[LeftOut]:
    query = (
        select(PlannedRound, ContractRecord.number, Organisation.name)
        .join(ContractRecord, ContractRecord.id == PlannedRound.contract_id)
        .join(Organisation, Organisation.id == ContractRecord.organisation_id)
        .where(PlannedRound.planned_on.in_(list(days)), PlannedRound.falls_on.is_(None))
        .order_by(PlannedRound.planned_on, PlannedRound.id)
    )
    rows = db.session.execute(query).all()
    return [LeftOut(row.planned_on, name, number, row.moved) for row, number, name in rows]


def _days_off(days: Sequence[date]) -> dict[date, DayKind]:
    """What notices say of these days, and weekends."""
    query = select(CalendarDay.day, CalendarDay.kind).where(
        CalendarDay.jurisdiction == JURISDICTION, CalendarDay.day.in_(list(days))
    )
    out = {day: DayKind.WEEKEND for day in days if day.weekday() >= 5}
    out.update((row.day, row.kind) for row in db.session.execute(query))
    return out


def week_of(day: date) -> list[date]:
    """Monday to Sunday around a day."""
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=n) for n in range(7)]
