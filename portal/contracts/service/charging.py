"""Recording what the client owes for work, and that work under a contract goes on.

Owns that a charge is written once and never changed. Refuses to send invoices: billing reads these lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.contracts.models import Charge, WorkInProgress
from portal.contracts.queries import facts
from portal.contracts.rules import deadlines
from portal.contracts.rules.decision import PriceLine
from portal.contracts.rules.terms import StartEvent
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor


@dataclass(frozen=True)
class Owed:
    """For which work, served on which day of the contract's zone, under which contract and version (None: without one)."""

    organisation_id: int
    ref: str
    served_on: date
    contract_id: int | None = None
    due_at: datetime | None = None
    due_clause: str = ""


def record(actor: Actor, owed: Owed, lines: Sequence[tuple[PriceLine, str]], key: str) -> list[Charge]:
    """Write lines (each with words of its own or ""), once for a key; lines of nothing are left out. Returns the rows."""
    known = select(Charge).where(Charge.idempotency_key.in_([f"{key}:{n}" for n in range(len(lines))]))
    if again := list(db.session.scalars(known.order_by(Charge.id))):
        return again
    rows = [
        Charge(
            organisation_id=owed.organisation_id, contract_id=owed.contract_id, ref=owed.ref, code=line.code,
            words=words[:300] or None, quantity=line.quantity, unit_price=line.unit_price, amount=line.amount,
            clause=line.clause, served_on=owed.served_on, due_at=owed.due_at, due_clause=owed.due_clause,
            recorded_at=clock.now(), recorded_by_id=actor.contact_id, idempotency_key=f"{key}:{n}",
        )
        for n, (line, words) in enumerate(lines)
        if line.amount
    ]  # fmt: skip
    db.session.add_all(rows)
    db.session.flush()
    return rows


def take_back(actor: Actor, charge: Charge, reason: str) -> Charge:
    """Undo a charge by a line of its own; twice is once."""
    again = db.session.scalar(select(Charge).where(Charge.takes_back_id == charge.id))
    if again is not None:
        return again
    row = Charge(
        organisation_id=charge.organisation_id, contract_id=charge.contract_id, ref=charge.ref, code=charge.code,
        words=reason[:300], quantity=-charge.quantity, unit_price=charge.unit_price, amount=-charge.amount,
        clause=charge.clause, served_on=charge.served_on, due_clause="", takes_back_id=charge.id,
        recorded_at=clock.now(), recorded_by_id=actor.contact_id, idempotency_key=f"takes_back:{charge.id}",
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def due_of(
    contract_id: int, version_number: int, event: StartEvent, at: datetime, code: str
) -> tuple[datetime | None, str]:
    """By when the contract wants payment after an event, and its clause: TS-25, TS-33. (None, "") where it is silent.

    `code` is the price that falls due; a milestone that names no price holds for all of its event.
    """
    (known,) = facts.contracts_by_id({contract_id}, at)
    compiled = known.compiled[version_number]
    found = next(
        (
            m
            for m in compiled.milestones
            if m.start_event is event and m.code.startswith("pay") and m.price in (None, code)
        ),
        None,
    )
    if found is None:
        return None, ""
    return deadlines.due(found.rule, at, compiled.version.calendar).due_at, found.clause


def begin_work(ref: str, contract_id: int, at: datetime) -> None:
    """Work that is on its way keeps a contract with a run-off clause from being over. Twice is once."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    values = {"ref": ref, "contract_id": contract_id, "began_at": at, "ended_at": None}
    db.session.execute(insert(WorkInProgress).values(values).on_conflict_do_nothing(index_elements=["ref"]))


def end_work(ref: str, at: datetime) -> None:
    """The work is over; what never began is not an error."""
    db.session.execute(
        update(WorkInProgress)
        .where(WorkInProgress.ref == ref, WorkInProgress.ended_at.is_(None))
        .values(ended_at=at)
        .execution_options(synchronize_session=False)
    )


def total(lines: Sequence[PriceLine]) -> Decimal:
    """The sum of lines, in yuan."""
    return sum((line.amount for line in lines), Decimal("0.00"))
