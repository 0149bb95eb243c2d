"""The conversation of a ticket as the reader may see it, loaded whole: no line asks the database again."""

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.people.models import User
from portal.tickets.models.ticket import Ticket, TimelineEntry, WorkLog
from portal.tickets.queries import merged, scope


def entries_of(actor: Actor, ticket: Ticket) -> list[TimelineEntry]:
    """All lines of a ticket that the actor may see, oldest first, with their authors, files and work; two statements."""
    query = (
        scope.entries_for(actor)
        .where(merged.same_request(TimelineEntry.ticket_id, ticket))
        .order_by(TimelineEntry.id)
        .options(
            joinedload(TimelineEntry.contact),
            selectinload(TimelineEntry.attachments),
            joinedload(TimelineEntry.work).options(
                joinedload(WorkLog.user).joinedload(User.contact), joinedload(WorkLog.contact)
            ),
            contains_eager(TimelineEntry.ticket),
        )
    )
    return list(db.session.scalars(query))


def works_of(actor: Actor, ticket: Ticket) -> list[WorkLog]:
    """Calls and remote sessions of a ticket whose lines the actor may see, oldest first; one statement."""
    seen = scope.entries_for(actor).with_only_columns(TimelineEntry.id)
    query = (
        select(WorkLog)
        .where(merged.same_request(WorkLog.ticket_id, ticket), WorkLog.entry_id.in_(seen))
        .order_by(WorkLog.id)
        .options(joinedload(WorkLog.user).joinedload(User.contact), joinedload(WorkLog.contact))
    )
    return list(db.session.scalars(query))
