"""The call or remote session that one of the staff is in."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload

from portal.infra.db import BigId, db
from portal.kernel.actor import Actor
from portal.tickets.models.attempts import RunningWork


def running_of(actor: Actor, *, lock: bool = False) -> RunningWork | None:
    """The actor's own, with its ticket and the person at the other end; one statement."""
    if actor.user_id is None:
        return None
    return db.session.scalar(_LOCKED if lock else _RUNNING, {"me": actor.user_id})


_RUNNING = (
    select(RunningWork)
    .where(RunningWork.user_id == bindparam("me", type_=BigId))
    .options(joinedload(RunningWork.ticket), joinedload(RunningWork.contact))
)
_LOCKED = _RUNNING.with_for_update(of=RunningWork).execution_options(populate_existing=True)
"""Built once: every page of the desk asks for it."""


def running_on(actor: Actor, ticket_id: int) -> RunningWork | None:
    """The actor's own, if it is on this ticket."""
    found = running_of(actor)
    return found if found is not None and found.ticket_id == ticket_id else None
