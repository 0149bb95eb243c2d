"""The queue of the desk: its views by need, narrowed, their rows, and whether anything changed.

One statement for the rows, one for the version; none of them writes. A statement is built once for each shape of what is
sought, and only for staff: the desk's views belong to nobody else.
"""

from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    func,
    literal,
    select,
    tuple_,
    union_all,
)
from sqlalchemy import SQLColumnExpression as Expression
from sqlalchemy.orm import aliased

from portal.infra.db import BigId, Instant, db, fetch
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.people.models import Contact, Organisation, Team, User
from portal.tickets.models.desk import Draft, Mention
from portal.tickets.models.ticket import Ticket, TicketSeen
from portal.tickets.queries import presence, scope, search
from portal.tickets.rules.views import Order, Sought, View
from portal.tickets.rules.words import Phase, Status, Urgency
from portal.web.paging import Page, page_of

PAGE = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ME = bindparam("me", type_=BigId)

_SOLVED, _THANKED = aliased(Ticket), aliased(Ticket)


class Row(NamedTuple):
    """One line of the queue. `since` is what the view is ordered by; `draft`: the reader has unsent words on it."""

    id: int
    number: int
    subject: str
    organisation: str
    requester: str
    status: Status
    phase: Phase
    urgency: Urgency
    waiting_reason: str | None
    last_word: str | None
    last_word_side: str | None
    thanked: bool
    woke: bool
    """It came back into sight and nobody has done anything about it yet."""
    unanswered_since: datetime | None
    status_since: datetime
    last_activity_at: datetime
    due_at: datetime | None
    due_metric: str | None
    assignee: str | None
    assignee_user_id: int | None
    team: str | None
    unread: bool
    draft: bool
    rank: int
    since: datetime


def of_view(view: View) -> ColumnElement[bool]:
    """What belongs to a view of the person who is bound as `me`."""
    own_team = select(User.team_id).where(User.id == _ME).scalar_subquery()
    in_queue = Ticket.queue_rank.is_not(None)
    match view:
        case View.UNANSWERED:
            return and_(Ticket.unanswered_since.is_not(None), in_queue)
        case View.MINE:
            return and_(Ticket.assignee_id == _ME, in_queue)
        case View.TEAM:
            return and_(Ticket.team_id == own_team, in_queue)
        case View.UNASSIGNED:
            return and_(Ticket.assignee_id.is_(None), in_queue)
        case View.MENTIONS:
            return Ticket.id.in_(select(Mention.ticket_id).where(Mention.user_id == _ME))
        case View.WAITING:
            return Ticket.waits_since.is_not(None)
        case View.SNOOZED:
            return Ticket.snoozed_at.is_not(None)
        case View.RESOLVED:
            # Not by "or": SQLite would read the whole table, for the index over thanks holds only those rows.
            solved = select(_SOLVED.id).where(_SOLVED.status == Status.RESOLVED)
            return Ticket.id.in_(
                union_all(solved, select(_THANKED.id).where(_THANKED.thanked_at.is_not(None)))
            )
        case View.OPEN:
            return in_queue


def unread_mention() -> ColumnElement[bool]:
    """Named in a note that the person bound as `me` has not read yet."""
    seen = (
        select(TicketSeen.entry_id)
        .where(TicketSeen.ticket_id == Mention.ticket_id, TicketSeen.user_id == _ME)
        .scalar_subquery()
    )
    return and_(Mention.user_id == _ME, Mention.entry_id > func.coalesce(seen, 0))


def narrowing(what: Sought, me: int | None) -> list[tuple[str, ColumnElement[bool], Any]]:
    """Name, condition with a bound value of that name, and the value, for each filter that is set."""
    found: list[tuple[str, ColumnElement[bool], Any]] = []
    if what.assignee == "nobody":
        found.append(("nobody", Ticket.assignee_id.is_(None), None))
    elif what.assignee:
        team, of = what.assignee[0] == "t", me if what.assignee == "me" else int(what.assignee[1:])
        column = Ticket.team_id if team else Ticket.assignee_id
        name = "team" if team else "assignee"
        found.append((name, column == bindparam(name, type_=BigId), of))
    for name, value in (("urgency", what.urgency), ("kind", what.kind), ("phase", what.phase)):
        if value:
            column = getattr(Ticket, name)
            member: Any = column.type.enum_class(value)
            found.append((name, column == bindparam(name, type_=column.type), member))
    if what.organisation_id is not None:
        theirs = Ticket.organisation_id == bindparam("organisation", type_=BigId)
        found.append(("organisation", theirs, what.organisation_id))
    return found


def _order(what: Sought) -> tuple[Expression[Any], Expression[Any], bool]:
    """Rank and instant, and whether the newest stands first. Each pair is an index's order."""
    if what.order is Order.NEWEST or what.words or what.view is View.MENTIONS:
        return literal(0), Ticket.last_activity_at, True
    if what.view is View.WAITING:
        return literal(0), Ticket.waits_since, False
    if what.view is View.SNOOZED:
        return literal(0), Ticket.snoozed_at, False
    if what.view is View.RESOLVED:
        return func.coalesce(Ticket.thanked_at.is_(None), True, type_=Boolean), Ticket.status_since, False
    return Ticket.queue_rank, Ticket.queue_at, False


