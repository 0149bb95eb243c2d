"""Tickets that resemble a text: a client's own while they type a request, solved ones for staff who answer one.

By shared rare words, within what the actor may see; a bounded number of tickets is looked at, however many there are.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select, union_all
from sqlalchemy import text as sql

from portal.infra import search
from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.tickets.models.search import TicketToken
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import scope
from portal.tickets.rules import likeness
from portal.tickets.rules.words import ClosureCode, Status

SHOWN = 5
TOKENS = 24
"""Of the text, from its beginning."""
ASKED = 8
"""So many of them, the rarest, are looked up."""
WALK = 200
"""So many tickets, the newest, of one token; and of one organisation or client."""
SOLVED = (
    ClosureCode.SOLVED_BY_ADVICE, ClosureCode.SOLVED_REMOTELY, ClosureCode.SOLVED_ON_SITE, ClosureCode.ANSWERED,
)  # fmt: skip


@dataclass(frozen=True)
class Similar:
    """A ticket that resembles the text."""

    number: int
    subject: str
    status: Status
    closure_code: ClosureCode | None
    received_at: datetime
    last_activity_at: datetime
    organisation_id: int


def similar(
    actor: Actor,
    text: str,
    *,
    organisation_id: int | None = None,
    solved: bool = False,
    without: int | None = None,
    most: int = SHOWN,
) -> list[Similar]:
    """At most `most` tickets that the actor may see, the most alike first; at most three statements.

    `organisation_id`: of this client alone; `solved`: only what was solved or answered; `without`: not the ticket of this
    number. For a client only public words count, and how common a word is follows from their own tickets alone.
    """  # fmt: skip
    tokens = search.telling(text, TOKENS)
    if not tokens:
        return []
    internal = actor.is_staff or actor.is_system
    few = organisation_id is not None or not internal
    conditions: list[ColumnElement[bool]] = []
    if organisation_id is not None:
        conditions.append(Ticket.organisation_id == organisation_id)
    if solved:
        conditions.append(Ticket.closure_code.in_(SOLVED))
    if without is not None:
        conditions.append(Ticket.number != without)
    if few:
        shared = _of_the_newest(actor, tokens, conditions, internal=internal)
        frequency = {t: sum(t in have for have in shared.values()) for t in tokens}
    else:
        frequency = _frequency(tokens)
        asked = likeness.telling(frequency, ASKED)
        frequency = {t: frequency[t] for t in asked}
        shared = _of_the_rarest(actor, asked, conditions)
    ids = likeness.ranked(frequency, shared, most)
    return _rows(actor, ids)


def _frequency(tokens: Sequence[str]) -> dict[str, int]:
    """In how many tickets each is, counted to WALK + 1."""
    wanted = " UNION ALL ".join(
        f"SELECT {n} AS n, CAST(:t{n} AS VARCHAR) AS token" for n in range(len(tokens))
    )
    few = "SELECT 1 FROM ticket_token t WHERE t.token = wanted.token LIMIT :most"
    statement = f"SELECT n, (SELECT count(*) FROM ({few}) few) FROM ({wanted}) wanted"  # noqa: S608, our own words
    values = {f"t{n}": token for n, token in enumerate(tokens)} | {"most": WALK + 1}
    return {tokens[n]: count for n, count in db.session.execute(sql(statement), values)}


def _of_the_rarest(
    actor: Actor, tokens: Sequence[str], conditions: Sequence[ColumnElement[bool]]
) -> Mapping[int, set[str]]:
    """The newest tickets of each token with the tokens they share."""
    if not tokens:
        return {}
    walks = [
        select(TicketToken.token, TicketToken.ticket_id)
        .where(TicketToken.token == token)
        .order_by(TicketToken.ticket_id.desc())
        .limit(WALK)
        .subquery()
        for token in tokens
    ]
    every = union_all(*(select(walk.c.token, walk.c.ticket_id) for walk in walks)).subquery()
    query = scope.visible(
        select(Ticket.id, every.c.token).join(every, every.c.ticket_id == Ticket.id), actor
    ).where(*conditions)
    return _gathered(query)


def _of_the_newest(
    actor: Actor, tokens: Sequence[str], conditions: Sequence[ColumnElement[bool]], *, internal: bool
) -> Mapping[int, set[str]]:
    """The newest tickets that the actor may see with the tokens they share."""
    newest = (
        scope.visible(select(Ticket.id), actor)
        .where(*conditions)
        .order_by(Ticket.last_activity_at.desc(), Ticket.id.desc())
        .limit(WALK)
        .subquery()
    )
    query = (
        select(newest.c.id, TicketToken.token)
        .join(TicketToken, TicketToken.ticket_id == newest.c.id)
        .where(TicketToken.token.in_(tokens))
    )
    return _gathered(query if internal else query.where(~TicketToken.internal))


def _gathered(query: Select[tuple[int, str]]) -> dict[int, set[str]]:
    shared: dict[int, set[str]] = {}
    for ticket_id, token in db.session.execute(query):
        shared.setdefault(ticket_id, set()).add(token)
    return shared


def _rows(actor: Actor, ids: Sequence[int]) -> list[Similar]:
    if not ids:
        return []
    query = scope.visible(
        select(
            Ticket.id, Ticket.number, Ticket.subject, Ticket.status, Ticket.closure_code, Ticket.received_at,
            Ticket.last_activity_at, Ticket.organisation_id,
        ),
        actor,
    ).where(Ticket.id.in_(ids))  # fmt: skip
    found = {id_: Similar(*rest) for id_, *rest in db.session.execute(query)}
    return [found[id_] for id_ in ids if id_ in found]
