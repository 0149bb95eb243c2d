"""What the floors above keep on a ticket: open work that holds it, and chargeable work that both sides agreed to."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.infra.db import Amount, BigId, Instant, Model, choice
from portal.tickets.rules.holds import HoldKind


class WorkHold(Model):
    """Work for a ticket that is not over: an open visit, an open quote. Written by those above, who know them by `ref`; while
    one is here the ticket cannot be resolved."""

    __tablename__ = "work_hold"
    __table_args__ = (UniqueConstraint("ticket_id", "ref"), Index("ix_work_hold_ref", "ref"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    ref: Mapped[str] = mapped_column(String(80))
    """Kind and number, as the floors above say it: "visit:17"."""
    kind: Mapped[HoldKind] = mapped_column(choice(HoldKind, "hold_kind"))
    number: Mapped[int] = mapped_column(BigId)
    name: Mapped[str] = mapped_column(String(200))
    """What the work is about, where a number says nothing: a device, an upgrade, a quote's title."""
    shown: Mapped[bool]
    """The client may read of it."""
    since: Mapped[datetime] = mapped_column(Instant)


class WorkApproval(Model):
    """Chargeable work for a ticket that both sides have confirmed: what a visit outside the contract rests on. Written from
    above; `amount` in yuan without tax, `withdrawn_at` when the quote was given up."""

    __tablename__ = "work_approval"
    __table_args__ = (Index("ix_work_approval_ticket", "ticket_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    ref: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    """improvement, repair, factory, off_hours, extra_visit, part."""
    amount: Mapped[Decimal] = mapped_column(Amount)
    clause: Mapped[str] = mapped_column(String(80), default="")
    confirmed_at: Mapped[datetime] = mapped_column(Instant)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
