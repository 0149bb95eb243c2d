"""Why a person can see a ticket, or cannot: the rule of queries.scope in words, from the same facts.

The scoped query decides; this says why. A test holds the two together for everybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.kernel.actor import Actor, ClientRole


class Because(StrEnum):
    """Why somebody sees it, and then why not."""

    STAFF = "staff"
    MANAGER = "manager"
    REQUESTER = "requester"
    PARTICIPANT = "participant"
    ASKED_BUT_LEFT = "asked_but_left"
    FOLLOWED_BUT_LEFT = "followed_but_left"
    OTHER_ORGANISATION = "other_organisation"
    NO_ORGANISATION = "no_organisation"
    NOT_INVOLVED = "not_involved"


SEES = frozenset({Because.STAFF, Because.MANAGER, Because.REQUESTER, Because.PARTICIPANT})


@dataclass(frozen=True)
class Whose:
    """A ticket: whose it is, who asked, and who takes part since when."""

    organisation_id: int
    requester_id: int
    participants: Mapping[int, datetime]


@dataclass(frozen=True)
class Sight:
    """`since`: of a participant."""

    because: Because
    since: datetime | None = None

    @property
    def sees(self) -> bool:
        return self.because in SEES


def sight(person: Actor, ticket: Whose) -> Sight:
    """The first reason that holds. Memberships count while they, the person and the organisation are active."""
    if person.is_staff:
        return Sight(Because.STAFF)
    asked = person.contact_id == ticket.requester_id
    since = ticket.participants.get(person.contact_id) if person.contact_id is not None else None
    role = person.memberships.get(ticket.organisation_id)
    if role is ClientRole.MANAGER:
        return Sight(Because.MANAGER)
    if role is not None and asked:
        return Sight(Because.REQUESTER)
    if role is not None and since is not None:
        return Sight(Because.PARTICIPANT, since)
    if role is not None:
        return Sight(Because.NOT_INVOLVED)
    if asked:
        return Sight(Because.ASKED_BUT_LEFT)
    if since is not None:
        return Sight(Because.FOLLOWED_BUT_LEFT, since)
    return Sight(Because.OTHER_ORGANISATION if person.memberships else Because.NO_ORGANISATION)


@dataclass(frozen=True)
class Change:
    """Who no longer sees a ticket and who begins to, as contact ids."""

    lose: frozenset[int]
    gain: frozenset[int]


def change(people: Mapping[int, Actor], before: Whose, after: Whose) -> Change:
    """What another organisation, requester or participants would mean for these people."""
    now = {c for c, person in people.items() if sight(person, before).sees}
    then = {c for c, person in people.items() if sight(person, after).sees}
    return Change(frozenset(now - then), frozenset(then - now))
