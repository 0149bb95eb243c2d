"""Tables of what is done with whole tickets: a merge, with what it takes to undo it, and links between two tickets."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.infra.db import BigId, Instant, Json, Model, choice
from portal.people.models import User
from portal.tickets.models.ticket import Ticket
from portal.tickets.rules.linking import LinkKind


class TicketMerge(Model):
    """A ticket went on as another one. The ticket itself points to where the chain of such rows ends, `merged_into_id`.

    `before`: what the ticket was, as plain values. `carried`: contacts who became participants of the other by it.
    """

    __tablename__ = "ticket_merge"
    __table_args__ = (
        Index("ix_ticket_merge_ticket", "ticket_id", "id"),
        Index("ix_ticket_merge_into", "into_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    into_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(Instant)
    before: Mapped[dict[str, Any]] = mapped_column(Json)
    carried: Mapped[list[int]] = mapped_column(Json)
    undone_at: Mapped[datetime | None] = mapped_column(Instant)

    user: Mapped[User] = relationship()


class TicketLink(Model):
    """Two tickets have to do with each other; read from `ticket`: it blocks the other, it is a child of the other."""

    __tablename__ = "ticket_link"
    __table_args__ = (
        UniqueConstraint("ticket_id", "other_id", "kind"),
        Index("ix_ticket_link_other", "other_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[LinkKind] = mapped_column(choice(LinkKind, "kind"))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    at: Mapped[datetime] = mapped_column(Instant)

    ticket: Mapped[Ticket] = relationship(foreign_keys=[ticket_id])
    other: Mapped[Ticket] = relationship(foreign_keys=[other_id])
