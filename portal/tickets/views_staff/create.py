"""Requests that come by phone, letter or fax: first who, then what; a call can be logged with it in one go.

Nobody is trusted to belong to an organisation because a form says so: the service asks again.
"""

from dataclasses import replace
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.assets import queries as assets
from portal.infra.transaction import transaction
from portal.kernel import refs
from portal.kernel.errors import Refused
from portal.people import queries as people
from portal.tickets.forms import custom
from portal.tickets.forms.entering import CreateForm
from portal.tickets.queries import callers as caller_queries
from portal.tickets.queries import fields, running
from portal.tickets.rules import fields as rules
from portal.tickets.rules.fields import Moment
from portal.tickets.rules.words import Kind, Outcome
from portal.tickets.service import following, opening, work
from portal.tickets.views_staff import act
from portal.tickets.views_staff.door import blueprint
from portal.web import guards, htmx, uploads
from portal.web.fields import one_line


@blueprint.route("/tickets/new", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    """?who= finds the caller; ?organisation= and ?contact= are who asks, then the form."""
    organisation_id = request.args.get("organisation", type=int)
    contact_id = request.args.get("contact", type=int)
    if organisation_id is None or contact_id is None:
        return _find()
    actor = guards.actor()
    organisation = people.organisation_for(actor, organisation_id)
    requester = people.member_of(organisation.id, contact_id)
    devices = assets.devices_of(actor, organisation.id)
    kind = Kind(request.form["kind"]) if request.form.get("kind") in set(Kind) else Kind.FAULT
    asked = rules.asked(fields.definitions(), kind, Moment.STAFF_OPEN)
    form = custom.with_fields(CreateForm, asked, Moment.STAFF_OPEN)()
    form.offer(devices)
    timer = running.running_of(actor)
    mine = timer if timer and timer.ticket_id is None and timer.contact_id == requester.id else None
    form.follow(mine, first=request.method == "GET")
    if request.method == "GET" and request.args.get("device", "").isdecimal():
        form.device_id.data = request.args["device"]
    code, kept = 200, []
    if request.method == "POST":
        files, refused_files = uploads.receive(
            request.files.getlist("files"), request.form.getlist("kept_files")
        )
        valid = form.validate() and not custom.refuse_if_not_asked(form, request.form)
        for refused in refused_files:
            form.refuse(refused)
        if valid and not refused_files:
            try:
                number = _open(form, organisation.id, requester.id, files)
            except Refused as refused:
                form.refuse(refused)
            else:
                flash(_("%(number)s is open.", number=refs.ticket_number(number)), "success")
                solved = form.log_call.data and form.outcome.data == Outcome.SOLVED
                return htmx.go(
                    url_for("tickets_staff.resolve", number=number) if solved else act.ticket_url(number)
                )
        code, kept = 422, act.kept(files)
    form.submission.data = form.submission.data or refs.new_secret()
    organisation = people.organisation_for(actor, organisation_id)
    requester = people.member_of(organisation.id, contact_id)
    template = "tickets/_create_form.html" if htmx.is_htmx() else "tickets/staff/create.html"
    action = url_for("tickets_staff.create", organisation=organisation.id, contact=requester.id)
    page = render_template(
        template,
        timer=mine,
        form=form,
        organisation=organisation,
        requester=requester,
        kept=kept,
        action=action,
        custom=custom.drawn(form),
    )
    return page, code


def _open(form: CreateForm, organisation_id: int, contact_id: int, files: list[uploads.StoredFile]) -> int:
    actor = guards.actor()
    with transaction():
        ticket = opening.open_ticket(
            actor,
            replace(form.new_ticket(organisation_id, contact_id, list(files)), values=custom.typed(form)),
        )
        is_new = ticket.first_response_at is None and ticket.assignee_id is None
        if is_new and (call := form.call(contact_id)):
            work.log_call(actor, ticket, call)
        following.mark_seen(actor, ticket, ticket.last_entry_id)
        return int(ticket.number)


def _find() -> ResponseReturnValue:
    return render_template("tickets/staff/find_caller.html", **_found())


def _found() -> dict[str, Any]:
    typed = one_line(request.args.get("who")) or ""
    found = caller_queries.find(guards.actor(), typed)
    return {"typed": typed, "found": found, "most": caller_queries.MOST}


@blueprint.get("/tickets/callers")
def callers() -> ResponseReturnValue:
    """Who it may be, while typing."""
    return render_template("tickets/_callers.html", **_found())
