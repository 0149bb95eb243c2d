"""An engineer's day: the visits with everything that is read on the way, in a few queries however many they are."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from portal.assets.models import Device
from portal.dispatch.models import ServiceSheet, Visit, VisitTicket
from portal.dispatch.queries import visits
from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.people.models import Contact
from portal.tickets.models.ticket import Ticket

HISTORY = 3
"""Sheets of a device that are shown; the newest say most."""


def of_engineer(actor: Actor, user_id: int, start: datetime, end: datetime) -> Sequence[Visit]:
    """Visits of one engineer that touch [start, end), by time, with their tickets' devices and requesters loaded."""
    found = visits.between(actor, start, end, engineer_id=user_id)
    bring(found)
    return found


def in_feed(user_id: int, start: datetime, end: datetime) -> Sequence[Visit]:
    """Visits of one engineer between two instants for their own calendar, called-off ones among them so that they go away."""
    query = (
        select(Visit)
        .where(Visit.engineer_id == user_id, Visit.starts_at < end, Visit.ends_at > start)
        .options(
            joinedload(Visit.organisation), joinedload(Visit.site),
            selectinload(Visit.tickets).joinedload(VisitTicket.ticket).joinedload(Ticket.device).joinedload(Device.site),
        )
        .order_by(Visit.starts_at, Visit.id)
    )  # fmt: skip
    return db.session.scalars(query.limit(500)).unique().all()


def bring(found: Sequence[Visit]) -> None:
    """Load what the engineer reads of each visit: device, requester and phone numbers of its tickets."""
    ids = [row.ticket_id for visit in found for row in visit.tickets]
    if ids:
        query = select(Ticket).where(Ticket.id.in_(ids))
        whole = query.options(
            joinedload(Ticket.device).joinedload(Device.site),
            joinedload(Ticket.requester).selectinload(Contact.phones),
        ).execution_options(populate_existing=True)
        db.session.scalars(whole).unique().all()


def history(actor: Actor, device_ids: Sequence[int]) -> dict[int, list[ServiceSheet]]:
    """The newest signed sheets of each device, at most HISTORY each, in one query."""
    newest = func.row_number().over(partition_by=ServiceSheet.device_id, order_by=ServiceSheet.id.desc())
    seen = visits.visible(select(Visit.id), actor)
    ranked = (
        select(ServiceSheet.id, newest.label("place"))
        .where(ServiceSheet.device_id.in_(set(device_ids)), ServiceSheet.number.is_not(None))
        .where(ServiceSheet.visit_id.in_(seen))
        .subquery()
    )
    query = (
        select(ServiceSheet)
        .join(ranked, ranked.c.id == ServiceSheet.id)
        .where(ranked.c.place <= HISTORY)
        .options(joinedload(ServiceSheet.visit))
        .order_by(ServiceSheet.id.desc())
    )
    out: dict[int, list[ServiceSheet]] = defaultdict(list)
    for sheet in db.session.scalars(query):
        out[sheet.device_id or 0].append(sheet)
    return out


def whole(actor: Actor, number: int) -> Visit:
    """One visit with its sheets, their parts and photos, for the page at the client's; raises NotFound."""
    found = visits.visit_for(actor, number)
    bring([found])
    query = (
        select(ServiceSheet)
        .where(ServiceSheet.visit_id == found.id)
        .options(
            joinedload(ServiceSheet.device),
            selectinload(ServiceSheet.parts),
            selectinload(ServiceSheet.photos),
        )
    )
    db.session.scalars(query).all()
    return found
