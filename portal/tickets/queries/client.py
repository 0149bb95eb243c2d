"""What a client's people read of their tickets: home, the list, one ticket. Every statement begins in scope."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from portal.assets.models import Device
from portal.infra.db import db
from portal.infra.search import needles
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.people import queries as people
from portal.people.models import Contact, Organisation, User
from portal.tickets.models.ticket import Participant, Ticket, TimelineEntry
from portal.tickets.queries import scope, search
from portal.tickets.rules import transitions
from portal.tickets.rules.snippets import Part
from portal.tickets.rules.words import ENDED, OPEN, EntryKind, Status
from portal.web.paging import Page, page_of

PAGE_SIZE = 25
HOME_ATTENTION = 30
HOME_OPEN = 10
ASKS_THE_CLIENT = frozenset(
    {Status.WAITING_CUSTOMER, Status.WAITING_QUOTE, Status.WAITING_PAYMENT, Status.WAITING_RENEWAL}
)
"""Statuses in which nothing goes on until the client acts."""
_TWICE_WITHIN = timedelta(minutes=10)


class Filter(StrEnum):
    """The tabs of a client's list."""

    OPEN = "open"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"
    ALL = "all"


_STATUSES: dict[Filter, frozenset[Status]] = {
    Filter.OPEN: OPEN | {Status.RESOLVED},
    Filter.WAITING: ASKS_THE_CLIENT,
    Filter.RESOLVED: frozenset({Status.RESOLVED}),
    Filter.CLOSED: ENDED,
    Filter.ALL: frozenset(Status),
}


@dataclass(frozen=True)
class Row:
    """A request in a list. `last_by` wrote the last word; "" when it was the reader."""

    id: int
    number: int
    subject: str
    status: Status
    waiting_reason: str | None
    last_word: str | None
    last_by: str
    last_by_reader: bool
    last_activity_at: datetime
    organisation: str
    requester: str
    mine: bool
    device: str | None
    found: tuple[Part, ...] | None = None
    """Of a search: the line in which the words stand; None where they stand in the subject or in names alone."""


@dataclass(frozen=True)
class Home:
    """`attention` waits for the client, `open` for the provider. `more_open`: the list holds further ones."""

    attention: list[Row]
    open: list[Row]
    more_open: bool
    has_any: bool


@dataclass(frozen=True)
class Wish:
    """What of the list somebody wants to see."""

    filter: Filter = Filter.OPEN
    mine: bool = False
    organisation_id: int | None = None
    typed: str = ""
    after: str | None = None


def _rows(actor: Actor, chosen: Select[tuple[int]], *order: Any) -> list[Row]:
    """Rows of the chosen tickets: first the few, then what is joined to them."""
    few = chosen.subquery()
    author, requester = aliased(Contact), aliased(Contact)
    last_author = (
        select(TimelineEntry.contact_id)
        .where(
            TimelineEntry.ticket_id == Ticket.id,
            TimelineEntry.kind == EntryKind.MESSAGE,
            TimelineEntry.internal.is_(False),
        )
        .order_by(TimelineEntry.id.desc())
        .limit(1)
        .correlate(Ticket)
        .scalar_subquery()
    )
    query = (
        select(
            Ticket.id, Ticket.number, Ticket.subject, Ticket.status, Ticket.waiting_reason, Ticket.last_word,
            author.id, author.name, Ticket.last_activity_at, Organisation.name, requester.id, requester.name, Device.name,
        )
        .join(few, few.c.id == Ticket.id)
        .join(Organisation, Organisation.id == Ticket.organisation_id)
        .join(requester, requester.id == Ticket.requester_id)
        .outerjoin(Device, Device.id == Ticket.device_id)
        .outerjoin(author, author.id == last_author)
        .order_by(*order)
    )  # fmt: skip
    return [
        Row(
            id=id_, number=number, subject=subject, status=status, waiting_reason=reason, last_word=word,
            last_by=by or "", last_by_reader=by_id is not None and by_id == actor.contact_id, last_activity_at=at,
            organisation=organisation, requester=name, mine=asked_by == actor.contact_id, device=device,
        )
        for id_, number, subject, status, reason, word, by_id, by, at, organisation, asked_by, name, device
        in db.session.execute(query)
    ]  # fmt: skip


def _visible_ids(actor: Actor) -> Select[tuple[int]]:
    return scope.visible(select(Ticket.id), actor)


def home_for(actor: Actor) -> Home:
    """What the first page shows, in three statements however many tickets there are."""
    asks = ASKS_THE_CLIENT | {Status.RESOLVED}
    attention = _rows(
        actor,
        _visible_ids(actor)
        .where(Ticket.status.in_(asks))
        .order_by(Ticket.status_since, Ticket.id)
        .limit(HOME_ATTENTION),
        Ticket.status_since,
        Ticket.id,
    )
    newest = (Ticket.last_activity_at.desc(), Ticket.id.desc())
    others = _rows(
        actor,
        _visible_ids(actor).where(Ticket.status.in_(OPEN - asks)).order_by(*newest).limit(HOME_OPEN + 1),
        *newest,
    )
    has_any = bool(attention or others) or db.session.scalar(_visible_ids(actor).limit(1)) is not None
    return Home(attention, others[:HOME_OPEN], len(others) > HOME_OPEN, has_any)


