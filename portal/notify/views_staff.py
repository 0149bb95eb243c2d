"""The page of outgoing mail: each delivery with its state and its words, the failed ones first in sight, tried again by hand.

Every view is behind the staff's door. A secret link is never shown: the stored text does not have it.
"""

from flask import flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.infra import jobs
from portal.infra.transaction import transaction
from portal.kernel.actor import StaffRole
from portal.kernel.errors import Refused
from portal.notify import render, service
from portal.notify.queries import deliveries as queries
from portal.notify.queries import telling
from portal.tickets.queries import scope as tickets
from portal.web import guards, headers, htmx, menu
from portal.web.paging import page_of

blueprint = guards.staff_door("notify_staff", __name__)
blueprint.record_once(lambda made: menu.register(made.app, "notify_staff.outgoing", queries.failed))

VIEWS = {
    "all": _l("Everything"),
    "failed": _l("Not sent"),
    "waiting": _l("Being sent"),
    "withheld": _l("Withheld"),
}
"""The tabs; which states each one shows is queries.VIEWS."""
OWN_MAIL_FRAME = headers.MAIL_FRAME.replace("style-src 'self'", "style-src 'unsafe-inline'")
"""Our own mail, all of whose foreign words are escaped, has its styles inline; still no script and no outside picture."""


@blueprint.get("/outgoing")
def outgoing() -> ResponseReturnValue:
    """All mail that left or should have, newest first; jobs of any kind that gave up."""
    actor = guards.actor()
    view = request.args.get("view", "all")
    view = view if view in VIEWS else "all"
    before = request.args.get("before", type=int)
    rows = queries.deliveries(actor, queries.VIEWS[view], before)
    return render_template(
        "notify/staff/outgoing.html",
        view=view,
        views=VIEWS,
        page=page_of(rows, queries.PAGE, lambda row: row.id),
        before=before,
        failed=menu.shown()["notify_staff.outgoing"],
        dead=jobs.dead(),
        may_revive=actor.staff_role is StaffRole.ADMINISTRATOR,
        render=render,
    )


@blueprint.get("/outgoing/<int:delivery_id>")
def delivery(delivery_id: int) -> ResponseReturnValue:
    """One mail as the person got it, and what became of it."""
    row = queries.delivery(guards.actor(), delivery_id)
    text, _html = render.shown(row)
    return render_template(
        "notify/staff/delivery.html",
        row=row,
        text=text,
        files=telling.files_of(row.entry_id),
        render=render,
        nav="notify_staff.outgoing",
    )


@blueprint.get("/outgoing/<int:delivery_id>/frame")
def frame(delivery_id: int) -> ResponseReturnValue:
    """The inside of the sandboxed frame: the HTML that was sent."""
    _text, html = render.shown(queries.delivery(guards.actor(), delivery_id))
    response = make_response(html.replace("<head>", '<head><base target="_blank">', 1))
    response.headers["Content-Security-Policy"] = OWN_MAIL_FRAME
    return response


@blueprint.post("/outgoing/<int:delivery_id>/retry")
def retry(delivery_id: int) -> ResponseReturnValue:
    """Try a failed one again, to the person's present address."""
    try:
        with transaction():
            service.retry(guards.actor(), delivery_id)
    except Refused as refused:
        flash(str(refused.sentence), "error")
    else:
        flash(_("It is tried again in a moment."), "success")
    return htmx.go(url_for("notify_staff.delivery", delivery_id=delivery_id))


@blueprint.post("/jobs/<int:job_id>/retry")
@guards.needs()
def retry_job(job_id: int) -> ResponseReturnValue:
    """Let a job that gave up start anew."""
    with transaction():
        service.revive_job(job_id)
    flash(_("It is tried again in a moment."), "success")
    return htmx.go(url_for("notify_staff.outgoing"))


@blueprint.get("/tickets/<int:number>/deliveries")
def ticket_deliveries(number: int) -> ResponseReturnValue:
    """What was mailed about a ticket: failures loud, the rest folded."""
    actor = guards.actor()
    ticket = tickets.ticket_for(actor, number)
    rows = queries.deliveries_of(actor, ticket.id)
    template = "notify/_ticket_deliveries.html" if htmx.is_htmx() else "notify/staff/ticket_deliveries.html"
    return render_template(template, number=number, rows=rows, render=render, nav="tickets_staff.queue")
