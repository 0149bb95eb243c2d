"""Canned replies and macros that the actor may use: their own and the shared ones."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from portal.infra.db import db
from portal.kernel.actor import Actor, StaffRole
from portal.kernel.errors import NotFound
from portal.people.models import User
from portal.tickets.models.desk import CannedReply, Macro

Kept = TypeVar("Kept", CannedReply, Macro)
MOST = 200

__all__ = ["CannedReply", "Macro", "changeable", "may_change", "usable", "usable_one"]


def usable(actor: Actor, kind: type[Kept]) -> Sequence[Kept]:
    """By name, at most MOST; raises NotFound for whoever is not of the staff."""
    if not actor.is_staff:
        raise NotFound
    query = (
        select(kind)
        .where(or_(kind.owner_id == actor.user_id, kind.shared))
        .options(joinedload(kind.owner).joinedload(User.contact))
        .order_by(kind.name, kind.id)
        .limit(MOST)
    )
    return db.session.scalars(query).all()


def usable_one(actor: Actor, kind: type[Kept], id_: int) -> Kept:
    """One of them; raises NotFound."""
    query = select(kind).where(kind.id == id_, or_(kind.owner_id == (actor.user_id or 0), kind.shared))
    found = db.session.scalar(query) if actor.is_staff else None
    if found is None:
        raise NotFound
    return found


def may_change(actor: Actor, one: CannedReply | Macro) -> bool:
    """The owner, and managers what is shared."""
    manages = actor.staff_role in (StaffRole.MANAGER, StaffRole.ADMINISTRATOR)
    return one.owner_id == actor.user_id or (one.shared and manages)


def changeable(actor: Actor, kind: type[Kept], id_: int) -> Kept:
    """One that the actor may change; raises NotFound."""
    found = usable_one(actor, kind, id_)
    if not may_change(actor, found):
        raise NotFound
    return found
