"""What still keeps a ticket from being marked as solved, said beforehand: fields that have to be filled in, work that is open."""

from flask_babel import lazy_gettext as _l

from portal.tickets.models.ticket import Ticket
from portal.tickets.service import fields, holds

OPEN_WORK = _l("Work for this ticket is still open: a visit or a quote. End or cancel it first.")


def obstacle(ticket: Ticket, *, but: str = "") -> str | None:
    """In the reader's words; None if nothing does. `but`: the reference of work that is ending with this very step."""
    if any(ref != but for ref in holds.of(ticket.id)):
        return str(OPEN_WORK)
    names = fields.unfilled(ticket)
    return str(fields.not_filled(names)) if names else None
