"""What the demo tells of visits and quotes: the steps of the stories, and the rounds of the contracts.

A day on which the contract lets nobody come (a holiday before the day of loading) leaves the visit out, and what follows from it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from portal.contracts.service import rounds_ahead
from portal.dispatch.models import Visit
from portal.dispatch.queries import visits
from portal.dispatch.service import planning, printing, reckoning, rounds, sheets, visiting
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.people.models import User
from portal.quotes.models import Quote
from portal.quotes.rules.quoting import Evidence, Line, QuoteKind, Side
from portal.quotes.service import confirming, delivering, drafting
from portal.tickets.models.ticket import Ticket

Step = dict[str, Any]
SIGNATURES = {"engineer": "signature-engineer.png", "client": "signature-client.png"}
"""What the two sides draw on a sheet, among the demo's files."""


@dataclass
class Told:
    """The visits and quotes that have begun, by the keys of the data files."""

    visits: dict[str, Visit] = field(default_factory=dict)
    quotes: dict[str, Quote] = field(default_factory=dict)


@dataclass(frozen=True)
class Scene:
    """What a step needs to know: by whom, on which ticket, who goes there, what was told so far, pictures of signatures."""

    actor: Actor
    engineer_id: int
    ticket: Ticket
    told: Told
    pictures: dict[str, str]
    instant: Callable[[str], datetime]


def _plans(scene: Scene, step: Step) -> None:
    starts = scene.instant(step["starts"])
    plan = planning.Plan(
        starts, starts + timedelta(minutes=step.get("lasts", 60)), engineer_id=scene.engineer_id,
        override_reason=step.get("reason", ""),
    )  # fmt: skip
    try:
        scene.told.visits[step["visit"]] = planning.plan_visit(scene.actor, scene.ticket, plan)
    except reckoning.NotNow:
        return


def _visit(scene: Scene, step: Step) -> Visit | None:
    return scene.told.visits.get(step["visit"])


def _expects(scene: Scene, step: Step) -> None:
    """The client says that the hour suits."""
    if visit := _visit(scene, step):
        visiting.confirm(scene.actor, visit, scene.actor.name)


def _sets_out(scene: Scene, step: Step) -> None:
    if visit := _visit(scene, step):
        visiting.set_out(scene.actor, visit)


def _arrives(scene: Scene, step: Step) -> None:
    if visit := _visit(scene, step):
        visiting.arrive(scene.actor, visit)


def _signs(scene: Scene, step: Step) -> None:
    """The work is done, the sheet is filled in, and both sign it."""
    visit = _visit(scene, step)
    if visit is None:
        return
    visiting.finish(scene.actor, visit, solved=True)
    sheet = sheets.sheet_for(visit, scene.ticket.device_id)
    part = [sheets.SheetPartEntry(p["name"], Decimal(p["list_price"])) for p in step.get("parts", ())]
    sheets.write(
        sheet,
        sheets.SheetEntry(
            found=step["found"], done=step["done"], contact_name=step["client"], parts=part,
            client_test_passed=True,
        ),
    )  # fmt: skip
    sheets.sign_engineer(sheet, scene.actor.name, scene.pictures[SIGNATURES["engineer"]])
    sheets.sign_client(sheet, step["client"], scene.pictures[SIGNATURES["client"]])
    sheets.complete(scene.actor, visit)
    printing.order(visit)  # what is told in the demo happened long ago: no event of it reaches the worker


def _quotes(scene: Scene, step: Step) -> None:
    lines = [
        Line(one["code"], one["words"], Decimal(one["quantity"]), one["unit"], Decimal(one["price"]), one["clause"])
        for one in step["lines"]
    ]  # fmt: skip
    until = (clock.now() + timedelta(days=step["valid_days"])).date()
    typed = drafting.Draft(QuoteKind(step["kind"]), step["title"], lines, until, note=step.get("text", ""))
    quote = scene.told.quotes[step["quote"]] = drafting.draft(scene.actor, scene.ticket, typed)
    drafting.send(scene.actor, quote)


def _approves(scene: Scene, step: Step) -> None:
    side = Side.PROVIDER if scene.actor.is_staff else Side.CLIENT
    proof = confirming.Proof(Evidence.PORTAL, scene.actor.name, scene.actor.contact_id)
    confirming.confirm(scene.actor, scene.told.quotes[step["quote"]], side, proof)


def _delivers(scene: Scene, step: Step) -> None:
    quote = scene.told.quotes[step["quote"]]
    delivering.start(scene.actor, quote)
    delivering.deliver(scene.actor, quote, step["text"])


STEPS: dict[str, Callable[[Scene, Step], None]] = {
    "plans": _plans, "expects": _expects, "sets_out": _sets_out, "arrives": _arrives, "signs": _signs,
    "quotes": _quotes, "approves": _approves, "delivers": _delivers,
}  # fmt: skip


def coming(actor: Actor, engineer: User, ticket: Ticket) -> None:
    """The rounds of all contracts for the next weeks; the ticket joins the first one of its organisation."""
    for contract_id in rounds_ahead.contracts_to_plan():
        rounds_ahead.plan(contract_id, clock.now())
    rounds.keep(clock.now())
    found = rounds.coming_for(ticket)
    if found:
        rounds.join(actor, ticket, visits.visit_for(SYSTEM, found[0].number, lock=True))
    for visit in db.session.scalars(select(Visit).where(Visit.round_id.is_not(None))):
        visit.engineer_id = engineer.id
