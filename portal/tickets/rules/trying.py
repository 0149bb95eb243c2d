"""A contract that nobody has signed yet, as though it had been in force: what past tickets would have been under it."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from portal.contracts.rules.ledger import BucketSpan
from portal.contracts.rules.terms import Bucket, Contract, Kind, Term

_DAY = timedelta(days=1)


def as_if_signed(contract: Contract, first: datetime, last: datetime) -> Contract:
    """Its newest wording alone, signed, in force and covering its devices from `first` to `last`. Each quota is whole: requests
    are asked one by one and use nothing up."""
    newest = max(contract.versions, key=lambda v: v.number)
    start, end = _around(first, last)
    version = replace(
        newest,
        effective_from=start,
        effective_to=None,
        recorded_at=first,
        signed_client_at=first,
        signed_provider_at=first,
        prices=tuple(replace(p, valid_from=None, valid_to=None) for p in newest.prices),
    )
    span = BucketSpan("", first - _DAY, last + 30 * _DAY)
    quotas = (e for e in newest.entitlements if e.kind is Kind.QUOTA)
    return replace(
        contract,
        versions=(version,),
        terms=(Term(1, start, end),),
        covered=tuple(replace(c, valid_from=start, valid_to=None) for c in contract.covered),
        buckets=tuple(Bucket(n, e.code, span, e.quantity) for n, e in enumerate(quotas, 1)),
        suspensions=(),
    )


def _around(first: datetime, last: datetime) -> tuple[date, date]:
    return first.date() - _DAY, last.date() + 30 * _DAY
