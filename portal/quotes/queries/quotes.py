"""Reading quotes: the one scoped query for a person, and what jobs and handlers look for."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.quotes.models import Handover, Quote
from portal.quotes.rules.quoting import Act
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import scope


def visible(query: Select[Any], actor: Actor) -> Select[Any]:
    """Limit a query over Quote to what the actor may see: quotes of visible tickets; a client none that was not sent."""
    if actor.is_staff or actor.is_system:
        return query
    mine = scope.visible(select(Ticket.id), actor)
    return query.where(Quote.ticket_id.in_(mine), Quote.sent_at.is_not(None))


def _whole() -> Select[tuple[Quote]]:
    return select(Quote).options(
        joinedload(Quote.ticket), joinedload(Quote.organisation), joinedload(Quote.contract), selectinload(Quote.lines),
        selectinload(Quote.confirmations), selectinload(Quote.handovers), selectinload(Quote.extensions),
    )  # fmt: skip


def quote_for(actor: Actor, number: int, revision: int | None = None, *, lock: bool = False) -> Quote:
    """A quote by its number: the revision, or the newest that the actor may see; raises NotFound."""
    query = visible(_whole(), actor).where(Quote.number == number)
    if revision is not None:
        query = query.where(Quote.revision == revision)
    query = query.order_by(Quote.revision.desc()).limit(1)
    if lock:
        query = query.with_for_update(of=Quote).execution_options(populate_existing=True)
    found = db.session.scalars(query).unique().first()
    if found is None:
        raise NotFound
    return found


def by_id(quote_id: int, *, lock: bool = False) -> Quote:
    """One revision for a job or a handler; raises NotFound."""
    query = _whole().where(Quote.id == quote_id)
    if lock:
        query = query.with_for_update(of=Quote).execution_options(populate_existing=True)
    found = db.session.scalars(query).unique().first()
    if found is None:
        raise NotFound
    return found


def of_ticket(actor: Actor, ticket_id: int) -> Sequence[Quote]:
    """The quotes of a ticket that the actor may see, superseded revisions left out, the newest first."""
    query = visible(_whole(), actor).where(Quote.ticket_id == ticket_id, Quote.act != Act.SUPERSEDED)
    return db.session.scalars(query.order_by(Quote.id.desc())).unique().all()


def handover_by_id(handover_id: int) -> Handover:
    """One handover for a handler, locked; raises NotFound."""
    found = db.session.scalar(select(Handover).where(Handover.id == handover_id).with_for_update(of=Handover))
    if found is None:
        raise NotFound
    return found
