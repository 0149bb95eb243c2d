"""The day itself: setting out, arriving, finishing, and what becomes of a visit that did not happen as planned."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.contracts.models import LedgerBucket
from portal.contracts.queries import facts
from portal.contracts.rules.ledger import UNIT, BucketSpan
from portal.contracts.rules.terms import Cause, VisitTerms
from portal.contracts.service import charging, ledger
from portal.contracts.service.charging import Owed
from portal.contracts.service.ledger import Why
from portal.dispatch.events import EngineerSetOut, VisitConfirmed, VisitFinished, VisitMissed, VisitOverDay
from portal.dispatch.models import Visit, VisitTicket
from portal.dispatch.queries import visits
from portal.dispatch.rules import offering as rules_of_offers
from portal.dispatch.rules import visiting
from portal.dispatch.rules.offering import CallOff
from portal.dispatch.rules.visiting import Then, VisitKind, VisitStatus
from portal.dispatch.service import asking, planning, reckoning, record
from portal.infra import outbox
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.errors import Refused, Stale
from portal.tickets.service import clocks, holds
from portal.tickets.service import record as ticket_record

COMPENSATION = timedelta(days=365)
"""How long a visit that makes up for one we missed may be taken, at the longest; the end of the term comes first."""


def confirm(actor: Actor, visit: Visit, name: str) -> None:
    """The client confirms the slot of a locked visit."""
    if visit.status is VisitStatus.CONFIRMED:
        return
    record.become(visit, actor, VisitStatus.CONFIRMED, name=name.strip())
    visit.confirmed_at, visit.confirmed_by = clock.now(), name.strip()[:120] or None
    outbox.record(VisitConfirmed(visit.id, by_contact_id=actor.contact_id))


def set_out(actor: Actor, visit: Visit, at: datetime | None = None) -> None:
    """The engineer is on the way. Refused while a price has not been agreed to, or without an engineer."""
    _ready(visit)
    record.become(visit, actor, VisitStatus.EN_ROUTE)
    visit.en_route_at = _past(at)
    outbox.record(EngineerSetOut(visit.id))


def arrive(actor: Actor, visit: Visit, at: datetime | None = None) -> None:
    """The engineer is there: promises of arrival and of action are kept, or broken."""
    if visit.status in visiting.PLANNED:
        _ready(visit)
    record.become(visit, actor, VisitStatus.ON_SITE)
    visit.arrived_at = _past(at)
    if visit.contract_id is not None:
        charging.begin_work(record.ref_of(visit), visit.contract_id, visit.arrived_at)
    for row in visit.tickets:
        for metric in ("arrive", "action"):
            clocks.stop(row.ticket, metric, visit.arrived_at)


def finish(
    actor: Actor, visit: Visit, *, solved: bool, at: datetime | None = None, cause: Cause | None = None,
    labour_hours: Decimal | None = None,
) -> None:  # fmt: skip
    """The work is over for today; the sheets are to be signed. `solved` False: somebody has to come again or it waits."""
    finished = _past(at)
    if visit.arrived_at is not None and finished < visit.arrived_at:
        raise Refused(_l("The end must be later than the arrival."), field="finished_at")
    record.become(visit, actor, VisitStatus.FINISHED, solved="yes" if solved else "no")
    visit.finished_at, visit.solved, visit.cause = finished, solved, cause
    visit.labour_hours = labour_hours
    outbox.record(VisitFinished(visit.id))


def go_on(actor: Actor, visit: Visit) -> None:
    """Finished too early: back to work, before anything is signed."""
    record.become(visit, actor, VisitStatus.ON_SITE)
    visit.finished_at = visit.solved = None


def correct(
    actor: Actor, visit: Visit, en_route_at: datetime | None, arrived_at: datetime | None, finished_at: datetime | None
) -> None:  # fmt: skip
    """The times of a locked visit as they really were; only those that were taken already, before anybody signs.

    What they were before stays in the history, and a promise stays as it was measured when the button was pressed.
    """
    if visit.status not in (*visiting.UNDER_WAY, VisitStatus.FINISHED):
        raise Stale(_l("Times are corrected while the visit lasts and before it is signed."))
    told = {"en_route_at": en_route_at, "arrived_at": arrived_at, "finished_at": finished_at}
    before = {name: getattr(visit, name) for name in told}
    after = {name: told[name] or before[name] if before[name] else None for name in told}
    taken = [at for at in after.values() if at is not None]
    if any(at > clock.now() for at in taken):
        raise Refused(_l("That lies in the future."), field="times")
    if taken != sorted(taken):
        raise Refused(
            _l("First the way, then the arrival, then the end: please look at the times."), field="times"
        )
    changed = {name: at for name, at in after.items() if at != before[name]}
    if not changed:
        return
    for name, at in changed.items():
        setattr(visit, name, at)
    was = {f"{name}_before": str(before[name].isoformat()) for name in changed}
    record.write(visit, actor, "corrected", **{n: a.isoformat() for n, a in changed.items() if a}, **was)


def no_access(actor: Actor, visit: Visit, reason: str) -> None:
    """Nobody was there, or the client called off once the engineer was on the way. The visit counts as made unless the
    contract says otherwise (X92): the held unit is used up, a charged one is charged."""
    if not reason.strip():
        raise Refused(_l("Say what you found, so that everybody knows."), field="reason")
    terms = _terms(visit)
    record.become(visit, actor, VisitStatus.NO_ACCESS, reason=reason.strip())
    visit.ended_reason, visit.finished_at = reason.strip()[:500], clock.now()
    if visiting.of_no_access(terms.no_access) is Then.RELEASE:
        planning.give_back(actor, visit, "no_access")
    else:
        why = Why(clause=terms.no_access_clause, reason="no_access")
        if not use_up(actor, visit, why) and _is_charged(visit):
            _charge_visit(actor, visit)
    _over(visit)
    by_client = not (actor.is_staff or actor.is_system)
    outbox.record(VisitMissed(visit.id, by_us=False, by_client=by_client))


def call_off(actor: Actor, visit: Visit, reason: str, seen: CallOff) -> None:
    """The client does not need a locked visit any more; what follows is what `if_called_off` said. Raises Stale when that is
    not what they were told (`seen`), Refused once somebody is there."""
    follows, _price, _clause = if_called_off(visit)
    if follows is CallOff.TOO_LATE:
        raise Refused(
            _l(
                "Somebody is with you already, or the visit is over: please speak with us on the spot or by phone."
            )
        )
    if follows is not seen:
        raise Stale(
            _l("Meanwhile somebody has set out. Please read what follows now, and decide again."),
            field="reason",
        )
    if visit.status in visiting.PLANNED:
        planning.cancel(actor, visit, reason)
    else:
        no_access(actor, visit, reason)


def if_called_off(visit: Visit) -> tuple[CallOff, Decimal | None, str]:
    """What follows if the client called off now, what it costs, and the clause that says so. Writes nothing."""
    terms = _terms(visit)
    held, agreed = reckoning.held_by(visit), _is_charged(visit)
    follows = rules_of_offers.call_off(visit.status, terms.no_access, holds=held is not None, agreed=agreed)
    clause = terms.no_access_clause or (held.clause if held else "")
    return follows, visit.price if follows is CallOff.CHARGED else None, clause


def no_show(actor: Actor, visit: Visit, reason: str) -> None:
    """We did not come: what was held is given back. Where its time is over by now, a visit of its own makes up for it."""
    if not reason.strip():
        raise Refused(_l("Say why, so that everybody knows."), field="reason")
    record.become(visit, actor, VisitStatus.NO_SHOW, reason=reason.strip())
    visit.ended_reason = reason.strip()[:500]
    entry = reckoning.held_by(visit)
    planning.give_back(actor, visit, "no_show")
    if entry is not None:
        bucket = db.session.get_one(LedgerBucket, entry.bucket_id)
        if bucket.closes_at <= clock.now():
            _compensate(actor, visit, bucket)
    _over(visit)
    outbox.record(VisitMissed(visit.id, by_us=True))


def _compensate(actor: Actor, visit: Visit, ended: LedgerBucket) -> None:
    """A bucket of its own (invariant 5), open until the term ends."""
    now = clock.now()
    (known,) = facts.contracts_by_id({ended.contract_id}, now)
    zone = ZoneInfo(known.record.time_zone)
    term = known.contract.term_on(now.astimezone(zone).date())
    if term is None:
        return
    after_term = datetime.combine(term.end + timedelta(days=1), datetime.min.time(), tzinfo=zone)
    span = BucketSpan(f"compensation:{visit.number}", now, min(after_term, now + COMPENSATION))
    bucket = ledger.open_bucket(ended.contract_id, ended.entitlement, span)
    why = Why(ref=record.ref_of(visit), reason="no_show")
    ledger.grant(actor, bucket, UNIT, f"grant:compensation:visit:{visit.id}", why)


@dataclass(frozen=True)
class Followed:
    """What followed from a visit that did not happen: as when it is called off; `made_up`: a visit of its own makes up for it."""

    what: CallOff
    price: Decimal | None = None
    clause: str = ""
    made_up: bool = False


def what_followed(visit: Visit) -> Followed:
    """Of a visit that found nobody, or to which we did not come."""
    clause = _terms(visit).no_access_clause
    if visit.status is VisitStatus.NO_SHOW:
        key = f"compensation:{visit.number}"
        made_up = db.session.scalar(select(LedgerBucket.id).where(LedgerBucket.key == key)) is not None
        return Followed(CallOff.FREE, made_up=made_up)
    charges = [c for c in visits.charges_of(visit) if c.amount]
    if charges:
        price = sum((c.amount for c in charges), Decimal(0))
        return Followed(CallOff.CHARGED, price, clause or charges[0].clause or "")
    if visit.reservation_id is not None:
        return Followed(
            CallOff.COUNTS, None, clause or (visit.reservation.clause if visit.reservation else "")
        )
    return Followed(CallOff.FREE, clause=clause)


def length_clause(visit: Visit) -> str:
    """The clause that says how long a visit may last; "" where none does."""
    return _terms(visit).length_clause


def use_up(actor: Actor, visit: Visit, why: Why) -> bool:
    """Consume what a visit holds; False if it holds nothing. Twice is once."""
    entry = reckoning.held_by(visit)
    if entry is None:
        return False
    full = Why(ref=record.ref_of(visit), clause=why.clause or entry.clause, reason=why.reason)
    ledger.consume(actor, entry, f"consume:{entry.id}", full)
    return True


def _is_charged(visit: Visit) -> bool:
    """Whether its price was agreed to for the coming alone; a quote is charged as a whole, by its own steps."""
    return visit.price is not None and visit.agreed_at is not None and not reckoning.by_quote(visit)


def _charge_visit(actor: Actor, visit: Visit) -> None:
    """A charged visit that found nobody: its price, as agreed."""
    answer, known = asking.answer_for(visit)
    lines = [(line, "") for line in answer.price_lines if line.code != "part"]
    day = served_on(visit, known)
    owed = Owed(visit.organisation_id, record.ref_of(visit), day, visit.contract_id)
    charging.record(actor, owed, lines, f"visit:{visit.id}")


def served_on(visit: Visit, known: dict[int, facts.Known]) -> date:
    """The day of the service, by the contract's wall clock."""
    at = visit.arrived_at or visit.starts_at
    zone = known[visit.contract_id].record.time_zone if visit.contract_id in known else "Asia/Shanghai"
    return at.astimezone(ZoneInfo(zone)).date()


