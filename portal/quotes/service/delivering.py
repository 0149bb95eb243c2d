"""The work under a confirmed quote: begun, handed over, found wanting, accepted in words or by silence, and charged.

Owns that acceptance is counted from the notice (TS-32) and that a quote is charged once. Refuses to begin before both confirmed.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.contracts.queries import facts
from portal.contracts.rules import deadlines
from portal.contracts.rules.decision import PriceLine
from portal.contracts.rules.terms import Milestone, StartEvent
from portal.contracts.service import charging
from portal.contracts.service.charging import Owed
from portal.infra import outbox
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.errors import Refused
from portal.kernel.working_time import ServiceCalendar
from portal.quotes.events import (
    AcceptanceNear,
    DefectsFound,
    ExtensionAnswered,
    ExtensionAsked,
    QuoteAccepted,
    QuoteDelivered,
)
from portal.quotes.models import Extension, Handover, Quote
from portal.quotes.rules import quoting
from portal.quotes.rules.quoting import AcceptKind, Act, Side, Stage, Why
from portal.quotes.service import drafting, publishing, record
from portal.quotes.service.record import QuoteRefused

REMIND_DAYS = (7, 1)
"""How many days before silence accepts the client is reminded."""


def start(actor: Actor, quote: Quote) -> None:
    """Begin the work (or mend the defects) of a locked quote. Raises QuoteRefused before both have confirmed."""
    record.refuse(quoting.why_not_start(record.stage_of(quote)))
    quote.act, quote.started_at = Act.IN_PROGRESS, quote.started_at or clock.now()
    record.write(quote, actor, "in_progress")


def deliver(actor: Actor, quote: Quote, words: str) -> Handover:
    """Hand the work over. The days in which silence does not yet accept run from the notice, which goes out with this."""
    if quote.act is not Act.IN_PROGRESS:
        raise QuoteRefused(Why.QUOTE_NOT_CONFIRMED if quote.act is Act.SENT else Why.NOT_FROM_HERE)
    if not words.strip():
        raise Refused(_l("Say what is handed over."), field="words")
    now = clock.now()
    made = Handover(number=len(quote.handovers) + 1, words=words.strip(), delivered_at=now, reminded=0)
    quote.handovers.append(made)
    quote.act = Act.DELIVERED
    db.session.flush()
    _count_from(quote, made, StartEvent.DELIVERY, now)
    record.write(
        quote, actor, "delivered", handover=made.number, until=made.due_at and made.due_at.isoformat()
    )
    outbox.record(QuoteDelivered(quote.id, made.id))
    return made


def notice_left(handover: Handover, at: datetime) -> None:
    """The notice of delivery left for the client: from now on the days of the clause count (invariant 41). Twice is once."""
    if handover.notified_at is None:
        handover.notified_at = at
        _count_from(handover.quote, handover, StartEvent.DELIVERY_NOTICE, at)


def notice_came_back(handover: Handover) -> None:
    """The only notice did not arrive after all: silence accepts nothing until another one leaves (invariant 41)."""
    if handover.accepted_at is None and handover.notified_at is not None:
        handover.notified_at = handover.due_at = None


def _count_from(quote: Quote, handover: Handover, event: StartEvent, at: datetime) -> None:
    found = _acceptance(quote, at)
    if found is None:
        return
    milestone, calendar = found
    handover.clause = milestone.clause
    if milestone.start_event is event:
        handover.due_at = deadlines.due(milestone.rule, at, calendar).due_at


def _acceptance(quote: Quote, at: datetime) -> tuple[Milestone, ServiceCalendar] | None:
    """The contract's span for acceptance; None: it has none, and silence accepts nothing."""
    if quote.contract_id is None or quote.version_number is None:
        return None
    (known,) = facts.contracts_by_id({quote.contract_id}, at)
    compiled = known.compiled[quote.version_number]
    found = next((m for m in compiled.milestones if m.code == "acceptance"), None)
    return (found, compiled.version.calendar) if found else None


def report_defects(actor: Actor, quote: Quote, words: str) -> None:
    """The client found faults: the days of silence stop, the work goes on, and the next handover counts anew."""
    handover = _open_handover(quote)
    if not words.strip():
        raise Refused(_l("Say what is wrong, so that it can be mended."), field="words")
    handover.defects_at, handover.defects = clock.now(), words.strip()
    quote.act = Act.DEFECTS
    record.write(quote, actor, "defects", handover=handover.number, words=handover.defects)
    outbox.record(DefectsFound(quote.id, handover.id))


def accept(actor: Actor, quote: Quote, name: str) -> None:
    """The client accepts in words; staff who hear it say whose word it was."""
    record.may_answer(actor, quote)
    if not name.strip():
        raise Refused(_l("Say who accepts."), field="name")
    _accept(actor, quote, _open_handover(quote), clock.now(), AcceptKind.EXPLICIT, name)


