"""Tables of the steps before a visit: calls to be made, checklists with their answers, tools for a remote session."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.assets.models import DeviceKind
from portal.infra.db import BigId, Instant, Json, Model, choice
from portal.ladder.rules.callbacks import State
from portal.people.models import Contact, User
from portal.tickets.models.ticket import Ticket, WorkLog
from portal.tickets.rules.words import Kind


class Callback(Model):
    """A call that was promised: the client asked for it, or staff said that they would call again at that time."""

    __tablename__ = "callback"
    __table_args__ = (
        Index("ix_callback_state", "state", "wanted_at"),
        Index("ix_callback_ticket", "ticket_id", "state"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    number: Mapped[str] = mapped_column(String(64))
    wanted_at: Mapped[datetime] = mapped_column(Instant)
    """When the client was promised to be called; it moves when nobody answers."""
    about: Mapped[str] = mapped_column(Text, default="")
    by_client: Mapped[bool] = mapped_column(Boolean)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[State] = mapped_column(choice(State, "state"))
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    taken_at: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    tried_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    work_log_id: Mapped[int | None] = mapped_column(ForeignKey("work_log.id"))
    """The last call that was made for it."""
    submission: Mapped[str | None] = mapped_column(String(80), unique=True)
    """Which form it came by: sent twice it is one."""

    ticket: Mapped[Ticket] = relationship()
    contact: Mapped[Contact | None] = relationship()
    assignee: Mapped[User | None] = relationship()
    work: Mapped[WorkLog | None] = relationship()


class Checklist(Model):
    """Questions for a kind of fault; its wording is in versions. Without a kind it suits any."""

    __tablename__ = "checklist"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[Kind | None] = mapped_column(choice(Kind, "kind"))
    device_kind: Mapped[DeviceKind | None] = mapped_column(choice(DeviceKind, "device_kind"))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[datetime] = mapped_column(Instant)

    versions: Mapped[list["ChecklistVersion"]] = relationship(
        back_populates="checklist", order_by="ChecklistVersion.number"
    )


class ChecklistVersion(Model):
    """The wording from one change to the next; never changed, for answers belong to the questions that were asked."""

    __tablename__ = "checklist_version"
    __table_args__ = (UniqueConstraint("checklist_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"))
    number: Mapped[int] = mapped_column(Integer)
    title_en: Mapped[str] = mapped_column(String(120))
    title_zh: Mapped[str] = mapped_column(String(120))
    questions: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    """As rules.checklist.Question, in order."""
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime] = mapped_column(Instant)

    checklist: Mapped[Checklist] = relationship(back_populates="versions")


class TriageSheet(Model):
    """The answers to a checklist on a ticket: the record of what was found out before anything else was tried (TS-18, TS-23)."""

    __tablename__ = "triage_sheet"
    __table_args__ = (Index("ix_triage_sheet_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("checklist_version.id"))
    answers: Mapped[dict[str, str]] = mapped_column(Json)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    version: Mapped[ChecklistVersion] = relationship()
    user: Mapped[User] = relationship()


class RemoteTool(Model):
    """A program or website for remote sessions, opened by an address made of the device's marks."""

    __tablename__ = "remote_tool"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    template: Mapped[str] = mapped_column(String(500))
    active: Mapped[bool] = mapped_column(Boolean, default=True)


class Upgrade(Model):
    """An upgrade that was made, whether it came up to what was promised (TS-11), and the training that belongs to it (SS-05)."""

    __tablename__ = "upgrade"
    __table_args__ = (Index("ix_upgrade_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    contract_id: Mapped[int | None] = mapped_column(ForeignKey("contract.id"))
    """The contract that answered for it."""
    kind: Mapped[str] = mapped_column(String(40))
    """What was upgraded, as staff name it; the same name is the same kind."""
    version: Mapped[str] = mapped_column(String(60))
    """To which version."""
    worked: Mapped[bool] = mapped_column(Boolean)
    lacking: Mapped[str | None] = mapped_column(String(500))
    """What fell short."""
    free: Mapped[bool] = mapped_column(Boolean)
    """It took the unit that an earlier one of the kind had left."""
    free_again_clause: Mapped[str | None] = mapped_column(String(60))
    """By which the next one is free."""
    training_clause: Mapped[str | None] = mapped_column(String(60))
    """By which people are to be trained; None: nothing asks for it."""
    trained_at: Mapped[datetime | None] = mapped_column(Instant)
    trained_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    training: Mapped[str | None] = mapped_column(String(500))
    """Who was shown what, or why nobody needs it."""
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    submission: Mapped[str | None] = mapped_column(String(80), unique=True)
    """Which form it came by: sent twice it is one."""

    ticket: Mapped[Ticket] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])
