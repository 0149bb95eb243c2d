"""A visit's own history, and its line on the tickets that it is for."""

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from portal.dispatch.models import Visit, VisitChange
from portal.dispatch.rules.visiting import OVER, VisitStatus, may_become
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Stale
from portal.tickets.rules.holds import HoldKind, Work
from portal.tickets.service import holds
from portal.tickets.service import record as ticket_record


def ref_of(visit: Visit) -> str:
    """How the floors below name a visit."""
    return f"visit:{visit.number}"


def work_of(visit: Visit) -> Work:
    """What holds the tickets of a visit while it is open."""
    return Work(HoldKind.VISIT, visit.number)


def become(visit: Visit, actor: Actor, then: VisitStatus, **details: Any) -> None:
    """Take a step on a locked visit and write it down; raises Stale when the table does not have it."""
    if not may_become(visit.status, then):
        raise Stale(
            _l("The visit has moved on since this page was opened; that step is not possible any more.")
        )
    before, visit.status = visit.status, then
    write(visit, actor, then.value, **{"from": before.value}, **details)
    if then in OVER:
        holds.let_go(ref_of(visit))


def write(visit: Visit, actor: Actor, what: str, **details: Any) -> VisitChange:
    """Add a line to the history, and to the timeline of each ticket that the visit is for."""
    now = clock.now()
    visit.changed_at, visit.version = now, (visit.version or 0) + 1
    plain = {key: value for key, value in details.items() if value not in (None, "")}
    change = VisitChange(visit_id=visit.id, at=now, contact_id=actor.contact_id, what=what, details=plain)
    db.session.add(change)
    for row in visit.tickets:
        line = {"what": "visit", "visit": visit.number, "became": what, **plain}
        ticket_record.add_change(row.ticket, actor, now, line, internal=False)
    db.session.flush()
    return change


def last_line(visit: Visit) -> int:
    """The id of the newest line of its history, which marks what an event tells of."""
    return db.session.scalar(select(func.max(VisitChange.id)).where(VisitChange.visit_id == visit.id)) or 0
