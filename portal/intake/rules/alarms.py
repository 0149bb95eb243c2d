"""When the way that mail takes is broken: which alarms stand, which have begun, which are over, and who hears of it when.

Refuses the clock and the database: what is known comes as facts.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum


class AlarmKind(StrEnum):
    REFUSED = "refused"
    """A server does not let us in: a password or a token has ended. Nothing but a person mends it, so it is told at once."""
    NOT_FETCHED = "not_fetched"
    BACKLOG = "backlog"
    """Mail has come in, and nothing reads it."""
    HEARTBEAT = "heartbeat"
    """A mail that we sent to ourselves has not come back, or could not be sent."""


@dataclass(frozen=True)
class MailboxFacts:
    """A folder that is watched. `known_since`: when it was first tried."""

    place: str
    refused: bool
    last_success_at: datetime | None
    known_since: datetime | None
    last_error: str = ""


@dataclass(frozen=True)
class HeartbeatFacts:
    """`missing_since`: when the first was sent of those that have not come back since the last one that did."""

    missing_since: datetime | None
    error: str = ""


@dataclass(frozen=True)
class Facts:
    mailboxes: tuple[MailboxFacts, ...] = ()
    oldest_unread_at: datetime | None = None
    unread: int = 0
    heartbeat: HeartbeatFacts | None = None


@dataclass(frozen=True)
class Limits:
    unfetched: timedelta
    backlog: timedelta
    heartbeat: timedelta


@dataclass(frozen=True)
class Alarm:
    """`subject`: the folder it is about, else empty. `since`: since when it is so. `detail`: the other side's words."""

    kind: AlarmKind
    subject: str
    since: datetime
    detail: str = ""

    @property
    def words(self) -> str:
        """What the other side said, if somebody said something."""
        return "" if self.kind is AlarmKind.BACKLOG else self.detail

    @property
    def key(self) -> tuple[AlarmKind, str]:
        return self.kind, self.subject


def standing(facts: Facts, limits: Limits, now: datetime) -> tuple[Alarm, ...]:
    """All alarms that hold now, the refused mailboxes first."""
    found: list[Alarm] = []
    for box in facts.mailboxes:
        since = box.last_success_at or box.known_since
        if since is None:
            continue
        if box.refused:
            found.append(Alarm(AlarmKind.REFUSED, box.place, since, box.last_error))
        elif now - since >= limits.unfetched:
            found.append(Alarm(AlarmKind.NOT_FETCHED, box.place, since, box.last_error))
    if facts.oldest_unread_at is not None and now - facts.oldest_unread_at >= limits.backlog:
        found.append(Alarm(AlarmKind.BACKLOG, "", facts.oldest_unread_at, str(facts.unread)))
    beat = facts.heartbeat
    if beat is not None and beat.missing_since is not None and now - beat.missing_since >= limits.heartbeat:
        found.append(Alarm(AlarmKind.HEARTBEAT, "", beat.missing_since, beat.error))
    return tuple(sorted(found, key=lambda a: (list(AlarmKind).index(a.kind), a.subject)))


@dataclass(frozen=True)
class Changes:
    """`begun`: alarms without a record yet. `over`: keys of records whose alarm stands no more."""

    begun: tuple[Alarm, ...]
    over: tuple[tuple[AlarmKind, str], ...]


def changes(now_standing: Iterable[Alarm], recorded: Collection[tuple[AlarmKind, str]]) -> Changes:
    """What differs between the alarms that stand and those that are on record as open."""
    found = {alarm.key: alarm for alarm in now_standing}
    return Changes(
        tuple(a for key, a in found.items() if key not in recorded),
        tuple(key for key in recorded if key not in found),
    )


def is_told(told_on: date | None, today: date) -> bool:
    """Each alarm is told once a day, by the provider's calendar."""
    return told_on == today


def next_heartbeat_due(
    last_sent_at: datetime | None, last_came_back: bool, *, every: timedelta, late: timedelta, now: datetime
) -> bool:
    """Whether it is time to send one: at its interval, and sooner while one is missing, so that the end is noticed soon."""
    if last_sent_at is None:
        return True
    return now - last_sent_at >= (every if last_came_back else min(every, late))
