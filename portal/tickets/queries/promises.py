"""What is promised on a ticket and what its contract says, for a page."""

from sqlalchemy import select

from portal.contracts.queries import decisions
from portal.contracts.rules.running import Cover, Running
from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.tickets.models.ticket import Ticket, TicketClock


def cover_of(actor: Actor, ticket: Ticket) -> Cover | None:
    """What governs a ticket that the actor may see; None for one from before contracts were kept here."""
    kept = decisions.last_of(f"ticket:{ticket.id}")
    if kept is None:
        return None
    losers = decisions.losers(kept) if actor.is_staff else []
    others = [(loser.number, loser.details) for loser in losers]
    return Cover(kept.contract.number if kept.contract else None, kept.contract_id, kept.details, others)


def running_of(actor: Actor, ticket: Ticket) -> list[Running]:
    """Its promises in the order of their start, those that another took the place of left out; internal ones for staff."""
    query = select(TicketClock).where(
        TicketClock.ticket_id == ticket.id, TicketClock.replaced_because.is_(None)
    )
    if not actor.is_staff:
        query = query.where(TicketClock.internal.is_(False))
    return [
        Running(
            c.metric,
            c.clause,
            c.started_at,
            c.due_at,
            c.stopped_at,
            c.breached_at,
            c.remaining_minutes,
            c.provisional,
            c.internal,
        )
        for c in db.session.scalars(query.order_by(TicketClock.id))
    ]
