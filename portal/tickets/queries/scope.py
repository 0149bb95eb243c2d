"""The one scoped query: every read of tickets by a person begins here, whether list, counter, detail, file or search."""

from typing import Any

from sqlalchemy import Select, bindparam, exists, false, or_, select

from portal.infra.db import BigId, db
from portal.kernel.actor import Actor, StaffRole
from portal.kernel.errors import NotFound
from portal.tickets.models.ticket import Attachment, Participant, Ticket, TimelineEntry

STAFF = Actor(staff_role=StaffRole.AGENT)
"""Any of the staff: for statements that are built once and run for staff alone; whoever runs them asks first."""


def visible(query: Select[Any], actor: Actor) -> Select[Any]:
    """Limit a query over Ticket to what the actor may see.

    Staff and the system see all. A client's manager sees all of the organisation's; a member sees what they asked for
    or take part in, while they belong to the ticket's organisation.
    """
    if actor.is_staff or actor.is_system:
        return query
    if not actor.memberships or actor.contact_id is None:
        return query.where(false())
    takes_part = exists().where(
        Participant.ticket_id == Ticket.id, Participant.contact_id == actor.contact_id
    )
    own = Ticket.organisation_id.in_(actor.organisation_ids) & or_(
        Ticket.requester_id == actor.contact_id, takes_part
    )
    managed = actor.managed_organisation_ids
    return query.where(or_(Ticket.organisation_id.in_(managed), own) if managed else own)


def tickets_for(actor: Actor) -> Select[tuple[Ticket]]:
    """All tickets that the actor may see, unordered."""
    return visible(select(Ticket), actor)


def ticket_for(actor: Actor, number: int, *, lock: bool = False) -> Ticket:
    """One ticket by its number; raises NotFound. `lock` holds the row until the transaction ends."""
    if actor.is_staff or actor.is_system:  # asked with each step of the work: made once
        ticket = db.session.scalar(_ANY_LOCKED if lock else _ANY, {"number": number})
    else:
        query = tickets_for(actor).where(Ticket.number == number)
        ticket = db.session.scalar(_locked(query) if lock else query)
    if ticket is None:
        raise NotFound
    return ticket


def _locked(query: Select[tuple[Ticket]]) -> Select[tuple[Ticket]]:
    return query.with_for_update(of=Ticket).execution_options(populate_existing=True)


_ANY = tickets_for(STAFF).where(Ticket.number == bindparam("number", type_=BigId))
_ANY_LOCKED = _locked(_ANY)


def entries_for(actor: Actor) -> Select[tuple[TimelineEntry]]:
    """Timeline entries that the actor may see: of visible tickets, and internal ones for staff alone."""
    return public_for(
        actor, visible(select(TimelineEntry).join(Ticket, TimelineEntry.ticket_id == Ticket.id), actor)
    )


def public_for(actor: Actor, query: Select[Any]) -> Select[Any]:
    """Limit a query over TimelineEntry to lines that are not internal, for everybody but the staff."""
    return query if actor.is_staff or actor.is_system else query.where(TimelineEntry.internal.is_(False))


def attachment_for(actor: Actor, attachment_id: int) -> Attachment:
    """One file that the actor may open; raises NotFound."""
    entries = entries_for(actor).with_only_columns(TimelineEntry.id)
    found = db.session.scalar(
        select(Attachment).where(Attachment.id == attachment_id, Attachment.entry_id.in_(entries))
    )
    if found is None:
        raise NotFound
    return found


def entry_for(actor: Actor, entry_id: int) -> TimelineEntry:
    """One timeline entry; raises NotFound."""
    found = db.session.scalar(entries_for(actor).where(TimelineEntry.id == entry_id))
    if found is None:
        raise NotFound
    return found
