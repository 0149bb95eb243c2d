"""The queue of the desk: its views by need, their rows, their counters, and whether anything changed.

One statement for the rows, one for all counters (each counted to a cap), one for the version. None of them writes.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy import SQLColumnExpression as Expression
from sqlalchemy.orm import aliased

from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.people.models import Contact, Organisation, Team, User
from portal.tickets.models.ticket import Ticket, TicketSeen
from portal.tickets.queries import scope, search
from portal.tickets.rules.words import OPEN, WAITING, Phase, Status, Urgency
from portal.web.paging import Page, page_of

PAGE = 50
CAP = 99
"""Counters go this far; beyond it nobody reads the number."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class View(StrEnum):
    """What an agent may be looking for."""

    UNANSWERED = "unanswered"
    MINE = "mine"
    TEAM = "team"
    UNASSIGNED = "unassigned"
    WAITING = "waiting"
    RESOLVED = "resolved"
    OPEN = "open"


NEWEST_FIRST = "found"
"""The key of search results, which belong to no view."""


@dataclass(frozen=True)
class Row:
    """One line of the queue. `since` is what the view is ordered by."""

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
    unanswered_since: datetime | None
    status_since: datetime
    last_activity_at: datetime
    assignee: str | None
    assignee_user_id: int | None
    team: str | None
    unread: bool
    since: datetime


def _condition(actor: Actor, view: View) -> ColumnElement[bool]:
    own_team = select(User.team_id).where(User.id == actor.user_id).scalar_subquery()
    conditions: dict[View, ColumnElement[bool]] = {
        View.UNANSWERED: and_(Ticket.unanswered_since.is_not(None), Ticket.status.in_(OPEN)),
        View.MINE: and_(Ticket.assignee_id == actor.user_id, Ticket.status.in_(OPEN)),
        View.TEAM: and_(Ticket.team_id == own_team, Ticket.status.in_(OPEN)),
        View.UNASSIGNED: and_(Ticket.assignee_id.is_(None), Ticket.status.in_(OPEN)),
        View.WAITING: Ticket.status.in_(WAITING),
        View.RESOLVED: or_(Ticket.status == Status.RESOLVED, Ticket.thanked_at.is_not(None)),
        View.OPEN: Ticket.status.in_(OPEN),
    }
    return conditions[view]


def _order(view: View) -> tuple[Expression[int], Expression[datetime | None]]:
    """Rank, then instant, both ascending, then the id. What nobody has answered stands first, the longest wait on top."""
    if view is View.WAITING:
        return literal(0), Ticket.status_since
    if view is View.RESOLVED:
        return case((Ticket.thanked_at.is_not(None), 0), else_=1), Ticket.status_since
    if view is View.UNANSWERED:
        return literal(0), Ticket.unanswered_since
    rank = case((Ticket.unanswered_since.is_not(None), 0), else_=1)
    return rank, func.coalesce(Ticket.unanswered_since, Ticket.last_activity_at, type_=Ticket.changed_at.type)