def watch(now: datetime) -> int:
    """Accept what the clause accepts by silence, dated with its last second, and remind of what is near. Returns how many."""
    query = (
        select(Handover)
        .where(Handover.accepted_at.is_(None), Handover.defects_at.is_(None), Handover.due_at.is_not(None))
        .where(Handover.due_at < now + timedelta(days=max(REMIND_DAYS)))
        .order_by(Handover.due_at)
        .with_for_update(of=Handover, skip_locked=True)
    )
    done = 0
    for handover in db.session.scalars(query).all():
        assert handover.due_at is not None
        if handover.due_at < now:
            _accept(SYSTEM, handover.quote, handover, handover.due_at, AcceptKind.DEEMED, "")
            done += 1
            continue
        left = next((d for d in sorted(REMIND_DAYS) if handover.due_at - now <= timedelta(days=d)), None)
        if left is not None and (handover.reminded == 0 or left < handover.reminded):
            handover.reminded = left
            outbox.record(AcceptanceNear(handover.quote_id, handover.id, left))
            done += 1
    return done


def _accept(
    actor: Actor, quote: Quote, handover: Handover, at: datetime, kind: AcceptKind, name: str
) -> None:
    handover.accepted_at, handover.accept_kind, handover.accepted_by = at, kind, name.strip()[:120] or None
    quote.act, quote.ended_at = Act.ACCEPTED, at
    became = "accepted" if kind is AcceptKind.EXPLICIT else "deemed_accepted"
    record.write(quote, actor, became, name=name.strip(), clause=handover.clause, at=at.isoformat())
    _charge(actor, quote, at, StartEvent.ACCEPTED)
    drafting.end(quote)
    publishing.await_it(quote)
    outbox.record(QuoteAccepted(quote.id, kind is AcceptKind.DEEMED))


def finish(actor: Actor, quote: Quote, at: datetime) -> None:
    """Work that needs no acceptance (a visit off hours, a factory repair, a part) is done: charged as quoted. Twice is once."""
    if quote.act is Act.DONE:
        return
    if quote.kind in quoting.BUILT:
        raise QuoteRefused(Why.NOT_FROM_HERE)
    if quote.act not in (Act.CONFIRMED, Act.IN_PROGRESS):
        raise QuoteRefused(Why.QUOTE_NOT_CONFIRMED)
    quote.act, quote.ended_at = Act.DONE, at
    record.write(quote, actor, "done")
    _charge(actor, quote, at, StartEvent.VISIT_COMPLETED)
    drafting.end(quote)


def _charge(actor: Actor, quote: Quote, at: datetime, event: StartEvent) -> None:
    zone = ZoneInfo(quote.contract.time_zone if quote.contract else quote.organisation.time_zone)
    due_at, clause = (None, "")
    if quote.contract_id is not None and quote.version_number is not None:
        due_at, clause = charging.due_of(quote.contract_id, quote.version_number, event, at, quote.kind.value)
    owed = Owed(
        quote.organisation_id,
        record.ref_of(quote),
        at.astimezone(zone).date(),
        quote.contract_id,
        due_at,
        clause,
    )
    lines = [(PriceLine(r.code, r.quantity, r.unit_price, r.clause), r.words) for r in quote.lines]
    charging.record(actor, owed, lines, f"quote:{quote.id}")


def _open_handover(quote: Quote) -> Handover:
    if quote.act is not Act.DELIVERED or not quote.handovers:
        raise QuoteRefused(Why.NOT_FROM_HERE)
    return quote.handovers[-1]


def ask_extension(actor: Actor, quote: Quote, side: Side, until: date, reason: str) -> Extension:
    """One side asks for another day; it counts once the other agreed (WB-09)."""
    if not reason.strip():
        raise Refused(_l("Say why, so that everybody knows."), field="reason")
    if record.stage_of(quote) not in (Stage.CONFIRMED, Stage.IN_PROGRESS, Stage.DEFECTS):
        raise QuoteRefused(Why.NOT_FROM_HERE)
    if record.open_extension(quote) is not None:
        raise Refused(_l("More time was asked for already and is not answered yet."), field="until")
    if until <= record.today_of(quote):
        raise Refused(_l("Choose a day that is still to come."), field="until")
    asked = Extension(
        asked_by=side,
        from_on=quote.work_until,
        until_on=until,
        reason=reason.strip()[:500],
        asked_at=clock.now(),
    )
    quote.extensions.append(asked)
    db.session.flush()
    record.write(quote, actor, "extension_asked", until=until.isoformat(), reason=reason.strip())
    outbox.record(ExtensionAsked(quote.id, asked.id))
    return asked


def answer_extension(
    actor: Actor, quote: Quote, extension: Extension, side: Side, name: str, *, agrees: bool
) -> None:
    """The other side answers; nobody agrees with himself, and an answer is given once."""
    record.may_answer(actor, quote)
    if extension.asked_by is side or extension.agreed_at or extension.refused_at:
        raise QuoteRefused(Why.NOT_FROM_HERE)
    if agrees:
        extension.agreed_at, extension.agreed_by = clock.now(), name.strip()[:120] or None
        quote.work_until = extension.until_on
    else:
        extension.refused_at = clock.now()
    record.write(
        quote,
        actor,
        "extension_agreed" if agrees else "extension_refused",
        until=extension.until_on.isoformat(),
    )
    outbox.record(ExtensionAnswered(quote.id, extension.id))
