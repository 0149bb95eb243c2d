"""What is known for telling people: the facts of a ticket, who may be told, the reader of a mail, the lines that it tells of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from portal.infra.db import db
from portal.kernel.actor import ClientRole, StaffRole
from portal.notify.models import Delivery
from portal.notify.rules import Facts
from portal.people.models import (
    Contact,
    Membership,
    OneTimeLink,
    Organisation,
    OrganisationKind,
    User,
)
from portal.tickets.models.operations import TicketMerge
from portal.tickets.models.ticket import (
    Attachment,
    Participant,
    Ticket,
    TicketClock,
    TimelineEntry,
)
from portal.tickets.rules.words import EntryKind, Status, Urgency

DESK_ROLES = (StaffRole.AGENT, StaffRole.MANAGER)


@dataclass(frozen=True)
class Reader:
    """Whom a mail is for, and how they read."""

    contact_id: int
    name: str
    address: str
    language: str
    time_zone: str


def ticket(ticket_id: int) -> Ticket:
    """A ticket with its people."""
    query = (
        select(Ticket)
        .where(Ticket.id == ticket_id)
        .options(
            joinedload(Ticket.organisation),
            joinedload(Ticket.requester),
            joinedload(Ticket.device),
            joinedload(Ticket.follows),
            joinedload(Ticket.assignee).joinedload(User.contact),
        )
    )
    return db.session.scalars(query).one()


def facts(ticket: Ticket) -> Facts:
    """Who stands around a ticket, and which of them may be told."""
    participants = tuple(
        db.session.scalars(
            select(Participant.contact_id).where(Participant.ticket_id == ticket.id).order_by(Participant.id)
        )
    )
    clients = _reachable_clients(ticket.organisation_id, {ticket.requester_id, *participants})
    staff = _staff_contacts()
    return Facts(
        requester=ticket.requester_id,
        participants=participants,
        assignee=ticket.assignee.contact_id if ticket.assignee else None,
        team=tuple(c for c, user in staff.items() if ticket.team_id and user.team_id == ticket.team_id),
        desk=tuple(c for c, user in staff.items() if user.staff_role in DESK_ROLES),
        managers=tuple(c for c, user in staff.items() if user.staff_role is StaffRole.MANAGER),
        reachable=clients | frozenset(staff),
        is_critical=ticket.urgency is Urgency.CRITICAL,
    )


def _reachable_clients(organisation_id: int, contact_ids: Iterable[int]) -> frozenset[int]:
    """Active people with an address who still belong to the organisation: no other may see the ticket."""
    query = (
        select(Contact.id)
        .join(Membership, Membership.contact_id == Contact.id)
        .join(Organisation, Membership.organisation_id == Organisation.id)
        .where(
            Contact.id.in_(contact_ids), Contact.active, Contact.emails.any(),
            Membership.organisation_id == organisation_id, Membership.active,
            Organisation.active, Organisation.kind == OrganisationKind.CLIENT,
        )
    )  # fmt: skip
    return frozenset(db.session.scalars(query))


def _staff_contacts() -> dict[int, User]:
    query = (
        select(User)
        .join(Contact, User.contact_id == Contact.id)
        .where(User.active, User.staff_role.is_not(None), Contact.active, Contact.emails.any())
        .order_by(User.id)
    )
    return {user.contact_id: user for user in db.session.scalars(query)}


def readers(contact_ids: Iterable[int]) -> dict[int, Reader]:
    """Active contacts with their first address."""
    query = (
        select(Contact)
        .where(Contact.id.in_(list(contact_ids)), Contact.active)
        .options(selectinload(Contact.emails))
    )
    found = db.session.scalars(query)
    return {c.id: Reader(c.id, c.name, c.email, c.language, c.time_zone) for c in found if c.email}


def contact_of_user(user_id: int) -> int | None:
    return db.session.scalar(select(User.contact_id).where(User.id == user_id))


def user_of_link(link_id: int) -> tuple[OneTimeLink, User] | None:
    """A one-time link with the person it is for; None once it is pruned."""
    row = db.session.execute(
        select(OneTimeLink, User)
        .join(User, OneTimeLink.user_id == User.id)
        .where(OneTimeLink.id == link_id)
        .options(joinedload(User.contact))
    ).one_or_none()
    return (row[0], row[1]) if row else None


def link_works(link_id: int, now: datetime) -> bool:
    """Whether a one-time link can still be used."""
    query = select(OneTimeLink.id).where(
        OneTimeLink.id == link_id, OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > now
    )
    return db.session.scalar(query) is not None


def public_entry(entry_id: int | None) -> TimelineEntry | None:
    """A line that the client may see, with its author, work and files; None for an internal one."""
    query = (
        select(TimelineEntry)
        .where(TimelineEntry.id == entry_id, TimelineEntry.internal.is_(False))
        .options(
            joinedload(TimelineEntry.contact),
            joinedload(TimelineEntry.work),
            selectinload(TimelineEntry.attachments),
        )
    )
    return db.session.scalar(query) if entry_id is not None else None


def step_to(ticket_id: int, status: Status, up_to: int | None = None) -> TimelineEntry | None:
    """The newest line, up to an entry, that says that the ticket took this status."""
    query = (
        select(TimelineEntry)
        .where(
            TimelineEntry.ticket_id == ticket_id,
            TimelineEntry.kind == EntryKind.CHANGE,
            TimelineEntry.internal.is_(False),
        )
        .options(joinedload(TimelineEntry.contact))
        .order_by(TimelineEntry.id.desc())
        .limit(50)
    )
    if up_to is not None:
        query = query.where(TimelineEntry.id <= up_to)
    for line in db.session.scalars(query):
        details = line.details or {}
        if details.get("what") == "status" and details.get("to") == status.value:
            return line
    return None


def merge(merge_id: int) -> TicketMerge | None:
    """A merge that still holds."""
    query = select(TicketMerge).where(TicketMerge.id == merge_id, TicketMerge.undone_at.is_(None))
    return db.session.scalar(query.options(joinedload(TicketMerge.user)))


def promise(clock_id: int) -> TicketClock | None:
    """A promise on a ticket; None when it was replaced by another, for then nobody is held to it."""
    query = select(TicketClock).where(TicketClock.id == clock_id, TicketClock.replaced_because.is_(None))
    return db.session.scalar(query)


def client_managers(organisation_id: int) -> list[int]:
    """An organisation's managers who may be told, as contacts."""
    query = select(Membership.contact_id).where(
        Membership.organisation_id == organisation_id, Membership.role == ClientRole.MANAGER
    )
    return sorted(_reachable_clients(organisation_id, set(db.session.scalars(query))))


