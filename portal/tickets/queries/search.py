"""Finding tickets by words, phrases and fields within what the actor may see, the newest first, in bounded time.

Words are found anywhere in a ticket: subject, messages, notes, names. A walk begins with the rarest of what is asked, looks
at a bounded number of candidates and asks each for the rest, so that common words cost no more than rare ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import aliased

from portal.assets import queries as assets
from portal.assets.models import Device
from portal.infra import search
from portal.infra.db import db
from portal.kernel import refs
from portal.kernel.actor import Actor
from portal.people import queries as people
from portal.people.models import Contact, Organisation, User
from portal.tickets.models.marks import TicketTag
from portal.tickets.models.ticket import Ticket, TimelineEntry
from portal.tickets.queries import posting, scope, tags
from portal.tickets.rules import snippets
from portal.tickets.rules.searching import Asked, Is
from portal.tickets.rules.snippets import Part
from portal.tickets.rules.words import ENDED, OPEN, WAITING, Status
from portal.web.paging import Page

PAGE = 25
WALKS = (posting.COMMON, 10_000)
"""So many candidates are looked at: first a few, and if they do not fill a page, more. Older ones come on the next page."""
NAMED = 50
"""So many organisations, devices or people of a name are meant."""
MEETING = 2_500
"""So many where they must meet other words: each candidate is a look into the index for every one of these."""
PHRASE_WALK = 1_000
"""Of a phrase every candidate's text is read."""
READ_OF_A_LINE = 20_000


@dataclass(frozen=True)
class Line:
    """The line in which the words stand."""

    parts: tuple[Part, ...]
    author: str | None
    internal: bool
    at: datetime


@dataclass(frozen=True)
class Found:
    """A ticket that was found. `line` is None where the words stand in the subject or in names alone."""

    id: int
    number: int
    subject: tuple[Part, ...]
    organisation: str
    requester: str
    status: Status
    last_activity_at: datetime
    last_word: str | None
    assignee: str | None
    line: Line | None


@dataclass(frozen=True)
class Result:
    """`looked_at_all` is False when the walk ended before the oldest ticket: the next page goes further back, even if
    this one is short or empty.
    """

    page: Page[Found]
    looked_at_all: bool = True
    asks_nothing: bool = False
    """Neither a letter nor a digit nor a field was asked for."""


def matches(actor: Actor, typed: str) -> ColumnElement[bool]:
    """A condition on Ticket for plain words: a number finds that ticket, words find all tickets that have all of them.

    For lists that are scoped and ordered by themselves. Internal lines are searched for staff alone. One statement.
    """
    number = refs.parse_ticket_number(typed)
    by_number = Ticket.number == number if number is not None else false()
    clauses = search.clauses(typed)
    if not clauses:
        return by_number
    wanted = posting.measured(clauses)
    if not wanted[0].tokens:
        return by_number
    internal = actor.is_staff or actor.is_system
    conditions = [posting.has(w, Ticket.id, internal=internal) for w in wanted]
    if not wanted[0].is_common:
        conditions[0] = Ticket.id.in_(posting.all_of(wanted[0], internal=internal))
    return or_(by_number, and_(*conditions))


def found(
    actor: Actor, asked: Asked, now: datetime, zone: ZoneInfo, before: int | None = None, size: int = PAGE
) -> Result:
    """A page of tickets with all that was asked, the newest first, those older than the id `before`.

    Nothing asked finds nothing. `zone`: where the reader's days begin.
    """
    nothing = Result(Page([], None))
    fields = _fields(actor, asked, now, zone)
    if fields is None:
        return nothing
    clauses = [*search.clauses(asked.text), *fields.clauses]
    if not (clauses or fields.conditions or asked.phrases):
        return Result(Page([], None), asks_nothing=True)
    wanted = posting.measured(clauses)
    if wanted and not wanted[0].tokens:
        return nothing
    internal = actor.is_staff or actor.is_system
    conditions = [*fields.conditions.values(), *(_says(p, internal=internal) for p in asked.phrases)]
    few = _rare_field(fields, before) if not wanted or wanted[0].is_common else None
    furthest = PHRASE_WALK if asked.phrases else MEETING if len(wanted) > 1 else max(WALKS)
    for most in (min(n, furthest) for n in WALKS):
        if few is not None:
            walk, rest, last = few, wanted, True
        else:
            walk = posting.newest(wanted[0], before, most) if wanted else _newest(before, most)
            rest, last = wanted[1:], bool(wanted) and not wanted[0].is_common
            if wanted and not internal:
                rest = wanted
        rows = _rows(actor, walk, rest, conditions, size)
        if last or len(rows) > size:
            return Result(_page(actor, asked, rows, size, None))
    seen, oldest = db.session.execute(select(func.count(), func.min(walk.subquery().c[0]))).one()
    if seen < most:
        return Result(_page(actor, asked, rows, size, None))
    return Result(_page(actor, asked, rows, size, oldest), looked_at_all=False)


