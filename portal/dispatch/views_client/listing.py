"""Lists of visits for the client: all of them, those of a request, and who comes next."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from portal.dispatch.queries import client, visits
from portal.dispatch.render import client as render
from portal.dispatch.views_client.door import blueprint
from portal.kernel import clock
from portal.tickets.queries import scope
from portal.web import guards, htmx
from portal.web.paging import page_of


@blueprint.get("/visits")
def listing() -> ResponseReturnValue:
    """What comes, which rounds are left out, and what was."""
    actor = guards.actor()
    before = request.args.get("before", type=int)
    return render_template(
        "dispatch/client/listing.html",
        coming=client.coming(actor) if before is None else [],
        left_out=client.left_out(actor, clock.now()) if before is None else [],
        page=page_of(client.past(actor, before), client.PAGE, lambda row: row.id),
        before=before,
        several=len(actor.organisation_ids) > 1,
        render=render,
    )


@blueprint.get("/visits/next")
def upcoming() -> ResponseReturnValue:
    """Who comes next, as a panel of the home page; without scripts a page of its own."""
    found = client.next_of(guards.actor())
    template = "_upcoming" if htmx.is_htmx() else "upcoming"
    return render_template(
        f"dispatch/client/{template}.html", visits=found, render=render, nav="tickets_client.home"
    )


@blueprint.get("/requests/<int:number>/visits")
def ticket_visits(number: int) -> ResponseReturnValue:
    """The visits of a request, as a panel of its page."""
    actor = guards.actor()
    ticket = scope.ticket_for(actor, number)
    found = visits.of_ticket(actor, ticket.id)
    template = "_ticket_visits" if htmx.is_htmx() else "ticket_visits"
    return render_template(
        f"dispatch/client/{template}.html",
        ticket=ticket,
        visits=found,
        render=render,
        nav="tickets_client.listing",
    )
