"""Time spent on tickets: each call and session by itself, more by hand, and what counts of it, corrected with a reason."""

from datetime import datetime

from flask_babel import lazy_gettext as _l

from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.tickets.models.ticket import Ticket, WorkLog
from portal.tickets.models.time import TimeCorrection, TimeSpent
from portal.tickets.queries import time as queries
from portal.tickets.rules import time as rules
from portal.tickets.rules.words import Outcome
from portal.tickets.service import record


def of_work(log: WorkLog) -> TimeSpent:
    """The time of a call or a session that was just logged. One that reached nobody counts nothing."""
    reached = log.outcome is not Outcome.NOT_REACHED
    row = TimeSpent(
        ticket_id=log.ticket_id, work_id=log.id, user_id=log.user_id, at=log.started_at, minutes=log.minutes,
        accounted=rules.accounted(log.minutes, reached=reached),
    )  # fmt: skip
    db.session.add(row)
    return row


def add(actor: Actor, ticket: Ticket, minutes: int, what: str, at: datetime | None) -> TimeSpent:
    """Minutes that were neither a call nor a session, and what for; `at` when they began, else they have just ended."""
    assert actor.user_id is not None
    now = clock.now()
    if at is not None and at > now:
        raise Refused(_l("That lies in the future. When did it start?"), field="started_at")
    row = TimeSpent(
        ticket_id=ticket.id, user_id=actor.user_id, at=at or now, minutes=minutes,
        accounted=rules.accounted(minutes), what=what[:500],
    )  # fmt: skip
    db.session.add(row)
    record.add_change(ticket, actor, now, {"what": "time", "minutes": minutes, "for": what[:500]})
    return row


def correct(actor: Actor, ticket: Ticket, spent_id: int, accounted: int, reason: str) -> None:
    """Other minutes count; what counted before, who decided it and why are kept. The minutes that were really spent stay."""
    assert actor.user_id is not None
    row = queries.spent(actor, ticket, spent_id)
    if row.accounted == accounted:
        raise Refused(_l("So many minutes count already."), field="accounted")
    db.session.add(
        TimeCorrection(
            spent_id=row.id, before=row.accounted, after=accounted, reason=reason[:500], user_id=actor.user_id, at=clock.now()
        )
    )  # fmt: skip
    row.accounted = accounted
