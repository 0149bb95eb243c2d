"""Drafts of replies and notes, one of each for a person and a ticket; and colleagues who are named in a note."""

from collections.abc import Sequence

from portal.infra import outbox
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.people import queries as people
from portal.tickets.events import ColleagueMentioned
from portal.tickets.models.desk import Draft, DraftFile, Mention
from portal.tickets.models.ticket import Ticket, TimelineEntry
from portal.tickets.queries import drafts as queries
from portal.tickets.rules.drafts import DraftKind, mentioned
from portal.tickets.service.record import File


def keep(
    actor: Actor, ticket: Ticket, kind: DraftKind, text: str, files: Sequence[File], last_entry_id: int | None
) -> Draft | None:
    """Keep what is typed by now; nothing typed and no file means no draft. `last_entry_id`: what the writer had read when the
    draft was begun; it stays what it was."""
    assert actor.user_id is not None
    known = queries.draft_of(actor, ticket.id, kind)
    if not text.strip() and not files:
        if known is not None:
            db.session.delete(known)
            db.session.flush()
        return None
    now = clock.now()
    if known is None:
        known = Draft(
            user_id=actor.user_id, ticket_id=ticket.id, kind=kind, text=text, last_entry_id=last_entry_id, changed_at=now
        )  # fmt: skip
        db.session.add(known)
    known.text, known.changed_at = text, now
    known.files = [
        DraftFile(name=f.name, content_type=f.content_type, size=f.size, sha256=f.sha256) for f in files
    ]
    db.session.flush()
    return known


def forget(actor: Actor, ticket: Ticket, kind: DraftKind) -> None:
    """It was sent, or thrown away."""
    known = queries.draft_of(actor, ticket.id, kind)
    if known is not None:
        db.session.delete(known)
        db.session.flush()


def mention(actor: Actor, ticket: Ticket, entry: TimelineEntry, text: str) -> list[int]:
    """Colleagues whom a note names: the ticket stands in their view, and they are told. Who names themselves is not."""
    if "@" not in text and "＠" not in text:
        return []
    ids = [i for i in mentioned(text, ((u.id, u.name) for u in people.staff())) if i != actor.user_id]
    for user_id in ids:
        db.session.add(Mention(user_id=user_id, ticket_id=ticket.id, entry_id=entry.id))
        outbox.record(ColleagueMentioned(ticket.id, entry.id, user_id, actor.user_id))
    db.session.flush()
    return ids
