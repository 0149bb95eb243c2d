"""Asking a client for leave to touch data, and taking the question back."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel.errors import Refused
from portal.ladder.forms.consent import ConsentForm
from portal.ladder.views_staff.door import blueprint
from portal.ladder.views_staff.tickets import scope_words
from portal.tickets.queries import consents as queries
from portal.tickets.queries import scope
from portal.tickets.queries import staff as staff_queries
from portal.tickets.service import consent
from portal.web import guards, htmx


@blueprint.route("/tickets/<int:number>/consents", methods=["GET", "POST"])
def ask_consent(number: int) -> ResponseReturnValue:
    """Of whom, what, for how long. The panel beside a ticket sends it with one click."""
    actor = guards.actor()
    sheet = staff_queries.sheet(actor, number)
    form = ConsentForm()
    form.offer(sheet.told)
    code = 200
    if request.method == "GET":
        form.contact_id.data, form.scope.data = str(sheet.ticket.requester_id), scope_words(sheet)
    elif form.validate():
        try:
            with transaction():
                locked = scope.ticket_for(actor, number, lock=True)
                contact_id, hours = int(form.contact_id.data), int(form.hours.data)
                consent.ask(actor, locked, contact_id, form.scope.data or "", hours)
        except Refused as refused:
            form.refuse(refused)
            code = 422
        else:
            flash(_("The question is on its way. The answer appears on the ticket."), "success")
            return htmx.go(url_for("tickets_staff.ticket", number=number))
    else:
        code = 422
    template = "_consent_form" if htmx.is_htmx() else "staff/consent"
    page = render_template(
        f"ladder/{template}.html",
        ticket=scope.ticket_for(actor, number),
        form=form,
        told=sheet.told,
        nav="tickets_staff.queue",
    )
    return page, code


@blueprint.post("/tickets/<int:number>/consents/<int:consent_id>/withdraw")
def withdraw_consent(number: int, consent_id: int) -> ResponseReturnValue:
    """It is not needed, or the client said by phone that it takes it back."""
    actor = guards.actor()
    try:
        with transaction():
            scope.ticket_for(actor, number, lock=True)
            consent.withdraw(actor, queries.consent_for(actor, number, consent_id, lock=True))
        flash(_("Taken back."), "success")
    except Refused as refused:
        flash(str(refused.sentence), "warning")
    return htmx.go(url_for("tickets_staff.ticket", number=number))