@dataclass(frozen=True)
class _Fields:
    clauses: list[search.Clause]
    conditions: dict[str, ColumnElement[bool]]
    indexed: frozenset[str]
    """Names of conditions that an index answers."""


def _fields(actor: Actor, asked: Asked, now: datetime, zone: ZoneInfo) -> _Fields | None:
    """None: a field names what there is not, so nothing can be found."""
    clauses: list[search.Clause] = []
    conditions: dict[str, ColumnElement[bool]] = {}
    for n, name in enumerate(asked.organisations):
        ids = _ids(
            people.organisations_for(actor).with_only_columns(Organisation.id), Organisation.name, name
        )
        conditions[f"organisation{n}"] = Ticket.organisation_id.in_(ids)
    for n, name in enumerate(asked.devices):
        query = assets.devices_for(actor).with_only_columns(Device.id)
        columns = (Device.name, Device.tag, Device.serial)
        ids = list(db.session.scalars(query.where(or_(*(_like(c, name) for c in columns))).limit(NAMED)))
        conditions[f"device{n}"] = Ticket.device_id.in_(ids)
    for n, name in enumerate(asked.tags):
        named = select(TicketTag.ticket_id).where(TicketTag.tag_id.in_(tags.named(actor, name)))
        conditions[f"tag{n}"] = Ticket.id.in_(named)
    for name in asked.authors:
        if name == "me":
            authors = [actor.contact_id] if actor.contact_id is not None else []
        else:
            authors = _ids(_people(actor), Contact.name, name)
        if not authors:
            return None
        clauses.append(search.Clause(tuple(posting.by(c) for c in authors)))
    if asked.has_file:
        clauses.append(search.Clause((posting.FILE,)))
    for state in asked.states:
        conditions[state.value] = _states(actor)[state]
    if asked.kinds:
        conditions["kinds"] = Ticket.kind.in_(asked.kinds)
    if asked.due_within is not None:
        conditions["due"] = and_(Ticket.status.in_(OPEN), Ticket.due_at <= now + asked.due_within)
    if asked.before is not None:
        conditions["before"] = Ticket.received_at < _morning(asked.before, zone)
    if asked.since is not None:
        conditions["since"] = Ticket.received_at >= _morning(asked.since, zone)
    indexed = {c for c in conditions if c.startswith(("organisation", "device", "tag")) or c in set(Is)}
    return _Fields(clauses, conditions, frozenset(indexed))


def _states(actor: Actor) -> dict[Is, ColumnElement[bool]]:
    return {
        Is.OPEN: Ticket.status.in_(OPEN),
        Is.WAITING: Ticket.status.in_(WAITING),
        Is.RESOLVED: Ticket.status == Status.RESOLVED,
        Is.CLOSED: Ticket.status.in_(ENDED),
        Is.UNANSWERED: and_(Ticket.unanswered_since.is_not(None), Ticket.status.in_(OPEN)),
        Is.UNASSIGNED: and_(Ticket.assignee_id.is_(None), Ticket.status.in_(OPEN)),
        Is.MINE: and_(Ticket.assignee_id == actor.user_id, Ticket.queue_rank.is_not(None)),
    }


def _people(actor: Actor) -> Select[tuple[int]]:
    """Whose lines may be asked for: for staff everybody's, for a client their own alone."""
    query = select(Contact.id)
    return query if actor.is_staff or actor.is_system else query.where(Contact.id == actor.contact_id)


def _ids(query: Select[Any], column: Any, name: str) -> list[int]:
    return list(db.session.scalars(query.where(_like(column, name)).limit(NAMED)))


def _like(column: Any, typed: str) -> ColumnElement[bool]:
    return column.icontains(typed, autoescape=True)


