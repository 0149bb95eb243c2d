"""Tables of the fields that administrators define for kinds of tickets, their former versions, and the values on tickets."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, ForeignKeyConstraint, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.infra.db import BigId, Instant, Json, Model, choice
from portal.tickets.rules.fields import FieldType, Needed


class TicketField(Model):
    """A field as it is asked now. It is retired, never deleted; its type never changes. What is read beside a value is kept a
    version each, below."""

    __tablename__ = "ticket_field"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    type: Mapped[FieldType] = mapped_column(choice(FieldType, "type"))
    kinds: Mapped[list[str]] = mapped_column(Json)
    client_fills: Mapped[bool] = mapped_column(Boolean)
    needed: Mapped[Needed] = mapped_column(choice(Needed, "needed"))
    position: Mapped[int] = mapped_column(Integer)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)


class TicketFieldVersion(Model):
    """The words of a field at one time: label and options. `options`: key, English, Chinese each."""

    __tablename__ = "ticket_field_version"

    field_id: Mapped[int] = mapped_column(ForeignKey("ticket_field.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    label_en: Mapped[str] = mapped_column(String(80))
    label_zh: Mapped[str] = mapped_column(String(80))
    options: Mapped[list[Any]] = mapped_column(Json)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    field: Mapped[TicketField] = relationship()


class TicketFieldValue(Model):
    """What was answered on a ticket, and to which version."""

    __tablename__ = "ticket_field_value"
    __table_args__ = (
        ForeignKeyConstraint(
            ["field_id", "version"], ["ticket_field_version.field_id", "ticket_field_version.version"]
        ),
        Index("ix_ticket_field_value_field", "field_id"),
    )

    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    field_id: Mapped[int] = mapped_column(ForeignKey("ticket_field.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    value: Mapped[str] = mapped_column(String(500))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    at: Mapped[datetime] = mapped_column(Instant)
