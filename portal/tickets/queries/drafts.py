"""What the actor has typed into a ticket and not sent. Nobody reads another's draft."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.tickets.models.desk import Draft
from portal.tickets.rules.drafts import DraftKind


def draft_of(actor: Actor, ticket_id: int, kind: DraftKind) -> Draft | None:
    """The actor's own, with its files; None if there is none."""
    if not actor.is_staff:
        return None
    query = select(Draft).where(
        Draft.user_id == actor.user_id, Draft.ticket_id == ticket_id, Draft.kind == kind
    )
    return db.session.scalar(query.options(selectinload(Draft.files)))
