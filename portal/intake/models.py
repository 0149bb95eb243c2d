"""Tables of intake: every message that came in, and how far each mailbox is read.

A message is never deleted and never only in memory: its raw bytes are in the file store before its row commits.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.infra.db import BigId, Instant, Json, Model, choice
from portal.intake.rules.alarms import AlarmKind
from portal.intake.rules.state import InboundState


class InboundMessage(Model):
    """One message, however often and by whichever door it came. `fingerprint` makes it one."""

    __tablename__ = "inbound_message"
    __table_args__ = (
        Index("ix_inbound_message_state", "state", "id"),
        Index("ix_inbound_message_received", "received_at"),
        Index("ix_inbound_message_sender", "sender", "received_at"),
        Index("ix_inbound_message_ticket", "ticket_id"),
        Index("ix_inbound_message_message_id", "message_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    door: Mapped[str] = mapped_column(String(16))
    mailbox_name: Mapped[str | None] = mapped_column(String(80))
    """Which of rules.mailboxes it came to; its defaults hold."""
    envelope_from: Mapped[str | None] = mapped_column(String(320))
    """Who the mail server said sends it, empty for a report (RFC 5321, 4.5.5); None: the door was not told."""
    envelope_to: Mapped[list[Any] | None] = mapped_column(Json)
    """Who the mail server said receives it; None: the door was not told."""
    mailbox: Mapped[str | None] = mapped_column(String(300))
    """The folder of an IMAP server, as in MailboxState."""
    uidvalidity: Mapped[int | None] = mapped_column(BigId)
    uid: Mapped[int | None] = mapped_column(BigId)
    received_at: Mapped[datetime] = mapped_column(Instant)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the raw bytes, in the file store."""
    size: Mapped[int] = mapped_column(BigId)
    copies: Mapped[int] = mapped_column(Integer, default=1)
    """How often it arrived."""
    state: Mapped[InboundState] = mapped_column(choice(InboundState, "state"), default=InboundState.RECEIVED)
    reason: Mapped[str | None] = mapped_column(String(40))
    """A code of rules.route.REASONS; its words are made when it is shown."""
    detail: Mapped[str | None] = mapped_column(String(500))
    """What staff wrote when they ignored it, or what could not be read."""
    steps: Mapped[list[Any] | None] = mapped_column(Json)
    """[[step, finding], …] in the order in which routing took them."""
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    entry_id: Mapped[int | None] = mapped_column(BigId)
    sender: Mapped[str | None] = mapped_column(String(320))
    sender_name: Mapped[str | None] = mapped_column(String(200))
    subject: Mapped[str | None] = mapped_column(String(998))
    message_id: Mapped[str | None] = mapped_column(String(512))
    files_kept_back: Mapped[list[Any] | None] = mapped_column(Json)
    """Names of attachments that stay in the original alone: programs, and what is too large."""
    processed_at: Mapped[datetime | None] = mapped_column(Instant)
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    handled_at: Mapped[datetime | None] = mapped_column(Instant)


class MailboxState(Model):
    """How far a mailbox is read, and how the last look went. One row a mailbox, named "user@host/folder"."""

    __tablename__ = "mailbox_state"

    mailbox: Mapped[str] = mapped_column(String(300), primary_key=True)
    uidvalidity: Mapped[int] = mapped_column(BigId, default=0)
    last_uid: Mapped[int] = mapped_column(BigId, default=0)
    """Every message up to here is committed."""
    last_success_at: Mapped[datetime | None] = mapped_column(Instant)
    last_error_at: Mapped[datetime | None] = mapped_column(Instant)
    last_error: Mapped[str | None] = mapped_column(Text)
    failing: Mapped[bool] = mapped_column(Boolean, default=False)
    refused: Mapped[bool] = mapped_column(Boolean, default=False)
    """The server is there and does not let us in: it takes a person to mend that."""
    name: Mapped[str | None] = mapped_column(String(80))
    """The mailbox's name in the settings; a folder of none that is known is not watched any more."""
    known_since: Mapped[datetime | None] = mapped_column(Instant)


class MailAlarm(Model):
    """Something on the way that mail takes was broken, from `begun_at` until `over_at`."""

    __tablename__ = "mail_alarm"
    __table_args__ = (Index("ix_mail_alarm_over", "over_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[AlarmKind] = mapped_column(choice(AlarmKind, "kind"))
    subject: Mapped[str] = mapped_column(String(300), default="")
    detail: Mapped[str | None] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(Instant)
    """Since when it was so, as far as is known; the alarm began later."""
    begun_at: Mapped[datetime] = mapped_column(Instant)
    told_on: Mapped[date | None] = mapped_column(Date)
    over_at: Mapped[datetime | None] = mapped_column(Instant)


class Heartbeat(Model):
    """A mail that we sent to ourselves."""

    __tablename__ = "mail_heartbeat"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    sent_at: Mapped[datetime] = mapped_column(Instant)
    error: Mapped[str | None] = mapped_column(String(500))
    came_back_at: Mapped[datetime | None] = mapped_column(Instant)
