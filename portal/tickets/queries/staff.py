"""What the desk's ticket page shows: the people and their phones, the attempts, what came lately, what else is open.

A fixed number of statements, whatever the ticket's length: the timeline comes in pages, the newest first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from portal.infra.db import BigId, db
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.people.models import Contact, Membership, User
from portal.tickets.models.desk import Draft
from portal.tickets.models.ticket import Attachment, Participant, Ticket, TicketSeen, TimelineEntry, WorkLog
from portal.tickets.queries import merged, scope
from portal.tickets.rules.drafts import DraftKind
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
    drafts: Sequence[DraftKind] = ()
    """What the actor has begun here and not sent."""

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


_ME, _ID = bindparam("me", type_=BigId), bindparam("ticket", type_=BigId)


def _draft(kind: DraftKind) -> Any:
    return exists().where(Draft.ticket_id == Ticket.id, Draft.user_id == _ME, Draft.kind == kind)


# Statements of the page are built once: it is drawn all day, and building them takes longer than running them.
_SHEET = (
    scope.visible(
        select(Ticket, func.coalesce(TicketSeen.entry_id, 0), *(_draft(kind) for kind in DraftKind)).outerjoin(
            TicketSeen, and_(TicketSeen.ticket_id == Ticket.id, TicketSeen.user_id == _ME)
        ),
        scope.STAFF,
    )
    .where(Ticket.number == bindparam("number"))
    .options(
        joinedload(Ticket.organisation), joinedload(Ticket.site), joinedload(Ticket.device), joinedload(Ticket.team),
        joinedload(Ticket.assignee).joinedload(User.contact), joinedload(Ticket.follows), joinedload(Ticket.merged_into),
    )
)  # fmt: skip


def sheet(actor: Actor, number: int) -> Sheet:
    """Everything of a ticket's page but its timeline; raises NotFound, for whoever is not of the staff, too."""
    found = (
        db.session.execute(_SHEET, {"me": actor.user_id, "number": number}).one_or_none()
        if actor.is_staff
        else None
    )
    if found is None:
        raise NotFound
    ticket, seen_entry_id, *has_draft = found
    contacts, to = _contacts(ticket)
    drafts = [kind for kind, has in zip(DraftKind, has_draft, strict=True) if has]
    return Sheet(ticket, seen_entry_id, contacts, to, attempts(ticket), _others(ticket), drafts)


_TAKING_PART = select(Participant.contact_id).where(Participant.ticket_id == _ID)
_CONTACTS = (
    select(
        Contact,
        exists().where(
            Membership.contact_id == Contact.id,
            Membership.organisation_id == bindparam("organisation", type_=BigId),
            Membership.active,
        ),
    )
    .where(or_(Contact.id == bindparam("requester", type_=BigId), Contact.id.in_(_TAKING_PART)))
    .options(joinedload(Contact.phones), joinedload(Contact.emails))
    .order_by(case((Contact.id == bindparam("requester", type_=BigId), 0), else_=1), Contact.name, Contact.id)
)


def _contacts(ticket: Ticket) -> tuple[dict[int, Contact], list[Contact]]:
    """The requester and the participants; and those of them whom mail reaches: with an address, still of the organisation."""
    values = {"ticket": ticket.id, "organisation": ticket.organisation_id, "requester": ticket.requester_id}
    rows = db.session.execute(_CONTACTS, values).unique().all()
    to = [contact for contact, still in rows if still and contact.active and contact.email]
    return {contact.id: contact for contact, _still in rows}, to


def told(ticket: Ticket) -> list[Contact]:
    """Who gets a public message by mail: the requester and the participants, so far as mail reaches them."""
    return _contacts(ticket)[1]


_ANY_ATTEMPTS = (
    select(WorkLog).options(joinedload(WorkLog.user).joinedload(User.contact)).order_by(WorkLog.id).limit(200)
)
_ATTEMPTS = _ANY_ATTEMPTS.where(WorkLog.ticket_id == _ID)


