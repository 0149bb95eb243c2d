"""The conversation of a ticket as the reader may see it, read whole as plain rows: no line asks the database again.

A line is the columns of TimelineEntry with `author` (a name, empty for the portal itself), `number` (of its ticket), `work` (the
columns of WorkLog, its `user` and `contact`, who was spoken to) and its `attachments`.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, select

from portal.infra.db import BigId, fetch
from portal.infra.plain import Parts, Plain
from portal.kernel.actor import Actor
from portal.people.models import Contact, User
from portal.tickets.models.ticket import Attachment, Ticket, TimelineEntry, WorkLog
from portal.tickets.queries import merged, scope

_AUTHOR, _WORKER, _SPOKE_TO = (Contact.__table__.alias(name) for name in ("author", "worker", "spoke_to"))
_WORK = ((WorkLog, ()), (_WORKER, ("name",)), (_SPOKE_TO, ("name",)))
_LINE_PARTS = Parts((TimelineEntry, ()), (_AUTHOR, ("name",)), *_WORK)
LINES = (
    select(*_LINE_PARTS.columns, Ticket.number)
    .select_from(TimelineEntry)
    .join(Ticket, TimelineEntry.ticket_id == Ticket.id)
    .outerjoin(_AUTHOR, _AUTHOR.c.id == TimelineEntry.contact_id)
    .outerjoin(WorkLog, WorkLog.entry_id == TimelineEntry.id)
    .outerjoin(User, User.id == WorkLog.user_id)
    .outerjoin(_WORKER, _WORKER.c.id == User.contact_id)
    .outerjoin(_SPOKE_TO, _SPOKE_TO.c.id == WorkLog.contact_id)
)
"""Lines of all tickets, for the staff's eyes: whoever runs it limits it to what the reader may see."""


@dataclass(frozen=True)
class Lines:
    """`more`: whether there are more than were asked for."""

    page: list[Plain]
    more: bool


_FILE = select(Attachment.__table__).order_by(Attachment.id)
_OF_ONE = _FILE.where(
    Attachment.ticket_id == bindparam("ticket", type_=BigId),
    Attachment.entry_id.between(bindparam("first", type_=BigId), bindparam("last", type_=BigId)),
)


def lines(
    statement: Select[Any], values: dict[str, Any], size: int | None = None, *, with_files: bool = True
) -> Lines:
    """What a statement over LINES finds, at most `size`, with the files; two statements, or one where there are none."""
    page: list[Plain] = []
    rows = fetch(statement, values)
    for row in rows[:size]:
        line, author, line.work, user, contact, line.number = _LINE_PARTS.read(row)
        line.author, line.attachments = author.name if author else "", []
        if line.work:
            line.work.user, line.work.contact = user, contact
        page.append(line)
    if page and with_files:
        known = {line.id: line for line in page}
        if len({line.ticket_id for line in page}) == 1:
            between = {"ticket": page[0].ticket_id, "first": min(known), "last": max(known)}
            files = fetch(_OF_ONE, between)
        else:
            files = fetch(_FILE.where(Attachment.entry_id.in_(known)))
        for file in files:
            if (
                file.entry_id in known
            ):  # between the first and the last may stand one that the reader may not see
                known[file.entry_id].attachments.append(file)
    return Lines(page, size is not None and len(rows) > size)


def entries_of(actor: Actor, ticket: Ticket) -> list[Plain]:
    """All lines of a ticket that the actor may see, oldest first, with their authors, files and work; two statements."""
    query = scope.public_for(actor, scope.visible(LINES, actor))
    query = query.where(merged.same_request(TimelineEntry.ticket_id, ticket)).order_by(TimelineEntry.id)
    return lines(query, {}).page


_WORK_PARTS = Parts(*_WORK)
_WORKS = (
    select(*_WORK_PARTS.columns)
    .select_from(WorkLog)
    .join(User, User.id == WorkLog.user_id)
    .join(_WORKER, _WORKER.c.id == User.contact_id)
    .outerjoin(_SPOKE_TO, _SPOKE_TO.c.id == WorkLog.contact_id)
    .order_by(WorkLog.id)
)


def works_of(actor: Actor, ticket: Ticket) -> list[Plain]:
    """Calls and remote sessions of a ticket whose lines the actor may see, oldest first; one statement."""
    seen = scope.entries_for(actor).with_only_columns(TimelineEntry.id)
    found = []
    for row in fetch(
        _WORKS.where(merged.same_request(WorkLog.ticket_id, ticket), WorkLog.entry_id.in_(seen))
    ):
        work, work.user, work.contact = _WORK_PARTS.read(row)
        found.append(work)
    return found
