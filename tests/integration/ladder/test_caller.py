"""Somebody calls: whoever and whatever they name is found, and the card says what is known of them."""

import pytest

from portal.contracts.queries import formbook
from portal.contracts.service import entering
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.people.models import Contact, Organisation, Site
from portal.tickets.queries import callers
from portal.tickets.rules.words import Outcome
from portal.tickets.service import work
from tests import cast as people
from tests.integration.tickets import opened
from tests.support.queries import counted

pytestmark = pytest.mark.both

CALLS = "/desk/calls"


@pytest.fixture
def contract(cast):
    blanks = {"starts_on": "2026-01-01", "ends_on": "2099-12-31", "visit_price": "800.00"}
    with transaction():
        text = formbook.printed("annual_support").text
        made, _ = entering.enter(
            people.actor(cast.administrator), entering.NewContract("C-1", cast.harbour.id, text, blanks)
        )
        for side in ("client", "provider"):
            entering.sign(made.versions[0], side, "王敏", clock.now())
    return made


def names(user, typed):
    found = callers.find(people.actor(user), typed)
    return [m.contact.name for m in found.people], [(t.kind, t.name) for t in found.things]


@pytest.mark.parametrize(
    "typed",
    [
        "138 0013 8000",
        "0086-138-0013-8000",
        "(+86) 138 0013 8000",
        "１３８００１３８０００",
        "13800138000 转 12",
        "38000",
    ],
)
def test_a_number_is_found_in_any_spelling_and_by_its_end(cast, typed):
    assert "王小明" in names(cast.agent, typed)[0]


def test_the_number_of_a_site_and_of_an_organisation_lead_there(cast):
    assert names(cast.agent, "021 5555 0133")[1] == [("site", "Warehouse 3")]
    assert ("organisation", "Elm Dental") in names(cast.agent, "5555 0100")[1]


@pytest.mark.parametrize("typed", ["HL-0002", "hl 0002", "hl0002", "SN-88412", "sn88412", "SN88"])
def test_a_sticker_and_a_serial_are_found_however_they_are_read_out(cast, typed):
    assert ("device", "Till 2") in names(cast.agent, typed)[1]


def test_a_pin_leads_to_the_contract_and_nothing_near_it_does(cast, contract):
    assert len(contract.pin) == 8
    for typed in (
        contract.pin,
        f"{contract.pin[:4]} {contract.pin[4:]}",
        f"{contract.pin[:4]}-{contract.pin[4:]}",
    ):
        assert ("contract", "C-1") in names(cast.agent, typed)[1]
    wrong = str((int(contract.pin) + 1) % 10**8).zfill(8)
    assert names(cast.agent, wrong)[1] == []


def test_the_client_reads_the_pin_on_the_contract_and_on_the_first_page(cast, contract, as_user):
    spoken = f"{contract.pin[:4]} {contract.pin[4:]}"
    browser = as_user(cast.client_manager)
    assert spoken in browser.get(f"/contracts/{contract.id}").text
    assert spoken in browser.htmx("GET", "/contracts/cover").text
    assert spoken not in as_user(cast.stranger).htmx("GET", "/contracts/cover").text


def test_a_changed_number_is_found_and_the_old_one_is_not(cast):
    with transaction():
        db.session.get(Site, cast.warehouse.id).phone = "0755-2222 7777"
        db.session.get(Organisation, cast.elm.id).phone = None
    assert db.session.get(Organisation, cast.elm.id).phone_tail is None
    assert names(cast.agent, "22227777")[1] == [("site", "Warehouse 3")]
    assert names(cast.agent, "55550133")[1] == []
    assert ("organisation", "Elm Dental") not in names(cast.agent, "5555 0100")[1]


@pytest.mark.parametrize("typed", ["王", "小明", "王小", "owner", "WNER@", "海港", "arbour log", "ar"])
def test_a_person_is_found_by_any_part_of_a_name_of_an_address_and_of_the_organisation(cast, typed):
    found, things = names(cast.agent, typed)
    assert "王小明" in found
    assert ("organisation", "Elm Dental") not in things


def test_of_many_in_an_organisation_so_many_are_gathered_and_the_first_by_name_shown(cast, monkeypatch):
    gathered = names(cast.agent, "harbour")
    assert {"王小明", "Li Na", "Chen Bo"} == set(gathered[0])
    with transaction():
        db.session.get(Contact, cast.colleague.contact_id).active = False
    monkeypatch.setattr(callers, "FEW", 2)  # who has left takes nobody's place
    assert names(cast.agent, "harbour") == ([n for n in gathered[0] if n != "Li Na"], gathered[1])
    monkeypatch.setattr(callers, "MOST", 1)
    assert names(cast.agent, "harbour")[0] == gathered[0][:1]


