"""Reading visits: the one scoped query for a person, and what jobs and handlers look for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, false, or_, select
from sqlalchemy.orm import joinedload, selectinload

from portal.contracts.models import Charge
from portal.dispatch.models import ServiceSheet, Visit, VisitChange, VisitTicket
from portal.dispatch.rules.visiting import OPEN, OVER, PLANNED, VisitStatus
from portal.infra.db import db
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.errors import NotFound
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import scope


def visible(query: Select[Any], actor: Actor) -> Select[Any]:
    """Limit a query over Visit to what the actor may see: staff all; a client's manager the organisation's; a member those of
    tickets that they may see, and the rounds of their organisation, which are for everybody there."""
    if actor.is_staff or actor.is_system:
        return query
    if not actor.memberships:
        return query.where(false())
    mine = scope.visible(select(Ticket.id), actor)
    of_tickets = select(VisitTicket.visit_id).where(VisitTicket.ticket_id.in_(mine))
    rounds = Visit.organisation_id.in_(actor.organisation_ids) & Visit.round_id.is_not(None)
    managed = Visit.organisation_id.in_(actor.managed_organisation_ids)
    return query.where(or_(managed, rounds, Visit.id.in_(of_tickets)))


def whole() -> Select[tuple[Visit]]:
    """Visits with whatever every page of one shows, unscoped: `visible` comes around it."""
    return select(Visit).options(
        joinedload(Visit.organisation), joinedload(Visit.site), joinedload(Visit.contract), joinedload(Visit.engineer),
        selectinload(Visit.tickets).joinedload(VisitTicket.ticket),
    )  # fmt: skip


def visit_for(actor: Actor, number: int, *, lock: bool = False) -> Visit:
    """One visit by its number; raises NotFound. `lock` holds the row until the transaction ends."""
    query = visible(whole(), actor).where(Visit.number == number)
    if lock:
        query = query.with_for_update(of=Visit).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def by_id(visit_id: int, *, lock: bool = False) -> Visit:
    """One visit for a job or a handler; raises NotFound."""
    query = whole().where(Visit.id == visit_id)
    if lock:
        query = query.with_for_update(of=Visit).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def of_ticket(actor: Actor, ticket_id: int) -> Sequence[Visit]:
    """The visits of a ticket that the actor may see, the newest first. The caller has read the ticket in scope."""
    ids = select(VisitTicket.visit_id).where(VisitTicket.ticket_id == ticket_id)
    query = visible(whole(), actor).where(Visit.id.in_(ids))
    return db.session.scalars(query.order_by(Visit.starts_at.desc(), Visit.id.desc())).unique().all()


def open_of_ticket(ticket_id: int) -> Sequence[Visit]:
    """Locked visits of a ticket that are not over."""
    ids = select(VisitTicket.visit_id).where(VisitTicket.ticket_id == ticket_id)
    query = whole().where(Visit.id.in_(ids), Visit.status.in_(OPEN)).order_by(Visit.id)
    return db.session.scalars(query.with_for_update(of=Visit)).unique().all()


def between(
    actor: Actor, start: datetime, end: datetime, *, engineer_id: int | None = None
) -> Sequence[Visit]:
    """Visits that touch [start, end), cancelled ones left out, by time."""
    query = visible(whole(), actor).where(
        Visit.starts_at < end, Visit.ends_at > start, Visit.status != VisitStatus.CANCELLED
    )
    if engineer_id is not None:
        query = query.where(Visit.engineer_id == engineer_id)
    return db.session.scalars(query.order_by(Visit.starts_at, Visit.id)).unique().all()


def on_site_now() -> Sequence[Visit]:
    """Locked visits on which somebody is at the client's now; a few at any time."""
    query = whole().where(Visit.status == VisitStatus.ON_SITE).order_by(Visit.id)
    return db.session.scalars(query.with_for_update(of=Visit)).unique().all()


