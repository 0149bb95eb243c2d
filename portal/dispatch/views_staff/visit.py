"""One visit for the desk: when and who, what it rests on and costs, what happened, and the next step."""

from collections.abc import Callable
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.contracts.render import amounts
from portal.dispatch.forms import AgreeForm, OfferForm, ReasonForm
from portal.dispatch.queries import visits
from portal.dispatch.render import visits as render
from portal.dispatch.rules.visiting import PLANNED, VisitStatus
from portal.dispatch.service import offering, planning, sheets, visiting
from portal.dispatch.views_staff.door import blueprint
from portal.infra.transaction import transaction
from portal.kernel.actor import Actor, StaffRole
from portal.kernel.errors import Refused
from portal.web import guards, htmx

BOTH = ["GET", "POST"]
Step = Callable[[Actor, Any], Any]


@blueprint.get("/visits/<int:visit_number>")
def visit(visit_number: int) -> ResponseReturnValue:
    """The page of one visit."""
    return _page(visit_number)


@blueprint.route("/visits/<int:visit_number>/offer", methods=BOTH)
def offer(visit_number: int) -> ResponseReturnValue:
    """Other times for the client beside the planned one."""
    form = OfferForm()

    def step(actor: Actor, locked: Any) -> None:
        offering.offer(actor, locked, form.slots(locked.ends_at - locked.starts_at))

    return _by_form(visit_number, "offer", form, step, _("The client gets a mail with a link to choose."))


@blueprint.route("/visits/<int:visit_number>/agree", methods=BOTH)
def agree(visit_number: int) -> ResponseReturnValue:
    """The client agreed to the price on the phone or on paper."""
    form = AgreeForm()

    def step(actor: Actor, locked: Any) -> None:
        planning.agree(actor, locked, form.name.data or "", form.how.data or "")

    return _by_form(visit_number, "agree", form, step, _("The price is agreed."))


@blueprint.route("/visits/<int:visit_number>/cancel", methods=BOTH)
def cancel(visit_number: int) -> ResponseReturnValue:
    """Nobody comes."""
    form = ReasonForm()

    def step(actor: Actor, locked: Any) -> None:
        planning.cancel(actor, locked, form.reason.data or "")

    return _by_form(visit_number, "cancel", form, step, _("The visit is called off."))


@blueprint.route("/visits/<int:visit_number>/no-access", methods=BOTH)
def no_access(visit_number: int) -> ResponseReturnValue:
    """Nobody was there."""
    form = ReasonForm()

    def step(actor: Actor, locked: Any) -> None:
        visiting.no_access(actor, locked, form.reason.data or "")

    return _by_form(visit_number, "no_access", form, step, _("Noted: nobody was there."))


@blueprint.route("/visits/<int:visit_number>/no-show", methods=BOTH)
@guards.needs(StaffRole.MANAGER)
def no_show(visit_number: int) -> ResponseReturnValue:
    """We did not come."""
    form = ReasonForm()

    def step(actor: Actor, locked: Any) -> None:
        visiting.no_show(actor, locked, form.reason.data or "")

    return _by_form(
        visit_number, "no_show", form, step, _("Noted: we did not come. What was reserved is given back.")
    )


@blueprint.route("/visits/<int:visit_number>/undo", methods=BOTH)
@guards.needs(StaffRole.MANAGER)
def undo(visit_number: int) -> ResponseReturnValue:
    """It was signed by mistake."""
    form = ReasonForm()

    def step(actor: Actor, locked: Any) -> None:
        sheets.undo(actor, locked, form.reason.data or "")

    return _by_form(visit_number, "undo", form, step, _("What the visit used and charged is given back."))


def _by_form(visit_number: int, what: str, form: Any, step: Step, done: str) -> ResponseReturnValue:
    """A step with a form: shown by GET, taken by POST on the locked visit; a refusal is 422 with what was typed."""
    if request.method == "GET":
        return _page(visit_number, what, form)
    if form.validate():
        actor = guards.actor()
        try:
            with transaction():
                step(actor, visits.visit_for(actor, visit_number, lock=True))
        except Refused as refused:
            form.refuse(refused)
        else:
            flash(done, "success")
            return htmx.go(url_for("dispatch_staff.visit", visit_number=visit_number))
    return _page(visit_number, what, form, 422)


def _page(visit_number: int, what: str = "", form: Any = None, code: int = 200) -> ResponseReturnValue:
    actor = guards.actor()
    found = visits.visit_for(actor, visit_number)
    manager = actor.staff_role in (StaffRole.MANAGER, StaffRole.ADMINISTRATOR)
    template = "_do" if htmx.target() == "visit-do" else "visit"
    page = render_template(
        f"dispatch/staff/{template}.html",
        visit=found,
        visit_number=visit_number,
        what=what,
        form=form,
        render=render,
        money=amounts.money,
        price_open=planning.price_open(found),
        planned=found.status in PLANNED,
        under_way=found.status in (VisitStatus.EN_ROUTE, VisitStatus.ON_SITE),
        signed=found.status is VisitStatus.SIGNED,
        may_decide=manager,
        charges=visits.charges_of(found),
        others=[o for o in offering.options(found) if not o.planned],
        history=render.history(visits.changes_of(found), visit_number),
    )
    return page, code