def _after(
    key: str | None, rank: Expression[int], since: Expression[datetime | None]
) -> ColumnElement[bool] | None:
    """The rows behind a key "rank.microseconds.id"; a key that cannot be read begins at the first page."""
    try:
        at_rank, micros, last_id = (int(part) for part in (key or "").split("."))
        at = datetime.fromtimestamp(micros // 1_000_000, UTC).replace(microsecond=micros % 1_000_000)
    except (ValueError, OverflowError, OSError):
        return None
    return or_(
        rank > at_rank,
        and_(rank == at_rank, since > at),
        and_(rank == at_rank, since == at, Ticket.id > last_id),
    )


def _key(row: Any) -> str:
    since: datetime = row.since
    span = since - _EPOCH
    micros = (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds
    return f"{row.rank}.{micros}.{row.id}"


def _rows(actor: Actor, rank: Expression[Any], since: Expression[Any]) -> Select[Any]:
    assignee = aliased(Contact)
    query = (
        select(
            Ticket.id, Ticket.number, Ticket.subject, Organisation.name.label("organisation"),
            Contact.name.label("requester"), Ticket.status, Ticket.phase, Ticket.urgency, Ticket.waiting_reason,
            Ticket.last_word, Ticket.last_word_side, Ticket.thanked_at.is_not(None).label("thanked"),
            Ticket.unanswered_since, Ticket.status_since, Ticket.last_activity_at, assignee.name.label("assignee"),
            Ticket.assignee_id.label("assignee_user_id"), Team.name.label("team"),
            (func.coalesce(TicketSeen.entry_id, 0) < Ticket.last_entry_id).label("unread"),
            rank.label("rank"), since.label("since"),
        )
        .join(Organisation, Ticket.organisation_id == Organisation.id)
        .join(Contact, Ticket.requester_id == Contact.id)
        .outerjoin(User, Ticket.assignee_id == User.id)
        .outerjoin(assignee, User.contact_id == assignee.id)
        .outerjoin(Team, Ticket.team_id == Team.id)
        .outerjoin(TicketSeen, and_(TicketSeen.ticket_id == Ticket.id, TicketSeen.user_id == actor.user_id))
    )  # fmt: skip
    return scope.visible(query, actor)


def _page(query: Select[Any], size: int) -> Page[Row]:
    found = db.session.execute(query.limit(size + 1)).all()
    page = page_of(found, size, _key)
    names = list(Row.__dataclass_fields__)
    return Page([Row(**{name: getattr(row, name) for name in names}) for row in page.rows], page.next_key)


def rows(actor: Actor, view: View, after: str | None = None, size: int = PAGE) -> Page[Row]:
    """A page of a view."""
    rank, since = _order(view)
    query = _rows(actor, rank, since).where(_condition(actor, view))
    if (behind := _after(after, rank, since)) is not None:
        query = query.where(behind)
    return _page(query.order_by(rank, since, Ticket.id), size)


def found(actor: Actor, typed: str, after: str | None = None, size: int = PAGE) -> Page[Row]:
    """Tickets that a person's words find, whatever their status, the newest word first."""
    query = _rows(actor, literal(0), Ticket.last_activity_at).where(search.matches(actor, typed))
    try:
        _rank, micros, last_id = (int(part) for part in (after or "").split("."))
        at = datetime.fromtimestamp(micros // 1_000_000, UTC).replace(microsecond=micros % 1_000_000)
        query = query.where(
            or_(Ticket.last_activity_at < at, and_(Ticket.last_activity_at == at, Ticket.id < last_id))
        )
    except (ValueError, OverflowError, OSError):
        pass
    return _page(query.order_by(Ticket.last_activity_at.desc(), Ticket.id.desc()), size)


def number_of(actor: Actor, number: int) -> bool:
    """Whether the actor may open a ticket of this number."""
    return (
        db.session.scalar(scope.visible(select(Ticket.id), actor).where(Ticket.number == number)) is not None
    )


def counts(actor: Actor) -> dict[View, int]:
    """How many tickets each view has, counted no further than CAP + 1; all in one statement."""
    columns = [
        select(func.count())
        .select_from(scope.visible(select(Ticket.id), actor).where(_condition(actor, view)).limit(CAP + 1).subquery())
        .scalar_subquery()
        .label(view.value)
        for view in View
    ]  # fmt: skip
    row = db.session.execute(select(*columns)).one()
    return {view: int(getattr(row, view.value)) for view in View}


def version() -> str:
    """Changes whenever any ticket does, and with each minute, for the rows say how long ago."""
    changed = db.session.scalar(select(func.max(Ticket.changed_at)))
    minute = clock.now().replace(second=0, microsecond=0)
    return f"{changed.timestamp() if changed else 0:.6f}-{minute:%H%M}"
