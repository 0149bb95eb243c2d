"""The client's pages: home, the list, raising a request, one request and what can be done with it.

Each view reads through the scoped queries and writes by one service call inside `transaction()`.
"""

from collections.abc import Callable
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.assets import queries as assets
from portal.contracts import render as contracts
from portal.infra.transaction import transaction
from portal.kernel import clock, refs
from portal.kernel.errors import NotFound, Refused
from portal.people import queries as people
from portal.tickets import render
from portal.tickets.forms.client import (
    URGENCY_HINTS,
    ParticipantForm,
    ReplyForm,
    RequestForm,
    WithdrawForm,
    number_or_none,
)
from portal.tickets.queries import ahead, promises, scope, timeline
from portal.tickets.queries import client as queries
from portal.tickets.service import conversation, following, opening, status
from portal.web import filters, guards, htmx, uploads
from portal.web.context import settings

blueprint = guards.client_door("tickets_client", __name__)


@blueprint.get("/home")
def home() -> ResponseReturnValue:
    """What waits for this person, what is open, whom to call."""
    return render_template(
        "tickets/client/home.html", home=queries.home_for(guards.actor()), several=_several()
    )


@blueprint.get("/requests")
def listing() -> ResponseReturnValue:
    """All requests that this person may see, by filters and words. htmx gets the list alone."""
    actor, asked = guards.actor(), request.args
    known = [f.value for f in queries.Filter]
    wish = queries.Wish(
        filter=queries.Filter(asked["show"]) if asked.get("show") in known else queries.Filter.OPEN,
        mine=asked.get("whose") == "mine",
        organisation_id=number_or_none(asked.get("organisation")),
        typed=asked.get("q", "")[:200],
        after=asked.get("after"),
    )
    page = queries.requests_for(actor, wish)
    own = {
        "q": wish.typed or None,
        "whose": "mine" if wish.mine else None,
        "organisation": wish.organisation_id,
    }
    template = "_listing" if htmx.target() == "ticket-listing" else "listing"
    return render_template(
        f"tickets/client/{template}.html",
        page=page,
        wish=wish,
        own=own,
        filters=known,
        manages=bool(actor.managed_organisation_ids),
        organisations=_organisations() if _several() and template == "listing" else [],
        several=_several(),
    )


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
    valid = form.validate()
    for refusal in bad:
        form.refuse(refusal)
    if not valid or bad:
        return _drawn_request(form, kept, 422)
    actor = guards.actor()
    assert actor.contact_id is not None
    try:
        with transaction():
            number = opening.open_ticket(actor, form.new_ticket(actor.contact_id, kept)).number
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


@blueprint.get("/requests/new/devices")
def devices() -> ResponseReturnValue:
    """The part of the form that follows the organisation: its devices and colleagues."""
    form = _request_form(request.args.get("organisation_id"))
    return render_template(
        "tickets/client/_devices.html", form=form, several=_several(), other_organisation=True
    )


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


@blueprint.get("/requests/<int:number>")
def ticket(number: int) -> ResponseReturnValue:
    """One request: where it stands, what was said and tried, and a reply."""
    return _drawn_ticket(number)


@blueprint.get("/requests/<int:number>/state")
def state(number: int) -> ResponseReturnValue:
    """Where it stands now; 204 while nothing changed since `v`."""
    found = queries.ticket_page_for(guards.actor(), number)
    if request.args.get("v") == render.version_of(found.last_activity_at):
        return "", 204
    return render_template("tickets/client/_state.html", **_state(found))


@blueprint.get("/requests/<int:number>/timeline", endpoint="timeline")
def timeline_(number: int) -> ResponseReturnValue:
    """The conversation; 204 while nothing changed since `v`."""
    found = scope.ticket_for(guards.actor(), number)
    if request.args.get("v") == render.version_of(found.last_activity_at):
        return "", 204
    return render_template("tickets/_timeline.html", **_timeline(found))


