"""What falls due at the end of a term: notices that it comes near, and the end itself."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from portal.contracts.rules.deadlines import plus_months
from portal.contracts.rules.terms import Term


class NoticeKind(StrEnum):
    DAYS_60 = "days_60"
    DAYS_30 = "days_30"
    TALKS = "talks"
    """The contract itself says how long before its end both sides talk (HO-10)."""
    EXPIRED = "expired"


@dataclass(frozen=True)
class Falls:
    kind: NoticeKind
    due_on: date


def of_term(term: Term, notice_months: int) -> list[Falls]:
    """In the order of their days. The end is due on the day after the last one; no notice falls before the term."""
    if notice_months:
        near = [Falls(NoticeKind.TALKS, plus_months(term.end, -notice_months))]
    else:
        near = [
            Falls(NoticeKind.DAYS_60, term.end - timedelta(days=60)),
            Falls(NoticeKind.DAYS_30, term.end - timedelta(days=30)),
        ]
    within = [n for n in near if n.due_on >= term.start]
    return [*within, Falls(NoticeKind.EXPIRED, term.end + timedelta(days=1))]
