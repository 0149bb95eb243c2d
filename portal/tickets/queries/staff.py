"""What the desk's ticket page shows: the people and their phones, the attempts, what came lately, what else is open.

A fixed number of statements, whatever the ticket's length: the timeline comes in pages, the newest first.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.people.models import Contact, Membership, User
from portal.tickets.models.ticket import Participant, Ticket, TicketSeen, TimelineEntry, WorkLog
from portal.tickets.queries import merged, scope
from portal.tickets.rules.words import OPEN, Status

PAGE = 60
"""Entries of a timeline at once."""
OTHERS = 6
LATELY = 10


@dataclass(frozen=True)
class Other:
    """Another ticket beside this one: of the same requester or organisation, or linked with it."""

    number: int
    subject: str
    status: Status
    requester: str
    of_requester: bool
    follows_this: bool


@dataclass(frozen=True)
class Sheet:
    """A ticket with what stands around it. `seen_entry_id`: up to where the actor has read; 0 for never."""

    ticket: Ticket
    seen_entry_id: int
    contacts: dict[int, Contact]
    """The requester and the participants, with phones and addresses."""
    told: list[Contact]
    """Who gets a public message by mail."""
    attempts: Sequence[WorkLog]
    others: Sequence[Other]

    @property
    def unread(self) -> bool:
        return self.seen_entry_id < self.ticket.last_entry_id

    @property
    def requester(self) -> Contact:
        return self.contacts[self.ticket.requester_id]

    @property
    def following(self) -> list[Contact]:
        """Participants beside the requester."""
        return [c for c in self.contacts.values() if c.id != self.ticket.requester_id]


def sheet(actor: Actor, number: int) -> Sheet:
    """Everything of a ticket's page but its timeline; raises NotFound."""
    found = db.session.execute(
        scope.visible(
            select(Ticket, func.coalesce(TicketSeen.entry_id, 0)).outerjoin(
                TicketSeen, and_(TicketSeen.ticket_id == Ticket.id, TicketSeen.user_id == actor.user_id)
            ),
            actor,
        )
        .where(Ticket.number == number)
        .options(
            joinedload(Ticket.organisation), joinedload(Ticket.site), joinedload(Ticket.device), joinedload(Ticket.team),
            joinedload(Ticket.assignee).joinedload(User.contact), joinedload(Ticket.follows),
            joinedload(Ticket.merged_into),
        )
    ).one_or_none()  # fmt: skip
    if found is None:
        raise NotFound
    ticket, seen_entry_id = found
    contacts, to = _contacts(ticket)
    return Sheet(ticket, seen_entry_id, contacts, to, attempts(ticket), _others(actor, ticket))


def _contacts(ticket: Ticket) -> tuple[dict[int, Contact], list[Contact]]:
    """The requester and the participants; and those of them whom mail reaches: with an address, still of the organisation."""
    taking_part = select(Participant.contact_id).where(Participant.ticket_id == ticket.id)
    belongs = exists().where(
        Membership.contact_id == Contact.id,
        Membership.organisation_id == ticket.organisation_id,
        Membership.active,
    )
    query = (
        select(Contact, belongs)
        .where(or_(Contact.id == ticket.requester_id, Contact.id.in_(taking_part)))
        .options(selectinload(Contact.phones), selectinload(Contact.emails))
        .order_by(case((Contact.id == ticket.requester_id, 0), else_=1), Contact.name)
    )
    rows = db.session.execute(query).all()
    to = [contact for contact, still in rows if still and contact.active and contact.email]
    return {contact.id: contact for contact, _still in rows}, to


def told(ticket: Ticket) -> list[Contact]:
    """Who gets a public message by mail: the requester and the participants, so far as mail reaches them."""
    return _contacts(ticket)[1]


def attempts(ticket: Ticket) -> Sequence[WorkLog]:
    """Calls and remote sessions, the oldest first."""
    query = (
        select(WorkLog)
        .where(merged.same_request(WorkLog.ticket_id, ticket))
        .options(joinedload(WorkLog.user).joinedload(User.contact))
        .order_by(WorkLog.id)
        .limit(200)
    )
    return db.session.scalars(query).all()


def _others(actor: Actor, ticket: Ticket) -> list[Other]:
    """Linked tickets first, then open ones of the requester, then of the organisation; a few."""
    requester = aliased(Contact)
    follows = Ticket.follows_ticket_id == ticket.id
    own = Ticket.requester_id == ticket.requester_id
    query = (
        scope.visible(
            select(
                Ticket.number, Ticket.subject, Ticket.status, requester.name,
                own.label("of_requester"), func.coalesce(follows, False).label("follows_this"),
            ),
            actor,
        )
        .join(requester, Ticket.requester_id == requester.id)
        .where(
            Ticket.organisation_id == ticket.organisation_id, Ticket.id != ticket.id,
            or_(Ticket.status.in_(OPEN), follows),
        )
        .order_by(case((follows, 0), else_=1), case((own, 0), else_=1), Ticket.last_activity_at.desc())
        .limit(OTHERS)
    )  # fmt: skip
    return [
        Other(row[0], row[1], row[2], row[3], bool(row[4]), bool(row[5])) for row in db.session.execute(query)
    ]


def entries(
    actor: Actor, ticket: Ticket, before: int | None = None, size: int = PAGE
) -> tuple[list[TimelineEntry], int | None]:
    """A page of the timeline, the newest first, and the entry before which the next page begins."""
    query = (
        scope.entries_for(actor)
        .where(merged.same_request(TimelineEntry.ticket_id, ticket))
        .options(
            joinedload(TimelineEntry.contact),
            joinedload(TimelineEntry.work).joinedload(WorkLog.user).joinedload(User.contact),
            joinedload(TimelineEntry.work).joinedload(WorkLog.contact),
            selectinload(TimelineEntry.attachments),
        )
        .order_by(TimelineEntry.id.desc())
    )
    if ticket.holds_merged:
        query = query.options(contains_eager(TimelineEntry.ticket))
    if before is not None:
        query = query.where(TimelineEntry.id < before)
    found = list(db.session.scalars(query.limit(size + 1)).unique())
    return found[:size], found[size - 1].id if len(found) > size else None


def came_since(actor: Actor, ticket: Ticket, entry_id: int) -> list[TimelineEntry]:
    """Public entries after this one that are not the actor's own, the oldest first; a few."""
    others = or_(TimelineEntry.contact_id.is_(None), TimelineEntry.contact_id != actor.contact_id)
    query = (
        select(TimelineEntry)
        .where(
            TimelineEntry.ticket_id == ticket.id, TimelineEntry.id > entry_id,
            TimelineEntry.internal.is_(False), others,
        )
        .options(
            joinedload(TimelineEntry.contact),
            joinedload(TimelineEntry.work).joinedload(WorkLog.user).joinedload(User.contact),
            joinedload(TimelineEntry.work).joinedload(WorkLog.contact),
            selectinload(TimelineEntry.attachments),
        )
        .order_by(TimelineEntry.id)
        .limit(LATELY)
    )  # fmt: skip
    return list(db.session.scalars(query).unique())


def last_entry_id(actor: Actor, number: int) -> int:
    """The newest entry of a ticket, which polling pages compare; raises NotFound."""
    found = db.session.scalar(
        scope.visible(select(Ticket.last_entry_id), actor).where(Ticket.number == number)
    )
    if found is None:
        raise NotFound
    return found
