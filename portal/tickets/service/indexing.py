"""Keeps the search index: every line as it is written, a whole ticket anew after an edit, a merge or an erasure, and all of
them after the tokens themselves have changed.

The index is derived: what it holds can be made again from the tickets. It refuses nothing.
"""

import json
from collections.abc import Iterable, Sequence
from functools import cache

from sqlalchemy import Executable, delete, func, select, text

from portal.assets.models import Device
from portal.infra import search
from portal.infra.db import db, on_postgresql, run
from portal.people.models import Contact, Organisation
from portal.tickets.models.search import SearchProgress, TicketToken
from portal.tickets.models.ticket import Attachment, Ticket, TimelineEntry
from portal.tickets.queries import fields, posting
from portal.tickets.rules.fields import YES_NO
from portal.tickets.rules.fields import words as words_of
from portal.tickets.rules.words import EntryKind

VERSION = 1
"""Counts the changes of what is stored for a text: a new one has all tickets indexed again, a batch at a time."""


def head(subject: str, device: Device | None, requester: str, organisation: str) -> str:
    """What a ticket is found by beside its conversation: subject, device with serial and sticker, requester, organisation."""
    named = (device.name, device.serial or "", device.tag or "") if device else ()
    return " \n ".join([subject, *named, requester, organisation])


def add_line(
    ticket_id: int, words: str, contact_id: int | None, *, with_files: bool, internal: bool, head: str = ""
) -> None:
    """A line of the conversation with the names of its files; internal ones are found by staff alone. With the first line goes
    the ticket's `head`."""
    marks = [posting.by(contact_id)] if contact_id is not None else []
    if with_files:
        marks.append(posting.FILE)
    _add(ticket_id, [*search.tokens(head), *search.tokens(words), *marks], internal=internal)


def add_values(*ticket_ids: int) -> None:
    """The values of their fields, in both languages; those of the staff's own fields are found by staff alone."""
    for ticket_id, definition, value in fields.to_index(ticket_ids):
        said = words_of(definition, value)
        if value not in YES_NO:
            _add(ticket_id, search.tokens(f"{said.en} \n {said.zh}"), internal=not definition.client_fills)


def _add(ticket_id: int, tokens: Iterable[str], *, internal: bool) -> None:
    """One statement a line. A word that was internal becomes public with its first public use."""
    values: object = sorted(set(tokens))  # sorted: two who write at once lock in the same order
    if not values:
        return
    postgres = on_postgresql()
    given = {
        "tokens": values if postgres else json.dumps(values),
        "ticket_id": ticket_id,
        "internal": internal,
    }
    run(_adding(postgres, internal), given, apart=True)


@cache
def _adding(postgres: bool, internal: bool) -> Executable:
    public = "(token, ticket_id) DO UPDATE SET internal = false WHERE ticket_token.internal"
    conflict = "DO NOTHING" if internal else public
    source = (
        "SELECT unnest(CAST(:tokens AS text[])), :ticket_id, :internal"
        if postgres
        else "SELECT value, :ticket_id, :internal FROM json_each(:tokens) WHERE true"
    )
    return text(f"INSERT INTO ticket_token (token, ticket_id, internal) {source} ON CONFLICT {conflict}")


def anew(*ticket_ids: int) -> None:
    """Index these tickets again from what they hold now: after words were changed, taken away or moved to another ticket.
    Everything has to be flushed.
    """
    db.session.execute(delete(TicketToken).where(TicketToken.ticket_id.in_(ticket_ids)))
    _index(ticket_ids)


def _index(ticket_ids: Sequence[int]) -> None:
    heads = (
        select(Ticket.id, Ticket.subject, Device, Contact.name, Organisation.name)
        .join(Contact, Contact.id == Ticket.requester_id)
        .join(Organisation, Organisation.id == Ticket.organisation_id)
        .outerjoin(Device, Device.id == Ticket.device_id)
        .where(Ticket.id.in_(ticket_ids))
    )
    for ticket_id, *of in db.session.execute(heads).all():
        _add(ticket_id, search.tokens(head(*of)), internal=False)
    add_values(*ticket_ids)
    files: dict[int, list[str]] = {}
    named = select(Attachment.entry_id, Attachment.name).where(Attachment.ticket_id.in_(ticket_ids))
    for entry_id, name in db.session.execute(named):
        files.setdefault(entry_id, []).append(name)
    lines = select(
        TimelineEntry.id, TimelineEntry.ticket_id, TimelineEntry.text, TimelineEntry.contact_id, TimelineEntry.internal
    ).where(TimelineEntry.ticket_id.in_(ticket_ids), TimelineEntry.kind != EntryKind.CHANGE)  # fmt: skip
    for entry_id, ticket_id, words, contact_id, internal in db.session.execute(lines).all():
        names = files.get(entry_id, [])
        add_line(ticket_id, " ".join([words, *names]), contact_id, with_files=bool(names), internal=internal)


def go_on(batch: int = 200) -> int:
    """Index the next batch of tickets if not all have the present tokens; how many it did, 0 when all have.

    The newest come first: they are what people look for. Killed in between, it goes on where the last commit left it.
    """
    progress = db.session.get(SearchProgress, 1, with_for_update=True)
    if progress is None:
        progress = SearchProgress(id=1, version=0, ticket_id=0, done=False)
        db.session.add(progress)
    if progress.version != VERSION:
        newest = db.session.scalar(select(func.max(Ticket.id))) or 0
        progress.version, progress.ticket_id, progress.done = VERSION, newest + 1, False
    if progress.done:
        return 0
    ids = db.session.scalars(
        select(Ticket.id).where(Ticket.id < progress.ticket_id).order_by(Ticket.id.desc()).limit(batch)
    ).all()
    if ids:
        anew(*ids)
        progress.ticket_id = ids[-1]
    progress.done = len(ids) < batch
    return len(ids)


def begin_again() -> None:
    """Have every ticket indexed again by `go_on`; what is there is found meanwhile."""
    progress = db.session.get(SearchProgress, 1)
    if progress is not None:
        progress.version = 0
