"""When a contract ends, what is open under it waits for the renewal; nothing is closed by itself."""

from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.contracts.models import CoverageDecision
from portal.contracts.queries import decisions, facts
from portal.contracts.rules.decision import Reason
from portal.contracts.rules.terms import RunOff
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from portal.tickets.models.ticket import Ticket
from portal.tickets.rules.words import OPEN, Status
from portal.tickets.service import status


def follow_expiry(contract_id: int) -> int:
    """Let open tickets that the contract governs wait for its renewal; returns how many. None where work in progress is
    finished after the end (HW-14), or where a new term has begun meanwhile."""
    now = clock.now()
    (known,) = facts.contracts_by_id({contract_id}, now)
    today = now.astimezone(ZoneInfo(known.record.time_zone)).date()
    if known.contract.run_off is not RunOff.NONE or known.contract.term_on(today) is not None:
        return 0
    waiting = _governed(contract_id)
    for ticket in waiting:
        status.become(ticket, SYSTEM, Status.WAITING_RENEWAL, now)
    return len(waiting)


def _governed(contract_id: int) -> list[Ticket]:
    """Open tickets whose last answer came from this contract while it ran, locked."""
    asked = select(CoverageDecision.ref).where(CoverageDecision.contract_id == contract_id).distinct()
    ids = []
    for ref in db.session.scalars(asked).all():
        last = decisions.last_of(ref) if ref.startswith("ticket:") else None
        if last is not None and last.contract_id == contract_id and last.reason is not Reason.EXPIRED:
            ids.append(int(ref.removeprefix("ticket:")))
    runs = OPEN - {Status.WAITING_RENEWAL}
    query = select(Ticket).where(Ticket.id.in_(ids), Ticket.status.in_(runs)).order_by(Ticket.id)
    return list(db.session.scalars(query.with_for_update(of=Ticket)))
