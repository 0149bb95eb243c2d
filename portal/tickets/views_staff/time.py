"""Time spent: the panel of a ticket, time by hand, corrections, and an organisation's months."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kernel import clock
from portal.people import queries as people
from portal.tickets.forms.time import CorrectTimeForm, TimeForm
from portal.tickets.queries import scope
from portal.tickets.queries import time as queries
from portal.tickets.service import time as service
from portal.tickets.views_staff import act
from portal.tickets.views_staff.door import blueprint
from portal.web import guards, htmx, languages

BOTH = ["GET", "POST"]


@blueprint.get("/tickets/<int:number>/time", endpoint="time")
def time_(number: int) -> ResponseReturnValue:
    """Who spent how much, what counts of it, and the sums."""
    actor = guards.actor()
    found = scope.ticket_for(actor, number)
    rows = queries.spent_on(actor, found)
    sums = {"minutes": sum(r.minutes for r in rows), "accounted": sum(r.accounted for r in rows)}
    template = "tickets/_time.html" if htmx.is_htmx() else "tickets/staff/time.html"
    return render_template(template, ticket=found, rows=rows, sums=sums, nav="tickets_staff.queue")


@blueprint.route("/tickets/<int:number>/time/add", methods=BOTH)
def add_time(number: int) -> ResponseReturnValue:
    """Minutes by hand, with what for."""
    form = TimeForm()

    def step(actor: Any, locked: Any, _files: Any) -> None:
        service.add(actor, locked, form.minutes.data or 0, form.what.data or "", form.started_at.data)

    return act.by_form(number, "time", form, step, _("The time is kept."))


@blueprint.route("/tickets/<int:number>/time/<int:spent_id>", methods=BOTH)
def correct_time(number: int, spent_id: int) -> ResponseReturnValue:
    """Other minutes count, with a reason."""
    actor, form = guards.actor(), CorrectTimeForm()
    row = queries.spent(actor, scope.ticket_for(actor, number), spent_id)
    if request.method == "GET":
        form.accounted.data = row.accounted

    def step(actor: Any, locked: Any, _files: Any) -> None:
        service.correct(actor, locked, spent_id, form.accounted.data or 0, form.reason.data or "")

    return act.by_form(number, "correct_time", form, step, _("Corrected."), show=lambda: {"spent": row})


@blueprint.get("/organisations/<int:organisation_id>/time")
def organisation_time(organisation_id: int) -> ResponseReturnValue:
    """Its time by month."""
    actor = guards.actor()
    found = people.organisation_for(actor, organisation_id)
    months = queries.by_month(actor, found.id, clock.now(), languages.zone())
    template = "tickets/_organisation_time.html" if htmx.is_htmx() else "tickets/staff/organisation_time.html"
    return render_template(template, organisation=found, months=months, nav="people_staff.organisations")
