"""Jobs are rows: they commit with the change they belong to, are claimed with a lease, and none is ever dropped.

A job that keeps failing is dead and shown to staff. A job killed with its worker is claimed again when its lease ends.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import Index, Integer, String, Text, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from portal.infra.db import BigId, Instant, Json, Model, choice, db, insert_into, on_postgresql, ready, run
from portal.kernel import clock, refs

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 8
BACKOFF = [timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600, 7200)]


class JobState(StrEnum):
    WAITING = "waiting"
    DEAD = "dead"


class Job(Model):
    __tablename__ = "job"
    __table_args__ = (Index("ix_job_due", "state", "run_at", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(80))
    slot: Mapped[str | None] = mapped_column(String(200), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[JobState] = mapped_column(choice(JobState, "state"))
    run_at: Mapped[datetime] = mapped_column(Instant)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    lease_token: Mapped[str | None] = mapped_column(String(64))
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)


class SchedulePeriod(Model):
    """The last period for which a periodic job was added."""

    __tablename__ = "schedule_period"

    kind: Mapped[str] = mapped_column(String(80), primary_key=True)
    period: Mapped[int] = mapped_column(BigId)


@dataclass(frozen=True)
class Claim:
    """A job that this worker holds until its lease ends."""

    id: int
    kind: str
    payload: dict[str, Any]
    token: str
    attempts: int


def enqueue(
    kind: str, payload: dict[str, Any], *, slot: str | None = None, run_at: datetime | None = None
) -> None:
    """Add a job inside the caller's transaction. A slot that is already taken by a waiting or dead job adds nothing."""
    now = clock.now()
    values = {
        "kind": kind, "slot": slot, "payload": payload, "state": JobState.WAITING,
        "run_at": run_at or now, "attempts": 0, "created_at": now,
    }  # fmt: skip
    run(_adding(on_postgresql()), values, apart=True)


@cache
def _adding(postgres: bool) -> Any:
    adding = insert_into(Job, postgres=postgres).on_conflict_do_nothing(index_elements=["slot"])
    return ready(adding, "kind", "slot", "payload", "state", "run_at", "attempts", "created_at")


def begin_period(kind: str, period: int) -> bool:
    """True for exactly one caller a period; periods only go forward."""
    statement = insert_into(SchedulePeriod, postgres=on_postgresql()).values(kind=kind, period=period)
    begun = statement.on_conflict_do_update(
        index_elements=["kind"], set_={"period": period}, where=SchedulePeriod.period < period
    ).returning(SchedulePeriod.period)
    return db.session.execute(begun).one_or_none() is not None


def claim(kinds: list[str] | None = None) -> Claim | None:
    """Take the next due job, inside the caller's transaction; None when there is none or another worker was quicker."""
    now, token = clock.now(), refs.new_secret()
    statement = _claiming(on_postgresql(), tuple(kinds) if kinds is not None else None)
    taken = run(statement, {"now": now, "until": now + LEASE, "token": token}).one_or_none()
    return Claim(taken.id, taken.kind, taken.payload, token, taken.attempts) if taken else None


@cache
def _claiming(postgres: bool, kinds: tuple[str, ...] | None) -> Any:
    """One statement, made once: it runs for each job, and making it costs more than running it."""
    now = bindparam("now", type_=Instant)
    table: Any = Job.__table__
    other = table.alias("other").c
    free = or_(other.lease_until.is_(None), other.lease_until < now)
    due = select(other.id).where(other.state == JobState.WAITING, other.run_at <= now, free)
    if kinds is not None:
        due = due.where(other.kind.in_(kinds))
    due = due.order_by(other.run_at, other.id).limit(1)
    if postgres:
        due = due.with_for_update(skip_locked=True)
    return (
        update(table)
        .where(table.c.id == due.scalar_subquery())
        .values(_leased(table))
        .returning(table.c.id, table.c.kind, table.c.payload, table.c.attempts)
    )


