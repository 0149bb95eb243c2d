"""A visit is put somewhere else on the board: what speaks against it first, then the move itself, or none of it."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from portal.dispatch.models import Visit
from portal.dispatch.rules.fitting import Misfit
from portal.dispatch.rules.visiting import Slot
from portal.dispatch.service import fitting, planning, reckoning
from portal.dispatch.service.asking import Ground
from portal.dispatch.service.fitting import Despite
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
    if reckoning.keeps_cost(visit):
        return Preview(misfits, None)
    ground, held = reckoning.asked(visit, slot.start), reckoning.held_by(visit)
    takes = ground.decision.ledger
    same = held is not None and takes is not None and takes.bucket_id == held.bucket_id
    return Preview(misfits, None if same else ground)


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
