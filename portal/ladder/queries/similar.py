"""What solved the like before: ended tickets of the same device, then of the same organisation and kind."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.tickets.models.ticket import Ticket, WorkLog
from portal.tickets.queries import scope
from portal.tickets.rules.words import ClosureCode, Outcome, Status

MOST = 5
_LATELY = 60
SOLVED = (
    ClosureCode.SOLVED_BY_ADVICE,
    ClosureCode.SOLVED_REMOTELY,
    ClosureCode.SOLVED_ON_SITE,
    ClosureCode.ANSWERED,
)


@dataclass(frozen=True)
class Solved:
    """An ended ticket and what solved it; `same_device` or only of the same kind."""

    number: int
    subject: str
    advice: str
    same_device: bool


def solved_like(actor: Actor, ticket: Ticket) -> Sequence[Solved]:
    """For the staff; three statements, each over a few rows of an index."""
    if not actor.is_staff:
        return []
    ended = scope.tickets_for(actor).where(
        Ticket.id != ticket.id,
        Ticket.status.in_((Status.RESOLVED, Status.CLOSED)),
        Ticket.closure_code.in_(SOLVED),
    )
    found: list[Ticket] = []
    if ticket.device_id is not None:
        own = ended.where(Ticket.device_id == ticket.device_id).order_by(Ticket.id.desc()).limit(MOST)
        found += db.session.scalars(own).all()
    lately = (
        scope.tickets_for(actor)
        .with_only_columns(Ticket.id)
        .where(Ticket.organisation_id == ticket.organisation_id)
        .order_by(Ticket.last_activity_at.desc(), Ticket.id.desc())
        .limit(_LATELY)
        .subquery()
    )
    others = (
        ended.where(Ticket.id.in_(select(lately.c.id)), Ticket.kind == ticket.kind)
        .options(joinedload(Ticket.device))
        .order_by(Ticket.id.desc())
        .limit(2 * MOST)
    )
    kind = ticket.device.kind if ticket.device else None
    alike = [t for t in db.session.scalars(others) if (t.device.kind if t.device else None) == kind]
    found += [t for t in alike if t.id not in {f.id for f in found}]
    found = found[:MOST]
    advice = _advice({t.id for t in found})
    return [
        Solved(
            t.number,
            t.subject,
            advice.get(t.id, t.last_word or ""),
            t.device_id is not None and t.device_id == ticket.device_id,
        )
        for t in found
    ]


def _advice(ticket_ids: set[int]) -> dict[int, str]:
    """The words of the attempt that solved each."""
    if not ticket_ids:
        return {}
    last = (
        select(func.max(WorkLog.id))
        .where(WorkLog.ticket_id.in_(ticket_ids), WorkLog.outcome == Outcome.SOLVED)
        .group_by(WorkLog.ticket_id)
    )
    rows = db.session.execute(select(WorkLog.ticket_id, WorkLog.advice).where(WorkLog.id.in_(last)))
    return {ticket_id: advice for ticket_id, advice in rows if advice}
