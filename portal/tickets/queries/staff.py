"""What the desk's ticket page shows: the people and their phones, the attempts, what came lately, what else is open.

A fixed number of statements, whatever the ticket's length: the timeline comes in pages, the newest first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from portal.assets.models import Device
from portal.infra.db import BigId, db, fetch
from portal.infra.plain import Parts, Plain
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.people.models import (
    Contact,
    ContactEmail,
    ContactPhone,
    Membership,
    Organisation,
    Site,
    Team,
    User,
)
from portal.tickets.models.desk import Draft
from portal.tickets.models.ticket import Attachment, Participant, Ticket, TicketSeen, TimelineEntry, WorkLog
from portal.tickets.queries import merged, scope, timeline
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
    """A ticket with what stands around it, as plain rows with the names that the models have.

    `seen_entry_id`: up to where the actor has read; 0 for never.
    """

    ticket: Any
    """Its columns; with its organisation, site, device, assignee (the name), team, follows and merged_into."""
    seen_entry_id: int
    contacts: dict[int, Any]
    """The requester and the participants, with phones and addresses."""
    told: list[Any]
    """Who gets a public message by mail."""
    attempts: Sequence[Plain]
    others: Sequence[Other]
    drafts: Sequence[DraftKind] = ()
    """What the actor has begun here and not sent."""

    @property
    def unread(self) -> bool:
        return bool(self.seen_entry_id < self.ticket.last_entry_id)

    @property
    def requester(self) -> Any:
        return self.contacts[self.ticket.requester_id]

    @property
    def following(self) -> list[Any]:
        """Participants beside the requester."""
        return [c for c in self.contacts.values() if c.id != self.ticket.requester_id]


_ME, _ID = bindparam("me", type_=BigId), bindparam("ticket", type_=BigId)


def _draft(kind: DraftKind) -> Any:
    return exists().where(Draft.ticket_id == Ticket.id, Draft.user_id == _ME, Draft.kind == kind)


# Statements of the page are built once: it is drawn all day, and building them takes longer than running them.
_FOLLOWED, _END = Ticket.__table__.alias("followed"), Ticket.__table__.alias("goes_on")
_SHEET_PARTS = Parts(
    (Ticket, ()), (Organisation, ()), (Site, ()), (Device, ()), (Contact, ("name",)), (Team, ("name",)),
    (_FOLLOWED, ("number", "subject")), (_END, ("number", "subject")),
)  # fmt: skip
_SHEET = scope.visible(
    select(
        *_SHEET_PARTS.columns,
        # Most tickets have no file and many no attempt: it is said here, so that nobody has to look for them.
        exists().where(WorkLog.ticket_id == Ticket.id),
        exists().where(Attachment.ticket_id == Ticket.id),
        func.coalesce(TicketSeen.entry_id, 0),
        *(_draft(kind) for kind in DraftKind),
    )
    .select_from(Ticket)
    .join(Organisation, Organisation.id == Ticket.organisation_id)
    .outerjoin(Site, Site.id == Ticket.site_id)
    .outerjoin(Device, Device.id == Ticket.device_id)
    .outerjoin(User, User.id == Ticket.assignee_id)
    .outerjoin(Contact, Contact.id == User.contact_id)
    .outerjoin(Team, Team.id == Ticket.team_id)
    .outerjoin(_FOLLOWED, _FOLLOWED.c.id == Ticket.follows_ticket_id)
    .outerjoin(_END, _END.c.id == Ticket.merged_into_id)
    .outerjoin(TicketSeen, and_(TicketSeen.ticket_id == Ticket.id, TicketSeen.user_id == _ME)),
    scope.STAFF,
).where(Ticket.number == bindparam("number"))
_AROUND = ("organisation", "site", "device", "assignee", "team", "follows", "merged_into")


def sheet(actor: Actor, number: int) -> Sheet:
    """Everything of a ticket's page but its timeline; raises NotFound, for whoever is not of the staff, too."""
    found = fetch(_SHEET, {"me": actor.user_id, "number": number}) if actor.is_staff else ()
    if not found:
        raise NotFound
    ticket, *rest = _SHEET_PARTS.read(found[0])
    vars(ticket).update(zip(_AROUND, rest, strict=False))
    has_work, ticket.has_files, seen_entry_id, *has_draft = rest[len(_AROUND) :]
    contacts, to = _contacts(ticket)
    drafts = [kind for kind, has in zip(DraftKind, has_draft, strict=True) if has]
    works = attempts(ticket) if has_work or ticket.holds_merged else []
    return Sheet(ticket, seen_entry_id, contacts, to, works, _others(ticket), drafts)


_TAKING_PART = select(Participant.contact_id).where(Participant.ticket_id == _ID)
_CONTACT_PARTS = Parts((Contact, ()), (ContactPhone, ()), (ContactEmail, ()))
_CONTACTS = (
    select(
        *_CONTACT_PARTS.columns,
        exists().where(
            Membership.contact_id == Contact.id,
            Membership.organisation_id == bindparam("organisation", type_=BigId),
            Membership.active,
        ),
    )
    .select_from(Contact)
    .outerjoin(ContactPhone, ContactPhone.contact_id == Contact.id)
    .outerjoin(ContactEmail, ContactEmail.contact_id == Contact.id)
    .where(or_(Contact.id == bindparam("requester", type_=BigId), Contact.id.in_(_TAKING_PART)))
    .order_by(
        case((Contact.id == bindparam("requester", type_=BigId), 0), else_=1),
        Contact.name, Contact.id, ContactEmail.id, ContactPhone.id,
    )
)  # fmt: skip


