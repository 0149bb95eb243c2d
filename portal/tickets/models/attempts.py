"""Tables of a call or remote session that goes on, and of the client's leave to touch its data."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.infra.db import BigId, Instant, Model, choice
from portal.people.models import Contact, User
from portal.tickets.models.ticket import Ticket
from portal.tickets.rules.words import Phase


class RunningWork(Model):
    """A call or a remote session that goes on just now, or has ended and is not logged yet: one for each of the staff. It lies
    here, so that a lost session or a reload stops no timer."""

    __tablename__ = "running_work"
    __table_args__ = (Index("ix_running_work_ticket", "ticket_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    phase: Mapped[Phase] = mapped_column(choice(Phase, "phase"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    device_id: Mapped[int | None] = mapped_column(ForeignKey("device.id"))
    number: Mapped[str | None] = mapped_column(String(64))
    started_at: Mapped[datetime] = mapped_column(Instant)
    stopped_at: Mapped[datetime | None] = mapped_column(Instant)

    ticket: Mapped[Ticket | None] = relationship()
    contact: Mapped[Contact | None] = relationship()


class DataConsent(Model):
    """The client's answer to the question whether staff may touch its data on a ticket (TS-09): asked of one person, answered
    once, for a span of time. `token_hash` is of the secret in the mailed link; the secret itself is not kept."""

    __tablename__ = "data_consent"
    __table_args__ = (Index("ix_data_consent_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    scope: Mapped[str] = mapped_column(String(500))
    """What may be done with which data, in words that the client read."""
    hours: Mapped[int] = mapped_column(Integer)
    """How long it holds, from the answer on."""
    clause: Mapped[str] = mapped_column(String(80), default="")
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    asked_of_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    answer_until: Mapped[datetime] = mapped_column(Instant)
    salt: Mapped[str] = mapped_column(String(64))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    by_link: Mapped[bool] = mapped_column(Boolean, default=False)
    granted: Mapped[bool | None] = mapped_column(Boolean)
    holds_until: Mapped[datetime | None] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)

    ticket: Mapped[Ticket] = relationship()
    asked_of: Mapped[Contact] = relationship(foreign_keys=[asked_of_id])
    answered_by: Mapped[Contact | None] = relationship(foreign_keys=[answered_by_id])
    asked_by: Mapped[User] = relationship()