def end_overdue(now: datetime) -> int:
    """Visits past the day of their clause end as unfinished, and the next one is proposed (TS-26). Returns how many."""
    done = 0
    for visit in visits.on_site_now():
        terms = _terms(visit)
        assert visit.arrived_at is not None
        zone = ZoneInfo(visit.contract.time_zone if visit.contract else "Asia/Shanghai")
        until = visiting.day_ends_at(visit.arrived_at, terms.longest_days, zone)
        if until is None or now <= until:
            continue
        record.become(
            visit, SYSTEM, VisitStatus.FINISHED, solved="no", reason="day_over", clause=terms.length_clause
        )
        visit.finished_at, visit.solved = until, False
        follow_up = _propose_next(visit, new_visit=terms.second_day_is_new, until=until)
        outbox.record(VisitOverDay(visit.id, follow_up.id))
        done += 1
    return done


def _propose_next(visit: Visit, *, new_visit: bool, until: datetime) -> Visit:
    """The next day at the same hour, to be planned by hand: a new visit with a new consent and fee, or the same one going on."""
    now = clock.now()
    shift = timedelta(days=1)
    while visit.starts_at + shift <= until:
        shift += timedelta(days=1)
    following = Visit(
        number=ticket_record.next_number("visit"), organisation_id=visit.organisation_id, site_id=visit.site_id,
        contract_id=visit.contract_id, version_number=visit.version_number, follows_id=visit.id, kind=visit.kind,
        status=VisitStatus.PROPOSED, basis=visit.basis, override_reason=visit.override_reason,
        engineer_id=visit.engineer_id, starts_at=visit.starts_at + shift, ends_at=visit.ends_at + shift,
        price=visit.price if new_visit else None, created_at=now, changed_at=now,
    )  # fmt: skip
    if reckoning.by_quote(visit):
        following.price, following.agreed_at, following.agreed_how = (
            visit.price,
            visit.agreed_at,
            visit.agreed_how,
        )
    if following.kind is VisitKind.ROUND:
        following.kind = VisitKind.ON_SITE
    db.session.add(following)
    db.session.flush()
    for row in visit.tickets:
        db.session.add(VisitTicket(visit=following, ticket=row.ticket))
        holds.hold(row.ticket_id, record.work_of(following))
    db.session.flush()
    record.write(following, SYSTEM, "proposed", follows=visit.number)
    return following


def _terms(visit: Visit) -> VisitTerms:
    if visit.contract_id is None:
        return VisitTerms()
    (known,) = facts.contracts_by_id({visit.contract_id}, clock.now())
    return asking.terms_of({visit.contract_id: known}, visit)


def _ready(visit: Visit) -> None:
    if visit.engineer_id is None:
        raise Refused(_l("Nobody is assigned to this visit yet."), field="engineer_id")
    if planning.price_open(visit) is not None:
        raise Refused(
            _l("The client has not agreed to the price of this visit yet. Ask for it first."), field="price"
        )


def _past(at: datetime | None) -> datetime:
    now = clock.now()
    if at is not None and at > now:
        raise Refused(_l("That lies in the future."))
    return at or now


def _over(visit: Visit) -> None:
    charging.end_work(record.ref_of(visit), clock.now())
