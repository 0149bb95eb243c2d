"""A ticket goes on as another one, and the way back; suggestions wherever another ticket is asked for."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound, Refused
from portal.tickets.forms.operations import MergeForm
from portal.tickets.queries import merged, picks, scope
from portal.tickets.service import merging
from portal.tickets.views_staff import act
from portal.tickets.views_staff.door import blueprint
from portal.web import guards

LONGEST = 200


def other_ticket(actor: Actor, number: int) -> Any:
    """The ticket that a form names; raises Refused beside its field when there is none."""
    try:
        return scope.ticket_for(actor, number)
    except NotFound:
        raise Refused(_("There is no ticket with this number."), field="number") from None


@blueprint.route("/tickets/<int:number>/merge", methods=["GET", "POST"])
def merge(number: int) -> ResponseReturnValue:
    """It goes on as another ticket of the same organisation; its people follow and are told."""
    form = MergeForm()
    found = scope.ticket_for(guards.actor(), number)

    def step(actor: Any, locked: Any, _files: Any) -> None:
        merging.merge(actor, locked, other_ticket(actor, form.other()))

    return act.by_form(
        number, "merge", form, step, _("Merged. Everything goes on here."),
        also=lambda: (form.other(),), then=lambda: act.ticket_url(form.other()),
        show=lambda: {
            "picks": picks.picks(guards.actor(), found, "", only_same=True),
            "people": [found.requester, *(p.contact for p in found.participants)],
        },
    )  # fmt: skip


@blueprint.post("/tickets/<int:number>/unmerge")
def unmerge(number: int) -> ResponseReturnValue:
    """It was another matter after all: as it was before."""
    end = merged.goes_on_as(guards.actor(), number) or number

    def step(actor: Any, locked: Any, _files: Any) -> None:
        merging.undo(actor, locked, scope.ticket_for(actor, end))

    return act.by_button(number, step, _("The ticket stands for itself again."), also=(end,))


@blueprint.get("/tickets/<int:number>/picks", endpoint="picks")
def picks_(number: int) -> ResponseReturnValue:
    """Tickets to choose from while a number or words are typed. ?same=1: of the same organisation alone."""
    actor = guards.actor()
    typed = request.args.get("number", "")[:LONGEST]
    found = picks.picks(
        actor, scope.ticket_for(actor, number), typed, only_same=request.args.get("same") == "1"
    )
    return render_template("tickets/_picks.html", picks=found)
