"""Visits and quotes in a scenario: one call of their services a step, and what is found afterwards."""

import base64
import io
from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from portal.contracts.models import Charge, PlannedRound
from portal.contracts.rules.ending import Party
from portal.contracts.rules.terms import Cause
from portal.dispatch.models import Visit
from portal.dispatch.queries import visits
from portal.dispatch.service import parts, planning, reckoning, rounds, sheets, visiting
from portal.infra import files
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.ladder.queries import upgrades as upgrade_queries
from portal.ladder.service import upgrades
from portal.people.models import User
from portal.quotes.models import Quote
from portal.quotes.queries import quotes
from portal.quotes.rules.quoting import Evidence, Line, QuoteKind, Side
from portal.quotes.service import confirming, delivering, drafting, publishing
from portal.quotes.service import record as quote_record
from portal.rehearsal.service import stage as staging
from portal.rehearsal.service.stage import Stage

Given = Mapping[str, Any]
LASTS = timedelta(hours=2)
STROKE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
"""The picture of a signature: one dark dot, so that documents can be drawn from it."""


def _visit(stage: Stage, g: Given) -> Visit:
    return visits.visit_for(SYSTEM, stage.planned[g["visit"]], lock=True)


def _client(stage: Stage, visit: Visit) -> Actor:
    return staging.client_actor(stage, visit.organisation_id)


def _plan(stage: Stage, g: Given) -> None:
    by = stage.manager if "override" in g else stage.staff
    plan = planning.Plan(
        g["starts"], g.get("ends") or g["starts"] + LASTS, engineer_id=stage.staff.user_id,
        override_reason=g.get("override", ""), pay_extra=g.get("pay_extra", False),
    )  # fmt: skip
    stage.planned[g["as"]] = planning.plan_visit(by, stage.ticket(g["ticket"]), plan).number


def _join(stage: Stage, g: Given) -> None:
    ticket = stage.ticket(g["ticket"])
    coming = rounds.coming_for(ticket)
    if not coming:
        raise LookupError("no round is coming")
    visit = visits.visit_for(SYSTEM, coming[0].number, lock=True)
    rounds.join(stage.staff, ticket, visit)
    visit.engineer_id = db.session.get_one(User, stage.staff.user_id).id
    stage.planned[g["as"]] = visit.number


def _move(stage: Stage, g: Given) -> None:
    visit = _visit(stage, g)
    planning.move(stage.staff, visit, g["starts"], g.get("ends") or g["starts"] + LASTS, visit.engineer_id)


def _agree(stage: Stage, g: Given) -> None:
    visit = _visit(stage, g)
    planning.agree(_client(stage, visit), visit, "Someone", "portal")


def _confirm(stage: Stage, g: Given) -> None:
    visit = _visit(stage, g)
    visiting.confirm(_client(stage, visit), visit, "Someone")


def _set_out(stage: Stage, g: Given) -> None:
    visiting.set_out(stage.staff, _visit(stage, g))


def _arrive(stage: Stage, g: Given) -> None:
    visiting.arrive(stage.staff, _visit(stage, g))


def _finish(stage: Stage, g: Given) -> None:
    visiting.finish(
        stage.staff, _visit(stage, g), solved=g.get("solved", True),
        cause=Cause(g["cause"]) if "cause" in g else None, labour_hours=g.get("labour_hours"),
    )  # fmt: skip


def _signature() -> str:
    return files.put(io.BytesIO(STROKE), len(STROKE))[0]


def _sign(stage: Stage, g: Given) -> None:
    """The sheet of the ticket's device, filled in and signed by both."""
    visit = _visit(stage, g)
    sheet = sheets.sheet_for(visit, visit.tickets[0].ticket.device_id if visit.tickets else None)
    part = [sheets.SheetPartEntry("part", g["part_list_price"])] if "part_list_price" in g else []
    entry = sheets.SheetEntry(
        found="found", done="done", parts=part, client_test_passed=g.get("test_passed", True)
    )
    sheets.write(sheet, entry)
    sheets.sign_engineer(sheet, stage.staff.name, _signature())
    if g.get("client_signs", True):
        sheets.sign_client(sheet, "Someone", _signature())
    sheets.complete(stage.staff, visit)


