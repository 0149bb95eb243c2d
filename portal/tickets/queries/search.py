"""Finding tickets by number and by words, within what the actor may see."""

from sqlalchemy import Boolean, ColumnElement, String, cast, column, false, literal_column, select, table
from sqlalchemy.dialects.postgresql import TSQUERY

from portal.infra import search
from portal.infra.db import BigId, db
from portal.kernel import refs
from portal.kernel.actor import Actor
from portal.tickets.models.ticket import Ticket

LONGEST = 200
WORDS = table("ticket_words", column("ticket_id", BigId), column("internal", Boolean), column("words"))


def matches(actor: Actor, typed: str) -> ColumnElement[bool]:
    """A condition on Ticket for what a person typed: a number finds that ticket, words find all tickets that have
    them in their subject, symptoms or one message. Internal notes are searched for staff alone.
    """
    number = refs.parse_ticket_number(typed)
    by_number = Ticket.number == number if number is not None else false()
    words = search.wanted(typed[:LONGEST])
    if not words:
        return by_number
    if db.engine.dialect.name == "postgresql":
        found: ColumnElement[bool] = WORDS.c.words.op("@@")(cast(search.tsquery(words), TSQUERY))
    else:
        found = literal_column("ticket_words", String).op("MATCH")(search.fts5_query(words))
    ids = select(WORDS.c.ticket_id).where(found)
    if not (actor.is_staff or actor.is_system):
        ids = ids.where(~WORDS.c.internal)
    return by_number | Ticket.id.in_(ids)
