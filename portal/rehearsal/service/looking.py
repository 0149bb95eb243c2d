"""What is there now, in the words of a scenario file: each look returns the facts by key, as they are printed."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from portal.contracts.models import ContractState, LedgerBucket, LedgerEntry
from portal.contracts.queries import calendars as known_calendars
from portal.contracts.queries import decisions, facts
from portal.contracts.queries.facts import Known
from portal.contracts.rules import deadlines, ending, plain, rounds, standing
from portal.contracts.rules.compiling import Compiled
from portal.contracts.rules.ledger import UNIT
from portal.contracts.rules.rounds import Round
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.working_time import DayKind, ServiceCalendar
from portal.rehearsal.rules import reading
from portal.rehearsal.service import acting, work
from portal.rehearsal.service.stage import Stage
from portal.tickets.models.ticket import TicketClock

Given = Mapping[str, Any]
Facts = dict[str, Any]


def look(stage: Stage, verb: str, given: Given) -> Facts:
    """The facts at what the step names, printed as the file prints them. Raises LookupError where there is no such thing."""
    db.session.expire_all()
    found = {**_LOOKS, **work.LOOKS}[verb](stage, given)
    return {key: reading.printed(value, stage.scenario.zone) for key, value in found.items()}


def _compiled(known: Known) -> Compiled:
    return known.compiled[max(known.compiled)]


def _calendar(stage: Stage, name: str) -> ServiceCalendar:
    return _compiled(stage.known(name, clock.now())).version.calendar


def _deadline(stage: Stage, g: Given) -> Facts:
    """Of several promises of a metric the newest; a promise that never began has no deadline and is not running."""
    query = select(TicketClock).where(
        TicketClock.ticket_id == stage.tickets[g["ticket"]],
        TicketClock.metric == g["metric"],
        TicketClock.internal == g.get("internal", False),
    )
    found = db.session.scalars(query.order_by(TicketClock.id.desc()).limit(1)).first()
    if found is None:
        nothing = dict.fromkeys(("due", "started", "stopped", "breached", "remaining"))
        return {**nothing, "running": False, "provisional": False, "clause": None}
    return {
        "due": found.due_at,
        "running": found.stopped_at is None and found.due_at is not None,
        "started": found.started_at,
        "stopped": found.stopped_at,
        "breached": found.breached_at,
        "remaining": None if found.remaining_minutes is None else reading.span(found.remaining_minutes),
        "provisional": found.provisional,
        "clause": found.clause,
    }


def _answer(stage: Stage, g: Given) -> Facts:
    """Of a question, or what was kept for a ticket."""
    name = g["of"]
    if name in stage.answers:
        details: Mapping[str, Any] = plain.of_decision(stage.answers[name])
    else:
        kept = decisions.last_of(f"ticket:{stage.tickets[name]}")
        if kept is None:
            raise LookupError(f"nothing was answered to {name}")
        details = kept.details
    mine = details["contract_id"]
    same = [a for a in details["alternatives"] if a["contract_id"] == mine]
    others = [a for a in details["alternatives"] if a["contract_id"] != mine]
    at = details["service_at"]
    return {
        "outcome": details["outcome"],
        "price": None if details["price"] is None else Decimal(details["price"]),
        "lines": [_price_line(line) for line in details["price_lines"]],
        "clause": details["clause"],
        "reason": details["reason"],
        "governed_by": stage.name_of_contract(mine),
        "entitlement": details["entitlement"],
        "service_at": datetime.fromisoformat(at) if at else None,
        "takes": details["takes"] and details["takes"]["entitlement"],
        "others": [_short(a) for a in same],
        "losers": [f"{stage.name_of_contract(a['contract_id'])} {_short(a)}" for a in others],
    }


def _short(details: Mapping[str, Any]) -> str:
    known = details["reason"] if details["price"] is None else details["price"]
    return f"{details['outcome']} {known}" if known else str(details["outcome"])


def _price_line(line: Mapping[str, Any]) -> str:
    quantity = Decimal(line["quantity"]).normalize()
    return f"{line['code']} {quantity:f} x {Decimal(line['unit_price']):.2f} = {line['amount']}"


def _ticket(stage: Stage, g: Given) -> Facts:
    ticket = stage.ticket(g["ticket"])
    running = select(func.count()).where(TicketClock.ticket_id == ticket.id, TicketClock.stopped_at.is_(None))
    return {
        "status": ticket.status.value,
        "phase": ticket.phase.value,
        "channel": ticket.channel.value,
        "received": ticket.received_at,
        "responded": ticket.first_response_at,
        "symptoms": ticket.symptoms.strip(),
        "promises": db.session.scalar(running),
    }


def _units(hundredths: int) -> Decimal:
    return Decimal(hundredths) / UNIT


def _balance(stage: Stage, g: Given) -> Facts:
    bucket = acting.bucket_of(stage, g)
    return {
        "posted": _units(bucket.posted),
        "held": _units(bucket.held),
        "available": _units(bucket.posted - bucket.held),
    }


def _entries(bucket: LedgerBucket) -> list[LedgerEntry]:
    query = select(LedgerEntry).where(LedgerEntry.bucket_id == bucket.id).order_by(LedgerEntry.number)
    return list(db.session.scalars(query))


def _lines(stage: Stage, g: Given) -> Facts:
    entries = _entries(acting.bucket_of(stage, g))
    lines = [f"{e.kind.value} {(Decimal(e.quantity) / UNIT).normalize():f}" for e in entries]
    zone = stage.scenario.zone
    return {
        "lines": lines,
        "dated": [
            f"{reading.printed(e.effective_at, zone)} {line}" for e, line in zip(entries, lines, strict=True)
        ],
        "keys": [e.idempotency_key for e in entries],
        "reasons": [e.reason or "" for e in entries],
    }


def _parallel(stage: Stage, g: Given) -> Facts:
    won, insufficient = stage.parallel[g["of"]]
    return {"won": won, "insufficient": insufficient}


def _ledger(stage: Stage, g: Given) -> Facts:
    mine = select(LedgerBucket.id).where(LedgerBucket.contract_id == stage.contracts[g["contract"]])
    return {"entries": db.session.scalar(select(func.count()).where(LedgerEntry.bucket_id.in_(mine)))}


def _plan_rounds(stage: Stage, g: Given) -> list[Round]:
    known = stage.known(g["contract"], clock.now())
    compiled = _compiled(known)
    plan = next((p for p in compiled.plans if p.code == g["plan"]), None)
    if plan is None:
        raise LookupError(f"{g['contract']} has no plan {g['plan']}")
    calendar = compiled.version.calendar
    found: list[Round] = []
    for term in known.contract.terms:
        if plan.weekday is not None:
            found += rounds.weekly(term.start, term.end, plan.weekday, calendar, moves=plan.moves)
        else:
            found += rounds.every_months(term.start, term.end, plan.months or 0, calendar)
    return found


def _round(stage: Stage, g: Given) -> Facts:
    found = next((r for r in _plan_rounds(stage, g) if r.planned_on == g["planned"]), None)
    if found is None:
        raise LookupError(f"no round is planned on {g['planned']}")
    return {"on": found.on, "moved": found.moved and found.moved.value}


def _rounds(stage: Stage, g: Given) -> Facts:
    found = _plan_rounds(stage, g)
    return {"planned": [r.planned_on for r in found], "on": [r.on for r in found]}


def _days(stage: Stage, g: Given) -> Facts:
    """One value where all the days agree, else a list of them."""
    calendar = _calendar(stage, g["contract"])
    return {
        "kind": _common([calendar.kind_of(d).value for d in g["dates"]]),
        "workday": _common([calendar.is_workday(d) for d in g["dates"]]),
        "windows": _common(
            [[f"{w.opens:%H:%M}-{w.closes:%H:%M}" for w in calendar.windows_on(d)] for d in g["dates"]]
        ),
        "provisional": _common([not calendar.is_certain(d) for d in g["dates"]]),
    }


def _common(values: list[Any]) -> Any:
    return values[0] if all(v == values[0] for v in values) else values


def _closed(_stage: Stage, g: Given) -> Facts:
    closed = known_calendars.day_table(acting.PROVIDER).days
    return {"provider": _common([d in closed for d in g["dates"]])}


def _year(stage: Stage, g: Given) -> Facts:
    calendar = _calendar(stage, g["contract"])
    first = date(g["year"], 1, 1)
    whole = [first + timedelta(days=n) for n in range((date(g["year"] + 1, 1, 1) - first).days)]
    kinds = Counter(calendar.kind_of(day) for day in whole)
    by_month = Counter(day.month for day in whole if calendar.is_workday(day))
    return {
        "workdays": by_month.total(),
        "by_month": [by_month[month] for month in range(1, 13)],
        **{k.value: kinds[k] for k in (DayKind.STATUTORY, DayKind.BRIDGE, DayKind.MAKEUP, DayKind.WEEKEND)},
    }


def _milestone(stage: Stage, g: Given) -> Facts:
    compiled = _compiled(stage.known(g["contract"], clock.now()))
    found = next((m for m in compiled.milestones if m.code == g["code"]), None)
    if found is None:
        raise LookupError(f"{g['contract']} has no milestone {g['code']}")
    calendar = compiled.version.calendar
    due = deadlines.due(found.rule, g["from"], calendar)
    price = compiled.version.price(found.price, calendar.local_day(g["from"]))
    return {
        "due": due.due_at,
        "provisional": due.provisional,
        "amount": price and price.amount,
        "start_event": found.start_event.value,
        "clause": found.clause,
    }


def _contract(stage: Stage, g: Given) -> Facts:
    known = stage.known(g["contract"], clock.now())
    compiled, record = _compiled(known), known.record
    stands = standing.standing(
        known.contract,
        signed=any(v.signed for v in known.contract.versions),
        ended_early=record.state is ContractState.TERMINATED,
        notice_months=compiled.lifecycle.notice_months,
        now=clock.now(),
        zone=compiled.version.calendar.zone,
        work_goes_on=record.id in facts.with_work({record.id}),
    )
    last = max(known.contract.terms, key=lambda t: t.end)
    return {
        "state": stands.state.value,
        "starts": min(t.start for t in known.contract.terms),
        "ends": last.end,
        "warnings": [w.code for w in compiled.warnings],
        "warning_facts": {k: v for w in compiled.warnings for k, v in w.facts.items()},
        "renewal_notice_by": ending.renewal_notice_by(compiled.lifecycle, last.end),
    }


def _ending(stage: Stage, g: Given) -> Facts:
    compiled = _compiled(stage.known(g["contract"], clock.now()))
    lifecycle = compiled.lifecycle
    facts: Facts = {"clause": lifecycle.client_notice_clause}
    if "received" in g:
        facts["earliest_end"] = ending.earliest_end(lifecycle, g["received"])
    if "wanted" in g:
        needed = ending.notice_for(lifecycle, g["wanted"], compiled.version.calendar)
        facts |= {"notice_by": needed.by, "reminder": needed.reminder}
    return facts


_LOOKS: Mapping[str, Callable[[Stage, Given], Facts]] = {
    "deadline": _deadline,
    "answer": _answer,
    "ticket": _ticket,
    "balance": _balance,
    "lines": _lines,
    "parallel": _parallel,
    "ledger": _ledger,
    "round": _round,
    "rounds": _rounds,
    "days": _days,
    "closed": _closed,
    "year": _year,
    "milestone": _milestone,
    "contract": _contract,
    "ending": _ending,
}
