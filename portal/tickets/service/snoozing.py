"""Out of sight until a time or until the client writes, and back with a mark. Promises go on: none breaks unseen."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.errors import Refused
from portal.tickets.models.ticket import Ticket, TicketClock
from portal.tickets.rules import snoozing as rules
from portal.tickets.rules.words import OPEN
from portal.tickets.service import record


def snooze(actor: Actor, ticket: Ticket, until: datetime | None) -> datetime | None:
    """Put a locked ticket out of the queue's views; returns when it comes back, None for "when the client writes".

    Earlier than asked if a promise would come near. Raises Refused for a ticket that is not open or a time that has passed.
    """
    now = clock.now()
    if ticket.status not in OPEN:
        raise Refused(_l("Only an open ticket can be put out of sight."))
    if not rules.is_possible(until, now):
        raise Refused(_l("Choose a time that lies ahead, within a year."), field="until")
    dues = select(TicketClock.due_at).where(
        TicketClock.ticket_id == ticket.id, TicketClock.stopped_at.is_(None), TicketClock.due_at.is_not(None)
    )
    back = rules.comes_back(until, now, [due for due in db.session.scalars(dues) if due is not None])
    details = {"what": "snoozed", "until": back.isoformat() if back else ""}
    record.add_change(ticket, actor, now, details)
    ticket.snoozed_at, ticket.snoozed_until, ticket.woke_at = now, back, None
    return back


def wake(actor: Actor, ticket: Ticket) -> None:
    """Back into the queue by hand."""
    if ticket.snoozed_at is None:
        return
    ticket.snoozed_at = ticket.snoozed_until = None
    record.add_change(ticket, actor, clock.now(), {"what": "woken"})


def wake_due(now: datetime, limit: int = 200) -> int:
    """Bring back what is due, with a mark. Returns how many; call until it is less than `limit`."""
    query = (
        select(Ticket)
        .where(Ticket.snoozed_until <= now)
        .order_by(Ticket.snoozed_until)
        .limit(limit)
        .with_for_update(of=Ticket, skip_locked=True)
    )
    tickets = db.session.scalars(query).all()
    for ticket in tickets:
        ticket.snoozed_at, ticket.snoozed_until, ticket.woke_at = None, None, now
        record.add_change(ticket, SYSTEM, now, {"what": "woken"})
    return len(tickets)