def _morning(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _says(phrase: str, *, internal: bool) -> ColumnElement[bool]:
    """A phrase stands in one line or in the subject."""
    line = exists().where(TimelineEntry.ticket_id == Ticket.id, _like(TimelineEntry.text, phrase))
    return or_(_like(Ticket.subject, phrase), line if internal else line.where(~TimelineEntry.internal))


def _rare_field(fields: _Fields, before: int | None) -> Select[tuple[int]] | None:
    """All tickets of a condition that few have, if there is one; one statement for all of them, none where there is none."""
    names = sorted(fields.indexed)
    if not names:
        return None
    counts = [
        select(func.count())
        .select_from(select(Ticket.id).where(fields.conditions[name]).limit(posting.COMMON + 1).subquery())
        .scalar_subquery()
        for name in names
    ]
    tickets, name = min(zip(db.session.execute(select(*counts)).one(), names, strict=True))
    if tickets > posting.COMMON:
        return None
    walk = select(Ticket.id).where(fields.conditions[name])
    return walk if before is None else walk.where(Ticket.id < before)


def _newest(before: int | None, most: int) -> Select[tuple[int]]:
    walk = select(Ticket.id) if before is None else select(Ticket.id).where(Ticket.id < before)
    return walk.order_by(Ticket.id.desc()).limit(most)


def _rows(
    actor: Actor,
    walk: Select[tuple[int]],
    rest: Sequence[posting.Wanted],
    conditions: Sequence[ColumnElement[bool]],
    size: int,
) -> Sequence[Any]:
    """What the walk meets that has the rest, too. The index is asked before the ticket is read: most candidates fall there."""
    candidate, internal = walk.subquery().c[0], actor.is_staff or actor.is_system
    few = (
        scope.visible(select(Ticket.id).join(candidate.table, candidate == Ticket.id), actor)
        .where(*(posting.has(w, candidate, internal=internal) for w in rest), *conditions)
        .order_by(Ticket.id.desc())
        .limit(size + 1)
        .subquery()
    )
    requester, assignee = aliased(Contact), aliased(Contact)
    query = (
        select(
            Ticket.id, Ticket.number, Ticket.subject, Organisation.name.label("organisation"),
            requester.name.label("requester"), Ticket.status, Ticket.last_activity_at, Ticket.last_word,
            assignee.name.label("assignee"),
        )
        .join(few, few.c.id == Ticket.id)
        .join(Organisation, Organisation.id == Ticket.organisation_id)
        .join(requester, requester.id == Ticket.requester_id)
        .outerjoin(User, User.id == Ticket.assignee_id)
        .outerjoin(assignee, assignee.id == User.contact_id)
        .order_by(Ticket.id.desc())
    )  # fmt: skip
    return db.session.execute(query).all()


def _page(actor: Actor, asked: Asked, rows: Sequence[Any], size: int, behind: int | None) -> Page[Found]:
    kept = rows[:size]
    needles = search.needles(asked.text)
    lines = lines_of(actor, [row.id for row in kept], needles)
    page = [
        Found(
            row.id, row.number, snippets.marked(row.subject, needles), row.organisation, row.requester, row.status,
            row.last_activity_at, row.last_word, row.assignee, lines.get(row.id),
        )
        for row in kept
    ]  # fmt: skip
    key = kept[-1].id if len(rows) > size else behind
    return Page(page, None if key is None else str(key))


def lines_of(actor: Actor, ticket_ids: Sequence[int], needles: Sequence[str]) -> dict[int, Line]:
    """Of each ticket of a page the newest line that the actor may see with one of the words; at most one statement."""
    if not ticket_ids or not needles:
        return {}
    says = or_(*(_like(TimelineEntry.text, s) for needle in needles for s in search.spellings(needle)))
    rank = func.row_number().over(partition_by=TimelineEntry.ticket_id, order_by=TimelineEntry.id.desc())
    lines = (
        select(
            TimelineEntry.ticket_id, TimelineEntry.internal, TimelineEntry.at, TimelineEntry.contact_id,
            func.substr(TimelineEntry.text, 1, READ_OF_A_LINE).label("text"), rank.label("rank"),
        )
        .where(TimelineEntry.ticket_id.in_(ticket_ids), says)
    )  # fmt: skip
    if not (actor.is_staff or actor.is_system):
        lines = lines.where(~TimelineEntry.internal)
    newest = lines.subquery()
    query = (
        select(newest.c.ticket_id, newest.c.internal, newest.c.at, newest.c.text, Contact.name)
        .outerjoin(Contact, Contact.id == newest.c.contact_id)
        .where(newest.c.rank == 1)
    )
    found: dict[int, Line] = {}
    for ticket_id, internal, at, text, author in db.session.execute(query):
        parts = snippets.snippet(text, needles)
        if parts is not None:
            found[ticket_id] = Line(parts, author, internal, at)
    return found
