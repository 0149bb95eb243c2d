"""Planning a visit: the ground, the contract's answer, the reservation, and the slot; moving it; calling it off.

Owns that nobody comes without a ground (invariant 14), and that what the contract does not include is agreed first. Refuses
to decide what a visit costs: the contracts do.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from sqlalchemy import update

from portal.contracts.models import LedgerBucket
from portal.contracts.rules.decision import Decision, Outcome, Reason
from portal.contracts.service import assessing, charging, ledger
from portal.contracts.service.ledger import Insufficient, Why
from portal.dispatch.events import VisitCancelled, VisitScheduled
from portal.dispatch.models import SlotOffer, Visit, VisitTicket
from portal.dispatch.rules.visiting import PLANNED, Slot, VisitKind, VisitStatus
from portal.dispatch.service import asking, fitting, reckoning, record
from portal.dispatch.service.fitting import Despite
from portal.dispatch.service.reckoning import NotNow
from portal.infra import outbox
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor, StaffRole
from portal.kernel.errors import Refused
from portal.people import queries as people
from portal.tickets.models.ticket import Ticket
from portal.tickets.rules.words import ENDED, Phase
from portal.tickets.service import clocks, holds
from portal.tickets.service import record as ticket_record
from portal.tickets.service import status as ticket_status


@dataclass(frozen=True)
class Plan:
    """When and who. `pay_extra`: take the charged visit where the included one is used up. `override_reason`: a manager's, for
    a visit before the ladder was climbed. `round_id`: join a planned round is done by `join_round`, not here."""

    starts_at: datetime
    ends_at: datetime
    engineer_id: int | None = None
    site_id: int | None = None
    override_reason: str = ""
    pay_extra: bool = False
    note: str = ""
    told: bool = True
    """The warnings about slot and engineer were read."""


def plan_visit(actor: Actor, ticket: Ticket, plan: Plan) -> Visit:
    """Plan a visit for a locked ticket and hold what it uses. Raises NotNow with the reason, Refused for a bad slot."""
    if ticket.status in ENDED:
        raise Refused(_l("This ticket has ended. Reopen it before you plan a visit."))
    _check_slot(plan.starts_at, plan.ends_at)
    reason = plan.override_reason if _may_override(actor) else ""
    found = asking.ground(ticket, plan.starts_at, reason)
    if found.basis is None:
        raise NotNow(
            _l("Try by phone and remotely first: the contract asks for it. A manager may give a reason."),
            Reason.TRIAGE_REQUIRED.value,
            found.decision,
        )
    rests = reckoning.ground_of(ticket, found, pay_extra=plan.pay_extra)
    answer = rests.answer
    kind = VisitKind.EMERGENCY if asking.emergency_of(ticket) else VisitKind.ON_SITE
    slot = Slot(plan.starts_at, plan.ends_at)
    wanted = fitting.Wanted(slot, plan.engineer_id, [ticket], answer.contract_id, answer.version, kind)
    fitting.check(actor, wanted, Despite(plan.told, reason))
    now = clock.now()
    visit = Visit(
        number=ticket_record.next_number("visit"), organisation_id=ticket.organisation_id,
        site_id=plan.site_id or ticket.site_id, contract_id=answer.contract_id, version_number=answer.version,
        kind=kind, status=VisitStatus.PROPOSED, basis=found.basis, override_reason=reason.strip()[:500] or None,
        starts_at=plan.starts_at, ends_at=plan.ends_at, note=plan.note.strip() or None,
        created_at=now, created_by_id=actor.contact_id, changed_at=now,
    )  # fmt: skip
    if plan.site_id is not None:
        people.site_of(ticket.organisation_id, plan.site_id)
    db.session.add(visit)
    db.session.flush()
    db.session.add(VisitTicket(visit=visit, ticket=ticket))
    db.session.flush()
    assessing.assess(SYSTEM, record.ref_of(visit), asking.question_of(ticket, plan.starts_at, reason))
    _rest(actor, visit, rests, f"ticket:{ticket.number}")
    if plan.engineer_id is not None:
        visit.engineer_id = people.staff_user(plan.engineer_id).id
    holds.hold(ticket.id, record.work_of(visit))
    if visit.contract_id is not None:
        charging.begin_work(record.ref_of(visit), visit.contract_id, now)
    if ticket.phase is not Phase.ON_SITE:
        ticket_status.set_phase(ticket, actor, Phase.ON_SITE, now, reason=reason)
    record.become(visit, actor, VisitStatus.SCHEDULED, **_slot(visit))
    if visit.engineer_id is not None:
        clocks.stop(ticket, "dispatch", now)
    ticket_status.touch_by_staff(ticket, actor, now)
    line_id = record.last_line(visit)
    outbox.record(VisitScheduled(visit.id, moved=False, by_contact_id=actor.contact_id, change_id=line_id))
    return visit


def move(
    actor: Actor,
    visit: Visit,
    starts_at: datetime,
    ends_at: datetime,
    engineer_id: int | None,
    despite: Despite = Despite(),  # noqa: B008 - frozen
    *,
    pay_extra: bool | None = None,
) -> Visit:
    """Give a locked visit that nobody has set out for another slot or engineer; what it holds moves to the bucket of the new
    day, and one that was only proposed is planned, unless it is a round whose week has not opened yet. A confirmed slot is to be
    confirmed anew; other times that were offered are withdrawn. `pay_extra` None: charged where it was charged. Raises NotNow,
    Unfit, Refused."""
    in_planning(visit)
    unplanned = visit.status is VisitStatus.PROPOSED
    same_slot = not unplanned and (visit.starts_at, visit.ends_at) == (starts_at, ends_at)
    if same_slot and visit.engineer_id == engineer_id:
        return visit
    if not same_slot:
        _check_slot(starts_at, ends_at)
    engineer = people.staff_user(engineer_id) if engineer_id is not None else None
    fitting.check(actor, fitting.of_visit(visit, Slot(starts_at, ends_at), engineer_id), despite)
    former, visit.engineer_id, visit.engineer = visit.engineer_id, engineer_id, engineer
    if not same_slot:
        visit.starts_at, visit.ends_at, visit.moved_by_hand = starts_at, ends_at, True
        _hold_anew(actor, visit, pay_extra)
        visit.confirmed_at = visit.confirmed_by = visit.wish = None
        withdraw_offers(visit)
    reason = despite.reason.strip()[:500] if _may_override(actor) else ""
    waits = visit.round_id is not None and not reserve_round(actor, visit)
    if (unplanned and not waits) or (visit.status is VisitStatus.CONFIRMED and not same_slot):
        record.become(visit, actor, VisitStatus.SCHEDULED, moved=True, reason=reason, **_slot(visit))
    else:
        record.write(visit, actor, "moved" if not same_slot else "assigned", reason=reason, **_slot(visit))
    for row in visit.tickets:
        if engineer_id is not None:
            clocks.stop(row.ticket, "dispatch", clock.now())
    outbox.record(
        VisitScheduled(
            visit.id, moved=True, same_slot=same_slot, by_contact_id=actor.contact_id,
            former_engineer_id=former if former != engineer_id else None, change_id=record.last_line(visit),
        )
    )  # fmt: skip
    return visit


def cancel(actor: Actor, visit: Visit, reason: str) -> None:
    """Call a locked visit off before anybody set out: what it held is given back (X92)."""
    if not reason.strip():
        raise Refused(_l("Say why, so that everybody knows."), field="reason")
    in_planning(visit)
    give_back(actor, visit, "cancelled")
    visit.ended_reason = reason.strip()[:500]
    record.become(visit, actor, VisitStatus.CANCELLED, reason=visit.ended_reason)
    charging.end_work(record.ref_of(visit), clock.now())
    by_client = not (actor.is_staff or actor.is_system)
    outbox.record(VisitCancelled(visit.id, by_client=by_client, by_contact_id=actor.contact_id))


def give_back(actor: Actor, visit: Visit, reason: str) -> None:
    """Release what a visit holds, if it still does: a cancelled ticket may have given it back already."""
    entry = reckoning.held_by(visit)
    if entry is not None:
        why = Why(ref=entry.ref, clause=entry.clause, reason=reason)
        ledger.release(actor, entry, f"release:{entry.id}", why)
    visit.reservation_id = None


def _may_override(actor: Actor) -> bool:
    return actor.staff_role in (StaffRole.MANAGER, StaffRole.ADMINISTRATOR)


def _check_slot(starts_at: datetime, ends_at: datetime) -> None:
    if ends_at <= starts_at:
        raise Refused(_l("The end must be later than the beginning."), field="ends_at")
    if starts_at < clock.now():
        raise Refused(_l("That lies in the past. When shall somebody come?"), field="starts_at")


def in_planning(visit: Visit) -> None:
    """Refuse for a visit that somebody has set out for, or that is over."""
    if visit.status not in PLANNED:
        raise Refused(_l("Somebody has set out for this visit already, or it is over."))


def _slot(visit: Visit) -> dict[str, object]:
    return {
        "starts_at": visit.starts_at.isoformat(),
        "ends_at": visit.ends_at.isoformat(),
        "engineer": visit.engineer_id and people.staff_user(visit.engineer_id).name,
    }


def _rest(actor: Actor, visit: Visit, rests: reckoning.Ground, ref: str) -> None:
    """Let a visit take what it rests on: hold a unit, or ask for its price. What both sides confirmed in a quote is agreed
    already, at the quote's price; billing charges the quote, and no unit is held."""
    agreed, price = rests.agreed, rests.answer.price or None
    if agreed is not None:
        visit.price, visit.agreed_at = agreed.amount or None, agreed.confirmed_at
        visit.agreed_how, visit.agreed_by = agreed.ref, None
        return
    if price != visit.price:
        visit.price, visit.agreed_at, visit.agreed_by, visit.agreed_how = price, None, None, None
    _reserve(actor, visit, rests.answer, ref)


