"""The client's pages of the steps before a visit: being called back, and saying whether data may be touched."""

from datetime import timedelta
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.errors import NotFound, Refused
from portal.ladder import render
from portal.ladder.forms.callbacks import CallMeForm
from portal.ladder.queries import callbacks as queries
from portal.ladder.queries import checklists, hours
from portal.ladder.service import callbacks
from portal.people import queries as people
from portal.tickets.queries import client as client_queries
from portal.tickets.queries import consents, scope
from portal.tickets.rules.words import ENDED, Kind
from portal.tickets.service import consent, opening
from portal.tickets.service.record import Words
from portal.web import guards, htmx

blueprint = guards.client_door("ladder_client", __name__)

_SUBJECT = 80
_SOON = timedelta(minutes=30)


@blueprint.get("/call-me/promised")
def promised() -> ResponseReturnValue:
    """When this person will be called, as a panel for the home page; without scripts a page of its own."""
    rows = render.promised(queries.own(guards.actor()))
    template = "_promised" if htmx.is_htmx() else "promised"
    return render_template(f"ladder/client/{template}.html", promised=rows, nav="tickets_client.home")


@blueprint.route("/call-me", methods=["GET", "POST"])
@guards.redraws_stale_form
def call_me() -> ResponseReturnValue:
    """Please call me: about ?request=, or about something new, which becomes a request."""
    actor = guards.actor()
    number = request.args.get("request", type=int)
    ticket = scope.ticket_for(actor, number) if number is not None else None
    form = CallMeForm()
    organisations = [(str(o.id), o.name) for o in client_queries.organisations_of(actor)]
    if not organisations:
        raise NotFound
    form.offer(organisations)
    code = 200
    if request.method == "GET":
        form.renew()
        form.number.data = people.own_contact(actor).phone
        soon = clock.now() + _SOON
        form.wanted_at.data = hours.staffed_again(soon) or soon
    elif not form.validate():
        code = 422
    elif ticket is None and not form.about.data:
        form.refuse(
            Refused(_("Say in a few words what it is about, so that the right person calls."), field="about")
        )
        code = 422
    else:
        try:
            goes_to = _ask(form, number)
        except Refused as refused:
            form.refuse(refused)
            code = 422
        else:
            flash(_("We call you. The time stands on the request."), "success")
            return htmx.go(url_for("tickets_client.ticket", number=goes_to))
    ticket = scope.ticket_for(actor, number) if number is not None else None
    page = render_template(
        "ladder/client/call_me.html",
        form=form,
        ticket=ticket,
        several=len(organisations) > 1,
        ended=ticket is not None and ticket.status in ENDED,
        nav="tickets_client.home",
    )
    return page, code


def _ask(form: CallMeForm, number: int | None) -> int:
    actor = guards.actor()
    assert actor.contact_id is not None
    wish = form.wish()
    with transaction():
        callbacks.refuse_unstaffed(wish.wanted_at)
        if number is not None:
            ticket = scope.ticket_for(actor, number, lock=True)
        else:
            new = opening.NewTicket(
                int(form.organisation_id.data),
                actor.contact_id,
                _subject(wish.about),
                Words(wish.about),
                kind=Kind.QUESTION,
                submission=f"call-{wish.submission}" if wish.submission else None,
            )
            ticket = opening.open_ticket(actor, new)
        callbacks.ask(actor, ticket, wish)
        return int(ticket.number)


def _subject(about: str) -> str:
    first = about.strip().splitlines()[0]
    return first if len(first) <= _SUBJECT else first[: _SUBJECT - 1] + "…"


@blueprint.post("/call-me/<int:callback_id>/withdraw")
def withdraw_callback(callback_id: int) -> ResponseReturnValue:
    """Not needed any more."""
    actor = guards.actor()
    number = queries.callback_for(actor, callback_id).ticket.number
    try:
        with transaction():
            callbacks.withdraw(actor, callback_id)
        flash(_("Nobody calls. Your request stays open."), "success")
    except Refused as refused:
        flash(str(refused.sentence), "warning")
    return htmx.go(url_for("tickets_client.ticket", number=number))


@blueprint.get("/requests/<int:number>/ladder")
def panel(number: int) -> ResponseReturnValue:
    """Beside a request: when we call, what we ask leave for, what was asked and answered."""
    actor = guards.actor()
    ticket = scope.ticket_for(actor, number)
    leaves = render.leaves(consents.consents_of(actor, ticket))
    given: dict[str, Any] = {
        "ticket": ticket,
        "ended": ticket.status in ENDED,
        "promised": render.promised(queries.of_ticket(actor, ticket)),
        "leaves": [(leave, consent.may_answer(actor, leave.row, ticket)) for leave in leaves],
        "sheets": [
            (s, render.title(s.version), render.sheet_lines(s)) for s in checklists.sheets_of(actor, ticket)
        ],
        "mine": actor.contact_id,
    }
    template = "_panel" if htmx.is_htmx() else "panel"
    return render_template(f"ladder/client/{template}.html", nav="tickets_client.listing", **given)


@blueprint.post("/requests/<int:number>/consents/<int:consent_id>/answer")
def answer_consent(number: int, consent_id: int) -> ResponseReturnValue:
    """Yes or no, with one click."""
    actor = guards.actor()
    said = request.form.get("answer")
    try:
        with transaction():
            scope.ticket_for(actor, number, lock=True)
            row = consents.consent_for(actor, number, consent_id, lock=True)
            if said not in ("yes", "no"):
                raise Refused(_("Say yes or no."))
            consent.answer(actor, row, said == "yes")
        flash(_("Thank you. We know now what we may do."), "success")
    except Refused as refused:
        flash(str(refused.sentence), "warning")
    return htmx.go(url_for("tickets_client.ticket", number=number))


@blueprint.post("/requests/<int:number>/consents/<int:consent_id>/withdraw")
def withdraw_consent(number: int, consent_id: int) -> ResponseReturnValue:
    """From now on nobody may touch the data."""
    actor = guards.actor()
    try:
        with transaction():
            scope.ticket_for(actor, number, lock=True)
            consent.withdraw(actor, consents.consent_for(actor, number, consent_id, lock=True))
        flash(_("You have taken it back. From now on nobody may touch your data."), "success")
    except Refused as refused:
        flash(str(refused.sentence), "warning")
    return htmx.go(url_for("tickets_client.ticket", number=number))
