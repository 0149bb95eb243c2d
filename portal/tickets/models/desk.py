"""Tables of the desk's own work: saved views, drafts, who is looking, mentions, canned replies and macros."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.infra.db import BigId, Instant, Json, Model, choice
from portal.people.models import User
from portal.tickets.models.ticket import Ticket
from portal.tickets.rules.drafts import DraftKind


class SavedView(Model):
    """A filter of the queue under a name, its owner's alone or shared. `sought`: rules.views.Sought as plain values."""

    __tablename__ = "saved_view"
    __table_args__ = (Index("ix_saved_view_owner", "owner_id", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    name: Mapped[str] = mapped_column(String(60))
    shared: Mapped[bool] = mapped_column(Boolean)
    sought: Mapped[dict[str, Any]] = mapped_column(Json)

    owner: Mapped[User] = relationship()


class Draft(Model):
    """What a member of staff has typed into a ticket and not sent: one reply and one note each. `last_entry_id` is the newest
    entry that the writer had before them."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("user_id", "ticket_id", "kind"), Index("ix_draft_ticket", "ticket_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[DraftKind] = mapped_column(choice(DraftKind, "kind"))
    text: Mapped[str] = mapped_column(Text)
    last_entry_id: Mapped[int | None] = mapped_column(BigId)
    changed_at: Mapped[datetime] = mapped_column(Instant)

    ticket: Mapped[Ticket] = relationship()
    files: Mapped[list["DraftFile"]] = relationship(cascade="all, delete-orphan", order_by="DraftFile.id")


class DraftFile(Model):
    """A file that will go along; its bytes are in the file store under the hash."""

    __tablename__ = "draft_file"
    __table_args__ = (Index("ix_draft_file_draft", "draft_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))


class Presence(Model):
    """Who of the staff has a ticket's page open, and what they type there; it counts for a short while after `at`."""

    __tablename__ = "presence"
    __table_args__ = (Index("ix_presence_at", "at"), Index("ix_presence_ticket", "ticket_id"))

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    typing: Mapped[str] = mapped_column(String(8), default="")
    """reply, note, or empty."""
    at: Mapped[datetime] = mapped_column(Instant)


class Mention(Model):
    """A colleague who was named in an internal note."""

    __tablename__ = "mention"
    __table_args__ = (
        UniqueConstraint("entry_id", "user_id"),
        Index("ix_mention_user", "user_id", "ticket_id", "entry_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("timeline_entry.id"))


class CannedReply(Model):
    """Words that are used again, in both languages, with fields in braces; its owner's alone or shared."""

    __tablename__ = "canned_reply"
    __table_args__ = (Index("ix_canned_reply_name", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    name: Mapped[str] = mapped_column(String(80))
    shared: Mapped[bool] = mapped_column(Boolean)
    text_en: Mapped[str] = mapped_column(Text)
    text_zh: Mapped[str] = mapped_column(Text)

    owner: Mapped[User] = relationship()


class Macro(Model):
    """Steps on a ticket under a name, taken together. `steps`: rules.macros.Steps as plain values."""

    __tablename__ = "macro"
    __table_args__ = (Index("ix_macro_name", "name"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    name: Mapped[str] = mapped_column(String(80))
    shared: Mapped[bool] = mapped_column(Boolean)
    steps: Mapped[dict[str, Any]] = mapped_column(Json)

    owner: Mapped[User] = relationship()
