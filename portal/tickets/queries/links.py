"""What a ticket is linked with, of the tickets that the actor may see; its open children; who stands above it."""

from dataclasses import dataclass

from sqlalchemy import case, or_, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.people.models import Organisation
from portal.tickets.models.operations import TicketLink
from portal.tickets.models.ticket import Ticket, TimelineEntry
from portal.tickets.queries import merged, scope
from portal.tickets.rules import linking
from portal.tickets.rules.linking import LinkKind, Way
from portal.tickets.rules.words import OPEN, EntryKind, Status

MOST = 100
DEEPEST = 50


@dataclass(frozen=True)
class Linked:
    """Another ticket, as it is seen from this one. `id` is the link's."""

    id: int
    way: Way
    number: int
    subject: str
    status: Status
    organisation: str
    other_organisation: bool


def links_of(actor: Actor, ticket: Ticket) -> list[Linked]:
    """In the order in which the ways are named, then as they were made; one statement. Nothing that the actor may not see."""
    first = TicketLink.ticket_id == ticket.id
    there = case((first, TicketLink.other_id), else_=TicketLink.ticket_id)
    query = scope.visible(
        select(
            TicketLink.id, TicketLink.kind, first, Ticket.number, Ticket.subject, Ticket.status, Ticket.organisation_id,
            Organisation.name,
        )
        .join(Ticket, Ticket.id == there)
        .join(Organisation, Organisation.id == Ticket.organisation_id)
        .where(or_(first, TicketLink.other_id == ticket.id)),
        actor,
    )  # fmt: skip
    rows = db.session.execute(query.order_by(TicketLink.id).limit(MOST))
    found = [
        Linked(id_, linking.way_of(kind, first=bool(is_first)), number, subject, status, name, org != ticket.organisation_id)
        for id_, kind, is_first, number, subject, status, org, name in rows
    ]  # fmt: skip
    order = list(Way)
    return sorted(found, key=lambda linked: order.index(linked.way))


def open_children(actor: Actor, ticket: Ticket) -> list[Linked]:
    """Children that are still worked on."""
    return [one for one in links_of(actor, ticket) if one.way is Way.PARENT and one.status in OPEN]


def known_of(*ticket_ids: int) -> set[tuple[int, int, LinkKind]]:
    """All links of these tickets, whoever may see them."""
    query = select(TicketLink.ticket_id, TicketLink.other_id, TicketLink.kind).where(
        or_(TicketLink.ticket_id.in_(ticket_ids), TicketLink.other_id.in_(ticket_ids))
    )
    return {(a, b, kind) for a, b, kind in db.session.execute(query)}


def parents_above(ticket_id: int) -> dict[int, int]:
    """Child → parent, from a ticket upward; one statement."""
    start = (
        select(TicketLink.ticket_id.label("child"), TicketLink.other_id.label("parent"))
        .where(TicketLink.ticket_id == ticket_id, TicketLink.kind == LinkKind.CHILD)
        .cte("above", recursive=True)
    )
    upper = aliased(TicketLink)
    above = start.union(
        select(upper.ticket_id, upper.other_id).join(start, upper.ticket_id == start.c.parent).where(upper.kind == LinkKind.CHILD)
    )  # fmt: skip
    rows = db.session.execute(select(above.c.child, above.c.parent).limit(DEEPEST))
    return {row[0]: row[1] for row in rows}


def link_of(ticket: Ticket, link_id: int) -> TicketLink | None:
    """One of a ticket's links."""
    return db.session.scalar(
        select(TicketLink).where(
            TicketLink.id == link_id, or_(TicketLink.ticket_id == ticket.id, TicketLink.other_id == ticket.id)
        )
    )


def messages_of(actor: Actor, ticket: Ticket, limit: int = 200) -> list[TimelineEntry]:
    """The messages and notes of a ticket that the actor may see, the oldest first, with their authors and files."""
    query = (
        scope.entries_for(actor)
        .where(
            merged.same_request(TimelineEntry.ticket_id, ticket),
            TimelineEntry.kind.in_((EntryKind.MESSAGE, EntryKind.NOTE)),
        )
        .options(joinedload(TimelineEntry.contact), selectinload(TimelineEntry.attachments))
        .order_by(TimelineEntry.id.desc())
        .limit(limit)
    )
    return list(reversed(db.session.scalars(query).all()))
