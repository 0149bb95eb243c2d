"""Who of the staff has which ticket open right now, and whether they type. A row counts for LASTS after it was written."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import bindparam, select

from portal.infra.db import BigId, Instant, fetch
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.people.models import Contact, User
from portal.tickets.models.desk import Presence

LASTS = timedelta(seconds=45)


@dataclass(frozen=True)
class Onlooker:
    """A colleague on a ticket. `typing`: reply, note or empty."""

    user_id: int
    name: str
    typing: str


There = Mapping[int, list[Onlooker]]
"""Ticket id → colleagues."""

_PRESENT = (
    select(Presence.ticket_id, Presence.user_id, Contact.name, Presence.typing)
    .join(User, Presence.user_id == User.id)
    .join(Contact, User.contact_id == Contact.id)
    .where(Presence.at > bindparam("since", type_=Instant), Presence.user_id != bindparam("me", type_=BigId))
    .order_by(Presence.ticket_id, Presence.user_id)
)
_ON_ONE = _PRESENT.where(Presence.ticket_id == bindparam("ticket", type_=BigId))


def everywhere(actor: Actor) -> There:
    """All tickets that a colleague has open; as many rows as there are open pages. Nobody but staff learns of it."""
    if not actor.is_staff:
        return {}
    found: dict[int, list[Onlooker]] = defaultdict(list)
    values = {"since": clock.now() - LASTS, "me": actor.user_id}
    for ticket_id, user_id, name, typing in fetch(_PRESENT, values):
        found[ticket_id].append(Onlooker(user_id, name, typing))
    return found


def on_ticket(actor: Actor, ticket_id: int) -> list[Onlooker]:
    """Colleagues who have this ticket open."""
    if not actor.is_staff:
        return []
    values = {"since": clock.now() - LASTS, "me": actor.user_id, "ticket": ticket_id}
    return [Onlooker(u, name, typing) for _t, u, name, typing in fetch(_ON_ONE, values)]


def mark(there: There) -> str:
    """Short, and another one as soon as somebody comes, goes, or begins or ends typing."""
    seen = sorted((t, o.user_id, o.typing) for t, them in there.items() for o in them)
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:8] if seen else "0"
