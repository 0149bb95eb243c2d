"""A request becomes a ticket, whatever the channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from portal.assets import queries as assets
from portal.infra import outbox
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.people import queries as people
from portal.tickets.events import TicketOpened
from portal.tickets.models.ticket import Participant, Ticket
from portal.tickets.rules.words import Channel, EntryKind, Kind, Phase, Status, Urgency
from portal.tickets.service import clocks, fields, indexing, record, status
from portal.tickets.service.record import Words


@dataclass(frozen=True)
class NewTicket:
    """What is known of a request when it comes in. `received_at` None means now."""

    organisation_id: int
    requester_id: int
    subject: str
    words: Words
    kind: Kind = Kind.FAULT
    urgency: Urgency = Urgency.NORMAL
    channel: Channel = Channel.WEB
    device_id: int | None = None
    site_id: int | None = None
    received_at: datetime | None = None
    follows_ticket_id: int | None = None
    participant_ids: list[int] = field(default_factory=list)
    submission: str | None = None
    """A random key of the form: sending it twice opens one ticket."""
    team_id: int | None = None
    acknowledge: bool = True
    """Whether the requester gets a mail that it arrived."""
    number: str = ""
    """The number that a call or a fax came from (HW-13)."""
    values: Mapping[int, str] | None = None
    """What was typed into the fields of its kind, by their ids; None when nobody was asked, as by mail."""


def open_ticket(actor: Actor, new: NewTicket) -> Ticket:
    """Open a ticket with the requester's words as its first message.

    `actor` is who enters it: the client, staff who took a call, or the system for mail. Raises NotFound when the
    organisation, requester, device or site is not the actor's to choose.
    """
    now = clock.now()
    if new.submission:
        record.hold_numbers()  # the same form sent twice at one moment: the second waits here, then finds the first
        if twin := _of_submission(actor, new.submission):
            return twin
    organisation = people.organisation_for(actor, new.organisation_id)
    requester = people.member_of(organisation.id, new.requester_id)
    device = assets.device_of(organisation.id, new.device_id) if new.device_id else None
    site_id = new.site_id or (device.site_id if device else None)
    if new.site_id:
        people.site_of(organisation.id, new.site_id)
    ticket = Ticket(
        number=record.next_number(), organisation_id=organisation.id, requester_id=requester.id, site_id=site_id,
        device_id=device.id if device else None, subject=new.subject.strip()[:200], symptoms=new.words.text,
        kind=new.kind, urgency=new.urgency, channel=new.channel, phase=Phase.PHONE, status=Status.NEW,
        received_at=new.received_at or now, created_at=now, unanswered_since=new.received_at or now,
        status_since=now, last_activity_at=now, changed_at=now, last_entry_id=0, follows_ticket_id=new.follows_ticket_id,
        submission=_submission_key(actor, new.submission), team_id=new.team_id,
    )  # fmt: skip
    db.session.add(ticket)
    asked = Actor(contact_id=requester.id, name=requester.name)
    head = indexing.head(ticket.subject, device, requester.name, organisation.name)
    first = record.add_entry(ticket, asked, EntryKind.MESSAGE, now, new.words, channel=new.channel, head=head)
    for contact_id in new.participant_ids:
        if contact_id != requester.id:
            people.member_of(organisation.id, contact_id)
            db.session.add(Participant(ticket_id=ticket.id, contact_id=contact_id, added_at=now))
    if actor.is_staff:
        first.details = {"entered_by": actor.name} | ({"number": new.number} if new.number else {})
    if new.values is not None:
        fields.fill_first(actor, ticket, new.values)
    waits = clocks.waits_at_first(clocks.promise(ticket, now, first=True))
    if waits is not None:
        status.become(ticket, SYSTEM, waits, now)
    outbox.record(TicketOpened(ticket.id, first.id, new.acknowledge))
    return ticket


def _submission_key(actor: Actor, submission: str | None) -> str | None:
    return f"{actor.contact_id}:{submission}"[:80] if submission else None


def _of_submission(actor: Actor, submission: str) -> Ticket | None:
    return db.session.scalar(select(Ticket).where(Ticket.submission == _submission_key(actor, submission)))
