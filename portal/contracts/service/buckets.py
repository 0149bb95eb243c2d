"""Buckets open with their grant and close with what is left, however late the job comes; and the books are compared."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from portal.contracts.models import ContractRecord, ContractState, LedgerBucket, LedgerEntry
from portal.contracts.queries import facts
from portal.contracts.rules import openings
from portal.contracts.service import ledger
from portal.contracts.service.ledger import Why
from portal.infra.db import db
from portal.kernel.actor import SYSTEM


def contracts_in_force() -> list[int]:
    """Contracts whose buckets are kept, by id."""
    query = (
        select(ContractRecord.id)
        .where(ContractRecord.state == ContractState.SIGNED)
        .order_by(ContractRecord.id)
    )
    return list(db.session.scalars(query))


def keep(contract_id: int, now: datetime) -> int:
    """Open and grant every bucket that is due, close every one whose time is over; returns the number of lines written.

    Safe to repeat and after days of downtime: a grant bears its bucket's name, a closing is done once. A bucket that was
    missed altogether is granted and expires, so that the client can read that the week had its visit.
    """
    (known,) = facts.contracts_by_id({contract_id}, now)
    newest = known.compiled[max(known.compiled)]
    before = _lines(contract_id)
    previous: dict[str, LedgerBucket] = {}
    zone = ZoneInfo(known.record.time_zone)
    for entitlement, span in openings.due_buckets(known.contract, newest.plans, zone, now):
        if span.opens > now:
            continue
        bucket = ledger.open_bucket(contract_id, entitlement.code, span, entitlement.overdraft_max)
        name = f"{known.record.number}:{entitlement.code}:{span.key}"
        why = Why(clause=entitlement.clause, effective_at=span.opens)
        if entitlement.quantity:
            ledger.grant(SYSTEM, bucket, entitlement.quantity, f"grant:{name}", why)
        last = previous.get(entitlement.code)
        if last is not None and last.closed_at is None:
            ledger.close(SYSTEM, last, bucket, entitlement.rollover_max)
        previous[entitlement.code] = bucket
    for bucket in db.session.scalars(_over(contract_id, now)):
        ledger.close(SYSTEM, bucket)
    return _lines(contract_id) - before


def _over(contract_id: int, now: datetime) -> Select[tuple[LedgerBucket]]:
    return select(LedgerBucket).where(
        LedgerBucket.contract_id == contract_id,
        LedgerBucket.closes_at <= now,
        LedgerBucket.closed_at.is_(None),
    )


def _lines(contract_id: int) -> int:
    mine = select(LedgerBucket.id).where(LedgerBucket.contract_id == contract_id)
    return db.session.scalar(select(func.count()).where(LedgerEntry.bucket_id.in_(mine))) or 0


@dataclass(frozen=True)
class Mismatch:
    """A bucket that says something else than its lines."""

    bucket_id: int
    posted: int
    held: int
    lines_posted: int
    lines_held: int


def mismatches() -> list[Mismatch]:
    """Compare every bucket with the sum of its lines (invariant 1): one statement, nothing is mended."""
    sums = (
        select(
            LedgerBucket.id,
            LedgerBucket.posted,
            LedgerBucket.held,
            func.coalesce(func.sum(LedgerEntry.posted_delta), 0).label("lines_posted"),
            func.coalesce(func.sum(LedgerEntry.held_delta), 0).label("lines_held"),
        )
        .outerjoin(LedgerEntry, LedgerEntry.bucket_id == LedgerBucket.id)
        .group_by(LedgerBucket.id, LedgerBucket.posted, LedgerBucket.held)
    )
    rows = db.session.execute(sums)
    return [Mismatch(*row) for row in rows if (row.posted, row.held) != (row.lines_posted, row.lines_held)]
