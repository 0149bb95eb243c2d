"""A ticket's device is sent in or fetched: one page with what has become of it and the next step."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.dispatch.queries import shipments
from portal.dispatch.rules.shipping import Handling
from portal.dispatch.service import shipping
from portal.dispatch.views_staff.door import blueprint
from portal.infra.transaction import transaction
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound, Refused
from portal.tickets.queries import scope
from portal.web import guards, htmx
from portal.web.fields import one_line

Step = Callable[[Actor, Any, Any], None]


def _typed(name: str, most: int = 80) -> str:
    return (one_line(request.form.get(name)) or "")[:most]


def _arrange(actor: Actor, ticket: Any, _open: Any) -> None:
    handling = request.form.get("handling")
    if handling not in set(Handling):
        raise Refused(_("Choose how it comes to us."))
    shipping.arrange(actor, ticket, Handling(handling), _typed("carrier"), _typed("tracking"))


def _follow(actor: Actor, ticket: Any, open_: Any) -> None:
    shipping.follow(actor, ticket, open_, _typed("carrier"), _typed("tracking"))


def _give_back(actor: Actor, ticket: Any, open_: Any) -> None:
    shipping.give_back(actor, ticket, open_, _typed("carrier"), _typed("tracking"))


def _call_off(actor: Actor, ticket: Any, open_: Any) -> None:
    shipping.call_off(actor, ticket, open_, _typed("reason", 300))


_ACTS: Mapping[str, Step] = {
    "arrange": _arrange, "follow": _follow, "receive": shipping.receive, "give_back": _give_back, "call_off": _call_off,
}  # fmt: skip


@blueprint.route("/tickets/<int:number>/shipment", methods=["GET", "POST"])
def shipment(number: int) -> ResponseReturnValue:
    """POST takes one step: act= is arrange, follow, receive, give_back or call_off."""
    if request.method == "GET":
        return _page(number)
    step = _ACTS.get(request.form.get("act", ""))
    if step is None:
        raise NotFound
    actor = guards.actor()
    try:
        with transaction():
            ticket = scope.ticket_for(actor, number, lock=True)
            open_ = shipments.open_one(ticket.id)
            if open_ is None and step is not _arrange:
                raise Refused(
                    _(
                        "The device has moved on since this page was opened; that step is not possible any more."
                    )
                )
            step(actor, ticket, open_)
    except Refused as refused:
        return _page(number, str(refused.sentence), 422)
    flash(_("Kept on the ticket; the client reads it there."), "success")
    return htmx.go(url_for("dispatch_staff.shipment", number=number))


def _page(number: int, mistake: str = "", code: int = 200) -> ResponseReturnValue:
    actor = guards.actor()
    ticket = scope.ticket_for(actor, number)
    rows = shipments.of_ticket(actor, ticket.id)
    open_ = next((row for row in rows if row.state in shipments.OPEN), None)
    page = render_template(
        "dispatch/staff/shipment.html",
        ticket=ticket,
        rows=rows,
        open=open_,
        why_not=None if open_ else shipping.why_not(ticket),
        clause=shipping.clause_of(ticket),
        typed=request.form,
        mistake=mistake,
        nav="tickets_staff.queue",
    )
    return page, code