def planned_rounds() -> Sequence[Visit]:
    """Locked rounds that nobody has set out for."""
    query = (
        whole().options(joinedload(Visit.round)).where(Visit.round_id.is_not(None), Visit.status.in_(PLANNED))
    )
    return db.session.scalars(query.order_by(Visit.id).with_for_update(of=Visit)).unique().all()


def changes_of(visit: Visit) -> list[VisitChange]:
    """What happened to a visit that the caller has read in scope, the oldest first."""
    query = (
        select(VisitChange).where(VisitChange.visit_id == visit.id).options(joinedload(VisitChange.contact))
    )
    return list(db.session.scalars(query.order_by(VisitChange.id)))


def tickets_shown(actor: Actor, visit: Visit) -> list[Ticket]:
    """The requests of a visit that the actor may see: a round may serve somebody else's, too."""
    ids = [row.ticket_id for row in visit.tickets]
    if not ids:
        return []
    query = scope.visible(select(Ticket).where(Ticket.id.in_(ids)), actor)
    return list(db.session.scalars(query.order_by(Ticket.number)))


def charges_of(visit: Visit) -> list[Charge]:
    """What a visit that the caller has read in scope costs, lines that were taken back included."""
    query = select(Charge).where(Charge.ref == f"visit:{visit.number}").order_by(Charge.id)
    return list(db.session.scalars(query))


def sheets_of_device(actor: Actor, device_id: int, limit: int = 50) -> Sequence[ServiceSheet]:
    """Signed sheets of a device that the actor may see, the newest first."""
    visits = visible(select(Visit.id), actor).where(Visit.status.in_(OVER))
    query = (
        select(ServiceSheet)
        .where(ServiceSheet.device_id == device_id, ServiceSheet.visit_id.in_(visits))
        .where(ServiceSheet.number.is_not(None))
        .options(joinedload(ServiceSheet.visit))
    )
    return db.session.scalars(query.order_by(ServiceSheet.id.desc()).limit(limit)).all()


def sheets_of_ticket(actor: Actor, ticket_id: int) -> Sequence[ServiceSheet]:
    """Signed sheets of a ticket's visits that the actor may see, the newest first."""
    of_ticket = select(VisitTicket.visit_id).where(VisitTicket.ticket_id == ticket_id)
    seen = visible(select(Visit.id), actor).where(Visit.id.in_(of_ticket))
    query = select(ServiceSheet).where(ServiceSheet.visit_id.in_(seen), ServiceSheet.number.is_not(None))
    return db.session.scalars(query.order_by(ServiceSheet.id.desc()).limit(50)).all()


def sheet_for(actor: Actor, number: int) -> ServiceSheet:
    """A signed sheet by its number; raises NotFound."""
    visits = visible(select(Visit.id), actor)
    query = select(ServiceSheet).where(ServiceSheet.number == number, ServiceSheet.visit_id.in_(visits))
    found = db.session.scalar(query.options(joinedload(ServiceSheet.visit)))
    if found is None:
        raise NotFound
    return found


def sheet_numbered(number: int) -> ServiceSheet:
    """A signed sheet for a handler, with its visit; raises NotFound."""
    return sheet_for(SYSTEM, number)


def sheets_under(actor: Actor, contract_id: int, start: datetime, end: datetime) -> Sequence[ServiceSheet]:
    """The signed sheets of visits under a contract that were finished in [start, end), the oldest first: the copies for
    the claim of the fee (HW-17)."""
    seen = visible(select(Visit.id), actor).where(
        Visit.contract_id == contract_id, Visit.finished_at >= start, Visit.finished_at < end
    )
    query = (
        select(ServiceSheet)
        .where(ServiceSheet.visit_id.in_(seen), ServiceSheet.number.is_not(None))
        .options(joinedload(ServiceSheet.visit), joinedload(ServiceSheet.device))
        .order_by(ServiceSheet.number)
        .limit(500)
    )
    return db.session.scalars(query).all()