def requests_for(actor: Actor, wish: Wish) -> Page[Row]:
    """A page of the list, the last active first."""
    query = _visible_ids(actor).where(Ticket.status.in_(_STATUSES[wish.filter]))
    if wish.mine:
        query = query.where(Ticket.requester_id == actor.contact_id)
    if wish.organisation_id is not None:
        query = query.where(Ticket.organisation_id == wish.organisation_id)
    if wish.typed.strip():
        query = query.where(search.matches(actor, wish.typed))
    if wish.after and (key := _key(wish.after)):
        at, id_ = key
        query = query.where(
            or_(Ticket.last_activity_at < at, and_(Ticket.last_activity_at == at, Ticket.id < id_))
        )
    order = (Ticket.last_activity_at.desc(), Ticket.id.desc())
    rows = _rows(actor, query.order_by(*order).limit(PAGE_SIZE + 1), *order)
    if wish.typed.strip():
        lines = search.lines_of(actor, [row.id for row in rows], needles(wish.typed))
        rows = [replace(row, found=lines[row.id].parts) if row.id in lines else row for row in rows]
    return page_of(rows, PAGE_SIZE, lambda row: f"{_micros(row.last_activity_at):x}-{row.id:x}")


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _key(text: str) -> tuple[datetime, int] | None:
    """The instant and id of a page's key; None for one that is not ours."""
    try:
        at, id_ = (int(part, 16) for part in text.split("-"))
        return (_EPOCH + timedelta(microseconds=at), id_) if 0 <= id_ < 2**63 else None
    except (ValueError, OverflowError):
        return None


def organisations_of(actor: Actor) -> list[Organisation]:
    """The client organisations that the actor belongs to, by name."""
    return list(db.session.scalars(people.organisations_for(actor).order_by(Organisation.name)))


def ticket_page_for(actor: Actor, number: int) -> Ticket:
    """One ticket with the people and things that its page names; raises NotFound."""
    query = (
        scope.tickets_for(actor)
        .where(Ticket.number == number)
        .options(
            joinedload(Ticket.organisation),
            joinedload(Ticket.requester),
            joinedload(Ticket.device),
            joinedload(Ticket.site),
            joinedload(Ticket.assignee).joinedload(User.contact),
            selectinload(Ticket.participants).joinedload(Participant.contact),
        )
    )
    ticket = db.session.scalar(query)
    if ticket is None:
        raise NotFound
    return ticket


def followed_number(actor: Actor, ticket: Ticket) -> int | None:
    """The number of the ended request that this one follows, if the actor may see it."""
    if ticket.follows_ticket_id is None:
        return None
    return db.session.scalar(
        scope.visible(select(Ticket.number), actor).where(Ticket.id == ticket.follows_ticket_id)
    )


def said_already(actor: Actor, ticket: Ticket, text: str, files: Iterable[str], now: datetime) -> bool:
    """Whether the actor's last message on this ticket is the same, a moment ago: a double click, not a second message.

    `files` are the hashes of what comes with it.
    """
    last = db.session.scalar(
        scope.entries_for(actor)
        .where(TimelineEntry.ticket_id == ticket.id, TimelineEntry.kind == EntryKind.MESSAGE)
        .order_by(TimelineEntry.id.desc())
        .limit(1)
        .options(selectinload(TimelineEntry.attachments))
    )
    return (
        last is not None
        and last.contact_id == actor.contact_id
        and now - last.at < _TWICE_WITHIN
        and last.text == text
        and sorted(a.sha256 for a in last.attachments) == sorted(files)
    )


@dataclass(frozen=True)
class Standing:
    """What a client may still do with a ticket, and until when."""

    may_withdraw: bool
    closes_at: datetime | None
    """When silence closes it, if it is solved."""
    reopens_until: datetime | None
    """Until when a reply opens it again, if it is closed; None when that is past."""


def standing_of(ticket: Ticket, now: datetime) -> Standing:
    """What the rules say of a ticket at an instant."""
    solved = ticket.resolved_at if ticket.status is Status.RESOLVED else None
    ended = max((t for t in (ticket.resolved_at, ticket.closed_at) if t), default=None)
    until = ended + transitions.REOPEN_WITHIN if ended and ticket.status is Status.CLOSED else None
    return Standing(
        may_withdraw=transitions.may_become(ticket.status, Status.CANCELLED),
        closes_at=solved + transitions.SILENCE_CLOSES_AFTER if solved else None,
        reopens_until=until if until and until > now else None,
    )
