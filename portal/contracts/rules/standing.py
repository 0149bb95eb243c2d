"""Where a contract stands on a day: computed from its dates, signatures and pauses, never stored."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.contracts.rules.deadlines import plus_months
from portal.contracts.rules.terms import Contract, RunOff, Term

EXPIRING_DAYS = 30
"""How long before its end a contract without a notice period counts as expiring."""


class State(StrEnum):
    NOT_SIGNED = "not_signed"
    UPCOMING = "upcoming"
    ACTIVE = "active"
    EXPIRING = "expiring"
    SUSPENDED = "suspended"
    RUN_OFF = "run_off"
    EXPIRED = "expired"
    TERMINATED = "terminated"


@dataclass(frozen=True)
class Standing:
    """`term` is the stretch that counts for the page: the present one, else the next, else the last. `days_left` counts to its
    end, 0 on the last day; None outside of it. `clause` gives the right to a pause or a run-off, `since` its beginning."""

    state: State
    term: Term
    days_left: int | None = None
    clause: str = ""
    since: datetime | None = None

    @property
    def in_force(self) -> bool:
        return self.state in (State.ACTIVE, State.EXPIRING)


def standing(
    contract: Contract,
    *,
    signed: bool,
    ended_early: bool,
    notice_months: int,
    now: datetime,
    zone: ZoneInfo,
    work_goes_on: bool = False,
) -> Standing:
    """`signed`: both sides. `ended_early`: terminated; the terms are cut at the last day of validity already. `work_goes_on`:
    a repair that began inside the term is not over (HW-14)."""
    today = now.astimezone(zone).date()
    terms = sorted(contract.terms, key=lambda t: t.start)
    present = contract.term_on(today)
    if not signed:
        return Standing(State.NOT_SIGNED, present or terms[0])
    if present is None:
        coming = next((t for t in terms if t.start > today), None)
        if coming is not None:
            return Standing(State.UPCOMING, coming)
        if ended_early:
            return Standing(State.TERMINATED, terms[-1])
        if work_goes_on and contract.run_off is not RunOff.NONE:
            return Standing(State.RUN_OFF, terms[-1], clause=contract.run_off_clause)
        return Standing(State.EXPIRED, terms[-1])
    end = _end_of_row(terms, present)
    days_left = (end - today).days
    for pause in contract.suspensions:
        if pause.start <= now and (pause.end is None or now < pause.end) and not pause.services:
            return Standing(State.SUSPENDED, present, days_left, pause.clause, pause.start)
    notice_from = plus_months(end, -notice_months) if notice_months else end - timedelta(days=EXPIRING_DAYS)
    return Standing(State.EXPIRING if today >= notice_from else State.ACTIVE, present, days_left)


def _end_of_row(terms: list[Term], present: Term) -> date:
    """The last day without a gap: a renewal that is entered already belongs to it."""
    end = present.end
    for term in terms:
        if term.start == end + timedelta(days=1):
            end = term.end
    return end


def share_gone(term: Term, today: date) -> int:
    """How much of a term is over, in per cent of its days."""
    days = (term.end - term.start).days + 1
    return max(0, min(100, round(100 * (today - term.start).days / days)))
