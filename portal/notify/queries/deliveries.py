"""Deliveries: the lists of what left, what was said to an address already, and which of them a report is about."""

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, false, func, or_, select
from sqlalchemy.orm import defer, joinedload

from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.notify import rules
from portal.notify.models import Delivery, DeliveryState
from portal.people.models import (
    ContactEmail,
)
from portal.tickets.models.ticket import (
    Ticket,
    TicketMessageId,
)

PAGE = 50
_WITHOUT_WORDS = (defer(Delivery.text), defer(Delivery.html), defer(Delivery.references))
"""Lists do not show what a mail says."""
VIEWS = {
    "all": tuple(DeliveryState),
    "failed": (DeliveryState.FAILED,),
    "waiting": (DeliveryState.WAITING,),
    "withheld": (DeliveryState.WITHHELD,),
}
_MESSAGE_ID = re.compile(r"<?([!-;=?-~]{1,240})>?")


def is_told(cause: str, contact_id: int) -> bool:
    """Whether this person has a delivery for this cause."""
    query = select(Delivery.id).where(Delivery.cause == cause, Delivery.contact_id == contact_id)
    return db.session.scalar(query) is not None


def bounces(address: str) -> bool:
    """Whether mail to this address came back and nobody has mended it."""
    query = select(ContactEmail.id).where(
        ContactEmail.address == address.lower(), ContactEmail.bounced_at.is_not(None)
    )
    return db.session.scalar(query) is not None


def answered_on(ticket_id: int, address: str, since: datetime) -> bool:
    """Whether the portal has said something by itself to an address about a ticket."""
    query = select(Delivery.id).where(
        Delivery.ticket_id == ticket_id,
        Delivery.address == address,
        Delivery.created_at > since,
        Delivery.message.in_([m.value for m in rules.ANSWERS_BY_ITSELF]),
        Delivery.state != DeliveryState.WITHHELD,
    )
    return db.session.scalar(query.limit(1)) is not None


def reported_on(
    message_ids: Sequence[str], ticket_number: int | None, recipients: Sequence[str], since: datetime
) -> list[Delivery]:
    """Deliveries that a report is about: those whose Message-ID it names, for nobody else knows it; else those of the ticket
    that it was sent to by our signed address, to the recipients that it names."""
    left = Delivery.state.in_((DeliveryState.SENT, DeliveryState.KEPT))
    named = select(Delivery).where(left, Delivery.message_id.in_([f"<{i.strip('<>')}>" for i in message_ids]))
    found = list(db.session.scalars(named.with_for_update()))
    if found or ticket_number is None or not recipients:
        return found
    of_ticket = (
        select(Delivery)
        .join(Ticket, Delivery.ticket_id == Ticket.id)
        .where(
            left,
            Ticket.number == ticket_number,
            Delivery.address.in_(recipients),
            Delivery.created_at > since,
        )
        .with_for_update(of=Delivery)
    )
    return list(db.session.scalars(of_ticket))


def answers_since(address: str, since: datetime) -> int:
    """How much the portal has said by itself to an address."""
    query = select(func.count(Delivery.id)).where(
        Delivery.address == address,
        Delivery.created_at > since,
        Delivery.message.in_([m.value for m in rules.ANSWERS_BY_ITSELF]),
        Delivery.state != DeliveryState.WITHHELD,
    )
    return int(db.session.scalar(query) or 0)


def known_message_ids(ticket_id: int, contact_id: int, *, incoming: bool) -> list[str]:
    """Message-IDs of a ticket that a person can have seen, oldest first: our mails to them, and mails that came in."""
    to_them = select(Delivery.message_id).where(
        Delivery.ticket_id == ticket_id, Delivery.contact_id == contact_id,
        Delivery.state != DeliveryState.WITHHELD,
    )  # fmt: skip
    seen = or_(
        TicketMessageId.message_id.in_(to_them), TicketMessageId.outgoing.is_(False) if incoming else false()
    )
    query = (
        select(TicketMessageId.message_id)
        .where(TicketMessageId.ticket_id == ticket_id, seen)
        .order_by(TicketMessageId.id)
    )
    matches = (_MESSAGE_ID.fullmatch(text.strip()) for text in db.session.scalars(query))
    return [f"<{match[1]}>" for match in matches if match]


def delivery_for_sending(delivery_id: int) -> Delivery | None:
    """A delivery that waits, locked until the transaction ends; None if it is settled."""
    query = (
        select(Delivery)
        .where(Delivery.id == delivery_id, Delivery.state == DeliveryState.WAITING)
        .options(joinedload(Delivery.contact), joinedload(Delivery.ticket))
        .with_for_update(of=Delivery)
        .execution_options(populate_existing=True)
    )
    return db.session.scalar(query)


def _listed(actor: Actor) -> Select[tuple[Delivery]]:
    if not actor.is_staff:
        raise NotFound
    return select(Delivery).options(joinedload(Delivery.contact), joinedload(Delivery.ticket))


def deliveries(
    actor: Actor, states: Sequence[DeliveryState], before: int | None, size: int = PAGE
) -> list[Delivery]:
    """One more than `size`, newest first, for staff; raises NotFound for others."""
    query = (
        _listed(actor)
        .options(*_WITHOUT_WORDS)
        .where(Delivery.state.in_(states))
        .order_by(Delivery.id.desc())
        .limit(size + 1)
    )
    return list(db.session.scalars(query.where(Delivery.id < before) if before is not None else query))


def delivery(actor: Actor, delivery_id: int) -> Delivery:
    """One of them; raises NotFound."""
    found = db.session.scalar(_listed(actor).where(Delivery.id == delivery_id))
    if found is None:
        raise NotFound
    return found


def deliveries_of(actor: Actor, ticket_id: int, limit: int = 100) -> list[Delivery]:
    """What was mailed about a ticket, newest first."""
    query = _listed(actor).options(*_WITHOUT_WORDS).where(Delivery.ticket_id == ticket_id)
    query = query.order_by(Delivery.id.desc()).limit(limit)
    return list(db.session.scalars(query))


def failed() -> Select[tuple[int]]:
    """Deliveries that failed, for the menu's count."""
    return select(Delivery.id).where(Delivery.state == DeliveryState.FAILED)
