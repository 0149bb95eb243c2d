"""An upgrade on a ticket, and the training after it."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.contracts.render import answers
from portal.contracts.rules import plain
from portal.infra.transaction import transaction
from portal.kernel.errors import Refused
from portal.ladder.forms.upgrades import TrainingForm, UpgradeForm
from portal.ladder.queries import upgrades as queries
from portal.ladder.service import upgrades as service
from portal.ladder.views_staff.door import blueprint
from portal.tickets.queries import scope
from portal.web import guards, htmx

BOTH = ["GET", "POST"]


@blueprint.route("/tickets/<int:number>/upgrade", methods=BOTH)
def log_upgrade(number: int) -> ResponseReturnValue:
    """What was upgraded and what came of it. ?kind= fills in what, and says what the contracts answer to it."""
    actor, form = guards.actor(), UpgradeForm()
    ticket = scope.ticket_for(actor, number)
    if request.method == "GET":
        form.renew()
        form.kind.data = (request.args.get("kind") or "")[:40]
    elif form.validate():
        try:
            with transaction():
                made = service.log(actor, scope.ticket_for(actor, number, lock=True), form.made())
                free, again = made.free, made.free_again_clause
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("The upgrade is logged."), "success")
            if free:
                flash(_("It is free: the last one of this kind fell short."), "success")
            if again:
                flash(_("The next upgrade of this kind is free (%(clause)s).", clause=again), "success")
            return htmx.go(url_for("tickets_staff.ticket", number=number))
    kind = form.kind.data or ""
    answer = _answer(ticket, kind) if kind else None
    page = render_template(
        "ladder/staff/upgrade.html", ticket=scope.ticket_for(actor, number), form=form, answer=answer,
        free=queries.free_next(actor, ticket), nav="tickets_staff.queue",
    )  # fmt: skip
    return page, 200 if request.method == "GET" else 422


def _answer(ticket: Any, kind: str) -> answers.Answer:
    decision, known = service.asked(ticket, kind)
    found = known.get(decision.contract_id or 0)
    return answers.answer(plain.of_decision(decision), found.record.number if found else None)


@blueprint.route("/tickets/<int:number>/upgrades/<int:upgrade_id>/training", methods=BOTH)
def log_training(number: int, upgrade_id: int) -> ResponseReturnValue:
    """The client's people were shown how to work with it, or need nothing."""
    actor, form = guards.actor(), TrainingForm()
    found = queries.one_of(actor, scope.ticket_for(actor, number), upgrade_id)
    if request.method == "POST" and form.validate():
        try:
            with transaction():
                ticket = scope.ticket_for(actor, number, lock=True)
                one = queries.one_of(actor, ticket, upgrade_id)
                service.train(actor, ticket, one, form.words.data or "", needed=not form.none_needed.data)
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(_("The training is kept on the ticket."), "success")
            return htmx.go(url_for("tickets_staff.ticket", number=number))
    page = render_template(
        "ladder/staff/training.html", ticket=scope.ticket_for(actor, number), form=form, upgrade=found,
        nav="tickets_staff.queue",
    )  # fmt: skip
    return page, 200 if request.method == "GET" else 422
