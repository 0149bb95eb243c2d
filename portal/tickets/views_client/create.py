"""Raising a request: the form, what follows the chosen organisation, and what the contracts say before it is sent."""

from dataclasses import replace
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.assets import queries as assets
from portal.contracts.render import answers
from portal.infra.transaction import transaction
from portal.kernel import clock, refs
from portal.kernel.errors import NotFound, Refused
from portal.people import queries as people
from portal.tickets.forms import custom
from portal.tickets.forms.client import (
    LONGEST_SUBJECT,
    LONGEST_TEXT,
    URGENCY_HINTS,
    RequestForm,
    number_or_none,
)
from portal.tickets.queries import ahead, fields
from portal.tickets.queries import similar as likes
from portal.tickets.rules import fields as rules
from portal.tickets.rules.fields import Moment
from portal.tickets.rules.words import Kind
from portal.tickets.service import opening
from portal.tickets.views_client import around
from portal.tickets.views_client.door import blueprint
from portal.web import guards, htmx, uploads


@blueprint.route("/requests/new", methods=["GET", "POST"])
@guards.redraws_stale_form
def create() -> ResponseReturnValue:
    """Raise a request. Files are kept through a refused form; sent twice it opens one ticket."""
    form = _request_form()
    if request.method == "GET":
        form.renew_submission()
        return _drawn_request(form, [], 200)
    if "choose" in request.form:
        return _drawn_request(form, _kept(), 200)
    kept, bad = uploads.receive(request.files.getlist("files"), request.form.getlist("kept_file"))
    valid = form.validate() and not custom.refuse_if_not_asked(form, request.form)
    for refusal in bad:
        form.refuse(refusal)
    if not valid or bad:
        return _drawn_request(form, kept, 422)
    actor = guards.actor()
    assert actor.contact_id is not None
    try:
        with transaction():
            number = opening.open_ticket(
                actor, replace(form.new_ticket(actor.contact_id, kept), values=custom.typed(form))
            ).number
    except Refused as refused:
        form.refuse(refused)
        return _drawn_request(form, kept, 422)
    flash(
        _(
            "Your request %(number)s is with us. We answer here, by mail or by phone.",
            number=refs.ticket_number(number),
        ),
        "success",
    )
    return htmx.go(url_for(".ticket", number=number))


@blueprint.post("/requests/new/similar")
def similar() -> ResponseReturnValue:
    """Requests that this person may see and that resemble what is being typed. It asks and keeps nothing."""
    asked, actor = request.form, guards.actor()
    organisation_id = number_or_none(asked.get("organisation_id"))
    found = []
    if organisation_id is None or organisation_id in actor.organisation_ids:
        text = f"{asked.get('subject', '')[:LONGEST_SUBJECT]} {asked.get('symptoms', '')[:LONGEST_TEXT]}"
        found = likes.similar(actor, text, organisation_id=organisation_id)
    return render_template("tickets/_similar.html", similar=found)


@blueprint.get("/requests/new/devices")
def devices() -> ResponseReturnValue:
    """The part of the form that follows the organisation: its devices and colleagues."""
    form = _request_form(request.args.get("organisation_id"))
    return render_template(
        "tickets/client/_devices.html", form=form, several=around.several(), other_organisation=True
    )


@blueprint.get("/requests/new/fields", endpoint="fields")
def fields_of() -> ResponseReturnValue:
    """The part of the form that follows the kind, with what was typed so far."""
    form = _request_form()
    for one in form.asked:
        if one.name in request.args:
            form[one.name].data = request.args[one.name]
    return render_template("tickets/_fields.html", custom=custom.drawn(form))


@blueprint.get("/requests/new/cover")
def cover_ahead() -> ResponseReturnValue:
    """What the contracts would say to the request as it is chosen now, before it is sent."""
    asked = request.args
    form = _request_form(asked.get("organisation_id"))
    if form.organisation_id.data not in (None, *guards.actor().organisation_ids):
        raise NotFound
    form.device_id.data = number_or_none(asked.get("device_id"))
    form.kind.data, form.urgency.data = asked.get("kind"), asked.get("urgency")
    return render_template("tickets/_cover_ahead.html", ahead=_ahead(form))


def _request_form(organisation: str | None = None) -> RequestForm:
    """The form with what this person may choose from. Whoever belongs to several organisations says for which one it is:
    a wrong guess would show the request to the others.
    """
    actor = guards.actor()
    sent = request.form if request.method == "POST" else request.args
    kind = Kind(sent["kind"]) if sent.get("kind") in set(Kind) else Kind.FAULT
    asked = rules.asked(fields.definitions(), kind, Moment.CLIENT_OPENS)
    form = custom.with_fields(RequestForm, asked, Moment.CLIENT_OPENS)()
    organisations = around.organisations()
    if not organisations:
        raise NotFound
    ids = [o.id for o in organisations]
    if organisation is None and request.method == "GET":
        organisation = request.args.get("organisation")
    if organisation is not None or form.organisation_id.data is None:
        form.organisation_id.data = number_or_none(organisation)
    if len(ids) == 1 and form.organisation_id.data is None:
        form.organisation_id.data = ids[0]
    chosen = form.organisation_id.data if form.organisation_id.data in ids else None
    devices_there = assets.devices_of(actor, chosen) if chosen else []
    colleagues = people.names_of(chosen) if chosen else []
    form.offer(organisations, devices_there, (c for c in colleagues if c.id != actor.contact_id))
    if request.method == "GET":
        form.device_id.data = number_or_none(request.args.get("device"))
    return form


def _ahead(form: RequestForm) -> dict[str, Any] | None:
    """None: it is not known yet for which organisation it is."""
    organisation_id = form.organisation_id.data
    if organisation_id not in guards.actor().organisation_ids:
        return None
    found = ahead.cover_ahead(guards.actor(), organisation_id, *form.chosen, clock.now())
    return answers.panel(found.promises, found.cover) | {"ended_on": found.ended_on}


def _kept() -> list[uploads.StoredFile]:
    return uploads.receive(request.files.getlist("files"), request.form.getlist("kept_file"))[0]


def _drawn_request(form: RequestForm, kept: list[uploads.StoredFile], code: int) -> ResponseReturnValue:
    template = "_create" if htmx.is_htmx() else "create"
    body = render_template(
        f"tickets/client/{template}.html",
        form=form,
        several=around.several(),
        hints=URGENCY_HINTS,
        ahead=_ahead(form),
        files=around.file_facts(kept),
        custom=custom.drawn(form),
    )
    return body, code
