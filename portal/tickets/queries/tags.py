"""Tags of tickets, for the staff alone: of one, of a list in one statement, and all with how often they are used."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, func, select

from portal.infra.db import BigId, db, fetch
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.tickets.models.marks import Tag, TicketTag
from portal.tickets.rules import tags as rules

SUGGESTED = 100


_OF_TICKETS = (
    select(TicketTag.ticket_id, Tag.name)
    .join(Tag, Tag.id == TicketTag.tag_id)
    .where(TicketTag.ticket_id.in_(bindparam("tickets", type_=BigId, expanding=True)))
    .order_by(Tag.key)
)


def of_tickets(ticket_ids: Iterable[int]) -> dict[int, list[str]]:
    """Names by ticket id, in the order of the alphabet; tickets without a tag are left out. For lists of the desk."""
    ids = list(ticket_ids)
    if not ids:
        return {}
    found: dict[int, list[str]] = {}
    for ticket_id, name in fetch(_OF_TICKETS, {"tickets": ids}):
        found.setdefault(ticket_id, []).append(name)
    return found


@dataclass(frozen=True)
class Used:
    id: int
    name: str
    times: int


def all_used(actor: Actor, limit: int = 500) -> Sequence[Used]:
    """Every tag with its number of tickets, by name; raises NotFound for others than staff."""
    if not actor.is_staff:
        raise NotFound
    query = (
        select(Tag.id, Tag.name, func.count(TicketTag.ticket_id))
        .outerjoin(TicketTag, TicketTag.tag_id == Tag.id)
        .group_by(Tag.id, Tag.name, Tag.key)
        .order_by(Tag.key)
        .limit(limit)
    )
    return [Used(*row) for row in db.session.execute(query)]


def named(actor: Actor, typed: str) -> list[int]:
    """Ids of the tag of this name, in any spelling; where there is none, of those that begin with it. None of them for a client:
    tags are the staff's own words."""
    if not (actor.is_staff or actor.is_system):
        return []
    key = rules.key_of(" ".join(typed.split()))
    begins = (
        select(Tag.id, Tag.key).where(Tag.key.startswith(key, autoescape=True)).order_by(Tag.key).limit(50)
    )
    found = db.session.execute(begins).all()
    return [id_ for id_, other in found if other == key] or [id_ for id_, _ in found]


def suggested(actor: Actor) -> list[str]:
    """Names to choose from, while somebody types."""
    if not actor.is_staff:
        raise NotFound
    return list(db.session.scalars(select(Tag.name).order_by(Tag.key).limit(SUGGESTED)))


def tag(actor: Actor, tag_id: int) -> Tag:
    """One; raises NotFound."""
    found = db.session.get(Tag, tag_id) if actor.is_staff else None
    if found is None:
        raise NotFound
    return found