def claim_more(first: Claim, most: int) -> list[Claim]:
    """Take up to so many other due jobs of a claimed one's kind under its lease, inside the caller's transaction, in the order
    in which they are due: those that nobody has tried yet."""
    now = clock.now()
    values = {"now": now, "until": now + LEASE, "token": first.token, "of_kind": first.kind, "most": most}
    taken = run(_claiming_more(on_postgresql()), values).all()
    in_order = sorted(taken, key=lambda t: (t.run_at, t.id))
    return [Claim(t.id, t.kind, t.payload, first.token, t.attempts) for t in in_order]


@cache
def _claiming_more(postgres: bool) -> Any:
    now = bindparam("now", type_=Instant)
    table: Any = Job.__table__
    other = table.alias("other").c
    fresh = select(other.id).where(
        other.state == JobState.WAITING, other.run_at <= now, other.lease_until.is_(None), other.attempts == 0,
        other.kind == bindparam("of_kind", type_=String),
    )  # fmt: skip
    fresh = fresh.order_by(other.run_at, other.id).limit(bindparam("most", type_=Integer))
    if postgres:
        fresh = fresh.with_for_update(skip_locked=True)
    # PostgreSQL may ask a mere subquery again for each row, and locks others each time.
    chosen = fresh.cte("chosen").prefix_with("MATERIALIZED", dialect="postgresql")
    return (
        update(table)
        .where(table.c.id.in_(select(chosen.c.id)))
        .values(_leased(table))
        .returning(table.c.id, table.c.kind, table.c.payload, table.c.attempts, table.c.run_at)
    )


def _leased(table: Any) -> dict[str, Any]:
    return {
        "lease_until": bindparam("until", type_=Instant), "lease_token": bindparam("token", type_=String),
        "attempts": table.c.attempts + 1,
    }  # fmt: skip


def settle(*held: Claim) -> bool:
    """The work is done: remove the jobs, inside the caller's transaction. False if the lease of one was lost to another.

    Several are of one `claim_more`, so they share its token.
    """
    gone = run(_SETTLED, {"held": [claim.id for claim in held], "token": held[0].token})
    return bool(gone.rowcount == len(held))


_SETTLED = delete(Job.__table__).where(  # type: ignore[arg-type]
    Job.id.in_(bindparam("held", type_=BigId, expanding=True)),
    Job.lease_token == bindparam("token", type_=String),
)


def put_back(held: Claim, error: str) -> bool:
    """The work failed: try later, or, after the last attempt, keep the job as dead. True if it is dead now."""
    dead = held.attempts >= MAX_ATTEMPTS
    wait = BACKOFF[min(held.attempts, len(BACKOFF)) - 1]
    db.session.execute(
        update(Job)
        .where(Job.id == held.id, Job.lease_token == held.token)
        .values(
            state=JobState.DEAD if dead else JobState.WAITING,
            run_at=clock.now() + wait, lease_until=None, lease_token=None, last_error=error[:4000],
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    return dead


def waiting_since(kind: str) -> tuple[int, datetime | None]:
    """How many jobs of a kind are not done, given up ones included, and when the oldest was added."""
    query = select(func.count(Job.id), func.min(Job.created_at)).where(Job.kind == kind)
    row = db.session.execute(query).one()
    return int(row[0]), row[1]


def dead() -> list[Job]:
    """Jobs that gave up, newest first, for the staff's eyes."""
    return list(
        db.session.scalars(select(Job).where(Job.state == JobState.DEAD).order_by(Job.id.desc()).limit(200))
    )


def revive(job_id: int) -> bool:
    """Let a dead job try again from the start, inside the caller's transaction."""
    changed = (
        update(Job)
        .where(Job.id == job_id, Job.state == JobState.DEAD)
        .values(state=JobState.WAITING, attempts=0, run_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return bool(db.session.execute(changed).rowcount)  # type: ignore[attr-defined]