def staff_managers() -> list[int]:
    """The provider's managers who may be told, as contacts."""
    return [c for c, user in _staff_contacts().items() if user.staff_role is StaffRole.MANAGER]


def administrators() -> list[int]:
    """The provider's administrators who may be told, as contacts."""
    return [c for c, user in _staff_contacts().items() if user.staff_role is StaffRole.ADMINISTRATOR]


def may_still_see(delivery: Delivery) -> bool:
    """Whether the person may still be told: an active contact, and of the ticket's people or the staff's."""
    if not delivery.contact.active:
        return False
    if delivery.ticket is None:
        return True
    known = facts(delivery.ticket)
    staff = set(_staff_contacts())
    if delivery.contact_id in known.reachable & (staff | {known.requester, *known.participants}):
        return True
    # Who answers for the whole organisation sees all of its tickets.
    return delivery.contact_id in client_managers(delivery.ticket.organisation_id)


def files_of(entry_id: int | None) -> list[Attachment]:
    """The files of a public entry."""
    query = (
        select(Attachment)
        .join(TimelineEntry, Attachment.entry_id == TimelineEntry.id)
        .where(Attachment.entry_id == entry_id, TimelineEntry.internal.is_(False))
        .order_by(Attachment.id)
    )
    return list(db.session.scalars(query)) if entry_id is not None else []


def assignments(ticket_id: int) -> int:
    """The newest line that says to whom a ticket was given; 0 if there is none."""
    query = (
        select(TimelineEntry)
        .where(TimelineEntry.ticket_id == ticket_id, TimelineEntry.kind == EntryKind.CHANGE)
        .order_by(TimelineEntry.id.desc())
        .limit(50)
    )
    lines = db.session.scalars(query)
    return next((line.id for line in lines if (line.details or {}).get("what") == "assigned"), 0)


def handed_over(entry_id: int) -> tuple[str, str]:
    """Who gave a ticket to whom it belongs now, and why, as the line of it says; for staff alone."""
    line = db.session.get(TimelineEntry, entry_id, options=[joinedload(TimelineEntry.contact)])
    if line is None or (line.details or {}).get("what") != "assigned":
        return "", ""
    return line.contact.name if line.contact else "", str((line.details or {}).get("reason") or "")
