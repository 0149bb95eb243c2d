"""What solved the like before: ended tickets that resemble one, as the search finds them, with the advice that helped."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.tickets.models.ticket import Ticket, TimelineEntry, WorkLog
from portal.tickets.queries import similar
from portal.tickets.rules.words import Outcome

MOST = 5


@dataclass(frozen=True)
class Solved:
    """An ended ticket and what solved it; `same_device`: it was about the very device."""

    number: int
    subject: str
    advice: str
    same_device: bool


def solved_like(actor: Actor, ticket: Ticket) -> Sequence[Solved]:
    """For the staff; at most five statements, each over a few rows of an index. Those of the same device come first."""
    if not actor.is_staff:
        return []
    first = (
        select(TimelineEntry.text)
        .where(TimelineEntry.ticket_id == ticket.id)
        .order_by(TimelineEntry.id)
        .limit(1)
    )
    words = f"{ticket.subject}\n{db.session.scalar(first) or ''}"
    found = similar.similar(actor, words, solved=True, without=ticket.number, most=MOST)
    if not found:
        return []
    helped = _helped({f.number for f in found})
    solved = []
    for one in found:
        device_id, advice = helped.get(one.number, (None, ""))
        same = device_id is not None and device_id == ticket.device_id
        solved.append(Solved(one.number, one.subject, advice, same))
    return sorted(solved, key=lambda s: not s.same_device)


def _helped(numbers: set[int]) -> dict[int, tuple[int | None, str]]:
    """The device of each, and the words of the attempt that solved it, else the last ones."""
    last = (
        select(WorkLog.ticket_id, func.max(WorkLog.id).label("id"))
        .join(Ticket, Ticket.id == WorkLog.ticket_id)
        .where(Ticket.number.in_(numbers), WorkLog.outcome == Outcome.SOLVED)
        .group_by(WorkLog.ticket_id)
        .subquery()
    )
    query = (
        select(Ticket.number, Ticket.device_id, WorkLog.advice, Ticket.last_word)
        .outerjoin(last, last.c.ticket_id == Ticket.id)
        .outerjoin(WorkLog, WorkLog.id == last.c.id)
        .where(Ticket.number.in_(numbers))
    )
    return {n: (device, advice or word or "") for n, device, advice, word in db.session.execute(query)}
