"""What quotes do when something happened beside or below them."""

from datetime import datetime
from typing import Any

from portal.kernel.actor import SYSTEM
from portal.quotes.queries import quotes
from portal.quotes.rules.quoting import OVER, Stage
from portal.quotes.service import delivering, drafting, printing, record


def quote_sent(payload: dict[str, Any]) -> None:
    """Its document is ordered, with the facts as they are now."""
    printing.order(quotes.by_id(payload["quote_id"]))


def visit_signed(payload: dict[str, Any]) -> None:
    """The visit that a confirmed quote paid for was made: the quote is charged."""
    ref = payload.get("agreed_ref") or ""
    if ref.startswith("quote:"):
        quote = quotes.quote_for(SYSTEM, int(ref.removeprefix("quote:")), lock=True)
        delivering.finish(SYSTEM, quote, datetime.fromisoformat(payload["at"]))


def ticket_cancelled(payload: dict[str, Any]) -> None:
    """Nothing is offered any more for a ticket that was cancelled."""
    for quote in quotes.of_ticket(SYSTEM, payload["ticket_id"]):
        if record.stage_of(quote) not in OVER - {Stage.EXPIRED}:
            drafting.withdraw(SYSTEM, quotes.by_id(quote.id, lock=True), "ticket_cancelled")
