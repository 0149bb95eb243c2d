"""Timers of calls and remote sessions: one for each of the staff, kept here until the work is logged or put away."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete

from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.people import queries as people
from portal.tickets.models.attempts import RunningWork
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import running as queries
from portal.tickets.rules.words import ENDED, Phase

LONGEST = timedelta(hours=12)
"""A timer that was forgotten counts no more than this."""


@dataclass(frozen=True)
class Start:
    """What is known when it begins: of a call without a ticket, who is at the other end."""

    phase: Phase = Phase.PHONE
    organisation_id: int | None = None
    contact_id: int | None = None
    device_id: int | None = None
    number: str | None = None


def start(actor: Actor, begun: Start, ticket: Ticket | None = None) -> RunningWork:
    """Begin one. Raises Refused while another waits to be logged, NotFound for a person of another organisation."""
    assert actor.user_id is not None
    present = queries.running_of(actor, lock=True)
    if present is not None:
        same = present.ticket_id == (ticket.id if ticket else None) and present.contact_id == begun.contact_id
        if same and present.stopped_at is None:
            return present  # a double click
        raise Refused(
            _l("Another call of yours is still running or not logged yet. Log it or put it away first.")
        )
    if ticket is not None and ticket.status in ENDED:
        raise Refused(_l("This ticket has ended. Reopen it before you log work on it."))
    organisation_id = ticket.organisation_id if ticket else begun.organisation_id
    if begun.contact_id is not None and organisation_id is not None:
        people.member_of(organisation_id, begun.contact_id)
    row = RunningWork(
        user_id=actor.user_id,
        phase=begun.phase,
        ticket_id=ticket.id if ticket else None,
        organisation_id=organisation_id,
        contact_id=begun.contact_id,
        device_id=begun.device_id,
        number=begun.number,
        started_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def stop(actor: Actor) -> RunningWork | None:
    """The talk is over; the minutes stand still. None if there is none; twice changes nothing."""
    row = queries.running_of(actor, lock=True)
    if row is not None and row.stopped_at is None:
        row.stopped_at = clock.now()
    return row


def put_away(actor: Actor) -> None:
    """Without a log: a wrong number, a slip of the finger."""
    _remove(actor)


def finish(actor: Actor, ticket: Ticket, phase: Phase) -> RunningWork | None:
    """The work was logged: the timer that was for it is gone. Returns what it knew."""
    row = queries.running_of(actor, lock=True)
    if row is None or row.phase is not phase:
        return None
    if row.ticket_id != ticket.id and not (
        row.ticket_id is None and row.organisation_id == ticket.organisation_id
    ):
        return None
    _remove(actor)
    return row


def _remove(actor: Actor) -> None:
    db.session.execute(
        delete(RunningWork)
        .where(RunningWork.user_id == actor.user_id)
        .execution_options(synchronize_session="fetch")
    )


def minutes(row: RunningWork, now: datetime) -> int:
    """Begun minutes count; at least one."""
    span = min((row.stopped_at or now) - row.started_at, LONGEST)
    return max(1, -(-int(span.total_seconds()) // 60))
