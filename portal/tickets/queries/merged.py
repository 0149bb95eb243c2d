"""Where a merged ticket goes on: the one query that every door asks which a number comes through.

A right to see the merged ticket gives none to the other, and the other way round: who may not see where it goes on is told
nothing of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, joinedload

from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.people.models import User
from portal.tickets.models.operations import TicketMerge
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import scope


def goes_on_as(actor: Actor, number: int) -> int | None:
    """The number of the ticket that this one goes on as, if the actor may see that one; None if it was not merged."""
    into = select(Ticket.merged_into_id).where(Ticket.number == number).scalar_subquery()
    return db.session.scalar(scope.visible(select(Ticket.number), actor).where(Ticket.id == into))


def ticket_for_words(actor: Actor, number: int) -> Ticket:
    """The locked ticket on which words to this number are written; raises NotFound.

    Who may see the merged ticket and not where it goes on gets the merged one: their words open a new request.
    """
    try:
        found: Ticket | None = scope.ticket_for(actor, number, lock=True)
    except NotFound:
        found = None
    if found is not None and found.merged_into_id is None:
        return found
    end = goes_on_as(actor, number)
    if end is not None:
        return scope.ticket_for(actor, end, lock=True)
    if found is None:
        raise NotFound
    return found


def same_request(column: InstrumentedAttribute[int], ticket: Ticket) -> ColumnElement[bool]:
    """A condition for what belongs to a ticket or to one that was merged into it; `column` holds the ticket's id."""
    if not ticket.holds_merged:
        return column == ticket.id
    return column.in_(
        select(Ticket.id).where(or_(Ticket.id == ticket.id, Ticket.merged_into_id == ticket.id))
    )


def locked(actor: Actor, numbers: Iterable[int]) -> dict[int, Ticket]:
    """Several tickets by number, locked in the order of their ids, so that two who do the same never wait for each other.

    Those that do not exist, or that the actor may not see, are left out.
    """
    if not (wanted := set(numbers)):
        return {}
    query = scope.tickets_for(actor).where(Ticket.number.in_(wanted)).order_by(Ticket.id)
    query = query.with_for_update(of=Ticket).execution_options(populate_existing=True)
    return {ticket.number: ticket for ticket in db.session.scalars(query)}


@dataclass(frozen=True)
class Merged:
    """A ticket that goes on as another one: when that was done and by whom."""

    number: int
    subject: str
    at: datetime
    by: str


def merged_here(actor: Actor, ticket: Ticket) -> list[Merged]:
    """The tickets that go on as this one, of those that the actor may see, the last one first."""
    if not ticket.holds_merged:
        return []
    query = scope.visible(
        select(Ticket.number, Ticket.subject, TicketMerge)
        .join(TicketMerge, TicketMerge.ticket_id == Ticket.id)
        .where(Ticket.merged_into_id == ticket.id, TicketMerge.undone_at.is_(None)),
        actor,
    ).options(joinedload(TicketMerge.user).joinedload(User.contact))
    rows: Sequence[Any] = db.session.execute(query.order_by(TicketMerge.id.desc()).limit(50)).all()
    return [Merged(number, subject, merge.at, merge.user.name) for number, subject, merge in rows]


def merge_of(ticket: Ticket) -> TicketMerge | None:
    """The merge that holds now."""
    query = select(TicketMerge).where(TicketMerge.ticket_id == ticket.id, TicketMerge.undone_at.is_(None))
    return db.session.scalar(query.order_by(TicketMerge.id.desc()).limit(1))


def people_of(ticket: Ticket) -> list[int]:
    """Requester and participants, as contact ids."""
    return [ticket.requester_id, *(p.contact_id for p in ticket.participants)]
