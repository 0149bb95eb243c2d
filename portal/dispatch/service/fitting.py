"""Asking whether an engineer and a slot fit together, before anything is kept.

Owns that nobody is sent to two places, out of their leave, or without the certificate that a device needs: the first two a
manager may, with a reason. Refuses to weigh what the contract says to the hour; that answer is taken as it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.assets.models import Device
from portal.contracts.queries import facts
from portal.contracts.queries.facts import Known
from portal.dispatch.models import Visit
from portal.dispatch.queries import crew
from portal.dispatch.rules import fitting
from portal.dispatch.rules.fitting import Away, Busy, Held, Hours, Misfit, Needed, Weight, Why
from portal.dispatch.rules.offering import Takes
from portal.dispatch.rules.visiting import Slot, VisitKind
from portal.dispatch.service import reckoning
from portal.dispatch.service.reckoning import NotNow
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor, StaffRole
from portal.kernel.errors import Refused
from portal.people import queries as people
from portal.people.models import User
from portal.tickets.models.ticket import Ticket


class Unfit(Refused):
    """The slot does not fit; `misfits` are all that speaks against it, for the page to put into words."""

    def __init__(self, misfits: Sequence[Misfit]) -> None:
        weights = {m.weight for m in misfits}
        if Weight.NEVER in weights:
            sentence = _l("The visit cannot be put there. It stays where it was.")
        elif Weight.REASON in weights:
            sentence = _l("Only a manager puts the visit there, with a reason. It stays where it was.")
        else:
            sentence = _l("Read this first. The visit stays where it was until you keep it all the same.")
        super().__init__(sentence)
        self.misfits = list(misfits)


@dataclass(frozen=True)
class Despite:
    """What is kept although something speaks against it. `told`: the warnings were read; `reason`: a manager's."""

    told: bool = True
    reason: str = ""


@dataclass(frozen=True)
class Wanted:
    """A visit at a slot, before or after it exists."""

    slot: Slot
    engineer_id: int | None
    tickets: Sequence[Ticket]
    contract_id: int | None
    version_number: int | None
    kind: VisitKind
    visit: Visit | None = None


def of_visit(visit: Visit, slot: Slot, engineer_id: int | None) -> Wanted:
    """A visit that exists, somewhere else."""
    tickets = [row.ticket for row in visit.tickets]
    return Wanted(
        slot, engineer_id, tickets, visit.contract_id, visit.version_number, visit.kind, visit
    )  # fmt: skip


def look(wanted: Wanted) -> list[Misfit]:
    """All that speaks against it, the heaviest first."""
    known = None
    if wanted.contract_id is not None and wanted.version_number is not None:
        (known,) = facts.contracts_by_id({wanted.contract_id}, clock.now())
    found = _of_contract(wanted, known)
    if wanted.engineer_id is not None:
        found += _of_engineer(wanted, wanted.engineer_id, known)
    visit = wanted.visit
    if visit is not None and visit.confirmed_at and wanted.slot != Slot(visit.starts_at, visit.ends_at):
        found.append(Misfit(Why.CONFIRM_ANEW, Weight.TOLD, {}))
    if visit is not None and visit.tickets and wanted.slot.start != visit.starts_at:
        found += _of_price(visit, wanted.slot)
    order = list(Weight)
    return sorted(found, key=lambda m: -order.index(m.weight))


def _of_price(visit: Visit, slot: Slot) -> list[Misfit]:
    """What the client would pay at that hour and does not pay now. An hour that cannot be had is refused where it is kept."""
    try:
        cost = reckoning.cost_at(visit, slot.start, pay_extra=reckoning.pays_extra(visit))
    except NotNow:
        return []
    if cost.takes is not Takes.MONEY or cost.price == visit.price:
        return []
    return [Misfit(Why.PRICE, Weight.TOLD, {"price": cost.price, "clause": cost.clause})]


def check(actor: Actor, wanted: Wanted, despite: Despite) -> None:
    """Raises Unfit where it must not be kept; the engineer's row is held, so that two plans at once see each other."""
    if wanted.engineer_id is not None:
        db.session.execute(select(User.id).where(User.id == wanted.engineer_id).with_for_update())
    found = look(wanted)
    manager = actor.staff_role in (StaffRole.MANAGER, StaffRole.ADMINISTRATOR)
    if fitting.stops(found, told=despite.told, reason=despite.reason, manager=manager):
        raise Unfit(found)


def _of_contract(wanted: Wanted, known: Known | None) -> list[Misfit]:
    """Days off and hours by the contract's own service calendar."""
    if known is None or wanted.version_number is None:
        return []
    hours = Hours(
        known.compiled[wanted.version_number].version.calendar,
        fixed=wanted.kind is VisitKind.ROUND,
        free=wanted.kind is VisitKind.EMERGENCY,
    )
    row = wanted.visit.round if wanted.visit is not None else None
    plan = next((p for p in known.compiled[wanted.version_number].plans if row and p.code == row.plan), None)
    found = fitting.of_hours(wanted.slot, hours)
    if row is not None and plan is not None and plan.weekday is not None:
        found += fitting.of_week(wanted.slot, row.planned_on, hours.calendar, plan.clause)
    return found


def _of_engineer(wanted: Wanted, engineer_id: int, known: Known | None) -> list[Misfit]:
    engineer = people.staff_user(engineer_id)
    zone = ZoneInfo(engineer.contact.time_zone)
    slot, visit = wanted.slot, wanted.visit
    days = fitting.days_of(slot, zone)
    others = crew.others_of(engineer_id, slot.start, slot.end, visit.id if visit else None)
    busy = [Busy(v.number, v.organisation.name, Slot(v.starts_at, v.ends_at)) for v in others]
    away = [Away(row.from_on, row.to_on) for row in crew.leave_between(days[0], days[-1], engineer_id)]
    held = [
        Held(c.name, c.expires_on, c.device_kind, formal=bool(c.number or c.expires_on))
        for c in crew.certificates_of(engineer_id)
    ]
    needed = [Needed(q.name, q.device_kind, q.must) for q in crew.qualifications()]
    clause = ""
    if known is not None and wanted.version_number is not None:
        clause = known.compiled[wanted.version_number].visit.certified_clause
    found = fitting.of_time(slot, zone, busy, away)
    found += fitting.of_papers(slot, zone, _kinds(wanted, known), held, needed, clause)
    return [Misfit(m.why, m.weight, {"engineer": engineer.name} | dict(m.facts)) for m in found]


def _kinds(wanted: Wanted, known: Known | None) -> list[str]:
    """The kinds of devices that the visit is for: its tickets', or for a round what the contract covers."""
    kinds = {t.device.kind.value for t in wanted.tickets if t.device}
    if wanted.kind is VisitKind.ROUND and known is not None:
        day = wanted.slot.start.astimezone(ZoneInfo(known.record.time_zone)).date()
        lines = [
            c
            for c in known.contract.covered
            if c.valid_from <= day and (c.valid_to is None or day < c.valid_to)
        ]
        kinds |= {c.device_class for c in lines if c.device_class}
        if ids := {c.device_id for c in lines if c.device_id}:
            kinds |= {
                kind.value for kind in db.session.scalars(select(Device.kind).where(Device.id.in_(ids)))
            }
    return sorted(kinds)
