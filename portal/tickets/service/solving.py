"""What still keeps a ticket from being marked as solved, said beforehand: fields that have to be filled in, work that is open."""

from portal.tickets.models.ticket import Ticket
from portal.tickets.service import fields, holds


def obstacle(ticket: Ticket, *, but: str = "") -> str | None:
    """In the reader's words; None if nothing does. `but`: the reference of work that is ending with this very step."""
    if found := holds.of(ticket.id, but=but):
        return str(holds.still_open(found))
    names = fields.unfilled(ticket)
    return str(fields.not_filled(names)) if names else None
