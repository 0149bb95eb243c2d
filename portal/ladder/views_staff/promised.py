"""What staff do with a promised call: take it, make it, give it back, strike it out."""

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel.errors import Refused
from portal.ladder.service import callbacks
from portal.ladder.views_staff.door import blueprint
from portal.tickets.queries import scope
from portal.tickets.rules.words import Phase
from portal.tickets.service import running
from portal.tickets.service.running import Start
from portal.web import guards, htmx


@blueprint.post("/callbacks/<int:callback_id>/take")
def take_callback(callback_id: int) -> ResponseReturnValue:
    """It is mine."""
    try:
        with transaction():
            callbacks.take(guards.actor(), callback_id)
        flash(_("The call is yours."), "success")
    except Refused as refused:
        flash(str(refused.sentence), "warning")
    return htmx.go(url_for("ladder_staff.calls"))


@blueprint.post("/callbacks/<int:callback_id>/call")
def make_callback(callback_id: int) -> ResponseReturnValue:
    """Dial now: it is mine, the timer runs, and the form to log it opens."""
    actor = guards.actor()
    try:
        with transaction():
            row = callbacks.take(actor, callback_id)
            number = row.ticket.number
            ticket = scope.ticket_for(actor, number, lock=True)
            running.start(actor, Start(Phase.PHONE, contact_id=row.contact_id, number=row.number), ticket)
    except Refused as refused:
        flash(str(refused.sentence), "warning")
        return htmx.go(url_for("ladder_staff.calls"))
    return htmx.go(url_for("tickets_staff.log_call", number=number))


@blueprint.post("/callbacks/<int:callback_id>/give-back")
def give_back_callback(callback_id: int) -> ResponseReturnValue:
    """Somebody else may make it."""
    try:
        with transaction():
            callbacks.give_back(guards.actor(), callback_id)
        flash(_("Anybody can take the call now."), "success")
    except Refused as refused:
        flash(str(refused.sentence), "warning")
    return htmx.go(url_for("ladder_staff.calls"))


@blueprint.post("/callbacks/<int:callback_id>/strike")
def strike_callback(callback_id: int) -> ResponseReturnValue:
    """It is not needed any more."""
    try:
        with transaction():
            callbacks.withdraw(guards.actor(), callback_id)
        flash(_("Struck out. Nobody calls."), "success")
    except Refused as refused:
        flash(str(refused.sentence), "warning")
    return htmx.go(url_for("ladder_staff.calls"))
