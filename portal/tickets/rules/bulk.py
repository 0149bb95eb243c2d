"""Changing several tickets at once: which of them a change passes over, and why. Decided before it is done, and again while
it is done."""

from dataclasses import dataclass
from enum import StrEnum

from portal.tickets.rules import transitions
from portal.tickets.rules.tags import TagName
from portal.tickets.rules.words import ENDED, ClosureCode, Phase, Status

MOST = 100
"""Tickets at once."""


class Action(StrEnum):
    ASSIGN = "assign"
    WAIT = "wait"
    RESOLVE = "resolve"
    CLOSE = "close"
    PHASE = "phase"
    TAG = "tag"
    READ = "read"


class Skip(StrEnum):
    """Why a ticket stays as it is."""

    ENDED = "ended"
    SOLVED_ALREADY = "solved_already"
    HAS_IT_ALREADY = "has_it_already"
    TAKEN_WITHOUT_REASON = "taken_without_reason"
    """Somebody has it, and nothing says why it changes hands: as for one ticket."""
    NOT_SOLVED = "not_solved"
    THERE_ALREADY = "there_already"
    TAGGED_ALREADY = "tagged_already"
    NOT_FROM_HERE = "not_from_here"
    READ_ALREADY = "read_already"
    GONE = "gone"
    """It is not there, or not to be seen."""


@dataclass(frozen=True)
class Change:
    """What is to happen. Only what the action needs is looked at."""

    action: Action
    user_id: int | None = None
    team_id: int | None = None
    status: Status = Status.WAITING_CUSTOMER
    reason: str = ""
    code: ClosureCode = ClosureCode.ANSWERED
    text: str = ""
    phase: Phase = Phase.PHONE
    add: tuple[TagName, ...] = ()
    remove: tuple[TagName, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What the decision looks at."""

    status: Status
    assignee_id: int | None
    team_id: int | None
    unread: bool
    phase: Phase = Phase.PHONE
    tags: frozenset[str] = frozenset()
    """Keys."""


def tags_after(keys: frozenset[str], change: Change) -> frozenset[str]:
    """A tag that is both added and taken off is added."""
    return (keys - {t.key for t in change.remove}) | {t.key for t in change.add}


def skips(change: Change, facts: Facts) -> Skip | None:
    """Why this ticket is passed over; None if the change applies."""
    if change.action is Action.READ:
        return None if facts.unread else Skip.READ_ALREADY
    if change.action is Action.TAG:
        return None if tags_after(facts.tags, change) != facts.tags else Skip.TAGGED_ALREADY
    if facts.status in ENDED:
        return Skip.ENDED
    if change.action is Action.CLOSE:
        return None if facts.status is Status.RESOLVED else Skip.NOT_SOLVED
    if change.action is Action.PHASE:
        return Skip.THERE_ALREADY if facts.phase is change.phase else None
    if change.action is Action.ASSIGN:
        same_user = facts.assignee_id == change.user_id
        same_team = change.team_id is None or facts.team_id == change.team_id
        if same_user and same_team:
            return Skip.HAS_IT_ALREADY
        taken = facts.assignee_id is not None and not same_user
        return Skip.TAKEN_WITHOUT_REASON if taken and not change.reason.strip() else None
    if change.action is Action.RESOLVE and facts.status is Status.RESOLVED:
        return Skip.SOLVED_ALREADY
    then = Status.RESOLVED if change.action is Action.RESOLVE else change.status
    if facts.status is not then and not transitions.may_become(facts.status, then):
        return Skip.SOLVED_ALREADY if facts.status is Status.RESOLVED else Skip.NOT_FROM_HERE
    return None