def _no_access(stage: Stage, g: Given) -> None:
    visiting.no_access(stage.staff, _visit(stage, g), g.get("reason", "nobody opened"))


def _no_show(stage: Stage, g: Given) -> None:
    visiting.no_show(stage.manager, _visit(stage, g), g.get("reason", "the engineer was ill"))


def _call_off(stage: Stage, g: Given) -> None:
    visit = _visit(stage, g)
    by = _client(stage, visit) if g.get("by") == Party.CLIENT else stage.staff
    planning.cancel(by, visit, g.get("reason", "not needed"))


def _undo(stage: Stage, g: Given) -> None:
    sheets.undo(stage.manager, _visit(stage, g), g.get("reason", "signed for the wrong client"))


def _send_part(stage: Stage, g: Given) -> None:
    parts.send(stage.staff, stage.ticket(g["ticket"]), [sheets.SheetPartEntry(g["part"], g["list_price"])])


def _upgrade(stage: Stage, g: Given) -> None:
    lacking = g.get("fell_short", "")
    made = upgrades.Made(g["kind"], g["version"], not lacking, lacking)
    upgrades.log(stage.staff, stage.ticket(g["ticket"]), made)


def _train(stage: Stage, g: Given) -> None:
    """The people are trained for every upgrade of the ticket that asks for it."""
    ticket = stage.ticket(g["ticket"])
    for upgrade in upgrade_queries.of_ticket(stage.staff, ticket):
        if upgrade.training_clause:
            upgrades.train(stage.staff, ticket, upgrade, g.get("words", "shown what is new"))


def _held_quote(stage: Stage, g: Given) -> Quote:
    return quotes.quote_for(SYSTEM, stage.quotes[g["quote"]], lock=True)


def quote_line(text: str) -> Line:
    """A line as a file writes it: "person_day 2.5 x 1200.00 (四.3)". Raises ValueError."""
    words, _, clause = text.partition(" (")
    code, quantity, times, price = words.split()
    if times != "x":
        raise ValueError(f"{text!r} is no line of a quote")
    unit = "person_day" if code == "person_day" else "piece"
    return Line(code, code, Decimal(quantity), unit, Decimal(price), clause.rstrip(")"))


def _quote(stage: Stage, g: Given) -> None:
    typed = drafting.Draft(
        QuoteKind(g.get("kind", QuoteKind.IMPROVEMENT)), g["as"], [quote_line(text) for text in g["lines"]],
        g["valid_until"],
    )  # fmt: skip
    made = drafting.draft(stage.staff, stage.ticket(g["ticket"]), typed)
    if g.get("send", True):
        drafting.send(stage.staff, made)
    stage.quotes[g["as"]] = made.number


def _quote_confirm(stage: Stage, g: Given) -> None:
    quote, side = _held_quote(stage, g), Side(g["side"])
    evidence = Evidence(g.get("evidence", Evidence.PORTAL))
    by = stage.manager if side is Side.PROVIDER else staging.client_actor(stage, quote.organisation_id)
    proof = confirming.Proof(
        evidence, by.name, by.contact_id, message_id="<yes@client.example>" if evidence is Evidence.MAIL else "",
        scan_sha256=_signature() if evidence is Evidence.ORDER_FORM else "",
    )  # fmt: skip
    confirming.confirm(by, quote, side, proof)


def _quote_reject(stage: Stage, g: Given) -> None:
    quote = _held_quote(stage, g)
    confirming.turn_down(
        staging.client_actor(stage, quote.organisation_id), quote, g.get("reason", "too dear")
    )


def _quote_start(stage: Stage, g: Given) -> None:
    delivering.start(stage.staff, _held_quote(stage, g))


def _quote_deliver(stage: Stage, g: Given) -> None:
    delivering.deliver(stage.staff, _held_quote(stage, g), "It is done.")


def _quote_done(stage: Stage, g: Given) -> None:
    delivering.finish(stage.staff, _held_quote(stage, g), clock.now())


