"""What keeps a ticket from being resolved, and what both sides have agreed to pay for: written by the floors above.

Refuses to know visits and quotes: they are references here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.infra.db import db
from portal.kernel import clock
from portal.tickets.models.holds import WorkApproval, WorkHold

OPEN_WORK = _l(
    "Work for this ticket is still open: a visit, a quote, a device that is with us, a training, or what has to go live. "
    "End or cancel it first."
)


def hold(ticket_id: int, ref: str) -> None:
    """Work for the ticket has begun to be planned. Twice is once."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = {"ticket_id": ticket_id, "ref": ref, "since": clock.now()}
    statement = insert(WorkHold).values(row)
    db.session.execute(statement.on_conflict_do_nothing(index_elements=["ticket_id", "ref"]))


def let_go(ref: str, ticket_id: int | None = None) -> None:
    """The work is over; for one ticket, or for all that it was for."""
    gone = delete(WorkHold).where(WorkHold.ref == ref)
    if ticket_id is not None:
        gone = gone.where(WorkHold.ticket_id == ticket_id)
    db.session.execute(gone.execution_options(synchronize_session=False))


def of(ticket_id: int) -> Sequence[str]:
    """The references that hold a ticket, the oldest first."""
    query = select(WorkHold.ref).where(WorkHold.ticket_id == ticket_id).order_by(WorkHold.id)
    return db.session.scalars(query).all()


@dataclass(frozen=True)
class Agreed:
    """Both sides have confirmed: what kind of work, for how much, by which clause."""

    ref: str
    kind: str
    amount: Decimal
    clause: str
    confirmed_at: datetime


def approve(ticket_id: int, agreed: Agreed) -> None:
    """Both sides have confirmed. Twice is once."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = {
        "ticket_id": ticket_id, "ref": agreed.ref, "kind": agreed.kind, "amount": agreed.amount,
        "clause": agreed.clause, "confirmed_at": agreed.confirmed_at, "withdrawn_at": None,
    }  # fmt: skip
    db.session.execute(insert(WorkApproval).values(row).on_conflict_do_nothing(index_elements=["ref"]))


def withdraw(ref: str, at: datetime) -> None:
    """What was agreed is given up."""
    db.session.execute(
        update(WorkApproval)
        .where(WorkApproval.ref == ref, WorkApproval.withdrawn_at.is_(None))
        .values(withdrawn_at=at)
        .execution_options(synchronize_session=False)
    )


def approvals(ticket_id: int, *kinds: str) -> list[Agreed]:
    """What is agreed for a ticket and not given up, of these kinds (none named: any), the newest first."""
    query = select(WorkApproval).where(
        WorkApproval.ticket_id == ticket_id, WorkApproval.withdrawn_at.is_(None)
    )
    if kinds:
        query = query.where(WorkApproval.kind.in_(kinds))
    rows = db.session.scalars(query.order_by(WorkApproval.id.desc()))
    return [Agreed(r.ref, r.kind, r.amount, r.clause, r.confirmed_at) for r in rows]