def attempts(ticket: Ticket) -> Sequence[WorkLog]:
    """Calls and remote sessions, the oldest first."""
    if ticket.holds_merged:
        return db.session.scalars(_ANY_ATTEMPTS.where(merged.same_request(WorkLog.ticket_id, ticket))).all()
    return db.session.scalars(_ATTEMPTS, {"ticket": ticket.id}).all()


_FOLLOWS = Ticket.follows_ticket_id == _ID
_OWN = Ticket.requester_id == bindparam("requester", type_=BigId)
_REQUESTER = aliased(Contact)
_OTHERS = (
    scope.visible(
        select(
            Ticket.number, Ticket.subject, Ticket.status, _REQUESTER.name,
            _OWN.label("of_requester"), func.coalesce(_FOLLOWS, False).label("follows_this"),
        ),
        scope.STAFF,
    )
    .join(_REQUESTER, Ticket.requester_id == _REQUESTER.id)
    .where(
        Ticket.organisation_id == bindparam("organisation", type_=BigId), Ticket.id != _ID,
        or_(Ticket.status.in_(OPEN), _FOLLOWS),
    )
    .order_by(case((_FOLLOWS, 0), else_=1), case((_OWN, 0), else_=1), Ticket.last_activity_at.desc())
    .limit(OTHERS)
)  # fmt: skip


def _others(ticket: Ticket) -> list[Other]:
    """Linked tickets first, then open ones of the requester, then of the organisation; a few."""
    values = {"ticket": ticket.id, "organisation": ticket.organisation_id, "requester": ticket.requester_id}
    return [
        Other(row[0], row[1], row[2], row[3], bool(row[4]), bool(row[5]))
        for row in db.session.execute(_OTHERS, values)
    ]


_ANY_ENTRIES = (
    scope.entries_for(scope.STAFF)
    .options(
        joinedload(TimelineEntry.contact),
        joinedload(TimelineEntry.work).joinedload(WorkLog.user).joinedload(User.contact),
        joinedload(TimelineEntry.work).joinedload(WorkLog.contact),
    )
    .order_by(TimelineEntry.id.desc())
    .limit(bindparam("most"))
)
_ENTRIES = _ANY_ENTRIES.where(TimelineEntry.ticket_id == _ID)
_EARLIER = _ENTRIES.where(TimelineEntry.id < bindparam("before", type_=BigId))
_FILES = (
    select(Attachment)
    .where(Attachment.ticket_id == _ID, Attachment.entry_id.between(bindparam("first"), bindparam("last")))
    .order_by(Attachment.id)
)


def entries(
    actor: Actor, ticket: Ticket, before: int | None = None, size: int = PAGE
) -> tuple[list[TimelineEntry], int | None]:
    """A page of the timeline, the newest first, and the entry before which the next page begins."""
    if not actor.is_staff:
        raise NotFound
    values = {"ticket": ticket.id, "most": size + 1, **({} if before is None else {"before": before})}
    statement = _ENTRIES if before is None else _EARLIER
    if ticket.holds_merged:
        statement = _ANY_ENTRIES.where(merged.same_request(TimelineEntry.ticket_id, ticket))
        statement = statement.options(contains_eager(TimelineEntry.ticket))
        if before is not None:
            statement = statement.where(TimelineEntry.id < bindparam("before", type_=BigId))
        del values["ticket"]
    found = list(db.session.scalars(statement, values))
    page = found[:size]
    files: dict[int, list[Attachment]] = {}
    if page:
        between = {"ticket": ticket.id, "first": page[-1].id, "last": page[0].id}
        of_these = (
            select(Attachment).where(Attachment.entry_id.in_([e.id for e in page])).order_by(Attachment.id)
        )
        for one in (
            db.session.scalars(of_these) if ticket.holds_merged else db.session.scalars(_FILES, between)
        ):
            files.setdefault(one.entry_id, []).append(one)
    for entry in page:
        set_committed_value(entry, "attachments", files.get(entry.id, []))
    return page, page[-1].id if len(found) > size else None


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
