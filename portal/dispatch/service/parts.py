"""Parts without a visit: what the user swaps himself is sent, and the part alone is charged (HW-26)."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from portal.contracts.models import Charge
from portal.contracts.queries import decisions, facts
from portal.contracts.service import charging
from portal.contracts.service.charging import Owed
from portal.dispatch.rules import sheet as rules
from portal.dispatch.rules.sheet import Part
from portal.dispatch.service.sheets import SheetPartEntry
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.tickets.models.ticket import Ticket
from portal.tickets.service import record as ticket_record
from portal.tickets.service import status as ticket_status


def send(actor: Actor, ticket: Ticket, parts: Sequence[SheetPartEntry], key: str = "") -> list[Charge]:
    """Send parts for a locked ticket: a line on it, and a charge at the contract's fraction of the list price.

    `key` of the form: sent twice it is one. Raises Refused where no clause lets the user swap parts.
    """
    if not parts or any(p.quantity <= 0 or p.list_price < 0 or not p.name.strip() for p in parts):
        raise Refused(_l("A part needs a name, a quantity and a price."), field="parts")
    governs = decisions.last_of(f"ticket:{ticket.id}")
    if governs is None or governs.contract_id is None or governs.version_number is None:
        raise Refused(_l("No contract governs this ticket; quote the part instead."))
    now = clock.now()
    (known,) = facts.contracts_by_id({governs.contract_id}, now)
    compiled = known.compiled[governs.version_number]
    if not compiled.visit.swap_clause:
        raise Refused(_l("This contract does not say that parts are sent; quote the part instead."))
    version, clause = compiled.version, compiled.visit.swap_clause
    lines = [
        (rules.part_line(Part(p.name, p.list_price, p.quantity), version.part_factor, clause), p.name)
        for p in parts
    ]
    owed = Owed(
        ticket.organisation_id,
        f"ticket:{ticket.number}",
        _today(now, known.record.time_zone),
        governs.contract_id,
    )
    rows = charging.record(actor, owed, lines, f"parts:{ticket.id}:{key or now.isoformat()}")
    total = sum((row.amount for row in rows), Decimal("0.00"))
    names = ", ".join(p.name for p in parts)
    line = {"what": "parts", "parts": names, "charged": str(total), "clause": clause}
    ticket_record.add_change(ticket, actor, now, line, internal=False)
    ticket_status.touch_by_staff(ticket, actor, now)
    return rows


def _today(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()
