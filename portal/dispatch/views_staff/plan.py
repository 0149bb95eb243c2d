"""Planning a visit from its ticket: what the contract says to it, the slot, or a planned round to join."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.dispatch.forms import PlanForm
from portal.dispatch.queries import shipments, visits
from portal.dispatch.render import fitting as words
from portal.dispatch.render import visits as render
from portal.dispatch.service import asking, offering, planning, rounds, shipping
from portal.dispatch.service.fitting import Unfit
from portal.dispatch.service.reckoning import NotNow
from portal.dispatch.views_staff.door import blueprint
from portal.infra.transaction import transaction
from portal.kernel import refs
from portal.kernel.actor import StaffRole
from portal.kernel.errors import Refused
from portal.people import queries as people
from portal.tickets.queries import scope
from portal.web import guards, htmx, languages


@blueprint.get("/tickets/<int:number>/visits")
def ticket_visits(number: int) -> ResponseReturnValue:
    """The visits of a ticket, as a panel of its page."""
    actor = guards.actor()
    ticket = scope.ticket_for(actor, number)
    found = visits.of_ticket(actor, ticket.id)
    return render_template(
        "dispatch/staff/_ticket_visits.html",
        ticket=ticket,
        visits=found,
        sheets=visits.sheets_of_ticket(actor, ticket.id),
        render=render,
        shipment_clause=shipping.clause_of(ticket),
        has_shipments=bool(shipments.of_ticket(actor, ticket.id)),
    )


@blueprint.route("/tickets/<int:number>/visits/plan", methods=["GET", "POST"])
def plan(number: int) -> ResponseReturnValue:
    """The slot, with the decision above the button."""
    actor = guards.actor()
    form = PlanForm()
    form.offer(people.staff())
    if request.method == "GET":
        form.suggest(asking.next_hour(scope.ticket_for(actor, number)))
        _preset(form)
    elif form.validate():
        slot = form.slot()
        try:
            with transaction():
                ticket = scope.ticket_for(actor, number, lock=True)
                visit = planning.plan_visit(
                    actor,
                    ticket,
                    planning.Plan(
                        slot.start, slot.end, engineer_id=form.engineer_id.data,
                        override_reason=form.override.data or "", pay_extra=form.pay_extra.data, note=form.note.data or "",
                        told=form.told.data,
                    ),
                )  # fmt: skip
                if form.others():
                    offering.offer(actor, visit, form.others())
                made = visit.number
        except Unfit as unfit:
            form.refuse(unfit)
            return _page(number, form, 422, words.sentences(unfit.misfits))
        except Refused as refused:
            form.refuse(
                refused if not isinstance(refused, NotNow) else Refused(refused.sentence, field="day")
            )
        else:
            flash(_("Visit %(visit)s is planned.", visit=refs.visit_number(made)), "success")
            return htmx.go(url_for("dispatch_staff.visit", visit_number=made))
    return _page(number, form, 422 if request.method == "POST" else 200)


@blueprint.get("/tickets/<int:number>/visits/decision")
def decision(number: int) -> ResponseReturnValue:
    """What the contracts say to the slot that is chosen in the form around it."""
    form = PlanForm(request.args, meta={"csrf": False})
    form.offer(people.staff())
    return render_template("dispatch/staff/_decision.html", number=number, **_decided(number, form))


@blueprint.post("/tickets/<int:number>/visits/join/<int:visit_number>")
def join(number: int, visit_number: int) -> ResponseReturnValue:
    """The ticket is dealt with at a planned round."""
    actor = guards.actor()
    try:
        with transaction():
            ticket = scope.ticket_for(actor, number, lock=True)
            rounds.join(actor, ticket, visits.visit_for(actor, visit_number, lock=True))
    except Refused as refused:
        flash(str(refused.sentence), "error")
        return htmx.go(url_for("dispatch_staff.plan", number=number))
    flash(_("The request is dealt with at the planned round."), "success")
    return htmx.go(url_for("dispatch_staff.visit", visit_number=visit_number))


def _preset(form: PlanForm) -> None:
    """A slot named in the address, e.g. by the decision's own suggestion."""
    if at := request.args.get("at"):
        day, _between, hour = at.partition("T")
        form.day.process(None, None)
        form.day.process_formdata([day])
        form.at.data = hour
    form.engineer_id.data = request.args.get("engineer", type=int)


def _page(
    number: int, form: PlanForm, code: int, against: Sequence[dict[str, str]] = ()
) -> ResponseReturnValue:
    actor = guards.actor()
    ticket = scope.ticket_for(actor, number)
    page = render_template(
        "dispatch/staff/plan.html",
        form=form,
        ticket=ticket,
        number=number,
        may_override=actor.staff_role in (StaffRole.MANAGER, StaffRole.ADMINISTRATOR),
        coming=rounds.coming_for(ticket),
        render=render,
        against=against,
        **_decided(number, form),
    )
    return page, code


def _decided(number: int, form: PlanForm) -> dict[str, Any]:
    """The decision for the form's slot; none where the slot cannot be read."""
    actor = guards.actor()
    ticket = scope.ticket_for(actor, number)
    if form.day.data is None:
        return {"answer": None, "choices": [], "tried": True}
    may = actor.staff_role in (StaffRole.MANAGER, StaffRole.ADMINISTRATOR)
    reason = (form.override.data or "") if may else ""
    found = asking.ground(ticket, form.slot().start, reason)
    offered = [c | {"href": _suggested(number, c["at"])} for c in render.choices(found)]
    return {
        "answer": render.answer(found.decision, found),
        "choices": offered,
        "tried": found.basis is not None,
    }


def _suggested(number: int, at: datetime | None) -> str:
    """The same page with that slot filled in."""
    if at is None:
        return ""
    return url_for(
        "dispatch_staff.plan", number=number, at=f"{at.astimezone(languages.zone()):%Y-%m-%dT%H:%M}"
    )
