"""What was made goes live after its acceptance (WB-07): until then its ticket stays open, and before that nothing is uploaded."""

from flask_babel import lazy_gettext as _l

from portal.contracts.queries import facts
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.quotes.models import Quote
from portal.quotes.rules import quoting
from portal.quotes.service import record
from portal.tickets.rules.holds import HoldKind, Work
from portal.tickets.service import holds


def clause_of(quote: Quote) -> str:
    """The clause by which what was made is published once it was accepted; "" where the contract has none."""
    if quote.contract_id is None or quote.version_number is None or quote.kind not in quoting.BUILT:
        return ""
    (known,) = facts.contracts_by_id({quote.contract_id}, clock.now())
    return known.compiled[quote.version_number].version.publish_clause


def await_it(quote: Quote) -> None:
    """It was accepted: from now on its publication is owed, and holds the ticket."""
    if clause_of(quote):
        holds.hold(quote.ticket_id, _work(quote))


def why_not(quote: Quote) -> quoting.Why | None:
    """Why it may not be published now."""
    return quoting.why_not_publish(
        record.stage_of(quote), clause=clause_of(quote), published=quote.published_at is not None
    )


def publish(actor: Actor, quote: Quote, where: str) -> None:
    """It is live, and runs. Raises QuoteRefused before the client has accepted, Refused without an address."""
    record.refuse(why_not(quote))
    if not where.strip():
        raise Refused(_l("Write the address under which it can be reached."), field="where")
    quote.published_at, quote.published_where = clock.now(), where.strip()[:300]
    holds.let_go(_work(quote).ref)
    record.write(quote, actor, "published", where=quote.published_where, clause=clause_of(quote))


def _work(quote: Quote) -> Work:
    return Work(HoldKind.PUBLISH, quote.number, quote.title)
