"""Saved views, own and shared, and how many tickets each view of the queue has: all counted in one statement, to a cap."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select, true

from portal.infra.db import BigId, db, fetch
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.tickets.models.desk import Mention, SavedView
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import queue, scope, search
from portal.tickets.rules.views import Sought, View, sought

CAP = 99
"""Counters go this far; beyond it nobody reads the number."""
MOST = 12
"""Saved views beside the others; the oldest ones of a person come first."""

_MINE_OR_SHARED = (
    select(SavedView.id, SavedView.name, SavedView.shared, SavedView.owner_id, SavedView.sought)
    .where(or_(SavedView.owner_id == bindparam("me", type_=BigId), SavedView.shared == true()))
    .order_by(SavedView.shared, SavedView.id)
    .limit(MOST)
)


class Saved:
    """A saved view as the queue shows it."""

    __slots__ = ("id", "is_mine", "name", "shared", "sought")

    def __init__(self, id_: int, name: str, shared: bool, is_mine: bool, what: Sought) -> None:
        self.id, self.name, self.shared, self.is_mine, self.sought = id_, name, shared, is_mine, what


def saved(actor: Actor) -> list[Saved]:
    """The actor's own, then those that colleagues share; at most MOST."""
    if not actor.is_staff:
        raise NotFound
    found = fetch(_MINE_OR_SHARED, {"me": actor.user_id})
    return [
        Saved(i, name, shared, owner == actor.user_id, sought(what)) for i, name, shared, owner, what in found
    ]


def saved_for(actor: Actor, view_id: int) -> SavedView:
    """One that the actor may change: their own; raises NotFound."""
    found = db.session.scalar(
        select(SavedView).where(SavedView.id == view_id, SavedView.owner_id == (actor.user_id or 0))
    )
    if found is None or not actor.is_staff:
        raise NotFound
    return found


def _capped(conditions: list[ColumnElement[bool]], what: Any = Ticket.id) -> Any:
    return (
        select(func.count())
        .select_from(select(what).where(*conditions).limit(CAP + 1).subquery())
        .scalar_subquery()
    )


@lru_cache(maxsize=200)
def _built(dialect: str, actor_id: int | None, places: tuple[Sought, ...]) -> Select[Any]:
    """One statement for the eight views and these saved ones. Per person, for saved views bear their values."""
    counts = [
        _capped([queue.unread_mention()], Mention.id)
        if view is View.MENTIONS
        else _capped([queue.of_view(view)])
        for view in View
    ]
    for what in places:
        conditions = [
            c.params(**{n: v}) if v is not None else c for n, c, v in queue.narrowing(what, actor_id)
        ]
        conditions.append(search.matches(scope.STAFF, what.words) if what.words else queue.of_view(what.view))
        counts.append(_capped(conditions))
    return select(*counts)


def counts(actor: Actor, places: Sequence[Saved]) -> tuple[dict[View, int], list[int]]:
    """How many tickets each view and each saved view has, no further than CAP + 1. Mentions: those not read yet."""
    if not actor.is_staff:
        raise NotFound
    statement = _built(db.engine.dialect.name, actor.user_id, tuple(p.sought for p in places))
    row = fetch(statement, {"me": actor.user_id})[0]
    views = list(View)
    return dict(zip(views, row[: len(views)], strict=True)), list(row[len(views) :])
