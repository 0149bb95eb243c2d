"""Several tickets of the queue changed at once: chosen, looked at beforehand, then done."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.people import queries as people
from portal.tickets.forms.queue import BulkForm
from portal.tickets.render import bulk as render
from portal.tickets.rules.bulk import MOST
from portal.tickets.service import bulk as service
from portal.tickets.views_staff.door import blueprint
from portal.web import guards, htmx


def _numbers() -> list[int]:
    found = [n for n in request.values.getlist("ticket", type=int) if 0 < n < 2**31]
    return list(dict.fromkeys(found))[:MOST]


@blueprint.route("/queue/bulk", methods=["GET", "POST"])
def bulk() -> ResponseReturnValue:
    """GET asks what shall happen; POST shows what would be done and what is skipped; POST with step=do does it."""
    numbers, form = _numbers(), BulkForm()
    form.offer(people.staff(), people.teams())
    nav = "tickets_staff.queue"
    if not numbers:
        flash(_("Choose tickets first: tick them in the list."), "warning")
        return htmx.go(url_for("tickets_staff.queue"))
    if request.method == "GET" or not form.validate():
        code = 200 if request.method == "GET" else 422
        return render_template(
            "tickets/staff/bulk.html", nav=nav, form=form, numbers=numbers, plan=None
        ), code
    actor, change = guards.actor(), form.change()
    if request.form.get("step") == "do":
        with transaction():
            results = service.carry_out(actor, numbers, change)
        flash(render.done(results), "success" if any(not r.skip for r in results) else "warning")
        return htmx.go(url_for("tickets_staff.queue"))
    plan = [(one, render.why(one)) for one in service.plan(actor, numbers, change)]
    return render_template(
        "tickets/staff/bulk.html", nav=nav, form=form, numbers=numbers, plan=plan, said=form.said()
    )
