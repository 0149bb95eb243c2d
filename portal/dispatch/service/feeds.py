"""An engineer's private calendar address: made, shown once, made anew, revoked. Only its hash is kept.

Refuses to tell an address that never was from one that was revoked.
"""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.dispatch.models import CalendarFeed
from portal.infra.db import db
from portal.kernel import clock, refs
from portal.kernel.errors import NotFound
from portal.people.models import User


def make(user_id: int) -> str:
    """A new secret; whatever was made before is useless from now on."""
    secret = refs.new_secret()
    row = db.session.get(CalendarFeed, user_id) or CalendarFeed(user_id=user_id)
    row.token_hash, row.created_at, row.read_at = refs.hash_of(secret), clock.now(), None
    db.session.add(row)
    db.session.flush()
    return secret


def revoke(user_id: int) -> None:
    """The address answers no more. Twice is once."""
    row = db.session.get(CalendarFeed, user_id)
    if row is not None:
        db.session.delete(row)


def made_by(user_id: int) -> CalendarFeed | None:
    """The feed of somebody, if there is one."""
    return db.session.get(CalendarFeed, user_id)


def whose(secret: str) -> User:
    """Whose days are read with this secret: somebody of the staff who may still sign in. Raises NotFound for all else."""
    found = db.session.scalar(
        select(User)
        .join(CalendarFeed, CalendarFeed.user_id == User.id)
        .where(CalendarFeed.token_hash == refs.hash_of(secret), User.active, User.staff_role.is_not(None))
        .options(joinedload(User.contact))
    )
    if found is None:
        raise NotFound
    return found
