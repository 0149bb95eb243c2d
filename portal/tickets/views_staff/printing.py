"""A ticket as a document on paper, in either language, with internal notes or without them."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from portal.tickets.queries import client as queries
from portal.tickets.queries import timeline
from portal.tickets.render import timeline as render
from portal.tickets.views_staff.door import blueprint
from portal.web import guards, languages


@blueprint.get("/tickets/<int:number>/print", endpoint="print")
def print_(number: int) -> ResponseReturnValue:
    """?notes=1 takes the internal lines along; without it the paper can be handed to the client. ?language= chooses."""
    actor = guards.actor()
    found = queries.ticket_page_for(actor, number)
    with_notes = request.args.get("notes") == "1"
    entries = [e for e in timeline.entries_of(actor, found) if with_notes or not e.internal]
    with languages.spoken(request.args.get("language") or languages.language(), languages.zone().key):
        lines = render.timeline_lines(entries, reader_is_staff=with_notes, home=found)
        return render_template(
            "tickets/staff/print.html",
            ticket=found,
            lines=lines,
            with_notes=with_notes,
            reader_is_staff=with_notes,
        )
