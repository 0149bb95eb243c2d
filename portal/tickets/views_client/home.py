"""Home and the list: what waits for this person, what is open, and all requests by filters and words."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from portal.tickets.forms.client import (
    number_or_none,
)
from portal.tickets.queries import client as queries
from portal.tickets.views_client import around
from portal.tickets.views_client.door import blueprint
from portal.web import guards, htmx


@blueprint.get("/home")
def home() -> ResponseReturnValue:
    """What waits for this person, what is open, whom to call."""
    return render_template(
        "tickets/client/home.html", home=queries.home_for(guards.actor()), several=around.several()
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
        organisations=around.organisations() if around.several() and template == "listing" else [],
        several=around.several(),
    )
