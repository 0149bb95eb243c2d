"""Tables of the time that staff spent on tickets, and of its corrections."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.infra.db import BigId, Instant, Model
from portal.people.models import User


class TimeSpent(Model):
    """Minutes on a ticket: of a call or a remote session, whose record stays as it is, or added by itself with what for."""

    __tablename__ = "time_spent"
    __table_args__ = (Index("ix_time_spent_ticket", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    work_id: Mapped[int | None] = mapped_column(ForeignKey("work_log.id"), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    """When it began."""
    minutes: Mapped[int] = mapped_column(Integer)
    accounted: Mapped[int] = mapped_column(Integer)
    """Minutes that count (rules.time), or what a correction made of them."""
    what: Mapped[str] = mapped_column(String(500), default="")

    user: Mapped[User] = relationship()
    corrections: Mapped[list["TimeCorrection"]] = relationship(order_by="TimeCorrection.id")


class TimeCorrection(Model):
    """Somebody decided that other minutes count, and why."""

    __tablename__ = "time_correction"
    __table_args__ = (Index("ix_time_correction_spent", "spent_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    spent_id: Mapped[int] = mapped_column(ForeignKey("time_spent.id"))
    before: Mapped[int] = mapped_column(Integer)
    after: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(500))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    user: Mapped[User] = relationship()
