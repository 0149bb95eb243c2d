"""What keeps a ticket from being resolved, and what both sides have agreed to pay for: written by the floors above.

Refuses to know visits and quotes: they are a kind and a number here, with the words that say why a ticket waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal.infra.db import db
from portal.kernel import clock, refs
from portal.tickets.models.holds import WorkApproval, WorkHold
from portal.tickets.rules.holds import HoldKind, Work

_NAMES = {
    HoldKind.VISIT: lambda w: _("Visit %(number)s", number=refs.visit_number(w.number)),
    HoldKind.QUOTE: lambda w: _("Quote %(number)s", number=refs.quote_number(w.number)),
    HoldKind.SHIPMENT: lambda w: _("Sent in or fetched: %(device)s", device=w.name),
    HoldKind.TRAINING: lambda w: _("Training for %(what)s", what=w.name),
    HoldKind.PUBLISH: lambda w: _("Going live: what quote %(number)s made", number=refs.quote_number(w.number)),
}  # fmt: skip


@dataclass(frozen=True)
class Held:
    """Work that holds a ticket, since when."""

    work: Work
    since: datetime

    @property
    def words(self) -> str:
        """What it is, in the reader's language, within a sentence."""
        return _NAMES[self.work.kind](self.work)


def hold(ticket_id: int, work: Work) -> None:
    """Work for the ticket has begun to be planned. Twice is once."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = {
        "ticket_id": ticket_id, "ref": work.ref, "kind": work.kind, "number": work.number, "name": work.name[:200],
        "shown": work.shown, "since": clock.now(),
    }  # fmt: skip
    statement = insert(WorkHold).values(row)
    db.session.execute(statement.on_conflict_do_nothing(index_elements=["ticket_id", "ref"]))


def show(ref: str) -> None:
    """From now on the client may read of it."""
    shown = update(WorkHold).where(WorkHold.ref == ref).values(shown=True)
    db.session.execute(shown.execution_options(synchronize_session=False))


def let_go(ref: str, ticket_id: int | None = None) -> None:
    """The work is over; for one ticket, or for all that it was for."""
    gone = delete(WorkHold).where(WorkHold.ref == ref)
    if ticket_id is not None:
        gone = gone.where(WorkHold.ticket_id == ticket_id)
    db.session.execute(gone.execution_options(synchronize_session=False))


def of(ticket_id: int, *, but: str = "", shown_only: bool = False) -> list[Held]:
    """What holds a ticket, the oldest first. `but`: the ref of work that is left out; `shown_only`: what the client may read."""
    query = select(WorkHold).where(WorkHold.ticket_id == ticket_id, WorkHold.ref != but)
    if shown_only:
        query = query.where(WorkHold.shown)
    return [
        Held(Work(row.kind, row.number, row.name, row.shown), row.since)
        for row in db.session.scalars(query.order_by(WorkHold.id))
    ]


def still_open(found: Sequence[Held]) -> Any:
    """The sentence that says what keeps a ticket open."""
    names = "; ".join(one.words for one in found)
    return _l("Work for this ticket is still open: %(work)s. End or cancel it first.", work=names)


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