def test_of_many_of_a_name_those_that_say_most_nearly_what_was_typed_are_gathered(cast, monkeypatch):
    with transaction():
        db.session.get(Contact, cast.colleague.contact_id).name = "Leigh Abbot"
        db.session.get(Contact, cast.owner.contact_id).name = "王 Lei"
    assert names(cast.agent, "lei")[0] == ["Leigh Abbot", "王 Lei"]
    monkeypatch.setattr(callers, "FEW", 1)
    assert names(cast.agent, "lei")[0] == ["王 Lei"]
    with transaction():
        db.session.get(Contact, cast.owner.contact_id).active = False
    assert names(cast.agent, "lei")[0] == ["Leigh Abbot"]


def test_a_new_name_and_a_new_address_are_found_and_the_old_ones_are_not(cast):
    with transaction():
        person = db.session.get(Contact, cast.owner.contact_id)
        person.name = "Jürgen Übel"
        person.emails[0].address = "juergen@new.example"
        db.session.get(Organisation, cast.elm.id).name = "Ulmen Zahnärzte"
    for typed in ("JÜRGEN", "Ü", "übe", "juergen@new"):
        assert names(cast.agent, typed)[0] == ["Jürgen Übel"], typed
    assert ("organisation", "Ulmen Zahnärzte") in names(cast.agent, "zahnär")[1]
    for typed in ("王小明", "小", "owner@", "elm dental"):
        assert names(cast.agent, typed) == ([], []), typed


def test_who_has_left_and_an_address_that_was_taken_away_are_not_found(cast):
    with transaction():
        db.session.delete(db.session.get(Contact, cast.owner.contact_id).emails[0])
        db.session.get(Contact, cast.colleague.contact_id).active = False
    assert names(cast.agent, "owner@") == ([], [])
    assert names(cast.agent, "Li Na") == ([], [])
    assert names(cast.agent, "王小明")[0] == ["王小明"]


def test_nobody_but_staff_finds_anybody(cast):
    for typed in ("Harbour", "138 0013 8000", "HL-0002"):
        assert names(cast.client_manager, typed) == ([], [])


@pytest.mark.parametrize("typed", ["8000", "王", "harbour", "HL-0002", "48217305", "nobody at all"])
def test_the_search_takes_a_fixed_number_of_statements(cast, typed):
    actor = people.actor(cast.agent)
    with counted() as statements:
        callers.find(actor, typed)
    assert len(statements) <= 4, statements


def test_one_who_is_the_only_one_is_shown_at_once(cast, as_user):
    answer = as_user(cast.agent).get(f"{CALLS}?who=13800138000")
    assert answer.status_code == 302
    assert answer.location == f"{CALLS}/card?organisation={cast.harbour.id}&contact={cast.owner.contact_id}"


def test_the_card_says_who_what_is_open_what_was_called_about_and_what_the_contract_leaves(
    cast, contract, as_user
):
    number = opened.ticket(cast, device_id=cast.till.id)
    with transaction():
        call = work.Work(clock.now(), 5, Outcome.CLIENT_TRIES, cast.owner.contact_id, advice="Hold FEED")
        work.log_call(people.actor(cast.agent), opened.held(cast.agent, number), call)
    browser = as_user(cast.agent)
    page = browser.get(f"{CALLS}/card?organisation={cast.harbour.id}&contact={cast.owner.contact_id}").text
    for words in (
        "王小明",
        "海港物流",
        "简体中文",
        f"T-{number}",
        "Hold FEED",
        "C-1",
        contract.pin[:4],
        "Till 2",
        "HL-0002",
    ):
        assert words in page, words
    assert "Elm" not in page
    assert "Chair 1 PC" not in page


def test_the_card_takes_as_many_statements_for_a_long_history_as_for_a_short_one(cast, contract, as_user):
    def statements():
        with counted() as taken:
            as_user(cast.agent).get(
                f"{CALLS}/card?organisation={cast.harbour.id}&contact={cast.owner.contact_id}"
            )
        return len(taken)

    opened.ticket(cast)
    few = statements()
    for _ in range(6):
        number = opened.ticket(cast)
        with transaction():
            held = opened.held(cast.agent, number)
            work.log_call(people.actor(cast.agent), held, work.Work(clock.now(), 5, Outcome.NOT_REACHED))
    assert statements() == few <= 22, few


@pytest.mark.parametrize(
    "query",
    [
        "organisation=999",
        "organisation=1&contact=999",
        "organisation=x",
        "organisation=" + "9" * 40,
        "organisation=-1",
    ],
)
def test_a_card_of_nobody_is_not_found(cast, as_user, query):
    assert as_user(cast.agent).get(f"{CALLS}/card?{query}").status_code == 404


def test_a_card_does_not_mix_organisations(cast, as_user):
    browser = as_user(cast.agent)
    assert (
        browser.get(f"{CALLS}/card?organisation={cast.elm.id}&contact={cast.owner.contact_id}").status_code
        == 404
    )
    assert browser.get(f"{CALLS}/card?organisation={cast.elm.id}&device={cast.till.id}").status_code == 404