def _contacts(ticket: Any) -> tuple[dict[int, Any], list[Any]]:
    """The requester and the participants; and those of them whom mail reaches: with an address, still of the organisation."""
    values = {"ticket": ticket.id, "organisation": ticket.organisation_id, "requester": ticket.requester_id}
    contacts: dict[int, Any] = {}
    members: set[int] = set()
    for row in fetch(_CONTACTS, values):
        contact, phone, email, still = _CONTACT_PARTS.read(row)
        one = contacts.get(contact.id)
        if one is None:
            one = contacts[contact.id] = contact
            one.phones, one.emails = [], []
            if still:
                members.add(one.id)
        if phone and phone not in one.phones:
            one.phones.append(phone)
        if email and email not in one.emails:
            one.emails.append(email)
    for one in contacts.values():
        one.phone = one.phones[0].number if one.phones else None
        one.email = one.emails[0].address if one.emails else None
    return contacts, [c for c in contacts.values() if c.id in members and c.active and c.email]


def told(ticket: Any) -> list[Any]:
    """Who gets a public message by mail: the requester and the participants, so far as mail reaches them."""
    return _contacts(ticket)[1]


_ATTEMPT_PARTS = Parts((WorkLog, ()), (Contact, ("name",)))
_ANY_ATTEMPTS = (
    select(*_ATTEMPT_PARTS.columns)
    .select_from(WorkLog)
    .join(User, User.id == WorkLog.user_id)
    .join(Contact, Contact.id == User.contact_id)
    .order_by(WorkLog.id)
    .limit(200)
)
_ATTEMPTS = _ANY_ATTEMPTS.where(WorkLog.ticket_id == _ID)


def attempts(ticket: Any) -> list[Plain]:
    """Calls and remote sessions, the oldest first: the columns of WorkLog and the name of its user."""
    statement, values = _ATTEMPTS, {"ticket": ticket.id}
    if ticket.holds_merged:
        statement, values = _ANY_ATTEMPTS.where(merged.same_request(WorkLog.ticket_id, ticket)), {}
    found = []
    for row in fetch(statement, values):
        work, work.user = _ATTEMPT_PARTS.read(row)
        found.append(work)
    return found


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


def _others(ticket: Any) -> list[Other]:
    """Linked tickets first, then open ones of the requester, then of the organisation; a few."""
    values = {"ticket": ticket.id, "organisation": ticket.organisation_id, "requester": ticket.requester_id}
    return [
        Other(row[0], row[1], row[2], row[3], bool(row[4]), bool(row[5])) for row in fetch(_OTHERS, values)
    ]


_NEWEST_FIRST = timeline.LINES.order_by(TimelineEntry.id.desc()).limit(bindparam("most"))
_ENTRIES = _NEWEST_FIRST.where(TimelineEntry.ticket_id == _ID)
_BEFORE = TimelineEntry.id < bindparam("before", type_=BigId)
_EARLIER = _ENTRIES.where(_BEFORE)


def entries(
    actor: Actor, ticket: Any, before: int | None = None, size: int = PAGE
) -> tuple[list[Plain], int | None]:
    """A page of the timeline, the newest first, and the entry before which the next page begins."""
    if not actor.is_staff:
        raise NotFound
    values = {"ticket": ticket.id, "most": size + 1, **({} if before is None else {"before": before})}
    statement = _ENTRIES if before is None else _EARLIER
    if ticket.holds_merged:
        statement = _NEWEST_FIRST.where(merged.same_request(TimelineEntry.ticket_id, ticket))
        if before is not None:
            statement = statement.where(_BEFORE)
        del values["ticket"]
    found = timeline.lines(statement, values, size, with_files=ticket.has_files or ticket.holds_merged)
    return found.page, found.page[-1].id if found.more else None


def came_since(actor: Actor, ticket: Ticket, entry_id: int) -> list[Plain]:
    """Public entries after this one that are not the actor's own, the oldest first; a few."""
    others = or_(TimelineEntry.contact_id.is_(None), TimelineEntry.contact_id != actor.contact_id)
    query = (
        timeline.LINES.where(
            TimelineEntry.ticket_id == ticket.id, TimelineEntry.id > entry_id,
            TimelineEntry.internal.is_(False), others,
        )
        .order_by(TimelineEntry.id)
        .limit(LATELY)
    )  # fmt: skip
    return timeline.lines(query, {}).page


def last_entry_id(actor: Actor, number: int) -> int:
    """The newest entry of a ticket, which polling pages compare; raises NotFound."""
    found = db.session.scalar(
        scope.visible(select(Ticket.last_entry_id), actor).where(Ticket.number == number)
    )
    if found is None:
        raise NotFound
    return found