def _reserve(actor: Actor, visit: Visit, answer: Decision, ref: str) -> None:
    if answer.ledger is None:
        return
    bucket = db.session.get_one(LedgerBucket, answer.ledger.bucket_id)
    why = Why(ref=ref, clause=answer.clause)
    try:
        entry = ledger.reserve(
            actor, bucket, answer.ledger.quantity, f"visit:{visit.id}:{visit.version or 0}:reserve", why
        )
    except Insufficient:
        raise NotNow(
            _l("Somebody else took the last visit of this period a moment ago."), "INSUFFICIENT", answer
        ) from None
    visit.reservation_id = entry.id


def _hold_anew(actor: Actor, visit: Visit, pay_extra: bool | None = None) -> None:
    """Ask again for the new hour; what is held moves with it. A visit that was agreed by a quote keeps its ground."""
    if reckoning.by_quote(visit):
        return
    ticket = visit.tickets[0].ticket if visit.tickets else None
    if pay_extra is None:
        pay_extra = reckoning.pays_extra(visit)
    give_back(actor, visit, "moved")
    if ticket is None or visit.round_id is not None:
        reserve_round(actor, visit)
        return
    rests = reckoning.at_hour(visit, visit.starts_at, pay_extra=pay_extra)
    reason = visit.override_reason or ""
    assessing.assess(SYSTEM, record.ref_of(visit), asking.question_of(ticket, visit.starts_at, reason))
    visit.contract_id, visit.version_number = rests.answer.contract_id, rests.answer.version
    _rest(actor, visit, rests, f"ticket:{ticket.number}")


