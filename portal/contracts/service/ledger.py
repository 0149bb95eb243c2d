"""Writing the ledger: one guarded UPDATE on the bucket, then one line, in the caller's transaction.

The guard is in the UPDATE itself, so two who want the last unit at once cannot both have it, on either engine. The same
idempotency key twice is the same line.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from portal.contracts.models import LedgerBucket, LedgerEntry
from portal.contracts.rules import ledger
from portal.contracts.rules.ledger import BucketSpan, Line, LineKind
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor


class Insufficient(Exception):
    """The bucket has less left than was asked for; nothing was written."""


class AlreadyClosed(Exception):
    """The reservation was ended before by another line."""


@dataclass(frozen=True)
class Why:
    """What a line is for: a reference such as "visit:17", the clause, a reason in words, and who approved an adjustment."""

    ref: str | None = None
    clause: str = ""
    reason: str | None = None
    approver_id: int | None = None
    effective_at: datetime | None = None


def open_bucket(contract_id: int, entitlement: str, span: BucketSpan, overdraft: int = 0) -> LedgerBucket:
    """The bucket of a span, made if it does not exist; many callers at once make one."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    values = {
        "contract_id": contract_id, "entitlement": entitlement, "key": span.key, "opens_at": span.opens,
        "closes_at": span.closes, "posted": 0, "held": 0, "overdraft": overdraft,
    }  # fmt: skip
    names = ["contract_id", "entitlement", "key"]
    db.session.execute(insert(LedgerBucket).values(values).on_conflict_do_nothing(index_elements=names))
    found = select(LedgerBucket).where(*(getattr(LedgerBucket, n) == values[n] for n in names))
    return db.session.scalars(found).one()


def grant(actor: Actor, bucket: LedgerBucket, quantity: int, key: str, why: Why | None = None) -> LedgerEntry:
    """Put units into a bucket."""
    return _write(actor, bucket.id, Line(0, LineKind.GRANT, quantity), key, why or Why())


def reserve(
    actor: Actor, bucket: LedgerBucket, quantity: int, key: str, why: Why | None = None
) -> LedgerEntry:
    """Hold units for a planned visit. Raises Insufficient."""
    return _write(actor, bucket.id, Line(0, LineKind.RESERVE, quantity), key, why or Why())


def release(actor: Actor, reservation: LedgerEntry, key: str, why: Why | None = None) -> LedgerEntry:
    """Give a reservation back whole; after its bucket closed the unit expires at once. Raises AlreadyClosed."""
    line = Line(0, LineKind.RELEASE, reservation.quantity, closes=reservation.id)
    entry = _write(actor, reservation.bucket_id, line, key, why or Why(ref=reservation.ref))
    _expire_if_closed(actor, reservation.bucket_id, key)
    return entry


def release_held_for(actor: Actor, ref: str, reason: str) -> int:
    """Give back whatever is still reserved for `ref`, e.g. a ticket that was cancelled. Returns how many reservations."""
    closer = aliased(LedgerEntry)
    still_held = select(LedgerEntry).where(
        LedgerEntry.ref == ref,
        LedgerEntry.kind == LineKind.RESERVE,
        ~exists().where(closer.closes_id == LedgerEntry.id),
    )
    reservations = db.session.scalars(still_held).all()
    for reservation in reservations:
        release(actor, reservation, f"release:{reservation.id}", Why(ref=ref, reason=reason))
    return len(reservations)


def consume(actor: Actor, reservation: LedgerEntry, key: str, why: Why | None = None) -> LedgerEntry:
    """Use a reservation up. Raises AlreadyClosed."""
    line = Line(0, LineKind.CONSUME, reservation.quantity, closes=reservation.id)
    return _write(actor, reservation.bucket_id, line, key, why or Why(ref=reservation.ref))


def consume_directly(
    actor: Actor, bucket: LedgerBucket, quantity: int, key: str, why: Why | None = None
) -> LedgerEntry:
    """Use units that nobody reserved. Raises Insufficient."""
    return _write(actor, bucket.id, Line(0, LineKind.CONSUME, quantity), key, why or Why())


