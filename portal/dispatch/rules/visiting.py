"""A visit's states, on what ground it is planned, when its day is over, and what becomes of its entitlement."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.contracts.rules.decision import Decision, Outcome, Reason
from portal.contracts.rules.terms import NoAccess
from portal.tickets.rules.visiting import Tried, visit_refusal


class VisitKind(StrEnum):
    ON_SITE = "on_site"
    EMERGENCY = "emergency"
    ROUND = "round"
    """Planned by the contract: the weekly visit, the upkeep every N months."""


class VisitStatus(StrEnum):
    PROPOSED = "proposed"
    SCHEDULED = "scheduled"
    CONFIRMED = "confirmed"
    EN_ROUTE = "en_route"
    ON_SITE = "on_site"
    FINISHED = "finished"
    SIGNED = "signed"
    CANCELLED = "cancelled"
    NO_ACCESS = "no_access"
    """The client was not there, or cancelled once the engineer was on the way."""
    NO_SHOW = "no_show"
    """We did not come."""


S = VisitStatus
PLANNED = frozenset({S.PROPOSED, S.SCHEDULED, S.CONFIRMED})
"""Nobody has set out: it may be moved, and cancelled without a trace in the ledger."""
UNDER_WAY = frozenset({S.EN_ROUTE, S.ON_SITE})
OPEN = PLANNED | UNDER_WAY | {S.FINISHED}
"""The ticket of such a visit cannot be resolved."""
OVER = frozenset({S.SIGNED, S.CANCELLED, S.NO_ACCESS, S.NO_SHOW})

_NEXT: dict[VisitStatus, frozenset[VisitStatus]] = {
    S.PROPOSED: frozenset({S.SCHEDULED, S.CANCELLED}),
    S.SCHEDULED: frozenset({S.CONFIRMED, S.EN_ROUTE, S.ON_SITE, S.CANCELLED, S.NO_SHOW, S.PROPOSED}),
    S.CONFIRMED: frozenset({S.SCHEDULED, S.EN_ROUTE, S.ON_SITE, S.CANCELLED, S.NO_SHOW}),
    S.EN_ROUTE: frozenset({S.ON_SITE, S.NO_ACCESS, S.NO_SHOW}),
    S.ON_SITE: frozenset({S.FINISHED, S.NO_ACCESS}),
    S.FINISHED: frozenset({S.SIGNED, S.ON_SITE}),
    S.SIGNED: frozenset(),
    S.CANCELLED: frozenset(),
    S.NO_ACCESS: frozenset(),
    S.NO_SHOW: frozenset(),
}


def may_become(now: VisitStatus, then: VisitStatus) -> bool:
    """Whether the table of states has this step."""
    return then in _NEXT[now]


class Basis(StrEnum):
    """On what ground somebody comes (TS-23, TS-27; invariant 14)."""

    TRIAGE = "triage"
    """Phone and remote work could not solve it, or the contract does not ask to try them."""
    EMERGENCY = "emergency"
    ROUND = "round"
    OVERRIDE = "override"


def basis_of(
    tried: Tried, *, emergency: bool, planned_round: bool, override_reason: str, phone_first: bool = True
) -> Basis | None:
    """The ground for a visit, the plainest one first; None: there is none yet. Whether the ladder allows it is the tickets'
    rule."""
    if planned_round:
        return Basis.ROUND
    if emergency:
        return Basis.EMERGENCY
    if visit_refusal(tried, phone_first=phone_first) is None:
        return Basis.TRIAGE
    refused = visit_refusal(tried, phone_first=phone_first, override_reason=override_reason)
    return Basis.OVERRIDE if refused is None else None


def day_ends_at(arrived_at: datetime, longest_days: int | None, zone: ZoneInfo) -> datetime | None:
    """When a visit must be over by the clause: the last second of its calendar day, or of its n-th (TS-26). None: no limit."""
    if longest_days is None:
        return None
    last = arrived_at.astimezone(zone).date() + timedelta(days=longest_days - 1)
    return datetime.combine(last, time(23, 59, 59), tzinfo=zone).astimezone(UTC)


QUOTED_VISITS = ("repair", "factory", "extra_visit", "off_hours")
"""Kinds of quotes that a visit may rest on, once both sides have confirmed them."""
_WHOLE = ("repair", "factory")
"""What is quoted as a whole, the coming with it."""


def rests_on_quote(kind: str, answer: Decision) -> bool:
    """Whether a visit rests on a confirmed quote instead of on the contract's answer. Where the contract leaves the visit to a
    quote, any of them carries it. A repair that is paid for apart (PC-11) uses none of the visits that are granted for the
    upkeep (PC-07), and nor does the extra visit that was quoted because they are used up; what the contract includes without
    counting, or charges by the visit (TS-24), stays as it is."""
    match answer.outcome:
        case Outcome.QUOTE_REQUIRED:
            return True
        case Outcome.MANUAL_REVIEW:
            return answer.reason is not Reason.TRIAGE_REQUIRED
        case Outcome.CONSUME:
            return kind in _WHOLE
        case Outcome.DEFERRED:
            return answer.reason is Reason.QUOTA_USED and kind in (*_WHOLE, "extra_visit")
    return False


class Then(StrEnum):
    """What the ledger does with what a visit holds."""

    CONSUME = "consume"
    RELEASE = "release"


def of_no_access(no_access: NoAccess) -> Then:
    """A visit that found nobody counts as made, unless the contract says otherwise (silent everywhere; a setting)."""
    return Then.CONSUME if no_access is NoAccess.COUNTS else Then.RELEASE


@dataclass(frozen=True)
class Slot:
    """A stretch of time, [start, end)."""

    start: datetime
    end: datetime

    def clashes(self, other: "Slot") -> bool:
        return self.start < other.end and other.start < self.end
