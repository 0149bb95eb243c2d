"""Marks that a member of the staff has a ticket open, and whether they type. Marks grow old by themselves."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.tickets.models.desk import Presence
from portal.tickets.models.ticket import Ticket
from portal.tickets.rules.drafts import DraftKind

RENEWED_AFTER = timedelta(seconds=20)
KEPT = timedelta(minutes=10)


def is_fresh(actor: Actor, ticket_id: int, typing: str, now: datetime) -> bool:
    """Whether the mark says this already and is young enough: then nothing needs to be written."""
    query = select(Presence.at).where(
        Presence.user_id == (actor.user_id or 0), Presence.ticket_id == ticket_id, Presence.typing == typing
    )
    at = db.session.scalar(query)
    return at is not None and now - at < RENEWED_AFTER


def be_there(actor: Actor, ticket: Ticket, typing: str, now: datetime) -> None:
    """The actor has this ticket open. `typing`: a kind of draft; anything else counts as only looking."""
    typing = typing if typing in set(DraftKind) else ""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(Presence).values(user_id=actor.user_id, ticket_id=ticket.id, typing=typing, at=now)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id", "ticket_id"], set_={"typing": typing, "at": now}
        )
    )


def forget_old(now: datetime) -> None:
    """Marks that long count for nothing."""
    db.session.execute(delete(Presence).where(Presence.at < now - KEPT))
