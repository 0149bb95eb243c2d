"""Events on their way up: a row in the same transaction as the change it tells of.

It is a trigger and nothing else: ids and plain values, never a secret. The worker turns it into jobs by the table in registry.py.
"""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.infra import jobs
from portal.infra.db import BigId, Instant, Json, Model, db, run
from portal.infra.transaction import WriteOutsideTransaction, writes_now
from portal.kernel import clock


class OutboxEvent(Model):
    __tablename__ = "outbox_event"
    __table_args__ = (Index("ix_outbox_event_waiting", "delivered_at", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    delivered_at: Mapped[datetime | None] = mapped_column(Instant)


def record(event: Any) -> None:
    """Note a frozen dataclass that happened; it is delivered after the commit, at least once. Raises WriteOutsideTransaction."""
    if not writes_now():
        raise WriteOutsideTransaction(repr(event))
    values = {"name": type(event).__name__, "payload": asdict(event), "recorded_at": clock.now()}
    run(_RECORD, values, apart=True)


_RECORD = insert(OutboxEvent.__table__).inline()  # type: ignore[arg-type]


def deliver(handlers: Mapping[str, list[str]], limit: int = 200) -> int:
    """Turn waiting events into jobs, one a handler, inside the caller's transaction. Returns how many events.

    `handlers` maps an event's name to job kinds. Rows are kept until `prune`, so that a delivery can be looked up.
    """
    query = (
        select(OutboxEvent).where(OutboxEvent.delivered_at.is_(None)).order_by(OutboxEvent.id).limit(limit)
    )
    if db.engine.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    events = db.session.scalars(query).all()
    for event in events:
        for kind in handlers.get(event.name, []):
            jobs.enqueue(kind, event.payload, slot=f"event:{event.id}:{kind}")
        event.delivered_at = clock.now()
    return len(events)


def prune(before: datetime) -> int:
    """Delete delivered rows recorded before an instant. Returns how many."""
    table = OutboxEvent.__table__
    done = table.delete().where(table.c.delivered_at.is_not(None), table.c.recorded_at < before)  # type: ignore[attr-defined]
    return int(db.session.connection().execute(done).rowcount)
