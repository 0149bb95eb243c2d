"""Time spent: of one ticket with who decided otherwise, and of an organisation by month. For staff alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlalchemy.orm import joinedload, selectinload

from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound
from portal.people.models import User
from portal.tickets.models.ticket import Ticket
from portal.tickets.models.time import TimeCorrection, TimeSpent

MONTHS = 12
MOST = 500


def spent_on(actor: Actor, ticket: Ticket) -> Sequence[TimeSpent]:
    """Of a visible ticket, the oldest first; raises NotFound for a client."""
    if not actor.is_staff:
        raise NotFound
    query = (
        select(TimeSpent)
        .where(TimeSpent.ticket_id == ticket.id)
        .options(
            joinedload(TimeSpent.user).joinedload(User.contact),
            selectinload(TimeSpent.corrections).joinedload(TimeCorrection.user).joinedload(User.contact),
        )
        .order_by(TimeSpent.at, TimeSpent.id)
        .limit(MOST)
    )
    return db.session.scalars(query).all()


def spent(actor: Actor, ticket: Ticket, spent_id: int) -> TimeSpent:
    """One of a ticket; raises NotFound."""
    found = db.session.get(TimeSpent, spent_id) if actor.is_staff else None
    if found is None or found.ticket_id != ticket.id:
        raise NotFound
    return found


@dataclass(frozen=True)
class Month:
    """Minutes of a month, on how many tickets."""

    year: int
    month: int
    minutes: int
    accounted: int
    tickets: int


def by_month(actor: Actor, organisation_id: int, now: datetime, zone: ZoneInfo) -> list[Month]:
    """The last twelve months in which something was done, the newest first, by that zone's calendar; one statement."""
    if not actor.is_staff:
        raise NotFound
    here = now.astimezone(zone)
    count = here.year * 12 + here.month - 1
    starts = [
        datetime((count - n) // 12, (count - n) % 12 + 1, 1, tzinfo=zone).astimezone(UTC)
        for n in range(MONTHS)
    ]
    month = case(*((TimeSpent.at >= start, n) for n, start in enumerate(starts)), else_=MONTHS)
    query = (
        select(
            month.label("place"),
            func.sum(TimeSpent.minutes),
            func.sum(TimeSpent.accounted),
            func.count(TimeSpent.ticket_id.distinct()),
        )
        .join(Ticket, Ticket.id == TimeSpent.ticket_id)
        .where(Ticket.organisation_id == organisation_id, TimeSpent.at >= starts[-1])
        .group_by(
            "place"
        )  # by its name: PostgreSQL takes the same expression with other parameters for another one
        .order_by("place")
    )
    return [
        Month((count - n) // 12, (count - n) % 12 + 1, int(real), int(counted), tickets)
        for n, real, counted, tickets in db.session.execute(query)
    ]
