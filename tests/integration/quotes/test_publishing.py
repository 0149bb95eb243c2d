"""A website goes live after its acceptance, not before (WB-07)."""

from decimal import Decimal

import pytest

from portal.kernel import clock
from portal.kernel.errors import Refused
from portal.quotes.rules.quoting import Line, Stage, Why, why_not_publish
from portal.quotes.service import delivering, drafting, publishing
from portal.tickets.rules.words import Kind, Status
from portal.tickets.service import holds
from tests.integration.contracts.conftest import at, tell
from tests.integration.dispatch.conftest import told
from tests.integration.quotes.conftest import both, held, typed
from tests.integration.tickets import opened

__all__ = ["tell"]
WB = {
    "starts_on": "2026-01-01", "years": "1", "design_price": "30000.00", "design_days": "10", "review_days": "7",
}  # fmt: skip


@pytest.fixture
def handed_over(cast, enter):
    """A new page, handed over on 2026-03-02; (ticket, quote) by number."""
    enter("website_build", WB)
    with clock.told(at("2026-02-10 09:00")):
        ticket = opened.ticket(cast, kind=Kind.CHANGE)
    page = Line("page", "A page about us", Decimal(1), "page", Decimal("800.00"))
    with told("2026-02-10 10:00"):
        quote = drafting.draft(opened.actor(cast.agent), opened.held(cast.agent, ticket), typed(lines=[page]))
        drafting.send(opened.actor(cast.agent), quote)
        number = quote.number
    with told("2026-02-11 10:00"):
        both(cast, number)
        delivering.start(opened.actor(cast.engineer), held(number))
    with told("2026-03-02 16:00"):
        delivering.deliver(opened.actor(cast.engineer), held(number), "On the test server.")
    return ticket, number


@pytest.mark.rule("WB-07")
def test_nothing_goes_live_before_it_was_accepted_and_the_ticket_waits_for_it(
    cast, handed_over, as_user, tell
):
    ticket, number = handed_over
    tell("2026-03-03 10:00")
    desk, path = as_user(cast.agent), f"/desk/quotes/{number}"
    assert "It goes live after the client has accepted it." in desk.get(path).text
    early = desk.post(f"{path}/publish", data={"where": "https://harbour.example"})
    assert (early.status_code, "only after the client has accepted" in early.text) == (422, True)
    assert "https://harbour.example" in early.text, "what was typed is kept"
    assert held(number).published_at is None
    assert desk.post(f"{path}/accepted", data={"name": "王敏"}).status_code == 303
    assert f"{path}/publish" in desk.get(path).text
    end = {"code": "answered", "text": "It is done."}
    assert (
        f"still open: Going live: what quote Q-{number} made."
        in desk.post(f"/desk/tickets/{ticket}/resolve", data=end).text
    )
    assert desk.post(f"{path}/publish", data={"where": " "}).status_code == 422
    assert desk.post(f"{path}/publish", data={"where": "https://harbour.example/about"}).status_code == 303
    twice = desk.post(f"{path}/publish", data={"where": "https://other.example"})
    assert (twice.status_code, "It is live already." in twice.text) == (422, True)
    assert held(number).published_where == "https://harbour.example/about"
    mine = as_user(cast.client_manager).get(f"/requests/{ticket}").text
    assert f"Q-{number} is live: https://harbour.example/about" in mine
    assert desk.post(f"/desk/tickets/{ticket}/resolve", data=end).status_code == 303
    assert opened.look(cast.agent, ticket).status is Status.RESOLVED


@pytest.mark.databases("sqlite")
def test_a_contract_without_the_clause_publishes_nothing_and_holds_nothing(cast, sent):
    with told("2026-02-11 10:00"):
        both(cast, sent)
        delivering.start(opened.actor(cast.engineer), held(sent))
        delivering.deliver(opened.actor(cast.engineer), held(sent), "Version 2.4")
        delivering.accept(opened.actor(cast.client_manager), held(sent), "王敏")
    with told("2026-02-11 11:00"), pytest.raises(Refused):
        publishing.publish(opened.actor(cast.agent), held(sent), "https://x.example")
    assert holds.of(held(sent).ticket_id) == []


@pytest.mark.rule("WB-07")
@pytest.mark.databases("sqlite")
def test_the_rule():
    assert why_not_publish(Stage.ACCEPTED, clause="四.3", published=False) is None
    assert why_not_publish(Stage.DEEMED_ACCEPTED, clause="四.3", published=False) is None
    assert why_not_publish(Stage.DELIVERED, clause="四.3", published=False) is Why.NOT_ACCEPTED
    assert why_not_publish(Stage.DEFECTS, clause="四.3", published=False) is Why.NOT_ACCEPTED
    assert why_not_publish(Stage.ACCEPTED, clause="四.3", published=True) is Why.PUBLISHED_ALREADY
    assert why_not_publish(Stage.ACCEPTED, clause="", published=False) is Why.NOT_FROM_HERE
