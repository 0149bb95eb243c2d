"""The client's pages about contracts: the list, one contract with what is left of it, its signed paper, and what something costs.

Nothing here writes. Another's contract, and a draft, does not exist.
"""

from typing import Any
from zoneinfo import ZoneInfo

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.assets import queries as assets
from portal.assets.forms import KINDS
from portal.contracts.forms.cost import CostForm
from portal.contracts.queries import pages
from portal.contracts.queries.pages import Shown
from portal.contracts.render import answers, overview
from portal.contracts.rules import plain
from portal.contracts.rules.decision import Question, Reason
from portal.contracts.rules.terms import Service
from portal.contracts.service import assessing
from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.web import guards, htmx, languages, look, uploads

blueprint = guards.client_door("contracts_client", __name__)

ON_HOME = 3
NOT_ASKED = frozenset({Service.EMERGENCY_ON_SITE, Service.PREVENTIVE})
"""Nobody asks for these by name: the one is a visit in an emergency, the other comes by itself."""


@blueprint.get("/contracts")
def listing() -> ResponseReturnValue:
    """A card for each contract."""
    found = pages.contracts_for(guards.actor())
    return render_template("contracts/client/listing.html", cards=_cards(found))


@blueprint.get("/contracts/cover")
def cover() -> ResponseReturnValue:
    """What is in force, as a panel for the home page; without scripts a page of its own."""
    found = [s for s in pages.contracts_for(guards.actor()) if s.standing.days_left is not None]
    template = "_cover" if htmx.is_htmx() else "cover"
    return render_template(
        f"contracts/client/{template}.html", cards=_cards(found[:ON_HOME]), more=len(found) > ON_HOME
    )


@blueprint.get("/contracts/<int:contract_id>")
def contract(contract_id: int) -> ResponseReturnValue:
    """One contract: where it stands, what is left, what is covered, what was agreed."""
    shown = pages.contract_for(guards.actor(), contract_id)
    lines = pages.lines_of(shown)
    return render_template(
        "contracts/client/contract.html",
        shown=shown,
        card=overview.card(shown),
        why=overview.why(shown.standing),
        figures=[(left, overview.entries(lines, left.entitlement.code, _link)) for left in shown.left if left.entitlement],
        coverage=pages.coverage_of(shown),
        rounds=pages.next_rounds(shown),
        prices=overview.prices(shown),
        steps=overview.renewal_steps(shown.compiled.lifecycle),
        render=overview,
        device_kinds=KINDS,
        nav="contracts_client.listing",
    )  # fmt: skip


@blueprint.get("/contracts/<int:contract_id>/papers/<int:number>")
def paper(contract_id: int, number: int) -> ResponseReturnValue:
    """The scan of what was signed, as a download."""
    found = pages.version_with_scan(guards.actor(), contract_id, number)
    return uploads.as_download(found.scan_sha256, found.scan_name or "contract")


@blueprint.get("/contracts/cost")
def cost() -> ResponseReturnValue:
    """Ask the contracts what something would cost, and why. It is a question: nothing is kept."""
    actor, form = guards.actor(), CostForm(request.args)
    organisations = pages.organisations_of(actor)
    if not organisations:
        raise NotFound
    known = [o.id for o in organisations]
    chosen = form.organisation_id.data if form.organisation_id.data in known else known[0]
    if "organisation_id" not in request.args:
        form.organisation_id.data = chosen
    form.offer(
        organisations,
        [(s.value, word) for s, word in overview.SERVICES.items() if s not in NOT_ASKED],
        assets.device_choices(actor, chosen),
    )
    asked = "service" in request.args
    answer = _answer(form, chosen) if asked and form.validate() else {}
    status = 422 if asked and not answer else 200
    return render_template(
        "contracts/client/cost.html",
        form=form,
        several=len(organisations) > 1,
        nav="contracts_client.listing",
        **answer,
    ), status


def _answer(form: CostForm, organisation_id: int) -> dict[str, Any]:
    actor, zone = guards.actor(), languages.zone()
    device = next((d for d in assets.devices_of(actor, organisation_id) if d.id == form.device_id.data), None)
    when = form.when.data.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")) if form.when.data else None
    question = Question(
        organisation_id=organisation_id,
        service=Service(form.service.data),
        received_at=clock.now(),
        device_id=device.id if device else None,
        device_class=device.kind.value if device else None,
        service_at=when,
        emergency=bool(form.emergency.data),
    )
    decision, known = assessing.ask(actor, question)
    details = plain.of_decision(decision)
    found = known.get(decision.contract_id or 0)
    same = [a for a in details["alternatives"] if a["contract_id"] == decision.contract_id and found]
    return {
        "answer": answers.answer(details, found.record.number if found else None),
        "contract_id": decision.contract_id if found else None,
        "gated": decision.reason is Reason.TRIAGE_REQUIRED,
        "then": [answers.answer(a, None) for a in same],
    }


def _cards(found: list[Shown]) -> list[dict[str, Any]]:
    return [
        overview.card(s) | {"href": url_for("contracts_client.contract", contract_id=s.record.id)}
        for s in found
    ]


def _link(kind: str, number: int) -> str | None:
    """The page of a ticket or a visit that a line of the ledger names."""
    if kind == "visit":
        return look.link_if("dispatch_client.visit", visit_number=number)
    return look.link_if("tickets_client.ticket", number=number)
