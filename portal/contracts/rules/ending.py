"""How a contract may be ended early or paused: by whom, from when, by which clause (HW-23, HW-24, CR-13)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.contracts.rules.deadlines import plus_months
from portal.contracts.rules.terms import ArrearsMode, Lifecycle
from portal.kernel.working_time import ServiceCalendar


class Party(StrEnum):
    CLIENT = "client"
    PROVIDER = "provider"


class Why(StrEnum):
    """Why it may not be ended or paused."""

    PROVIDER_TERMINATION_FORBIDDEN = "PROVIDER_TERMINATION_FORBIDDEN"
    NOTICE_TOO_SHORT = "NOTICE_TOO_SHORT"
    NO_RIGHT_TO_SUSPEND = "NO_RIGHT_TO_SUSPEND"


@dataclass(frozen=True)
class NoticeDay:
    """An advance notice counts backwards and is never rolled forward: who wants an end says so `by` that day, and is reminded
    on the last working day up to it."""

    by: date
    reminder: date


def earliest_end(lifecycle: Lifecycle, received: date) -> date:
    """When the client's notice of a day takes effect (HW-23); at once where no notice was agreed."""
    return plus_months(received, lifecycle.client_notice_months or 0)


def notice_for(lifecycle: Lifecycle, wanted: date, calendar: ServiceCalendar) -> NoticeDay:
    """Until when the client's notice has to be there, for an end on the wanted day."""
    by = plus_months(wanted, -(lifecycle.client_notice_months or 0))
    return NoticeDay(by, calendar.workday_from(by, -1))


def renewal_notice_by(lifecycle: Lifecycle, end: date) -> date | None:
    """Until when talks about going on are asked for (HO-10); None where the contract asks for none."""
    return plus_months(end, -lifecycle.notice_months) if lifecycle.notice_months else None


def termination_refusal(lifecycle: Lifecycle, by: Party, today: date, last_day: date) -> Why | None:
    """Why a party may not end the contract with that last day; None if it may."""
    if by is Party.PROVIDER:
        return None if lifecycle.provider_may_terminate else Why.PROVIDER_TERMINATION_FORBIDDEN
    return Why.NOTICE_TOO_SHORT if last_day < earliest_end(lifecycle, today) else None


def suspension_refusal(lifecycle: Lifecycle) -> Why | None:
    """Unpaid money gives a right to pause the service only where a clause says so (CR-13); TS-14 gives none inside the term."""
    return None if lifecycle.arrears is ArrearsMode.SUSPEND_AFTER_NOTICE else Why.NO_RIGHT_TO_SUSPEND