def _quote_defects(stage: Stage, g: Given) -> None:
    quote = _held_quote(stage, g)
    by = staging.client_actor(stage, quote.organisation_id)
    delivering.report_defects(by, quote, g.get("words", "it is not right"))


def _quote_accept(stage: Stage, g: Given) -> None:
    quote = _held_quote(stage, g)
    delivering.accept(staging.client_actor(stage, quote.organisation_id), quote, "Someone")


def _quote_publish(stage: Stage, g: Given) -> None:
    publishing.publish(stage.staff, _held_quote(stage, g), g.get("where", "https://client.example"))


VERBS: Mapping[str, Callable[[Stage, Given], None]] = {
    "plan": _plan,
    "join": _join,
    "move": _move,
    "agree": _agree,
    "confirm_slot": _confirm,
    "set_out": _set_out,
    "arrive": _arrive,
    "finish": _finish,
    "sign": _sign,
    "no_access": _no_access,
    "no_show": _no_show,
    "call_off": _call_off,
    "undo": _undo,
    "send_part": _send_part,
    "upgrade": _upgrade,
    "train": _train,
    "quote": _quote,
    "quote_confirm": _quote_confirm,
    "quote_reject": _quote_reject,
    "quote_start": _quote_start,
    "quote_deliver": _quote_deliver,
    "quote_done": _quote_done,
    "quote_defects": _quote_defects,
    "quote_accept": _quote_accept,
    "quote_publish": _quote_publish,
}


def _seen_visit(stage: Stage, g: Given) -> dict[str, Any]:
    visit = visits.visit_for(SYSTEM, stage.planned[g["visit"]])
    following = db.session.scalar(select(Visit.starts_at).where(Visit.follows_id == visit.id))
    return {
        "status": visit.status.value,
        "starts": visit.starts_at,
        "price": visit.price,
        "basis": visit.basis.value,
        "holds": reckoning.held_by(visit) is not None,
        "solved": visit.solved,
        "sheets": [s.number for s in visit.sheets],
        "follow_up": following,
    }


def _seen_round(stage: Stage, g: Given) -> dict[str, Any]:
    query = select(Visit).join(PlannedRound, PlannedRound.id == Visit.round_id)
    mine = PlannedRound.contract_id == stage.contracts[g["contract"]], PlannedRound.planned_on == g["planned"]
    visit = db.session.scalar(query.where(*mine))
    if visit is None:
        return {"status": None, "starts": None, "holds": False}
    held = reckoning.held_by(visit) is not None
    return {"status": visit.status.value, "starts": visit.starts_at, "holds": held}


def _seen_quote(stage: Stage, g: Given) -> dict[str, Any]:
    quote = quotes.quote_for(SYSTEM, stage.quotes[g["quote"]])
    last = quote.handovers[-1] if quote.handovers else None
    return {
        "stage": quote_record.stage_of(quote).value,
        "total": quote.total,
        "due": last and last.due_at,
        "accepted": last and last.accepted_at,
    }


def _charges(stage: Stage, g: Given) -> dict[str, Any]:
    """What is owed for a visit, a quote or a ticket; without any of them, everything."""
    query = select(Charge).order_by(Charge.id)
    if "visit" in g:
        query = query.where(Charge.ref == f"visit:{stage.planned[g['visit']]}")
    elif "quote" in g:
        query = query.where(Charge.ref == f"quote:{stage.quotes[g['quote']]}")
    elif "ticket" in g:
        query = query.where(Charge.ref == f"ticket:{stage.ticket(g['ticket']).number}")
    rows = db.session.scalars(query).all()
    return {
        "lines": [f"{r.code} {r.quantity.normalize():f} x {r.unit_price:.2f} = {r.amount:.2f}" for r in rows],
        "total": sum((r.amount for r in rows), Decimal("0.00")),
        "due": rows[-1].due_at if rows else None,
        "clauses": [r.clause for r in rows],
    }


LOOKS: Mapping[str, Callable[[Stage, Given], dict[str, Any]]] = {
    "visit": _seen_visit,
    "round_visit": _seen_round,
    "quote": _seen_quote,
    "charges": _charges,
}