def _instant(key: str | None) -> tuple[int, datetime, int] | None:
    """The key "rank.microseconds.id" of the row before; None for one that cannot be read: the first page."""
    try:
        rank, micros, last_id = (int(part) for part in (key or "").split("."))
        at = datetime.fromtimestamp(micros // 1_000_000, UTC).replace(microsecond=micros % 1_000_000)
    except (ValueError, OverflowError, OSError):
        return None
    return (rank, at, last_id) if max(abs(rank), abs(last_id)) < 2**62 else None


def _key(row: Row) -> str:
    span = row.since - _EPOCH
    micros = (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds
    return f"{int(row.rank)}.{micros}.{row.id}"


def _columns(rank: Expression[Any], since: Expression[Any]) -> Select[Any]:
    assignee = aliased(Contact)
    drafts = exists().where(Draft.ticket_id == Ticket.id, Draft.user_id == _ME)
    query = (
        select(
            Ticket.id, Ticket.number, Ticket.subject, Organisation.name.label("organisation"),
            Contact.name.label("requester"), Ticket.status, Ticket.phase, Ticket.urgency, Ticket.waiting_reason,
            Ticket.last_word, Ticket.last_word_side, Ticket.thanked_at.is_not(None).label("thanked"),
            Ticket.woke_at.is_not(None).label("woke"),
            Ticket.unanswered_since, Ticket.status_since, Ticket.last_activity_at, Ticket.due_at, Ticket.due_metric,
            assignee.name.label("assignee"), Ticket.assignee_id.label("assignee_user_id"), Team.name.label("team"),
            (func.coalesce(TicketSeen.entry_id, 0) < Ticket.last_entry_id).label("unread"), drafts.label("draft"),
            rank.label("rank"), since.label("since"),
        )
        .join(Organisation, Ticket.organisation_id == Organisation.id)
        .join(Contact, Ticket.requester_id == Contact.id)
        .outerjoin(User, Ticket.assignee_id == User.id)
        .outerjoin(assignee, User.contact_id == assignee.id)
        .outerjoin(Team, Ticket.team_id == Team.id)
        .outerjoin(TicketSeen, and_(TicketSeen.ticket_id == Ticket.id, TicketSeen.user_id == _ME))
    )  # fmt: skip
    return scope.visible(query, scope.STAFF)


def _statement(
    what: Sought, narrowed: list[ColumnElement[bool]], *, paged: bool, by_view: bool
) -> Select[Any]:
    rank, since, newest = _order(what)
    query = _columns(rank, since)
    for condition in [*([of_view(what.view)] if by_view else []), *narrowed]:
        query = query.where(condition)
    at, id_ = bindparam("at", type_=Instant), bindparam("after_id", type_=BigId)
    if newest:
        if paged:
            query = query.where(tuple_(since, Ticket.id) < tuple_(at, id_))
        return query.order_by(since.desc(), Ticket.id.desc())
    constant = what.view in (View.WAITING, View.SNOOZED)
    if paged and constant:
        query = query.where(tuple_(since, Ticket.id) > tuple_(at, id_))
    elif paged:
        query = query.where(tuple_(rank, since, Ticket.id) > tuple_(bindparam("after_rank"), at, id_))
    return query.order_by(since, Ticket.id) if constant else query.order_by(rank, since, Ticket.id)


@cache
def _built(view: View, order: Order, names: tuple[str, ...], paged: bool) -> Select[Any]:
    """The statement of a shape; its values are bound when it runs. There are a few dozen shapes in use."""
    samples = {
        "nobody": Sought(assignee="nobody"), "assignee": Sought(assignee="u1"), "team": Sought(assignee="t1"),
        "urgency": Sought(urgency=Urgency.LOW), "kind": Sought(kind="fault"), "phase": Sought(phase=Phase.PHONE),
        "organisation": Sought(organisation_id=1),
    }  # fmt: skip
    narrowed = [narrowing(samples[name], 1)[0][1] for name in names]
    return _statement(Sought(view, order=order), narrowed, paged=paged, by_view=True).limit(bindparam("most"))


def rows(actor: Actor, what: Sought, after: str | None = None, size: int = PAGE) -> Page[Row]:
    """A page of what is sought; nothing for whoever is not of the staff."""
    if not actor.is_staff:
        raise NotFound
    behind = _instant(after)
    values: dict[str, Any] = {"me": actor.user_id, "most": size + 1}
    if behind is not None:
        values |= {"after_rank": behind[0], "at": behind[1], "after_id": behind[2]}
    narrowed = narrowing(what, actor.user_id)
    values |= {name: value for name, _condition, value in narrowed if value is not None}
    if what.words:
        conditions = [search.matches(actor, what.words), *(condition for _n, condition, _v in narrowed)]
        query = _statement(what, conditions, paged=behind is not None, by_view=False).limit(size + 1)
        del values["most"]
    else:
        query = _built(what.view, what.order, tuple(n for n, _c, _v in narrowed), behind is not None)
    if not behind or what.words or _order(what)[2] or what.view in (View.WAITING, View.SNOOZED):
        values.pop("after_rank", None)
    found = [Row(*row) for row in fetch(query, values)]
    return page_of(found, size, _key)


def number_of(actor: Actor, number: int) -> bool:
    """Whether the actor may open a ticket of this number."""
    return (
        db.session.scalar(scope.visible(select(Ticket.id), actor).where(Ticket.number == number)) is not None
    )


_CHANGED = select(func.max(Ticket.changed_at))


def version(now_there: presence.There) -> str:
    """Changes whenever any ticket does, when somebody comes, goes or begins to type, and with each minute, for the rows say
    how long ago."""
    changed = fetch(_CHANGED)[0][0]
    minute = clock.now().replace(second=0, microsecond=0)
    return f"{changed.timestamp() if changed else 0:.6f}-{minute:%H%M}-{presence.mark(now_there)}"
