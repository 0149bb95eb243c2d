"""Writing the timeline: each line, its files, and what lists and searches keep of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.infra.db import db, insert_into, on_postgresql, ready, run
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.tickets.models.ticket import Attachment, NumberSeries, Ticket, TicketMessageId, TimelineEntry
from portal.tickets.rules.words import Channel, EntryKind
from portal.tickets.service import indexing

FIRST_NUMBER = 1001


class File(Protocol):
    """A file whose bytes are in the file store already."""

    @property
    def name(self) -> str: ...
    @property
    def content_type(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def sha256(self) -> str: ...


@dataclass(frozen=True)
class Words:
    """What somebody wrote. `quoted`, `html` and `message_id` come with mail alone."""

    text: str
    files: Sequence[File] = ()
    quoted: str | None = None
    html: str | None = None
    message_id: str | None = None
    content_ids: Sequence[str | None] = ()
    """Beside `files`, where an HTML message shows them inside."""


def hold_numbers(series: str = "ticket") -> None:
    """Hold a series until the transaction ends, without taking a number: others who want one wait. What they wrote
    before is seen by the statements that follow.
    """
    first = insert_into(NumberSeries, postgres=on_postgresql()).values(name=series, last=FIRST_NUMBER - 1)
    db.session.execute(first.on_conflict_do_nothing(index_elements=["name"]))
    db.session.execute(select(NumberSeries.last).where(NumberSeries.name == series).with_for_update())


def next_number(series: str = "ticket") -> int:
    """The next number of a series; the row stays locked until the transaction ends, so there is no gap and no twin."""
    return int(run(_taking(on_postgresql()), {"name": series, "last": FIRST_NUMBER}, apart=True).scalar_one())


@cache
def _taking(postgres: bool) -> Any:
    last = NumberSeries.__table__.c.last
    statement = insert_into(NumberSeries, postgres=postgres)
    taking = statement.on_conflict_do_update(index_elements=["name"], set_={"last": last + 1})
    return ready(taking.returning(last), "name", "last")


def add_entry(
    ticket: Ticket,
    actor: Actor,
    kind: EntryKind,
    now: datetime,
    words: Words | None = None,
    *,
    internal: bool = False,
    channel: Channel = Channel.WEB,
    details: dict[str, Any] | None = None,
    head: str = "",
) -> TimelineEntry:
    """Append a line and keep the ticket's own marks: last word, last activity, change, newest entry. `head` as in indexing.

    Raises Refused for a ticket that was merged: nothing happens on it any more, all goes on where it went.
    """
    if ticket.merged_into_id is not None:
        raise Refused(_l("This ticket was merged into another one. Go on there."))
    words = words or Words("")
    entry = TimelineEntry(
        ticket=ticket, kind=kind, internal=internal, side=actor.side, contact_id=actor.contact_id, at=now,
        text=words.text, quoted=words.quoted, html=words.html, channel=channel, details=details,
    )  # fmt: skip
    db.session.add(entry)
    db.session.flush()
    content_ids = [*words.content_ids, *[None] * len(words.files)]
    for file, content_id in zip(words.files, content_ids, strict=False):
        db.session.add(
            Attachment(
                ticket_id=ticket.id,
                entry_id=entry.id,
                name=file.name,
                content_type=file.content_type,
                size=file.size,
                sha256=file.sha256,
                content_id=content_id,
            )
        )
    if words.message_id:
        remember_message_id(ticket.id, words.message_id, now, outgoing=False)
    if kind is not EntryKind.CHANGE and not actor.is_system:
        _wake(ticket, by_staff=actor.is_staff, now=now)
    ticket.last_entry_id = entry.id
    ticket.changed_at = now
    if not internal:
        ticket.last_activity_at = now
        if kind is EntryKind.MESSAGE:
            ticket.last_word = " ".join(words.text.split())[:200]
            ticket.last_word_side = actor.side
    if kind is not EntryKind.CHANGE:
        names = " ".join(file.name for file in words.files)
        indexing.add_line(
            ticket.id, f"{words.text} {names}", actor.contact_id, with_files=bool(names), internal=internal, head=head
        )  # fmt: skip
    return entry


def _wake(ticket: Ticket, *, by_staff: bool, now: datetime) -> None:
    """The client's words bring a ticket back into the queue; what staff do about it takes the mark of its return away."""
    if by_staff:
        ticket.woke_at = None
    elif ticket.snoozed_at is not None:
        ticket.snoozed_at, ticket.snoozed_until, ticket.woke_at = None, None, now


def add_change(
    ticket: Ticket, actor: Actor, now: datetime, details: dict[str, Any], *, internal: bool = True
) -> TimelineEntry:
    """A line of the portal's own; a status that the client sees is not internal."""
    return add_entry(ticket, actor, EntryKind.CHANGE, now, internal=internal, details=details)


def remember_message_id(ticket_id: int, message_id: str, now: datetime, *, outgoing: bool) -> None:
    """Keep a Message-ID for threading; one that is known already stays with its first ticket."""
    values = {"ticket_id": ticket_id, "message_id": message_id[:500], "outgoing": outgoing, "at": now}
    run(_remembering(on_postgresql()), values, apart=True)


@cache
def _remembering(postgres: bool) -> Any:
    remembering = insert_into(TicketMessageId, postgres=postgres)
    remembering = remembering.on_conflict_do_nothing(index_elements=["message_id"])
    return ready(remembering, "ticket_id", "message_id", "outgoing", "at")
