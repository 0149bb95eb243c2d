"""The list of quotes by whose move it is, and those of one ticket."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from portal.contracts.queries import pages
from portal.quotes import render
from portal.quotes.queries import listing as queries
from portal.quotes.queries import quotes
from portal.quotes.queries.listing import Wish
from portal.quotes.rules.quoting import Turn
from portal.quotes.views_staff.door import blueprint
from portal.tickets.queries import scope
from portal.web import guards, htmx
from portal.web.paging import page_of

PAGE = 50


@blueprint.get("/quotes")
def listing() -> ResponseReturnValue:
    """All quotes, the newest first, by whose move it is and by organisation; at first those that are open."""
    actor, asked = guards.actor(), request.args
    known = [t.value for t in Turn]
    turns = [Turn(asked["show"])] if asked.get("show") in known else []
    wish = Wish(turns, asked.get("organisation", type=int), asked.get("after", type=int))
    return render_template(
        "quotes/staff/listing.html",
        page=page_of(queries.page(actor, wish, PAGE), PAGE, lambda q: q.id),
        wish=wish,
        show=turns[0].value if turns else "",
        organisations=pages.organisations_of(actor),
        render=render,
    )


@blueprint.get("/tickets/<int:number>/quotes")
def ticket_quotes(number: int) -> ResponseReturnValue:
    """The quotes of a ticket, as a panel of its page; without scripts a page of its own."""
    actor = guards.actor()
    ticket = scope.ticket_for(actor, number)
    found = quotes.of_ticket(actor, ticket.id)
    template = "_ticket_quotes" if htmx.is_htmx() else "ticket_quotes"
    return render_template(f"quotes/staff/{template}.html", ticket=ticket, quotes=found, render=render)
