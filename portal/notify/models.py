"""One delivery a recipient: what was said, to whom, and the proof that it left."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.infra.db import BigId, Instant, Model, choice
from portal.people.models import Contact
from portal.tickets.models.ticket import Ticket


class DeliveryState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    KEPT = "kept"
    """No server is set: the message lies in var/mail."""
    FAILED = "failed"
    WITHHELD = "withheld"
    """Not to be sent; `reason` says why."""


class Reason(StrEnum):
    """Why a delivery is withheld."""

    TOO_MANY = "too_many"
    """This address got its fill of acknowledgements within the hour."""
    MAY_NOT_SEE = "may_not_see"
    """The person left, or does not follow the ticket any more."""
    LINK_ENDED = "link_ended"
    """The one-time link was used, replaced or has expired."""
    BOUNCING = "bouncing"
    """Mail to this address came back, and nobody has mended it."""


class Delivery(Model):
    """A mail to one person. Its Message-ID is fixed here, so that a sending cut off after the server's 250 repeats under
    the same one. A secret link is not in the text: `link_id` names it, and it is put in when the mail is sent."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("cause", "contact_id"),
        Index("ix_delivery_ticket", "ticket_id"),
        Index("ix_delivery_state", "state", "id"),
        Index("ix_delivery_address", "address", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    cause: Mapped[str] = mapped_column(String(120))
    """What it tells of, e.g. "ticket_opened:17": the same thing is told to the same person once."""
    message: Mapped[str] = mapped_column(String(60))
    """The folder of its words, e.g. "ticket_opened_to_client"."""
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("timeline_entry.id"))
    """The entry whose words it carries; its small files go with the mail."""
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    address: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(16))
    message_id: Mapped[str] = mapped_column(String(250), unique=True)
    in_reply_to: Mapped[str | None] = mapped_column(String(500))
    references: Mapped[str | None] = mapped_column(Text)
    reply_to: Mapped[str | None] = mapped_column(String(320))
    auto_submitted: Mapped[str | None] = mapped_column(String(20))
    """RFC 3834: auto-generated, auto-replied; None for what a person wrote."""
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("one_time_link.id"))
    consent_id: Mapped[int | None] = mapped_column(ForeignKey("data_consent.id"))
    """Of a mail that asks for a consent: its secret address is put in when the mail is sent, as with `link_id`."""
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"))
    """The visit that it tells of: whoever left the organisation is not told any more."""
    visit_link_id: Mapped[int | None] = mapped_column(ForeignKey("visit_link.id"))
    calendar: Mapped[str | None] = mapped_column(Text)
    """The calendar file that travels with it (RFC 5545), as it was when the thing happened."""
    quote_link_id: Mapped[int | None] = mapped_column(ForeignKey("quote_link.id"))
    """Of a mail that offers something: its secret address is put in when the mail is sent."""
    handover_id: Mapped[int | None] = mapped_column(ForeignKey("handover.id"))
    """Of a notice of delivery: the days of silence count from when the first of them left."""
    state: Mapped[DeliveryState] = mapped_column(choice(DeliveryState, "state"))
    reason: Mapped[Reason | None] = mapped_column(choice(Reason, "reason"))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    """What the server said, or why it could not be asked."""
    created_at: Mapped[datetime] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)
    came_back_at: Mapped[datetime | None] = mapped_column(Instant)
    """When a server reported that it did not arrive after all."""
    came_back_status: Mapped[str | None] = mapped_column(String(20))

    contact: Mapped[Contact] = relationship()
    ticket: Mapped[Ticket | None] = relationship()
