"""A quote for an improvement under an annual support contract, at its first stages."""

from datetime import date
from decimal import Decimal

import pytest

from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from portal.quotes.queries import quotes
from portal.quotes.rules.quoting import Evidence, Line, QuoteKind, Side
from portal.quotes.service import confirming, drafting
from portal.quotes.service.confirming import Proof
from portal.tickets.rules.words import Kind
from tests.integration.contracts.conftest import TS_BLANKS, at, enter, notice_of_2026
from tests.integration.dispatch.conftest import told
from tests.integration.tickets import opened

__all__ = ["enter", "notice_of_2026"]
DAYS = Line("person_day", "Export as a sheet", Decimal("2.2"), "person_day", Decimal("1200.00"), "四.3")


def held(number, revision=None):
    return quotes.quote_for(SYSTEM, number, revision, lock=True)


def typed(**more):
    plain = {
        "kind": QuoteKind.IMPROVEMENT,
        "title": "Export",
        "lines": [DAYS],
        "valid_until": date(2026, 3, 31),
    }
    return drafting.Draft(**(plain | more))


@pytest.fixture
def asked(cast, enter):
    """A ticket that asks for an improvement under TS-1; its number."""
    enter("annual_support", TS_BLANKS | {"person_day_price": "1200.00"})
    with clock.told(at("2026-02-10 09:00")):
        return opened.ticket(cast, kind=Kind.CHANGE)


@pytest.fixture
def sent(cast, asked):
    """A quote that lies before the client; its number."""
    with told("2026-02-10 10:00"):
        quote = drafting.draft(opened.actor(cast.agent), opened.held(cast.agent, asked), typed())
        drafting.send(opened.actor(cast.agent), quote)
        return quote.number


def both(cast, number):
    client = Proof(Evidence.MAIL, "王敏", cast.owner.contact_id, message_id="<ok@harbour.example>")
    confirming.confirm(opened.actor(cast.client_manager), held(number), Side.CLIENT, client)
    ours = Proof(Evidence.PORTAL, "Mia Manager", cast.manager.contact_id)
    confirming.confirm(opened.actor(cast.manager), held(number), Side.PROVIDER, ours)
