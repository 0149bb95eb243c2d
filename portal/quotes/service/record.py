"""A quote's line on its ticket, its stage today, and refusals in words."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.quotes.models import Extension, Quote
from portal.quotes.rules import quoting, rights
from portal.quotes.rules.quoting import Side, Stage, Turn, Why
from portal.tickets.service import record as ticket_record

_SENTENCES = {
    Why.QUOTE_NOT_CONFIRMED: _l("Work begins only after both sides have confirmed the quote."),
    Why.QUOTE_EXPIRED: _l("This quote is no longer valid. Ask for a new one."),
    Why.QUOTE_SUPERSEDED: _l("There is a newer revision of this quote; please answer that one."),
    Why.ALREADY_CONFIRMED: _l("This side has confirmed the quote already."),
    Why.NOT_SENT: _l("The quote has not been sent yet."),
    Why.NO_LINES: _l("A quote needs at least one line with a quantity and a price."),
    Why.MESSAGE_ID_NEEDED: _l("A confirmation by mail needs the mail's Message-ID as evidence."),
    Why.ALREADY_SENT: _l("The quote was sent already. Make a new revision to change it."),
    Why.MAY_NOT_ANSWER: _l("Only a manager of your organisation can answer this quote."),
    Why.NOT_ACCEPTED: _l("It goes live only after the client has accepted it."),
    Why.PUBLISHED_ALREADY: _l("It is live already."),
    Why.NOT_FROM_HERE: _l(
        "The quote has moved on since this page was opened; that step is not possible any more."
    ),
}


class QuoteRefused(Refused):
    """A step that the quote's stage does not allow; `code` for machines and scenarios."""

    def __init__(self, why: Why, *, field: str | None = None) -> None:
        super().__init__(_SENTENCES[why], field=field)
        self.code = why.value


def ref_of(quote: Quote) -> str:
    """How the floors below name a quote, all its revisions."""
    return f"quote:{quote.number}"


def today_of(quote: Quote) -> date:
    """Today by the organisation's wall clock."""
    return clock.now().astimezone(ZoneInfo(quote.organisation.time_zone)).date()


def stage_of(quote: Quote) -> Stage:
    """Where the quote stands now."""
    accepted = quote.handovers[-1].accept_kind if quote.handovers else None
    return quoting.stage(quote.act, sides_of(quote), quote.valid_until, today_of(quote), accepted)


def turn_of(quote: Quote) -> Turn:
    """Whose move it is."""
    asked = open_extension(quote)
    return quoting.turn(
        stage_of(quote),
        change_asked=quote.change_asked_at is not None,
        extension_asked_by=asked.asked_by if asked else None,
    )


def open_extension(quote: Quote) -> Extension | None:
    """A wish for more time that is not answered yet."""
    return next((e for e in quote.extensions if e.agreed_at is None and e.refused_at is None), None)


def sides_of(quote: Quote) -> set[Side]:
    return {c.side for c in quote.confirmations}


def refuse(why: Why | None) -> None:
    if why is not None:
        raise QuoteRefused(why)


def may_answer(actor: Actor, quote: Quote) -> None:
    """Raises QuoteRefused for a person of the client who cannot bind the organisation. Staff bring the client's evidence."""
    if not (actor.is_staff or actor.is_system or rights.may_answer(actor, quote.organisation_id)):
        raise QuoteRefused(Why.MAY_NOT_ANSWER)


def write(quote: Quote, actor: Actor, became: str, *, internal: bool = False, **details: Any) -> None:
    """A line on the ticket's timeline; `became` names the step."""
    quote.version = (quote.version or 0) + 1
    plain = {k: v for k, v in details.items() if v not in (None, "")}
    line = {"what": "quote", "quote": quote.number, "revision": quote.revision, "became": became, **plain}
    ticket_record.add_change(quote.ticket, actor, clock.now(), line, internal=internal)
