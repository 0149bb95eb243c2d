"""Reading quotes: the one scoped query for a person, and what jobs and handlers look for."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from portal.infra.db import db
from portal.kernel.actor import Actor, ClientRole
from portal.kernel.errors import NotFound
from portal.people.models import Contact, Membership
from portal.quotes.models import Extension, Handover, Quote
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


def revisions_of(actor: Actor, number: int) -> Sequence[int]:
    """The revisions of a quote that the actor may see, the newest first."""
    query = visible(select(Quote.revision), actor).where(Quote.number == number)
    return db.session.scalars(query.order_by(Quote.revision.desc())).all()


def extension_of(quote: Quote, extension_id: int) -> Extension:
    """A wish for more time on a quote that was read by who may; raises NotFound."""
    found = next((e for e in quote.extensions if e.id == extension_id), None)
    if found is None:
        raise NotFound
    return found


def who_may_answer(quote: Quote) -> Sequence[Contact]:
    """The people of the client who answer for it, by name; for a quote that was read by who may."""
    query = (
        select(Contact)
        .join(Membership)
        .where(
            Membership.organisation_id == quote.organisation_id, Membership.role == ClientRole.MANAGER,
            Membership.active, Contact.active,
        )
        .order_by(Contact.name)
    )  # fmt: skip
    return db.session.scalars(query).all()
