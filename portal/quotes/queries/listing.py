"""Lists of quotes: by whose move it is, by organisation; and the mails of a ticket that may prove a confirmation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import joinedload, selectinload

from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.people.models import Contact
from portal.quotes.models import Extension, Quote, QuoteConfirmation
from portal.quotes.queries import quotes
from portal.quotes.rules.quoting import Act, Side, Turn
from portal.tickets.models.ticket import TicketMessageId, TimelineEntry
from portal.tickets.queries import scope

OPEN = (Act.DRAFT, Act.SENT, Act.CONFIRMED, Act.IN_PROGRESS, Act.DELIVERED, Act.DEFECTS)
_RUNNING = Quote.act.in_((Act.CONFIRMED, Act.IN_PROGRESS))
_WAITS = and_(Quote.act == Act.SENT, Quote.ended_at.is_(None))


def _confirmed(side: Side) -> ColumnElement[bool]:
    return exists().where(QuoteConfirmation.quote_id == Quote.id, QuoteConfirmation.side == side)


def _wants_time(*sides: Side) -> ColumnElement[bool]:
    return exists().where(
        Extension.quote_id == Quote.id, Extension.asked_by.in_(sides),
        Extension.agreed_at.is_(None), Extension.refused_at.is_(None),
    )  # fmt: skip


def _where(turn: Turn) -> ColumnElement[bool]:
    """The same as rules.quoting.turn, for the database; expiry is as the hourly job wrote it."""
    match turn:
        case Turn.US:
            return or_(
                Quote.act.in_((Act.DRAFT, Act.DEFECTS)),
                and_(_WAITS, or_(Quote.change_asked_at.is_not(None), _confirmed(Side.CLIENT))),
                and_(_RUNNING, _wants_time(Side.CLIENT)),
            )
        case Turn.CLIENT:
            unanswered = and_(_WAITS, Quote.change_asked_at.is_(None), ~_confirmed(Side.CLIENT))
            return or_(unanswered, and_(_RUNNING, _wants_time(Side.PROVIDER)))
        case Turn.RUNNING:
            return and_(_RUNNING, ~_wants_time(*Side))
        case Turn.DELIVERED:
            return Quote.act == Act.DELIVERED
        case Turn.ACCEPTED:
            return Quote.act.in_((Act.ACCEPTED, Act.DONE))
        case _:
            ended = and_(Quote.act == Act.SENT, Quote.ended_at.is_not(None))
            return or_(Quote.act.in_((Act.REJECTED, Act.WITHDRAWN)), ended)


@dataclass(frozen=True)
class Wish:
    """What a list shows: `turns` none: all that are open. `after`: the last id of the page before."""

    turns: Sequence[Turn] = ()
    organisation_id: int | None = None
    after: int | None = None


def page(actor: Actor, wish: Wish, size: int) -> Sequence[Quote]:
    """One more than `size`, the newest first; the revision that counts, alone."""
    query = quotes.visible(select(Quote), actor).where(Quote.act != Act.SUPERSEDED)
    if wish.turns:
        query = query.where(or_(*map(_where, wish.turns)))
    else:
        query = query.where(Quote.act.in_(OPEN), Quote.ended_at.is_(None))
    if wish.organisation_id is not None:
        query = query.where(Quote.organisation_id == wish.organisation_id)
    if wish.after is not None:
        query = query.where(Quote.id < wish.after)
    query = query.order_by(Quote.id.desc()).limit(size + 1).options(
        joinedload(Quote.organisation), joinedload(Quote.ticket), selectinload(Quote.confirmations),
        selectinload(Quote.handovers), selectinload(Quote.extensions),
    )  # fmt: skip
    return db.session.scalars(query).all()


@dataclass(frozen=True)
class Mail:
    """A mail of the client's on the ticket, by its Message-ID."""

    message_id: str
    at: datetime
    name: str
    words: str


def mails_of(actor: Actor, ticket_id: int) -> list[Mail]:
    """Mails that came in on a ticket from the client's people, the newest first: what may prove a confirmation."""
    seen = scope.entries_for(actor).with_only_columns(TimelineEntry.id)
    query = (
        select(TicketMessageId.message_id, TimelineEntry.at, Contact.name, TimelineEntry.text)
        .join(
            TimelineEntry,
            and_(TimelineEntry.ticket_id == TicketMessageId.ticket_id, TimelineEntry.at == TicketMessageId.at),
        )
        .join(Contact, TimelineEntry.contact_id == Contact.id)
        .where(
            TicketMessageId.ticket_id == ticket_id, TicketMessageId.outgoing.is_(False),
            TimelineEntry.side == "client", TimelineEntry.id.in_(seen),
        )
        .order_by(TimelineEntry.id.desc())
        .limit(50)
    )  # fmt: skip
    return [
        Mail(row.message_id, row.at, row.name, " ".join(row.text.split())[:80])
        for row in db.session.execute(query)
    ]
