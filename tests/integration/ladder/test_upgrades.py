"""Upgrades on a ticket: what fell short is free the next time (TS-11); after an update people are trained (SS-05)."""

import re

import pytest

from portal.contracts.models import LedgerEntry
from portal.contracts.queries import formbook
from portal.contracts.service import entering
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.ladder.models import Upgrade
from portal.tickets.rules.words import Status
from tests.integration.tickets import opened

ANNUAL = {"starts_on": "2026-01-01", "ends_on": "2099-12-31", "visit_price": "800.00"}
STANDARD = {
    "starts_on": "2026-01-01", "ends_on": "2099-12-31", "opens": "09:00", "closes": "18:00", "response_hours_high": "4",
    "response_hours_normal": "8", "resolve_hours": "16", "emergency_action_hours": "4", "emergency_fee": "600.00",
    "visit_price": "700.00", "monthly_fee": "1000.00",
}  # fmt: skip


@pytest.fixture
def signed(cast):
    def make(form, blanks, number="C-1", cut=""):
        text = formbook.printed(form).text
        assert cut in text
        with transaction():
            made, _ = entering.enter(
                opened.actor(cast.administrator),
                entering.NewContract(number, cast.harbour.id, text.replace(cut, ""), blanks),
            )
            for side in ("client", "provider"):
                entering.sign(made.versions[0], side, "王敏", clock.now())
            return made.id

    return make


def send(browser, number, **fields):
    typed = {
        "kind": "Ledger 5",
        "version": "5.1",
        "outcome": "works",
        "lacking": "",
        "submission": "",
        **fields,
    }
    return browser.post(f"/desk/tickets/{number}/upgrade", data=typed)


def lines():
    return [
        (e.kind.value, e.quantity, e.clause) for e in db.session.query(LedgerEntry).order_by(LedgerEntry.id)
    ]


@pytest.mark.rule("TS-11")
@pytest.mark.parametrize("cut", ["", '[upgrade]\nfree_again_clause = "二.2.4"\n\n'], ids=["new", "stored"])
def test_what_fell_short_is_free_the_next_time_and_both_sides_read_so(cast, as_user, signed, cut):
    contract_id = signed("annual_support", ANNUAL, cut=cut)
    number, desk = opened.ticket(cast), as_user(cast.agent)
    form = desk.get(f"/desk/tickets/{number}/upgrade?kind=Ledger+5").text
    assert "The contract does not include this; it needs a quote." in form
    key = re.search(r'name="submission"[^>]*value="([^"]+)"', form).group(1)
    for _again in range(2):
        sent = send(desk, number, outcome="short", lacking="The report is empty", submission=key)
        assert sent.status_code == 303
    assert db.session.query(Upgrade).count() == 1
    assert lines() == [("grant", 100, "二.2.4")]
    panel = desk.htmx("GET", f"/desk/tickets/{number}/ladder").text
    assert "It fell short" in panel
    assert "Free the next time:" in panel
    mine = as_user(cast.owner)
    assert "The report is empty" in mine.get(f"/requests/{number}").text
    contract = mine.get(f"/contracts/{contract_id}").text
    assert "ledger 5" in contract
    assert "二.2.4" in desk.get(f"/desk/tickets/{number}/upgrade?kind=LEDGER++5").text
    send(desk, number, version="5.2", kind="ｌｅｄｇｅｒ 5")
    assert lines()[1:] == [("consume", 100, "二.2.4")]
    assert db.session.query(Upgrade).filter_by(free=True).one().version == "5.2"
    assert "Free the next time:" not in desk.htmx("GET", f"/desk/tickets/{number}/ladder").text
    send(desk, number, version="6.0")
    assert len(lines()) == 2, "the third one is as any other"


@pytest.mark.rule("SS-05")
@pytest.mark.databases("sqlite")
def test_after_an_update_the_ticket_waits_for_the_training(cast, as_user, signed):
    signed("standard_support", STANDARD)
    number, desk = opened.ticket(cast), as_user(cast.agent)
    assert send(desk, number, kind="CRM").status_code == 303
    end = {"code": "answered", "text": "Installed."}
    refused = desk.post(f"/desk/tickets/{number}/resolve", data=end)
    assert (refused.status_code, "Work for this ticket is still open: Training for CRM" in refused.text) == (
        422,
        True,
    )
    address = re.search(
        r"/desk/tickets/\d+/upgrades/\d+/training", desk.htmx("GET", f"/desk/tickets/{number}/ladder").text
    )
    assert desk.post(address.group(), data={"words": " "}).status_code == 422
    assert desk.post(address.group(), data={"words": "Ms Wang: the new list"}).status_code == 303
    assert desk.post(f"/desk/tickets/{number}/resolve", data=end).status_code == 303
    assert opened.look(cast.agent, number).status is Status.RESOLVED
    assert "Ms Wang: the new list" in as_user(cast.owner).get(f"/requests/{number}").text


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"kind": ""}, "Say what was upgraded."), ({"version": ""}, "Write the version"),
        ({"outcome": ""}, "What came of it?"), ({"outcome": "short"}, "Say what fell short"),
        ({"kind": "x" * 41}, "1 character too long"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_and_what_was_typed_is_kept(cast, as_user, wrong, sentence):
    number = opened.ticket(cast)
    answer = send(as_user(cast.agent), number, **{"version": "typed 5.1", **wrong})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert db.session.query(Upgrade).count() == 0


@pytest.mark.databases("sqlite")
def test_others_have_no_part_in_it_and_nothing_is_promised_without_the_clause(cast, as_user, signed):
    signed("standard_support", STANDARD)
    number, desk = opened.ticket(cast), as_user(cast.agent)
    send(desk, number, outcome="short", lacking="Slow")
    assert lines() == []
    for person in (cast.owner, cast.stranger):
        assert as_user(person).get(f"/desk/tickets/{number}/upgrade").status_code == 404
    other = opened.ticket(cast, by=cast.stranger)
    made = db.session.query(Upgrade).one()
    assert desk.get(f"/desk/tickets/{other}/upgrades/{made.id}/training").status_code == 404