def reverse(
    actor: Actor, consumed: LedgerEntry, quantity: int, key: str, why: Why | None = None
) -> LedgerEntry:
    """Undo a use, whole or in part; after its bucket closed the unit expires at once. Raises Insufficient if more is undone
    than was used."""
    _lock(consumed.bucket_id)
    if again := _of_key(key):
        return again
    undone = db.session.scalar(
        select(func.coalesce(func.sum(LedgerEntry.quantity), 0)).where(LedgerEntry.reverses_id == consumed.id)
    )
    if int(undone or 0) + quantity > consumed.quantity:
        raise Insufficient
    line = Line(0, LineKind.REVERSE, quantity, reverses=consumed.id)
    entry = _write(actor, consumed.bucket_id, line, key, why or Why(ref=consumed.ref))
    _expire_if_closed(actor, consumed.bucket_id, key)
    return entry


def adjust(actor: Actor, bucket: LedgerBucket, quantity: int, key: str, why: Why) -> LedgerEntry:
    """Correct a bucket by hand, up or (negative) down. A reason and a second person are needed: raises ValueError."""
    if not (why.reason or "").strip() or why.approver_id is None or why.approver_id == actor.contact_id:
        raise ValueError("an adjustment needs a reason and a second person")
    return _write(actor, bucket.id, Line(0, LineKind.ADJUST, abs(quantity), down=quantity < 0), key, why)


def close(
    actor: Actor, bucket: LedgerBucket, following: LedgerBucket | None = None, rollover_max: int = 0
) -> None:
    """The bucket's time is over: what is free expires, or is carried into the following one up to the limit. Twice is once."""
    _lock(bucket.id)
    db.session.refresh(bucket)
    for kind, quantity in ledger.closing(
        ledger.Balance(bucket.posted, bucket.held), rollover_max if following else 0
    ):
        target = following.id if kind is LineKind.ROLLOVER and following else bucket.id
        why = Why(effective_at=bucket.closes_at)
        _write(actor, target, Line(0, kind, quantity), f"{kind.value}:bucket:{bucket.id}", why)
    bucket.closed_at = bucket.closed_at or clock.now()


def _expire_if_closed(actor: Actor, bucket_id: int, key: str) -> None:
    bucket = db.session.get_one(LedgerBucket, bucket_id, populate_existing=True)
    if bucket.closed_at is not None and bucket.posted > bucket.held:
        _write(
            actor, bucket_id, Line(0, LineKind.EXPIRE, bucket.posted - bucket.held), f"expire:{key}", Why()
        )


def _lock(bucket_id: int) -> None:
    """Hold the bucket's row until the transaction ends (PostgreSQL; on SQLite the transaction holds everything)."""
    db.session.execute(select(LedgerBucket.id).where(LedgerBucket.id == bucket_id).with_for_update())


def _of_key(key: str) -> LedgerEntry | None:
    return db.session.scalar(select(LedgerEntry).where(LedgerEntry.idempotency_key == key))


def _write(actor: Actor, bucket_id: int, line: Line, key: str, why: Why) -> LedgerEntry:
    _lock(bucket_id)
    if again := _of_key(key):
        return again
    posted, held = ledger.deltas(line)
    table = LedgerBucket
    changed = db.session.execute(
        update(table)
        .where(
            table.id == bucket_id,
            table.held + held >= 0,
            table.posted + posted - table.held - held + table.overdraft >= 0,
        )
        .values(posted=table.posted + posted, held=table.held + held)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Insufficient
    if line.closes is not None and db.session.scalar(
        select(LedgerEntry.id).where(LedgerEntry.closes_id == line.closes)
    ):
        raise AlreadyClosed
    now = clock.now()
    number = select(func.coalesce(func.max(LedgerEntry.number), 0) + 1).where(
        LedgerEntry.bucket_id == bucket_id
    )
    entry = LedgerEntry(
        bucket_id=bucket_id, number=db.session.scalar(number), kind=line.kind, quantity=line.quantity,
        posted_delta=posted, held_delta=held, closes_id=line.closes, reverses_id=line.reverses, ref=why.ref,
        clause=why.clause, reason=why.reason, actor_id=actor.contact_id, approver_id=why.approver_id,
        effective_at=why.effective_at or now, recorded_at=now, idempotency_key=key,
    )  # fmt: skip
    db.session.add(entry)
    db.session.flush()
    return entry
