"""A device that is sent in or fetched instead of a visit (HW-10), over HTTP, and read by the client."""

import pytest

from portal.dispatch.models import Shipment
from portal.dispatch.rules.shipping import ShipmentState, Why, may_become, refusal
from portal.kernel import clock
from portal.tickets.models.ticket import TicketClock
from portal.tickets.rules.words import Status, Urgency
from tests.integration.contracts.conftest import at
from tests.integration.dispatch.test_visits import HW
from tests.integration.tickets import opened


@pytest.fixture
def asked(enter, cast, tell):
    """`asked(urgency=…)`: a request of Wednesday morning for a till under the equipment contract."""
    enter("equipment_maintenance", HW, device_ids=(cast.till.id,))
    tell("2026-03-18 11:00")

    def make(**more):
        with clock.told(at("2026-03-18 10:00")):
            return opened.ticket(cast, **({"device_id": cast.till.id} | more))

    return make


def act(browser, number, what, **fields):
    return browser.post(f"/desk/tickets/{number}/shipment", data={"act": what, **fields})


@pytest.mark.rule("HW-10")
def test_it_is_sent_in_with_its_freight_number_kept_and_sent_back(cast, as_user, asked, tell, db_session):
    number, desk = asked(), as_user(cast.agent)
    page = desk.get(f"/desk/tickets/{number}/shipment").text
    assert "二.一.3" in page
    assert "Choose how it comes to us." in act(desk, number, "arrange").text
    assert act(desk, number, "arrange", handling="ship").status_code == 303
    again = act(desk, number, "arrange", handling="pickup", tracking="kept")
    assert (again.status_code, "already" in again.text) == (422, True)
    assert "Write the freight number." in act(desk, number, "follow", carrier="SF").text
    act(desk, number, "follow", carrier="SF Express", tracking="SF 1234 5678")
    mine = as_user(cast.owner)
    assert "SF Express SF 1234 5678" in mine.get(f"/requests/{number}").text
    end = {"code": "solved_remotely", "text": "Mended."}
    named = f"Sent in or fetched: {cast.till.name}"
    assert f"still open: {named}. " in desk.post(f"/desk/tickets/{number}/resolve", data=end).text
    assert f"寄修或取修：{cast.till.name}" in mine.get(f"/requests/{number}").text
    tell("2026-03-20 10:00")
    assert act(desk, number, "receive").status_code == 303
    arrive = db_session.query(TicketClock).filter_by(metric="arrive", internal=False).one()
    assert (arrive.stopped_at is not None, arrive.breached_at) == (True, None), "the promise to come is kept"
    stale = act(desk, number, "call_off", reason="Not needed")
    assert (stale.status_code, "moved on" in stale.text) == (422, True)
    act(desk, number, "give_back", tracking="SF 99")
    assert db_session.query(Shipment).one().state is ShipmentState.RETURNED
    assert "goes back to the client: SF 99" in desk.get(f"/desk/tickets/{number}").text
    assert desk.post(f"/desk/tickets/{number}/resolve", data=end).status_code == 303
    assert opened.look(cast.agent, number).status is Status.RESOLVED


@pytest.mark.databases("sqlite")
def test_what_is_urgent_has_no_clause_or_no_device_is_visited(cast, as_user, asked):
    desk = as_user(cast.agent)
    for number, words in (
        (asked(urgency=Urgency.CRITICAL), "This is urgent: somebody comes."),
        (asked(device_id=None), "Say first which device it is"),
    ):
        refused = act(desk, number, "arrange", handling="pickup", tracking="T-1")
        assert (refused.status_code, words in refused.text) == (422, True)
    called_off = asked()
    act(desk, called_off, "arrange", handling="pickup")
    assert "Say why" in act(desk, called_off, "call_off", reason=" ").text
    assert act(desk, called_off, "call_off", reason="It works again").status_code == 303
    assert act(desk, called_off, "dance").status_code == 404


@pytest.mark.databases("sqlite")
def test_the_page_is_not_there_for_clients(cast, as_user, asked):
    number = asked()
    for who in (cast.owner, cast.stranger):
        assert as_user(who).get(f"/desk/tickets/{number}/shipment").status_code == 404
        assert act(as_user(who), number, "arrange", handling="ship").status_code == 404


@pytest.mark.rule("HW-10")
@pytest.mark.databases("sqlite")
def test_the_rule_and_the_steps():
    fine = {"clause": "二.一.3", "urgent": False, "has_device": True, "has_open": False}
    assert refusal(**fine) is None
    for change, why in (
        ({"clause": ""}, Why.NO_CLAUSE), ({"urgent": True}, Why.URGENT), ({"has_device": False}, Why.NO_DEVICE),
        ({"has_open": True}, Why.ON_ITS_WAY),
    ):  # fmt: skip
        assert refusal(**fine | change) is why
    assert may_become(ShipmentState.AWAITED, ShipmentState.WITH_US)
    assert not may_become(ShipmentState.WITH_US, ShipmentState.CALLED_OFF)
    assert not may_become(ShipmentState.RETURNED, ShipmentState.WITH_US)
