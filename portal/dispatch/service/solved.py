"""What a signed visit means for its tickets: solved, or left open for what they still ask for. The sheet stands in any case."""

from portal.dispatch.models import Visit
from portal.dispatch.service.record import ref_of
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.tickets.models.ticket import Ticket
from portal.tickets.rules.words import OPEN, ClosureCode
from portal.tickets.service import record, solving, status
from portal.tickets.service.record import Words


def resolve_tickets(actor: Actor, visit: Visit, words: str) -> None:
    """Of a visit that solved them. Fields that have to be filled in, or other work that is open, keep a ticket open with a line
    that says so."""
    for row in visit.tickets:
        ticket: Ticket = row.ticket
        if not visit.solved or ticket.status not in OPEN:
            continue
        if solving.obstacle(ticket) is None:
            status.resolve(actor, ticket, ClosureCode.SOLVED_ON_SITE, Words(words))
            continue
        now = clock.now()
        status.touch_by_staff(ticket, actor, now)
        line = {"what": "visit", "visit": visit.number, "became": "left_open", "done": words[:2000]}
        record.add_change(ticket, actor, now, line)


def left_open(visit: Visit) -> list[tuple[Ticket, str]]:
    """Tickets that the visit solves, or has solved, and that stay open all the same: what each still asks for, in words."""
    if visit.solved is False:
        return []
    waits = ((row.ticket, solving.obstacle(row.ticket, but=ref_of(visit))) for row in visit.tickets)
    return [(ticket, why) for ticket, why in waits if why is not None and ticket.status in OPEN]