def withdraw_offers(visit: Visit) -> None:
    """Other times that were proposed stand no longer."""
    db.session.execute(
        update(SlotOffer)
        .where(SlotOffer.visit_id == visit.id, SlotOffer.withdrawn_at.is_(None))
        .values(withdrawn_at=clock.now())
    )


def reserve_round(actor: Actor, visit: Visit) -> bool:
    """Let a planned round hold its unit, once its bucket is open; True if it holds one, or needs none."""
    if reckoning.held_by(visit) is not None or visit.round is None:
        return True
    answer, _known = assessing.ask(SYSTEM, asking.round_question(visit))
    if answer.outcome is Outcome.INCLUDED:
        return True
    if answer.outcome is not Outcome.CONSUME or answer.ledger is None:
        return False
    _reserve(actor, visit, answer, record.ref_of(visit))
    return True


def agree(actor: Actor, visit: Visit, name: str, how: str) -> None:
    """The client agrees to the price of a locked visit: by its link, in the portal, or as staff heard it (`how`)."""
    if visit.price is None:
        raise Refused(_l("This visit costs nothing; nothing is to be agreed."))
    if not name.strip():
        raise Refused(_l("Say who agreed."), field="name")
    if visit.agreed_at is None:
        visit.agreed_at, visit.agreed_by, visit.agreed_how = (
            clock.now(),
            name.strip()[:120],
            how.strip()[:200],
        )
        record.write(
            visit, actor, "agreed", name=visit.agreed_by, how=visit.agreed_how, price=str(visit.price)
        )


def price_open(visit: Visit) -> Decimal | None:
    """The price that nobody has agreed to yet."""
    return visit.price if visit.price is not None and visit.agreed_at is None else None
