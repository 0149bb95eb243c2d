"""The search index read: how common each wanted token is, and walks and conditions over it that are bounded by that.

The primary key (token, ticket) keeps a token's newest tickets together: a page of a common word is read from the end of its
stretch, a rare word's stretch is read whole. Whoever combines several begins with the rarest and asks for the others ticket
by ticket.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select, text, union
from sqlalchemy.orm import aliased
from sqlalchemy.sql.elements import SQLCoreOperations

from portal.infra import search
from portal.infra.db import db
from portal.tickets.models.search import TicketToken

COMMON = 400
"""A token that more tickets have is common: it is counted no further."""
BEGUN = 20
"""So many words that begin with a typed one of six letters or more are looked for; only serials in a row have more."""
FILE = "@file"
_MEASURE = """
WITH RECURSIVE walk(clause, word, is_open, step, token) AS (
  SELECT s.clause, s.word, s.is_open, 1, CASE WHEN s.is_open = 0 THEN s.word ELSE
    (SELECT min(t.token) FROM ticket_token t WHERE t.token >= s.word AND t.token < s.word || :behind) END
  FROM ({seeds}) s
  UNION ALL
  SELECT clause, word, is_open, step + 1,
    (SELECT min(t.token) FROM ticket_token t WHERE t.token > walk.token AND t.token < walk.word || :behind)
  FROM walk WHERE is_open = 1 AND step < :begun AND token IS NOT NULL
)
SELECT clause, token, (SELECT count(*) FROM (SELECT 1 FROM ticket_token t WHERE t.token = walk.token LIMIT :most) few)
FROM walk WHERE token IS NOT NULL
"""


def by(contact_id: int) -> str:
    """The token of a line by this person."""
    return f"@c{contact_id}"


@dataclass(frozen=True)
class Wanted:
    """A clause with those of its tokens that exist, and in how many tickets, each counted to COMMON + 1."""

    tokens: tuple[str, ...]
    tickets: int

    @property
    def is_common(self) -> bool:
        return self.tickets > COMMON


def measured(clauses: Sequence[search.Clause]) -> list[Wanted]:
    """What there is of the clauses, the rarest first; one statement. A clause that nothing has comes without tokens."""
    if not clauses:
        return []
    seeds, values = [], dict[str, Any](behind="\uffff", begun=BEGUN, most=COMMON + 1)
    for n, clause in enumerate(clauses):
        for k, token in enumerate(clause.tokens):
            name = f"w{n}_{k}"
            values[name] = token
            is_open = int(clause.open and k == 0)
            seeds.append(f"SELECT {n} AS clause, CAST(:{name} AS VARCHAR) AS word, {is_open} AS is_open")
    found: dict[int, dict[str, int]] = {n: {} for n in range(len(clauses))}
    for n, token, tickets in db.session.execute(
        text(_MEASURE.format(seeds=" UNION ALL ".join(seeds))), values
    ):
        if tickets:
            found[n][token] = tickets
    return sorted((Wanted(tuple(f), sum(f.values())) for f in found.values()), key=lambda w: w.tickets)


def newest(wanted: Wanted, before: int | None, most: int) -> Select[tuple[int]]:
    """The ids of the newest tickets that have it, older than `before`, the newest first."""
    walks = []
    for token in wanted.tokens:
        walk = select(TicketToken.ticket_id).where(TicketToken.token == token)
        if before is not None:
            walk = walk.where(TicketToken.ticket_id < before)
        walks.append(walk.order_by(TicketToken.ticket_id.desc()).limit(most))
    if len(walks) == 1:
        return walks[0]
    merged = union(*(select(walk.subquery().c.ticket_id) for walk in walks)).subquery()
    return select(merged.c.ticket_id).order_by(merged.c.ticket_id.desc()).limit(most)


def has(wanted: Wanted, ticket_id: SQLCoreOperations[int], *, internal: bool) -> ColumnElement[bool]:
    """Whether a ticket has it; `internal`: in the staff's own lines, too."""
    one = aliased(TicketToken)
    found = exists().where(one.token.in_(wanted.tokens), one.ticket_id == ticket_id)
    return found if internal else found.where(~one.internal)


def all_of(wanted: Wanted, *, internal: bool) -> Select[tuple[int]]:
    """The ids of all tickets that have it: for what is not common."""
    found = select(TicketToken.ticket_id).where(TicketToken.token.in_(wanted.tokens))
    return found if internal else found.where(~TicketToken.internal)
