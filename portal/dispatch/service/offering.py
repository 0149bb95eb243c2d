"""Asking the client when: up to three times, one of which is chosen, or none with the client's own wishes.

Owns that a chosen time is free, is still to be had under the contract, and costs what was said. Refuses to choose for anybody
who may not say when somebody comes to the client.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from flask_babel import lazy_gettext as _l

from portal.dispatch.events import OtherTimeWished, SlotsOffered
from portal.dispatch.models import SlotOffer, Visit, VisitChange
from portal.dispatch.queries import offers
from portal.dispatch.rules import offering as rules
from portal.dispatch.rules.offering import CallOff, Cost, WhyNot
from portal.dispatch.rules.visiting import PLANNED, Slot, VisitStatus
from portal.dispatch.service import fitting, planning, reckoning, record, visiting
from portal.dispatch.service.fitting import Despite, Unfit
from portal.dispatch.service.reckoning import NotNow
from portal.infra import outbox
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused, Stale

_GONE = _l("This time is not proposed any more. Please choose one of those that stand here now.")
_NOT_YOURS = _l("Only a manager of your organisation can say when this visit takes place.")
_NOT_HAD = {
    WhyNot.PAST: _l("This time has passed meanwhile. Please choose another one, or tell us what suits you."),
    WhyNot.TAKEN: _l(
        "This time was given to somebody else meanwhile. Please choose another one, or tell us what suits you."
    ),
}


@dataclass(frozen=True)
class Option:
    """A time that the client may choose, and what it takes. `planned`: it is held already; `why_not`: it cannot be had."""

    starts_at: datetime
    ends_at: datetime
    cost: Cost
    planned: bool
    why_not: WhyNot | None
    agreed: bool = False
    """What it costs was agreed to already."""


@dataclass(frozen=True)
class Answer:
    """What a client says: a time, with the price that stood beside it, or their own wishes."""

    starts_at: datetime | None = None
    price: Decimal | None = None
    wish: str = ""


def offer(actor: Actor, visit: Visit, slots: Sequence[Slot]) -> None:
    """Propose other times for a locked visit beside the planned one; earlier proposals are withdrawn. Raises Refused for none or
    too many, a time that has passed or in which the engineer is with somebody else; NotNow where the contract has no visit."""
    planning.in_planning(visit)
    wanted = [s for s in dict.fromkeys(slots) if s.start != visit.starts_at]
    if not wanted:
        raise Refused(_l("Write at least one other time."), field="day")
    if len(wanted) + 1 > rules.MOST:
        raise Refused(_l("Propose at most three times, the planned one included."), field="day")
    if any(s.start <= clock.now() for s in wanted):
        raise Refused(_l("That lies in the past. When shall somebody come?"), field="day")
    if any(_busy(visit, s.start, s.end) for s in wanted):
        raise Refused(_l("The engineer is with somebody else at one of these times."), field="day")
    for slot in wanted:
        fitting.check(actor, fitting.of_visit(visit, slot, visit.engineer_id), Despite())
    costs = [reckoning.cost_at(visit, slot.start, pay_extra=True) for slot in wanted]
    planning.withdraw_offers(visit)
    for slot, cost in zip(wanted, costs, strict=True):
        row = offers.known_at(visit.id, slot.start) or SlotOffer(visit_id=visit.id, starts_at=slot.start)
        row.ends_at, row.takes, row.price, row.clause = slot.end, cost.takes, cost.price, cost.clause
        row.offered_at, row.withdrawn_at, row.chosen_at = clock.now(), None, None
        db.session.add(row)
    visit.wish = None
    record.write(visit, actor, "offered", times=[s.start.isoformat() for s in wanted])
    outbox.record(SlotsOffered(visit.id))


def options(visit: Visit, *, lock: bool = False) -> list[Option]:
    """The planned time first, then the others by time; none for a visit that somebody has set out for."""
    if visit.status not in PLANNED:
        return []
    now, out = clock.now(), []
    others = offers.standing(visit.id)
    ends = [visit.ends_at, *(o.ends_at for o in others)]
    starts = [visit.starts_at, *(o.starts_at for o in others)]
    busy = offers.busy(visit.engineer_id, min(starts), max(ends), but=visit.id, lock=lock)
    if visit.status is not VisitStatus.PROPOSED:
        why = rules.why_not(visit.starts_at, now, taken=False)
        agreed = visit.agreed_at is not None
        out.append(Option(visit.starts_at, visit.ends_at, reckoning.cost_of(visit), True, why, agreed))
    for one in others:
        slot = Slot(one.starts_at, one.ends_at)
        taken = any(slot.clashes(Slot(*b)) for b in busy)
        cost = Cost(one.takes, one.price, one.clause)
        out.append(
            Option(one.starts_at, one.ends_at, cost, False, rules.why_not(one.starts_at, now, taken=taken))
        )
    return out


def take(actor: Actor, visit: Visit, said: Answer, name: str, *, how: str) -> bool:
    """Do what the client says with a locked visit; True if a time was chosen. Raises Refused."""
    if said.starts_at is None:
        wish(actor, visit, said.wish, name)
        return False
    price = said.price if may_agree(actor, visit) else None
    choose(actor, visit, said.starts_at, name, price=price, how=how)
    return True


def choose(
    actor: Actor, visit: Visit, starts_at: datetime | None, name: str, *, price: Decimal | None, how: str
) -> None:
    """The client chooses one of the times of a locked visit: it is planned and confirmed. `price`: what they agree to with it,
    None where they may not or need not. Raises Refused in a sentence; what was held stays held then."""
    _answerable(actor, visit)
    option = next((o for o in options(visit, lock=True) if o.starts_at == starts_at), None)
    if option is None:
        raise Refused(_GONE, field="slot")
    if option.why_not is not None:
        raise Refused(_NOT_HAD[option.why_not], field="slot")
    if not option.planned:
        try:
            planning.move(
                actor, visit, option.starts_at, option.ends_at, visit.engineer_id,
                pay_extra=option.cost.price is not None,
            )  # fmt: skip
        except Unfit:
            raise Refused(_NOT_HAD[WhyNot.TAKEN], field="slot") from None
        except NotNow:
            raise Refused(
                _l(
                    "The contract has no visit left for this time. Please choose another one, or tell us what suits you."
                ),
                field="slot",
            ) from None
        if visit.price != option.cost.price:
            raise Refused(_CHANGED, field="slot")
    if price is not None:
        agree(actor, visit, price, name, how)
    visiting.confirm(actor, visit, name)
    chosen = offers.known_at(visit.id, option.starts_at)
    if chosen is not None:
        chosen.chosen_at = clock.now()
    planning.withdraw_offers(visit)
    visit.wish = None


_CHANGED = _l("What this time costs has changed meanwhile. Please look at the price and choose again.")


def agree(actor: Actor, visit: Visit, price: Decimal, name: str, how: str) -> None:
    """The client agrees to the price that was shown; raises Refused when it is another by now, or for whoever may not."""
    if not may_agree(actor, visit):
        raise Refused(_l("Only a manager of your organisation can agree to a price."), field="slot")
    if visit.price is None or visit.price != price:
        raise Refused(_CHANGED, field="slot")
    planning.agree(actor, visit, name, how)


def wish(actor: Actor, visit: Visit, words: str, name: str) -> VisitChange:
    """None of the times of a locked visit suits: the client's words are kept and staff are told; the planned time stays held
    until another is planned."""
    _answerable(actor, visit)
    if not words.strip():
        raise Refused(_l("Tell us in a few words when it would suit you."), field="wish")
    planning.withdraw_offers(visit)
    visit.wish = words.strip()[:2000]
    line = record.write(visit, actor, "wished", name=name, words=visit.wish)
    outbox.record(OtherTimeWished(visit.id, line.id))
    return line


def call_off(actor: Actor, visit: Visit, reason: str, seen: CallOff) -> None:
    """The client calls off a locked visit; see visiting.call_off. Raises Refused for whoever may not."""
    if not may_answer(actor, visit):
        raise Refused(_NOT_YOURS)
    visiting.call_off(actor, visit, reason, seen)


def may_answer(actor: Actor, visit: Visit) -> bool:
    """Whether somebody who sees a visit says when it takes place."""
    return rules.may_answer(
        manages=visit.organisation_id in actor.managed_organisation_ids,
        takes_part=visit.round_id is None,
        anybody_manages=visit.round_id is None or offers.anybody_manages(visit.organisation_id),
    )


def may_agree(actor: Actor, visit: Visit) -> bool:
    """Whether somebody who sees a visit agrees to its price."""
    manages = visit.organisation_id in actor.managed_organisation_ids
    return rules.may_agree(
        manages=manages, anybody_manages=manages or offers.anybody_manages(visit.organisation_id)
    )


def _busy(visit: Visit, start: datetime, end: datetime) -> bool:
    return bool(offers.busy(visit.engineer_id, start, end, but=visit.id))


def _answerable(actor: Actor, visit: Visit) -> None:
    if not may_answer(actor, visit):
        raise Refused(_NOT_YOURS)
    if visit.status in PLANNED:
        return
    if visit.status is VisitStatus.CANCELLED:
        raise Stale(_l("This visit was called off; nobody comes. If you still need one, please write to us."))
    raise Stale(_l("Somebody has set out for this visit already, or it is over."))
