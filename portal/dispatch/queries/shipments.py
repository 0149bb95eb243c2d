"""Devices that come to us instead of a visit, by those who may see their ticket."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.dispatch.models import Shipment
from portal.dispatch.rules.shipping import ShipmentState
from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import scope

OPEN = (ShipmentState.AWAITED, ShipmentState.WITH_US)


def of_ticket(actor: Actor, ticket_id: int) -> Sequence[Shipment]:
    """Of a ticket, the newest first."""
    query = scope.visible(select(Shipment).join(Ticket, Shipment.ticket_id == Ticket.id), actor)
    found = query.where(Shipment.ticket_id == ticket_id).options(joinedload(Shipment.device))
    return db.session.scalars(found.order_by(Shipment.id.desc())).all()


def open_one(ticket_id: int) -> Shipment | None:
    """The one that has not come back yet; the caller has seen to it that the asker may know the ticket."""
    query = select(Shipment).where(Shipment.ticket_id == ticket_id, Shipment.state.in_(OPEN))
    return db.session.scalar(query.order_by(Shipment.id.desc()).limit(1))
