"""Finding tickets by number and by words, within what the actor may see."""

from sqlalchemy import ColumnElement, false, text
from sqlalchemy import column as col

from portal.infra import search
from portal.infra.db import db
from portal.kernel import refs
from portal.kernel.actor import Actor
from portal.tickets.models import Ticket

LONGEST = 200


def matches(actor: Actor, typed: str) -> ColumnElement[bool]:
    """A condition on Ticket for what a person typed: a number finds that ticket, words find all tickets that have
    them in their subject, symptoms or one message. Internal notes are searched for staff alone.
    """
    number = refs.parse_ticket_number(typed)
    by_number = Ticket.number == number if number is not None else false()
    words = search.wanted(typed[:LONGEST])
    if not words:
        return by_number
    scope = "" if actor.is_staff or actor.is_system else " AND NOT internal"
    if db.engine.dialect.name == "postgresql":
        found = text(f"SELECT ticket_id FROM ticket_words WHERE words @@ CAST(:q AS tsquery){scope}")
        expression = search.tsquery(words)
    else:
        found = text(f"SELECT ticket_id FROM ticket_words WHERE ticket_words MATCH :q{scope}")
        expression = search.fts5_query(words)
    ids = found.bindparams(q=expression).columns(col("ticket_id")).subquery()
    return by_number | Ticket.id.in_(ids.select())
