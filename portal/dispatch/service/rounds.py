"""Planned rounds become visits: proposed four weeks ahead, holding their unit once its bucket is open, moved with the days off.

A ticket of that week joins the round instead of asking for a visit of its own.
"""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.contracts.models import ContractRecord, PlannedRound
from portal.contracts.queries import facts
from portal.contracts.queries.facts import Known
from portal.dispatch.events import RoundMoved, RoundsAnnounced
from portal.dispatch.models import Visit, VisitTicket
from portal.dispatch.queries import visits
from portal.dispatch.rules.visiting import PLANNED, Basis, VisitKind, VisitStatus
from portal.dispatch.service import planning, record
from portal.infra import outbox
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.errors import Refused
from portal.tickets.models.ticket import Ticket
from portal.tickets.rules.words import Phase
from portal.tickets.service import holds
from portal.tickets.service import record as ticket_record
from portal.tickets.service import status as ticket_status

LASTS = timedelta(hours=2)
"""How long a round is planned for until somebody says otherwise."""


def keep(now: datetime) -> int:
    """Bring the visits of all rounds up to date with the contracts' plan; returns how many changed. Twice is once."""
    return _follow_plan(now) + _propose(now) + _hold()


def _propose(now: datetime) -> int:
    """A visit for each coming round that has none."""
    taken = select(Visit.round_id).where(Visit.round_id.is_not(None))
    today = now.date() - timedelta(days=1)
    query = (
        select(PlannedRound)
        .where(PlannedRound.falls_on >= today, PlannedRound.id.not_in(taken))
        .order_by(PlannedRound.falls_on, PlannedRound.id)
    )
    rows = db.session.scalars(query).all()
    known = (
        {k.record.id: k for k in facts.contracts_by_id({r.contract_id for r in rows}, now)} if rows else {}
    )
    made: dict[int, list[int]] = {}
    for row in rows:
        slot = _slot(row, known[row.contract_id])
        if slot is None or slot[1] <= now:
            continue
        record_ = known[row.contract_id].record
        version = known[row.contract_id].contract.version_on(row.planned_on, now)
        visit = Visit(
            number=ticket_record.next_number("visit"), organisation_id=record_.organisation_id,
            contract_id=record_.id, version_number=version and version.number, round_id=row.id,
            kind=VisitKind.ROUND, status=VisitStatus.PROPOSED, basis=Basis.ROUND, starts_at=slot[0], ends_at=slot[1],
            created_at=now, changed_at=now,
        )  # fmt: skip
        db.session.add(visit)
        db.session.flush()
        record.write(visit, SYSTEM, "proposed", round=row.number)
        made.setdefault(row.contract_id, []).append(visit.id)
    for contract_id, visit_ids in made.items():
        outbox.record(RoundsAnnounced(contract_id, visit_ids))
    return sum(map(len, made.values()))


def _slot(row: PlannedRound, known: Known) -> tuple[datetime, datetime] | None:
    """From the opening of that day on; None where the day has no hours of service."""
    assert row.falls_on is not None
    zone = ZoneInfo(known.record.time_zone)
    version = known.contract.version_on(row.planned_on, clock.now())
    if version is None:
        return None
    midnight = datetime.combine(row.falls_on, time(), tzinfo=zone)
    span = next(version.calendar.spans_from(midnight), None)
    if span is None or span.start.astimezone(zone).date() != row.falls_on:
        return None
    return span.start, min(span.start + LASTS, span.end)


def _follow_plan(now: datetime) -> int:
    """Rounds that the days off moved or left out take their visits with them, unless somebody chose the slot by hand."""
    changed = 0
    for visit in visits.planned_rounds():
        assert visit.round is not None
        row = visit.round
        if row.falls_on is None:
            planning.cancel(SYSTEM, visit, row.moved.value if row.moved else "left_out")
            changed += 1
            continue
        (known,) = facts.contracts_by_id({row.contract_id}, now)
        slot = _slot(row, known)
        if visit.moved_by_hand or slot is None or slot == (visit.starts_at, visit.ends_at):
            continue
        planning.give_back(SYSTEM, visit, "moved")
        visit.starts_at, visit.ends_at, visit.confirmed_at = *slot, None
        if visit.status is VisitStatus.CONFIRMED:
            record.become(visit, SYSTEM, VisitStatus.SCHEDULED, reason=row.moved and row.moved.value)
        if visit.status is VisitStatus.SCHEDULED:
            record.become(visit, SYSTEM, VisitStatus.PROPOSED, reason=row.moved and row.moved.value)
        outbox.record(RoundMoved(visit.id))
        changed += 1
    return changed


def _hold() -> int:
    """Rounds whose bucket has opened hold their unit, and are scheduled."""
    done = 0
    for visit in visits.planned_rounds():
        if visit.status is VisitStatus.PROPOSED and planning.reserve_round(SYSTEM, visit):
            record.become(visit, SYSTEM, VisitStatus.SCHEDULED)
            done += 1
    return done


def coming_for(ticket: Ticket) -> Sequence[Visit]:
    """Rounds of the ticket's organisation that it may join, the next one first."""
    query = (
        select(Visit)
        .join(PlannedRound, PlannedRound.id == Visit.round_id)
        .join(ContractRecord, ContractRecord.id == PlannedRound.contract_id)
        .where(Visit.organisation_id == ticket.organisation_id, Visit.status.in_(PLANNED))
        .where(Visit.starts_at > clock.now())
        .options(joinedload(Visit.engineer))
        .order_by(Visit.starts_at)
        .limit(5)
    )
    return db.session.scalars(query).all()


def join(actor: Actor, ticket: Ticket, visit: Visit) -> None:
    """A locked ticket joins a planned round of its organisation: the round's unit pays for both. Twice is once."""
    if visit.kind is not VisitKind.ROUND or visit.organisation_id != ticket.organisation_id:
        raise Refused(_l("Only a planned round of the same client can be joined."))
    if visit.status not in PLANNED:
        raise Refused(_l("Somebody has set out for this visit already, or it is over."))
    if any(row.ticket_id == ticket.id for row in visit.tickets):
        return
    visit.tickets.append(VisitTicket(ticket=ticket))
    db.session.flush()
    holds.hold(ticket.id, record.work_of(visit))
    if ticket.phase is not Phase.ON_SITE:
        ticket_status.set_phase(ticket, actor, Phase.ON_SITE, clock.now(), reason="round")
    ticket_status.touch_by_staff(ticket, actor, clock.now())
    record.write(visit, actor, "joined", ticket=ticket.number, starts_at=visit.starts_at.isoformat())


def leave(actor: Actor, ticket: Ticket, visit: Visit) -> None:
    """A ticket leaves a round that goes on without it."""
    for row in list(visit.tickets):
        if row.ticket_id == ticket.id:
            record.write(visit, actor, "left", ticket=ticket.number)
            visit.tickets.remove(row)
            db.session.delete(row)
            holds.let_go(record.ref_of(visit), ticket.id)
    db.session.flush()


def call_off(ticket_id: int) -> None:
    """A ticket was cancelled: its planned visits are, too; a round goes on without it. A visit under way is the engineer's to
    end."""
    ticket = db.session.get_one(Ticket, ticket_id)
    for visit in visits.open_of_ticket(ticket_id):
        if visit.kind is VisitKind.ROUND:
            leave(SYSTEM, ticket, visit)
        elif visit.status in PLANNED:
            planning.cancel(SYSTEM, visit, "ticket_cancelled")