@blueprint.post("/requests/<int:number>/reply")
@guards.redraws_stale_form
def reply(number: int) -> ResponseReturnValue:
    """A message: it continues the request, opens it again, or opens a new one long after the end."""
    actor, form = guards.actor(), ReplyForm()
    scope.ticket_for(actor, number)
    kept, bad = uploads.receive(request.files.getlist("files"), request.form.getlist("kept_file"))
    valid = form.validate()
    form.refuse_if_empty(bool(kept or bad))
    for refusal in bad:
        form.refuse(refusal)
    if not valid or form.errors:
        return _drawn_reply(number, form, kept)
    words = form.words(kept)
    written = None
    try:
        with transaction():
            found = scope.ticket_for(actor, number, lock=True)
            if not queries.said_already(actor, found, words.text, [f.sha256 for f in kept], clock.now()):
                written = conversation.add_client_message(actor, found, words)
                goes_to = written.ticket.number
    except Refused as refused:
        form.refuse(refused)
        return _drawn_reply(number, form, kept)
    if written is None:
        return htmx.go(url_for(".ticket", number=number, _anchor="ticket-reply"))
    flash(render.reply_sentence(written.effect, goes_to), "success")
    return htmx.go(url_for(".ticket", number=goes_to))


@blueprint.post("/requests/<int:number>/confirm")
def confirm(number: int) -> ResponseReturnValue:
    """It works: close it."""
    return _step(
        number, lambda found: status.confirm(guards.actor(), found), _("Thank you. The request is closed.")
    )


@blueprint.post("/requests/<int:number>/withdraw")
@guards.redraws_stale_form
def withdraw(number: int) -> ResponseReturnValue:
    """It is not needed any more."""
    actor, form = guards.actor(), WithdrawForm()
    scope.ticket_for(actor, number)
    if not form.validate():
        return _drawn_ticket(number, 422, withdraw_form=form)
    return _step(
        number,
        lambda found: status.cancel(actor, found, form.reason.data or ""),
        _("The request is withdrawn. Nobody works on it any more."),
    )


@blueprint.post("/requests/<int:number>/participants")
@guards.redraws_stale_form
def add_participant(number: int) -> ResponseReturnValue:
    """Let a colleague follow the request."""
    actor = guards.actor()
    found = queries.ticket_page_for(actor, number)
    form = ParticipantForm()
    form.offer(_colleagues(found))
    if form.validate() and form.contact_id.data is None:
        form.refuse(Refused(_("Choose a colleague first."), field="contact_id"))
    if form.errors:
        return _drawn_ticket(number, 422, participant_form=form)
    return _step(
        number,
        lambda locked: following.add_participant(actor, locked, form.contact_id.data),
        _("Your colleague can follow this request now."),
    )


@blueprint.post("/requests/<int:number>/participants/<int:contact_id>/remove")
def remove_participant(number: int, contact_id: int) -> ResponseReturnValue:
    """End it; whoever leaves by own wish goes back to the list."""
    actor = guards.actor()
    answer = _step(
        number,
        lambda locked: following.remove_participant(actor, locked, contact_id),
        _("They do not follow this request any more."),
    )
    return htmx.go(url_for(".listing")) if contact_id == actor.contact_id else answer


def _step(number: int, act: Callable[[Any], None], done: str) -> ResponseReturnValue:
    """One act on a locked ticket; a refusal is told on the ticket's page, which shows how things stand now."""
    try:
        with transaction():
            act(scope.ticket_for(guards.actor(), number, lock=True))
        flash(done, "success")
    except Refused as refused:
        flash(str(refused.sentence), "warning")
    return htmx.go(url_for(".ticket", number=number))


def _several() -> bool:
    return len(guards.actor().organisation_ids) > 1


def _organisations() -> list[Any]:
    return queries.organisations_of(guards.actor())


