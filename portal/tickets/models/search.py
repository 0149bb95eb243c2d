"""Tables of the search index, which is derived: all that they hold can be made again from the tickets."""

from sqlalchemy import Boolean, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.infra.db import BigId, Model


class TicketToken(Model):
    """The search index: which ticket has which token (infra/search), each once. The newest tickets of a token lie together, so
    that a common word costs no more than a rare one. `internal`: written in internal lines alone, for staff.

    Tokens that begin with @ are no words: @c7 is a line by contact 7, @file a file.
    """

    __tablename__ = "ticket_token"
    __table_args__ = (Index("ix_ticket_token_ticket", "ticket_id"), {"sqlite_with_rowid": False})

    token: Mapped[str] = mapped_column(
        String(64).with_variant(String(64, collation="C"), "postgresql"), primary_key=True
    )
    ticket_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    internal: Mapped[bool] = mapped_column(Boolean)


class SearchProgress(Model):
    """How far the index was made anew: tickets up to `ticket_id` have the tokens of `version` (one row)."""

    __tablename__ = "search_progress"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    ticket_id: Mapped[int] = mapped_column(BigId)
    done: Mapped[bool] = mapped_column(Boolean)
