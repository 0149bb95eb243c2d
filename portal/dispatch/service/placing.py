"""A visit is put somewhere else on the board: what speaks against it first, then the move itself, or none of it."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from portal.contracts.models import LedgerBucket
from portal.dispatch.models import Visit
from portal.dispatch.rules.fitting import Misfit
from portal.dispatch.rules.visiting import Slot
from portal.dispatch.service import asking, fitting, planning
from portal.dispatch.service.asking import Ground
from portal.dispatch.service.fitting import Despite
from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.kernel.errors import Stale


@dataclass(frozen=True)
class Preview:
    """What would come of it. `ground`: the contract's answer for that hour; None: what is reserved already is used, or a quote
    pays, or it is a round."""

    misfits: list[Misfit]
    ground: Ground | None


def preview(visit: Visit, slot: Slot, engineer_id: int | None) -> Preview:
    """Reckon a move without making it."""
    misfits = fitting.look(fitting.of_visit(visit, slot, engineer_id))
    ticket = visit.tickets[0].ticket if visit.tickets and visit.round_id is None else None
    by_quote = (visit.agreed_how or "").startswith("quote:")
    if ticket is None or by_quote or _same_bucket(visit, slot):
        return Preview(misfits, None)
    return Preview(misfits, asking.ground(ticket, slot.start, visit.override_reason or ""))


def _same_bucket(visit: Visit, slot: Slot) -> bool:
    """Whether what the visit holds pays for that hour, too."""
    entry = planning.held_by(visit)
    if entry is None:
        return False
    bucket = db.session.get_one(LedgerBucket, entry.bucket_id)
    return bucket.opens_at <= slot.start < bucket.closes_at


def put(
    actor: Actor, visit: Visit, slot: Slot, engineer_id: int | None, seen: int | None, despite: Despite
) -> None:
    """Move a locked visit. `seen`: the version that the board showed; raises Stale if it was changed since, Unfit or NotNow where
    it stays."""
    if seen is not None and seen != visit.version:
        raise Stale(
            _l(
                "Somebody else changed this visit meanwhile. It stands now where you see it; nothing of yours was kept."
            )
        )
    planning.move(actor, visit, slot.start, slot.end, engineer_id, despite)