def _request_form(organisation: str | None = None) -> RequestForm:
    """The form with what this person may choose from. Whoever belongs to several organisations says for which one it is:
    a wrong guess would show the request to the others.
    """
    form, actor = RequestForm(), guards.actor()
    organisations = _organisations()
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
    colleagues = people.contacts_of(chosen) if chosen else []
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
    return contracts.panel(found.promises, found.cover) | {"ended_on": found.ended_on}


def _kept() -> list[uploads.StoredFile]:
    return uploads.receive(request.files.getlist("files"), request.form.getlist("kept_file"))[0]


def _file_facts(kept: list[uploads.StoredFile]) -> dict[str, Any]:
    """What the drop place for files must know."""
    limit = settings().max_file_bytes
    return {
        "kept": [
            {"name": f.name, "size_text": filters.file_size(f.size), "token": uploads.token(f)} for f in kept
        ],
        "max_bytes": limit,
        "max_text": filters.file_size(limit),
        "refused": ",".join(sorted(uploads.REFUSED_ENDINGS)),
    }


def _drawn_request(form: RequestForm, kept: list[uploads.StoredFile], code: int) -> ResponseReturnValue:
    template = "_create" if htmx.is_htmx() else "create"
    body = render_template(
        f"tickets/client/{template}.html",
        form=form,
        several=_several(),
        hints=URGENCY_HINTS,
        ahead=_ahead(form),
        files=_file_facts(kept),
    )
    return body, code


def _drawn_reply(number: int, form: ReplyForm, kept: list[uploads.StoredFile]) -> ResponseReturnValue:
    if not htmx.is_htmx():
        return _drawn_ticket(number, 422, reply_form=form, kept=kept)
    found = queries.ticket_page_for(guards.actor(), number)
    return render_template(
        "tickets/client/_reply.html", ticket=found, reply_form=form, files=_file_facts(kept)
    ), 422


def _drawn_ticket(
    number: int,
    code: int = 200,
    *,
    reply_form: ReplyForm | None = None,
    withdraw_form: WithdrawForm | None = None,
    participant_form: ParticipantForm | None = None,
    kept: list[uploads.StoredFile] | None = None,
) -> tuple[str, int]:
    """The whole page, with the forms that were refused or with empty ones."""
    actor = guards.actor()
    found = queries.ticket_page_for(actor, number)
    if participant_form is None:
        participant_form = ParticipantForm(formdata=None)
        participant_form.offer(_colleagues(found))
    body = render_template(
        "tickets/client/ticket.html",
        **_timeline(found),
        **_state(found),
        reply_form=reply_form or ReplyForm(formdata=None),
        withdraw_form=withdraw_form or WithdrawForm(formdata=None),
        participant_form=participant_form,
        files=_file_facts(kept or []),
        follows=queries.followed_number(actor, found),
        nav="tickets_client.listing",
    )
    return body, code


def _colleagues(found: Any) -> list[Any]:
    """Who could follow the request and does not yet."""
    there = {found.requester_id, *(p.contact_id for p in found.participants)}
    return [c for c in people.contacts_of(found.organisation_id) if c.id not in there]


def _timeline(found: Any) -> dict[str, Any]:
    lines = render.timeline_lines(timeline.entries_of(guards.actor(), found), reader_is_staff=False)
    version = render.version_of(found.last_activity_at)
    return {
        "lines": lines,
        "reader_is_staff": False,
        "timeline_url": url_for(".timeline", number=found.number, v=version),
        "announcement": render.announcement(lines),
    }


def _state(found: Any) -> dict[str, Any]:
    works = timeline.works_of(guards.actor(), found)
    version = render.version_of(found.last_activity_at)
    return {
        "ticket": found,
        "state_url": url_for(".state", number=found.number, v=version),
        "steps": render.ladder_steps(found.phase, found.status, works, reader_is_staff=False),
        "standing": queries.standing_of(found, clock.now()),
        **contracts.panel(
            promises.running_of(guards.actor(), found), promises.cover_of(guards.actor(), found)
        ),
    }
