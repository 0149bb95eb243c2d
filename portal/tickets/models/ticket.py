"""Tables of a ticket, its timeline, its files and who follows it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, event, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.assets.models import Device
from portal.infra.db import BigId, Instant, Json, Model, choice
from portal.people.models import Contact, Organisation, Site, Team, User
from portal.tickets.rules.order import place
from portal.tickets.rules.words import Channel, ClosureCode, EntryKind, Kind, Outcome, Phase, Status, Urgency

_IN_QUEUE = text("queue_rank IS NOT NULL")
_OF_NOBODY = text("queue_rank IS NOT NULL AND assignee_id IS NULL")
_UNANSWERED = text("unanswered_since IS NOT NULL")
_WAITS = text("waits_since IS NOT NULL")


def _partly(name: str, *columns: str, where: Any) -> Index:
    """An index over some rows: a view of the queue is read from it in order, however many tickets have ended."""
    return Index(name, *columns, sqlite_where=where, postgresql_where=where)


class Ticket(Model):
    """One request. `number` is what people say on the phone.

    Instants that lists sort by are kept here, so that no list counts or joins the timeline.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        Index("ix_ticket_changed", "changed_at"),
        Index("ix_ticket_org_activity", "organisation_id", "last_activity_at", "id"),
        Index("ix_ticket_requester_activity", "requester_id", "last_activity_at", "id"),
        _partly("ix_ticket_queue", "queue_rank", "queue_at", "id", where=_IN_QUEUE),
        _partly("ix_ticket_queue_assignee", "assignee_id", "queue_rank", "queue_at", "id", where=_IN_QUEUE),
        _partly("ix_ticket_queue_team", "team_id", "queue_rank", "queue_at", "id", where=_IN_QUEUE),
        _partly("ix_ticket_queue_nobody", "queue_rank", "queue_at", "id", where=_OF_NOBODY),
        _partly("ix_ticket_queue_unanswered", "queue_rank", "queue_at", "id", where=_UNANSWERED),
        _partly("ix_ticket_waits", "waits_since", "id", where=_WAITS),
        _partly("ix_ticket_thanked", "thanked_at", where=text("thanked_at IS NOT NULL")),
        Index("ix_ticket_activity", "last_activity_at", "id"),
        Index("ix_ticket_status_activity", "status", "last_activity_at"),
        Index("ix_ticket_device", "device_id"),
        Index("ix_ticket_follows", "follows_ticket_id"),
        Index("ix_ticket_merged_into", "merged_into_id"),
        _partly("ix_ticket_snoozed", "snoozed_at", "id", where=text("snoozed_at IS NOT NULL")),
        Index("ix_ticket_snoozed_until", "snoozed_until"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    requester_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    subject: Mapped[str] = mapped_column(String(200))
    symptoms: Mapped[str] = mapped_column(Text)
    kind: Mapped[Kind] = mapped_column(choice(Kind, "kind"))
    urgency: Mapped[Urgency] = mapped_column(choice(Urgency, "urgency"))
    channel: Mapped[Channel] = mapped_column(choice(Channel, "channel"))
    phase: Mapped[Phase] = mapped_column(choice(Phase, "phase"), default=Phase.PHONE)
    status: Mapped[Status] = mapped_column(choice(Status, "status"), default=Status.NEW)
    status_since: Mapped[datetime] = mapped_column(Instant)
    """When the status was taken: since when it waits."""
    waiting_reason: Mapped[str | None] = mapped_column(String(500))
    closure_code: Mapped[ClosureCode | None] = mapped_column(choice(ClosureCode, "closure_code"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    follows_ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    """The ended ticket that a late reply belonged to."""
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    """The ticket that this one goes on as: always the end of the chain, never a merged one."""
    holds_merged: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whether others go on as this one, so that nobody else's page looks for them."""
    snoozed_at: Mapped[datetime | None] = mapped_column(Instant)
    """Out of the queue's views since then; None when it is in them."""
    snoozed_until: Mapped[datetime | None] = mapped_column(Instant)
    """When it comes back by itself; None: when the client writes."""
    woke_at: Mapped[datetime | None] = mapped_column(Instant)
    """It came back and none of the staff has done anything about it yet."""
    received_at: Mapped[datetime] = mapped_column(Instant)
    """When the request reached the provider: a letter's day, not when somebody typed it in."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    first_response_at: Mapped[datetime | None] = mapped_column(Instant)
    """The first human contact; an automatic acknowledgement is none (TS-08)."""
    unanswered_since: Mapped[datetime | None] = mapped_column(Instant)
    """The client's oldest message that nobody has answered; None when it is answered."""
    thanked_at: Mapped[datetime | None] = mapped_column(Instant)
    """A reply that only thanks came after the end: staff decide."""
    resolved_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    last_activity_at: Mapped[datetime] = mapped_column(Instant)
    """The last thing that the client may see."""
    changed_at: Mapped[datetime] = mapped_column(Instant)
    """The last change of any kind: what polling pages compare."""
    last_entry_id: Mapped[int] = mapped_column(BigId, default=0)
    """The newest entry of any kind, for the staff's unread marks."""
    last_word: Mapped[str | None] = mapped_column(String(200))
    """The beginning of the last public message, for lists."""
    last_word_side: Mapped[str | None] = mapped_column(String(8))
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    """The nearest deadline of its running promises; None while none runs."""
    due_metric: Mapped[str | None] = mapped_column(String(40))
    queue_rank: Mapped[int | None] = mapped_column(Integer)
    """With queue_at its place in the queue (rules.order); None once it has ended."""
    queue_at: Mapped[datetime | None] = mapped_column(Instant)
    waits_since: Mapped[datetime | None] = mapped_column(Instant)
    """Since when it is on hold; None while it is not."""
    submission: Mapped[str | None] = mapped_column(String(80), unique=True)
    """Who sent which form: a form that is sent twice opens one ticket."""

    organisation: Mapped[Organisation] = relationship()
    requester: Mapped[Contact] = relationship()
    site: Mapped[Site | None] = relationship()
    device: Mapped[Device | None] = relationship()
    assignee: Mapped[User | None] = relationship()
    team: Mapped[Team | None] = relationship()
    follows: Mapped["Ticket | None"] = relationship(foreign_keys=[follows_ticket_id], remote_side=[id])
    merged_into: Mapped["Ticket | None"] = relationship(foreign_keys=[merged_into_id], remote_side=[id])
    participants: Mapped[list["Participant"]] = relationship(
        back_populates="ticket", order_by="Participant.id"
    )


@event.listens_for(Ticket, "before_insert")
@event.listens_for(Ticket, "before_update")
def _keep_place(_mapper: Any, _connection: Any, ticket: Ticket) -> None:
    """The place in the queue follows whatever it is reckoned from, in the same write."""
    found = place(
        ticket.status or Status.NEW,
        ticket.due_at,
        ticket.unanswered_since,
        ticket.last_activity_at,
        ticket.status_since,
        out_of_sight=ticket.snoozed_at is not None,
    )
    ticket.queue_rank, ticket.queue_at, ticket.waits_since = found


class Participant(Model):
    """A contact who follows a ticket besides its requester, and may see it."""

    __tablename__ = "participant"
    __table_args__ = (
        UniqueConstraint("ticket_id", "contact_id"),
        Index("ix_participant_contact", "contact_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    added_at: Mapped[datetime] = mapped_column(Instant)

    ticket: Mapped[Ticket] = relationship(back_populates="participants")
    contact: Mapped[Contact] = relationship()


class TimelineEntry(Model):
    """A line of the conversation. `internal` lines are for staff alone.

    A change keeps what changed in `details`, e.g. {"what": "status", "from": "new", "to": "in_progress"}; its words are
    made when it is shown, in the reader's language. A message by mail has `quoted` (history, folded) and, if the sender
    wrote HTML, the unsanitised `html`, which only render.safe_html may show.
    """

    __tablename__ = "timeline_entry"
    __table_args__ = (Index("ix_timeline_entry_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[EntryKind] = mapped_column(choice(EntryKind, "kind"))
    internal: Mapped[bool] = mapped_column(Boolean, default=False)
    side: Mapped[str] = mapped_column(String(8))
    """Who wrote it: client, staff or system."""
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    text: Mapped[str] = mapped_column(Text, default="")
    quoted: Mapped[str | None] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[Channel] = mapped_column(choice(Channel, "channel"), default=Channel.WEB)
    details: Mapped[dict[str, Any] | None] = mapped_column(Json)

    ticket: Mapped[Ticket] = relationship()
    contact: Mapped[Contact | None] = relationship()
    work: Mapped["WorkLog | None"] = relationship(back_populates="entry")
    attachments: Mapped[list["Attachment"]] = relationship(back_populates="entry", order_by="Attachment.id")


class WorkLog(Model):
    """A call or a remote session: the record that the ladder asks for (TS-23). One timeline entry each."""

    __tablename__ = "work_log"
    __table_args__ = (Index("ix_work_log_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("timeline_entry.id"), unique=True)
    phase: Mapped[Phase] = mapped_column(choice(Phase, "phase"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    """Who of the staff."""
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    """Whom they spoke to."""
    started_at: Mapped[datetime] = mapped_column(Instant)
    minutes: Mapped[int] = mapped_column(Integer)
    symptom: Mapped[str | None] = mapped_column(Text)
    advice: Mapped[str | None] = mapped_column(Text)
    """What was advised on the phone, or done remotely."""
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome, "outcome"))
    call_again_at: Mapped[datetime | None] = mapped_column(Instant)
    touches_data: Mapped[bool] = mapped_column(Boolean, default=False)
    why_not: Mapped[str | None] = mapped_column(Text)
    """Why it could not be solved on this step of the ladder."""
    number: Mapped[str | None] = mapped_column(String(64))
    """The phone number of the call, for the record that HW-13 asks for."""
    last_backup: Mapped[str | None] = mapped_column(String(200))
    """What the client said to the question when the data was last backed up (TS-17)."""
    submission: Mapped[str | None] = mapped_column(String(80), unique=True)
    """Of the form that was sent, so that one that is sent twice is logged once."""

    entry: Mapped[TimelineEntry] = relationship(back_populates="work")
    user: Mapped[User] = relationship()
    contact: Mapped[Contact | None] = relationship()


class Attachment(Model):
    """A file of one entry; its bytes are in the file store under the hash. Who sees the entry sees the file."""

    __tablename__ = "attachment"
    __table_args__ = (Index("ix_attachment_entry", "entry_id"), Index("ix_attachment_ticket", "ticket_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("timeline_entry.id"))
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    content_id: Mapped[str | None] = mapped_column(String(250))
    """Of a picture shown inside an HTML message (RFC 2392), without brackets."""

    entry: Mapped[TimelineEntry] = relationship(back_populates="attachments")


class TicketSeen(Model):
    """Up to which entry a member of staff has read a ticket."""

    __tablename__ = "ticket_seen"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigId)


class TicketMessageId(Model):
    """Message-IDs that belong to a ticket, of mail in either direction: a reply finds its ticket by them (RFC 5322 3.6.4)."""

    __tablename__ = "ticket_message_id"
    __table_args__ = (Index("ix_ticket_message_id_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    message_id: Mapped[str] = mapped_column(String(500), unique=True)
    outgoing: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime] = mapped_column(Instant)


class TicketClock(Model):
    """A promise on a ticket, by its clause. `due_at` is a cache of what the rule, the pauses and the calendar give; it is empty
    while a pause lasts. A breach, once it happened, is never taken back; a promise that another took the place of stays."""

    __tablename__ = "ticket_clock"
    __table_args__ = (
        Index("ix_ticket_clock_ticket", "ticket_id", "id"),
        Index("ix_ticket_clock_watch", "watch_at"),
        Index("ix_ticket_clock_contract", "contract_id", "stopped_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    metric: Mapped[str] = mapped_column(String(40))
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    version_number: Mapped[int] = mapped_column(Integer)
    clause: Mapped[str] = mapped_column(String(80))
    rule: Mapped[dict[str, Any]] = mapped_column(Json)
    internal: Mapped[bool] = mapped_column(Boolean, default=False)
    started_at: Mapped[datetime] = mapped_column(Instant)
    stopped_at: Mapped[datetime | None] = mapped_column(Instant)
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    remaining_minutes: Mapped[int | None] = mapped_column(Integer)
    provisional: Mapped[bool] = mapped_column(Boolean, default=False)
    warned: Mapped[int] = mapped_column(Integer, default=0)
    """The last warning given: 50, 80 or 100 per cent."""
    watch_at: Mapped[datetime | None] = mapped_column(Instant)
    """When the next warning falls; empty for a promise that ended, is paused, or has had its last."""
    breached_at: Mapped[datetime | None] = mapped_column(Instant)
    replaced_because: Mapped[str | None] = mapped_column(String(40))

    ticket: Mapped[Ticket] = relationship()


class TicketPause(Model):
    """A stretch in which promises do not run: the client, a quote, a payment or the like was waited for, or it was solved."""

    __tablename__ = "ticket_pause"
    __table_args__ = (Index("ix_ticket_pause_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    reason: Mapped[str] = mapped_column(String(40))
    started_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class NumberSeries(Model):
    """The last number given of a series; one row each, locked while a number is taken."""

    __tablename__ = "number_series"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int] = mapped_column(Integer)
