"""Calls that were promised: the staff's list, a ticket's, a client's own."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.ladder.models import Callback
from portal.ladder.rules.callbacks import State
from portal.people.models import User
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import scope

MOST = 100


def _scoped(actor: Actor) -> Select[tuple[Callback]]:
    return scope.visible(select(Callback).join(Ticket, Callback.ticket_id == Ticket.id), actor).options(
        contains_eager(Callback.ticket).options(joinedload(Ticket.organisation)),
        joinedload(Callback.contact),
        joinedload(Callback.assignee).joinedload(User.contact),
    )


def waiting(actor: Actor) -> Sequence[Callback]:
    """All that are to be made, the longest overdue first; the staff's list. One statement."""
    if not actor.is_staff:
        return []
    query = (
        _scoped(actor)
        .where(Callback.state == State.OPEN)
        .order_by(Callback.wanted_at, Callback.id)
        .limit(MOST)
    )
    return db.session.scalars(query).all()


def of_ticket(actor: Actor, ticket: Ticket) -> Sequence[Callback]:
    """What is promised on a ticket."""
    query = _scoped(actor).where(Callback.ticket_id == ticket.id, Callback.state == State.OPEN)
    return db.session.scalars(query.order_by(Callback.wanted_at)).all()


def own(actor: Actor) -> Sequence[Callback]:
    """For a client: when the client will be called, on every ticket that the client may see; a few."""
    if actor.contact_id is None or not actor.memberships:
        return []
    query = _scoped(actor).where(Callback.state == State.OPEN).order_by(Callback.wanted_at).limit(5)
    return db.session.scalars(query).all()


def callback_for(actor: Actor, callback_id: int, *, lock: bool = False) -> Callback:
    """One; raises NotFound. `lock` holds it until the transaction ends."""
    query = _scoped(actor).where(Callback.id == callback_id)
    if lock:
        query = query.with_for_update(of=Callback).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found
