"""What is promised on a ticket and what its contract says, for a page."""

from sqlalchemy import bindparam, select

from portal.contracts.queries import decisions
from portal.contracts.rules.running import Cover, Running
from portal.infra.db import BigId, fetch
from portal.infra.plain import Plain
from portal.kernel.actor import Actor
from portal.tickets.models.ticket import Ticket, TicketClock


def cover_of(actor: Actor, ticket: Ticket | Plain) -> Cover | None:
    """What governs a ticket that the actor may see; None for one from before contracts were kept here."""
    kept = decisions.governs(f"ticket:{ticket.id}")
    if kept is None:
        return None
    losers = decisions.losers(kept) if actor.is_staff else []
    others = [(loser.number, loser.details) for loser in losers]
    return Cover(kept.contract_number, kept.contract_id, kept.details, others)


_RUNNING = (
    select(
        TicketClock.metric, TicketClock.clause, TicketClock.started_at, TicketClock.due_at, TicketClock.stopped_at,
        TicketClock.breached_at, TicketClock.remaining_minutes, TicketClock.provisional, TicketClock.internal,
    )
    .where(TicketClock.ticket_id == bindparam("ticket", type_=BigId), TicketClock.replaced_because.is_(None))
    .order_by(TicketClock.id)
)  # fmt: skip
_RUNNING_FOR_CLIENT = _RUNNING.where(TicketClock.internal.is_(False))


def running_of(actor: Actor, ticket: Ticket | Plain) -> list[Running]:
    """Its promises in the order of their start, those that another took the place of left out; internal ones for staff."""
    statement = _RUNNING if actor.is_staff else _RUNNING_FOR_CLIENT
    return [Running(*row) for row in fetch(statement, {"ticket": ticket.id})]
