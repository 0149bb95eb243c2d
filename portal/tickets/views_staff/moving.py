"""Who can see a ticket and why, and giving it to another organisation with that said beforehand."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kernel.errors import Refused
from portal.people import queries as people
from portal.tickets.forms.operations import MoveForm
from portal.tickets.queries import client as clients
from portal.tickets.queries import scope, sight
from portal.tickets.render import operations as render
from portal.tickets.service import moving
from portal.tickets.views_staff import act
from portal.tickets.views_staff.door import blueprint
from portal.web import guards


@blueprint.get("/tickets/<int:number>/why")
def why(number: int) -> ResponseReturnValue:
    """Why can this person see this ticket? ?who= asks for people by name or address; without it, its organisation's people."""
    found = scope.ticket_for(guards.actor(), number)
    typed = request.args.get("who", "").strip()[: sight.LONGEST]
    rows = [
        (seen, render.why_sentence(seen.sight, found.organisation.name, seen.organisations, seen.staff_role))
        for seen in sight.who_sees(found, typed)
    ]
    return render_template(
        "tickets/staff/why.html",
        ticket=found,
        rows=rows,
        typed=typed,
        most=sight.MOST,
        nav="tickets_staff.queue",
    )


@blueprint.route("/tickets/<int:number>/move", methods=["GET", "POST"])
def move(number: int) -> ResponseReturnValue:
    """To another organisation, once it was read who will see it afterwards and who no longer. ?organisation_id= chooses."""
    actor = guards.actor()
    found = scope.ticket_for(actor, number)
    form = MoveForm()
    wished = request.args.get("organisation_id", type=int)
    organisation_id = form.chosen()[0] or wished
    contacts = people.names_of(organisation_id) if organisation_id else []
    others = [o for o in clients.organisations_of(actor) if o.id != found.organisation_id]
    form.offer(others, wished, contacts)

    def step(actor: Any, locked: Any, _files: Any) -> None:
        chosen, requester_id = form.chosen()
        if requester_id not in {c.id for c in contacts}:
            raise Refused(_("Choose a person of this organisation."), field="requester_id")
        if not form.is_confirmed:
            raise Refused(_("Read who will see it, then confirm."), field="confirmed")
        moving.move(actor, locked, chosen or 0, requester_id or 0, form.reason.data or "")

    def show() -> dict[str, Any]:
        chosen, requester_id = form.chosen()
        known = requester_id in {c.id for c in contacts}
        effect = sight.if_moved(found, chosen, requester_id) if chosen and requester_id and known else None
        form.shown.data = form.choice
        form.shown.raw_data = None
        return {"effect": effect, "has_contacts": bool(contacts), "organisation": found.organisation.name}

    return act.by_form(number, "move", form, step, _("The ticket is moved."), show=show)
