"""Which status and phase may follow which, by whom, and what a reply does to a ticket that has ended."""

from datetime import datetime, timedelta
from enum import StrEnum

from portal.tickets.rules.visiting import Attempt, Why, tried, visit_refusal
from portal.tickets.rules.words import ENDED, OPEN, WAITING, Phase, Status

REOPEN_WITHIN = timedelta(days=14)
SILENCE_CLOSES_AFTER = timedelta(days=7)
"""SS and TS are silent on both; the defaults are those of the contract model: 7 and 14 days."""

_NEXT: dict[Status, frozenset[Status]] = {
    Status.NEW: frozenset({Status.IN_PROGRESS, Status.RESOLVED, Status.CANCELLED}) | WAITING,
    Status.IN_PROGRESS: WAITING | {Status.RESOLVED, Status.CANCELLED},
    **{s: WAITING - {s} | {Status.IN_PROGRESS, Status.RESOLVED, Status.CANCELLED} for s in WAITING},
    Status.RESOLVED: frozenset({Status.IN_PROGRESS, Status.CLOSED}),
    Status.CLOSED: frozenset({Status.IN_PROGRESS}),
    Status.CANCELLED: frozenset(),
}
_LADDER = [Phase.PHONE, Phase.REMOTE, Phase.ON_SITE]


def may_become(now: Status, then: Status) -> bool:
    """Whether the table of statuses has this step."""
    return then in _NEXT[now]


def phase_refusal(
    now: Phase,
    then: Phase,
    attempts: list[Attempt],
    *,
    phone_first: bool = True,
    emergency: bool = False,
    override_reason: str = "",
) -> Why | None:
    """Why the ladder does not allow this phase yet; None if it does.

    TS-23: first by phone; TS-27: on-site only when it cannot be solved otherwise, with the exceptions of `visit_refusal`; the
    remote step has the same ones. Steps back are always allowed.
    """
    if then is Phase.IMPROVEMENT or now is Phase.IMPROVEMENT or _LADDER.index(then) <= _LADDER.index(now):
        return None
    why = visit_refusal(
        tried(attempts), phone_first=phone_first, emergency=emergency, override_reason=override_reason
    )
    return why if then is Phase.ON_SITE or why is Why.CALL_FIRST else None


class ReplyEffect(StrEnum):
    """What a client's message does besides being kept."""

    CONTINUE = "continue"
    RESUME = "resume"
    REOPEN = "reopen"
    ASK_STAFF = "ask_staff"
    NEW_TICKET = "new_ticket"


def effect_of_reply(
    status: Status,
    ended_at: datetime | None,
    now: datetime,
    *,
    only_thanks: bool,
    within: timedelta = REOPEN_WITHIN,
) -> ReplyEffect:
    """A reply continues an open ticket, resumes one that waits for the client, reopens one that ended within 14 days.

    Later it opens a new one that is linked. One that only thanks never reopens: staff are asked. `ended_at` is when it
    was resolved or closed, whichever came last; the last instant of `within` still counts.
    """
    if status in OPEN:
        waits = status is Status.WAITING_CUSTOMER
        return ReplyEffect.RESUME if waits and not only_thanks else ReplyEffect.CONTINUE
    if only_thanks:
        return ReplyEffect.ASK_STAFF
    if status is Status.CANCELLED or ended_at is None or now - ended_at > within:
        return ReplyEffect.NEW_TICKET if status in ENDED else ReplyEffect.REOPEN
    return ReplyEffect.REOPEN
