"""One request: where it stands, what was said, and what can be done with it.

Each view reads through the scoped queries and writes by one service call inside `transaction()`.
"""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.contracts.render import answers
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.errors import NotFound, Refused
from portal.people import queries as people
from portal.tickets.forms.client import (
    ParticipantForm,
    ReplyForm,
    WithdrawForm,
)
from portal.tickets.queries import client as queries
from portal.tickets.queries import fields, links, merged, promises, scope, timeline
from portal.tickets.render import fields as fields_render
from portal.tickets.render import operations
from portal.tickets.render import timeline as render
from portal.tickets.rules.words import OPEN
from portal.tickets.service import conversation, following, holds, status
from portal.tickets.views_client import around
from portal.tickets.views_client.door import blueprint
from portal.web import guards, htmx, uploads


@blueprint.get("/requests/<int:number>")
def ticket(number: int) -> ResponseReturnValue:
    """One request: where it stands, what was said and tried, and a reply. A merged one leads to where it goes on."""
    try:
        return _drawn_ticket(number)
    except NotFound:
        end = merged.goes_on_as(guards.actor(), number)
        if end is None:
            raise
        return redirect(url_for(".ticket", number=end))


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


@blueprint.get("/requests/<int:number>/filled")
def filled(number: int) -> ResponseReturnValue:
    """What was filled in beside the conversation, so far as the client is asked for it."""
    actor = guards.actor()
    found = scope.ticket_for(actor, number)
    template = "tickets/client/_filled.html" if htmx.is_htmx() else "tickets/client/filled.html"
    return render_template(template, ticket=found, filled=fields_render.facts(fields.values_of(actor, found)))


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
            found = merged.ticket_for_words(actor, number)
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


def _drawn_reply(number: int, form: ReplyForm, kept: list[uploads.StoredFile]) -> ResponseReturnValue:
    if not htmx.is_htmx():
        return _drawn_ticket(number, 422, reply_form=form, kept=kept)
    found = queries.ticket_page_for(guards.actor(), number)
    return render_template(
        "tickets/client/_reply.html", ticket=found, reply_form=form, files=around.file_facts(kept)
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
    """The whole page, with the forms that were refused or with empty ones; NotFound for one that goes on elsewhere."""
    actor = guards.actor()
    found = queries.ticket_page_for(actor, number)
    if found.merged_into_id is not None and merged.goes_on_as(actor, number) is not None:
        raise NotFound
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
        files=around.file_facts(kept or []),
        follows=queries.followed_number(actor, found),
        links=links.links_of(actor, found),
        ways=operations.WAYS,
        nav="tickets_client.listing",
    )
    return body, code


def _colleagues(found: Any) -> list[Any]:
    """Who could follow the request and does not yet."""
    there = {found.requester_id, *(p.contact_id for p in found.participants)}
    return [c for c in people.names_of(found.organisation_id) if c.id not in there]


def _timeline(found: Any) -> dict[str, Any]:
    lines = render.timeline_lines(
        timeline.entries_of(guards.actor(), found), reader_is_staff=False, home=found
    )
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
        "goes_on_as": merged.goes_on_as(guards.actor(), found.number) if found.merged_into_id else None,
        "steps": render.ladder_steps(found.phase, found.status, works, reader_is_staff=False),
        "standing": queries.standing_of(found, clock.now()),
        "held": holds.of(found.id, shown_only=True) if found.status in OPEN else [],
        **answers.panel(promises.running_of(guards.actor(), found), promises.cover_of(guards.actor(), found)),
    }
