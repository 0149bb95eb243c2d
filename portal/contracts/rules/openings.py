"""Which buckets a contract should have had opened by an instant: one a week, month or term of each quota."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.contracts.rules.ledger import BucketSpan, Period, bucket_on
from portal.contracts.rules.terms import Contract, Entitlement, Kind, Plan, Term


def due_buckets(
    contract: Contract, plans: tuple[Plan, ...], zone: ZoneInfo, as_of: datetime
) -> Iterator[tuple[Entitlement, BucketSpan]]:
    """Every bucket that is open or was, up to `as_of`, in order; what a job missed while it was down is among them.

    A weekly bucket exists for a week whose planned weekday, before any move, lies in the term (PC-07); without a plan, for
    each week that has a day of the term.
    """
    today = as_of.astimezone(zone).date()
    for term in contract.terms:
        day, seen = term.start, set[tuple[str, str]]()
        while day <= min(term.end, today):
            version = contract.version_on(day, as_of)
            for entitlement in version.entitlements if version and version.signed else ():
                if entitlement.kind is not Kind.QUOTA or entitlement.period is None:
                    continue
                span = bucket_on(entitlement.period, day, (term.start, term.end), zone)
                if (entitlement.code, span.key) in seen or not _exists(entitlement, span, plans, term, zone):
                    continue
                seen.add((entitlement.code, span.key))
                yield entitlement, span
            day += timedelta(days=1)


def _exists(
    entitlement: Entitlement, span: BucketSpan, plans: tuple[Plan, ...], term: Term, zone: ZoneInfo
) -> bool:
    weekdays = [p.weekday for p in plans if p.entitlement == entitlement.code and p.weekday is not None]
    if entitlement.period is not Period.WEEK or not weekdays:
        return True
    monday: date = span.opens.astimezone(zone).date()
    return any(term.has(monday + timedelta(days=weekday)) for weekday in weekdays)
