"""One visit for the client: who comes, when, what it takes; choosing another time, agreeing to a price, calling off.

What calling off costs is said before it is done; what was said and is not true any more is said anew.
"""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.contracts.render import amounts
from portal.dispatch.forms import CallOffForm, ChooseForm, value_of
from portal.dispatch.queries import visits
from portal.dispatch.render import client as render
from portal.dispatch.rules.offering import CallOff
from portal.dispatch.service import offering, planning, reckoning, visiting
from portal.dispatch.views_client.door import blueprint
from portal.infra.transaction import transaction
from portal.kernel import refs
from portal.kernel.errors import Refused
from portal.web import guards, htmx, languages


@blueprint.get("/visits/<int:visit_number>")
def visit(visit_number: int) -> ResponseReturnValue:
    """The page of one visit."""
    return _page(visit_number)


@blueprint.post("/visits/<int:visit_number>/choose")
@guards.redraws_stale_form
def choose(visit_number: int) -> ResponseReturnValue:
    """One of the times, or other wishes."""
    actor, form = guards.actor(), ChooseForm()
    found = visits.visit_for(actor, visit_number)
    form.offer(offering.options(found), render.option)
    if not form.validate():
        return _page(visit_number, 422, choose_form=form)

    def act(locked: Any) -> str:
        chosen = offering.take(actor, locked, form.answer(), actor.name, how="portal")
        return (
            _("Thank you: the time is confirmed.")
            if chosen
            else _("Thank you. We look for another time and write to you.")
        )

    return _do(visit_number, act, lambda refused: _refused(visit_number, form, refused))


def _refused(visit_number: int, form: ChooseForm, refused: Refused) -> ResponseReturnValue:
    form.refuse(refused)
    return _page(visit_number, 422, choose_form=form)


@blueprint.post("/visits/<int:visit_number>/agree")
def agree(visit_number: int) -> ResponseReturnValue:
    """A manager agrees to the price that stands on the page."""
    actor = guards.actor()
    visits.visit_for(actor, visit_number)
    try:
        price = Decimal(request.form.get("price", ""))
    except InvalidOperation:
        price = Decimal(-1)

    def act(locked: Any) -> str:
        offering.agree(actor, locked, price, actor.name, "portal")
        return _("Thank you: you have agreed to the price.")

    return _do(visit_number, act)


@blueprint.route("/visits/<int:visit_number>/call-off", methods=["GET", "POST"])
@guards.redraws_stale_form
def call_off(visit_number: int) -> ResponseReturnValue:
    """What follows, and then the deed."""
    actor, form = guards.actor(), CallOffForm()
    visits.visit_for(actor, visit_number)
    code = 200
    if request.method == "POST":
        code = 422
        if form.validate():
            told = form.told()
            try:
                with transaction():
                    offering.call_off(
                        actor, visits.visit_for(actor, visit_number, lock=True), form.reason.data or "", told
                    )
            except Refused as refused:
                form.refuse(refused)
            else:
                flash(_("The visit is called off."), "success")
                return htmx.go(url_for(".visit", visit_number=visit_number))
    found = visits.visit_for(actor, visit_number)
    follows, price, clause = visiting.if_called_off(found)
    form.seen.data = follows.value
    page = render_template(
        "dispatch/client/call_off.html", visit=found, form=form, render=render, clause=clause, nav="dispatch_client.listing",
        sentence=render.if_called_off(follows, price), too_late=follows is CallOff.TOO_LATE,
        may=offering.may_answer(actor, found),
    )  # fmt: skip
    return page, code


@blueprint.get("/visits/<int:visit_number>/visit.ics")
def calendar(visit_number: int) -> ResponseReturnValue:
    """The visit as a file for a calendar."""
    found = visits.visit_for(guards.actor(), visit_number)
    response = make_response(render.calendar_file(found, languages.language(), languages.zone().key))
    response.mimetype = "text/calendar"
    name = f"{refs.visit_number(visit_number)}.ics"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _do(
    visit_number: int,
    act: Callable[[Any], str],
    otherwise: Callable[[Refused], ResponseReturnValue] | None = None,
) -> ResponseReturnValue:
    """One act on the locked visit; a refusal is told on its page, which shows how things stand now."""
    actor = guards.actor()
    try:
        with transaction():
            done = act(visits.visit_for(actor, visit_number, lock=True))
    except Refused as refused:
        if otherwise is not None:
            return otherwise(refused)
        flash(str(refused.sentence), "warning")
    else:
        flash(done, "success")
    return htmx.go(url_for(".visit", visit_number=visit_number))


def _page(visit_number: int, code: int = 200, choose_form: ChooseForm | None = None) -> ResponseReturnValue:
    actor = guards.actor()
    found = visits.visit_for(actor, visit_number)
    options = offering.options(found)
    form = choose_form or ChooseForm()
    form.offer(options, render.option)
    may_agree = offering.may_agree(actor, found)
    page = render_template(
        "dispatch/client/visit.html",
        visit=found,
        visit_number=visit_number,
        options=options,
        form=form,
        hints={value_of(o): render.option_hint(o, may_agree=may_agree) for o in options},
        gone=[render.gone(o) for o in options if o.why_not is not None],
        may_answer=bool(options) and offering.may_answer(actor, found),
        may_agree=may_agree,
        price_open=planning.price_open(found),
        cost=reckoning.cost_of(found) if options else None,
        charges=[c for c in visits.charges_of(found) if c.amount],
        steps=render.steps(found),
        shown=visits.tickets_shown(actor, found),
        render=render,
        money=amounts.money,
        nav="dispatch_client.listing",
    )
    return page, code
