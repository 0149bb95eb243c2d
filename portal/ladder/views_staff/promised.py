"""What staff do with a promised call: take it, make it, give it back, strike it out."""

from collections.abc import Callable

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel.actor import Actor
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
    return _at_once(callbacks.take, callback_id, _("The call is yours."))


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
    return _at_once(callbacks.give_back, callback_id, _("Anybody can take the call now."))


@blueprint.post("/callbacks/<int:callback_id>/strike")
def strike_callback(callback_id: int) -> ResponseReturnValue:
    """It is not needed any more."""
    return _at_once(callbacks.withdraw, callback_id, _("Struck out. Nobody calls."))


def _at_once(step: Callable[[Actor, int], object], callback_id: int, said: str) -> ResponseReturnValue:
    """A step without a form, then back to the calls."""
    try:
        with transaction():
            step(guards.actor(), callback_id)
        flash(said, "success")
    except Refused as refused:
        flash(str(refused.sentence), "warning")
    return htmx.go(url_for("ladder_staff.calls"))
