"""The desk's pages of organisations and sites."""

import pytest

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel.actor import ClientRole
from portal.people.models import Organisation, Site
from portal.people.service import contacts, organisations
from tests.support.queries import counted


def facts(**changed):
    return {
        "name": "Oak Hotel",
        "language": "en",
        "time_zone": "Asia/Shanghai",
        "phone": "",
        "address": "",
        "note": "",
    } | changed


@pytest.fixture
def many(cast):
    with transaction():
        for n in range(120):
            organisations.create_organisation(f"Firm {n:03}")
    return cast


def test_the_list_shows_clients_and_not_the_provider(cast, as_user):
    text = as_user(cast.agent).get("/desk/organisations").text
    assert "海港物流 Harbour Logistics" in text
    assert "Elm Dental" in text
    assert f'href="/desk/organisations/{cast.provider.id}"' not in text


@pytest.mark.parametrize("who", ["owner", "client_manager", "stranger"])
def test_for_clients_none_of_these_pages_exist(cast, as_user, who):
    browser = as_user(getattr(cast, who))
    own = {"owner": cast.harbour, "client_manager": cast.harbour, "stranger": cast.elm}[who]
    for path in (
        "/desk/organisations", "/desk/organisations/new", f"/desk/organisations/{own.id}", f"/desk/organisations/{own.id}/edit",
        f"/desk/organisations/{own.id}/sites/new", f"/desk/sites/{cast.warehouse.id}/edit",
    ):  # fmt: skip
        assert browser.get(path).status_code == 404, path
        assert browser.post(path, data=facts()).status_code in (404, 405), path


@pytest.mark.parametrize("words", ["harbour", "港物", "WANG", "manager@harb", "0013 7000", "王小明"])
def test_an_organisation_is_found_by_its_name_or_by_a_person(cast, as_user, words):
    with transaction():
        contacts.create_contact("Wang Fang", memberships={cast.harbour.id: ClientRole.MEMBER})
    text = as_user(cast.agent).get("/desk/organisations", query_string={"q": words}).text
    assert "海港物流" in text
    assert "Elm Dental" not in text


@pytest.mark.parametrize("words", ["%", "_", "nothing like it", "'; DROP TABLE organisation"])
def test_what_nobody_is_called_finds_nothing(cast, as_user, words):
    text = as_user(cast.agent).get("/desk/organisations", query_string={"q": words}).text
    assert "Nobody is called that" in text


def test_the_pages_of_the_list_hold_each_organisation_once(many, as_user):
    import re

    browser, seen, path = as_user(many.agent), [], "/desk/organisations"
    for _ in range(3):
        text = browser.get(path).text
        seen += re.findall(r'class="plain-link[^"]*" href="/desk/organisations/(\d+)"', text)
        following = re.search(r'rel="next" href="([^"]+)"', text)
        path = following[1].replace("&amp;", "&") if following else None
    assert path is None
    assert len(seen) == len(set(seen)) == 122


def test_a_page_of_the_list_costs_one_query_however_long_it_is(many, as_user):
    browser = as_user(many.agent)
    for path in ("/desk/organisations", "/desk/organisations?q=firm&after=60"):
        with counted() as statements:
            assert browser.get(path).status_code == 200
        assert len(statements) == 4, statements  # the person, the provider, what waits; the list


def test_an_organisations_page_costs_the_same_however_many_people_it_has(cast, as_user):
    browser = as_user(cast.agent)
    with transaction():
        for n in range(30):
            contacts.create_contact(
                f"Person {n}",
                emails=[f"p{n}@h.example"],
                phones=["010 1234 5678"],
                memberships={cast.harbour.id: ClientRole.MEMBER},
            )
    path = f"/desk/organisations/{cast.harbour.id}"
    with counted() as statements:
        text = browser.get(path).text
    assert "Person 29" in text
    assert len(statements) == 9, (
        statements
    )  # 3 as everywhere; it, its sites, its people, their addresses, their phones, its domains


def test_a_manager_adds_an_organisation(cast, as_user):
    answer = as_user(cast.manager).post("/desk/organisations/new", data=facts(name="  Oak   Hotel\x00 "))
    assert answer.status_code == 303
    made = db.session.scalar(db.select(Organisation).where(Organisation.name == "Oak Hotel"))
    assert answer.headers["Location"] == f"/desk/organisations/{made.id}"
    assert made.kind == "client"


@pytest.mark.parametrize("who", ["agent", "engineer"])
def test_agents_and_engineers_do_not_change_organisations(cast, as_user, who):
    browser = as_user(getattr(cast, who))
    for path in ("/desk/organisations/new", f"/desk/organisations/{cast.harbour.id}/edit"):
        assert browser.get(path).status_code == 403
        assert browser.post(path, data=facts()).status_code == 403
    assert "Add organisation" not in browser.get("/desk/organisations").text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "Enter the organisation&#39;s name."),
        ({"name": "x" * 201}, "This is 1 character too long; 200 fit."),
        ({"name": "Elm Dental"}, "There is an organisation of this name already."),
        ({"note": "n" * 4010}, "This is 10 characters too long; 4000 fit."),
        ({"time_zone": "../etc"}, "Choose one of the list."),
    ],
)
def test_a_wrong_form_comes_back_with_a_sentence_and_what_was_typed(cast, as_user, changed, sentence):
    answer = as_user(cast.manager).post(
        "/desk/organisations/new", data=facts(address="1 Long Road", **changed)
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "1 Long Road" in answer.text


def test_for_htmx_the_form_comes_back_alone_and_a_good_one_leads_on(cast, as_user):
    browser = as_user(cast.manager)
    wrong = browser.htmx("POST", "/desk/organisations/new", data=facts(name=""))
    assert (wrong.status_code, wrong.text.strip()[:5]) == (422, "<div ")
    good = browser.htmx("POST", "/desk/organisations/new", data=facts())
    assert (good.status_code, good.headers["HX-Redirect"][:20]) == (204, "/desk/organisations/")


def test_the_second_of_two_edits_is_told(cast, as_user):
    path = f"/desk/organisations/{cast.harbour.id}/edit"
    first, second = as_user(cast.manager), as_user(cast.administrator)
    data = facts(name=cast.harbour.name, version=1, active="y")
    assert first.post(path, data=data | {"phone": "010 1"}).status_code == 303
    told = second.post(path, data=data | {"phone": "010 2"})
    assert told.status_code == 422
    assert "Somebody else changed this while your form was open" in told.text
    assert 'value="010 2"' in told.text
    assert db.session.get_one(Organisation, cast.harbour.id).phone == "010 1"
    assert second.post(path, data=data | {"phone": "010 2", "version": 2}).status_code == 303
    assert db.session.get_one(Organisation, cast.harbour.id).phone == "010 2"


def test_an_inactive_organisation_is_in_no_list_and_its_people_see_nothing_of_it(cast, as_user):
    browser = as_user(cast.manager)
    path = f"/desk/organisations/{cast.elm.id}"
    browser.post(f"{path}/edit", data=facts(name="Elm Dental", version=1))
    assert "Elm Dental" not in browser.get("/desk/organisations").text
    assert "Elm Dental" in browser.get("/desk/organisations?show=all").text
    assert "This organisation is inactive" in browser.get(path).text
    from portal.people.service import accounts

    assert accounts.identity(cast.stranger.id).memberships == {}


def test_the_provider_is_not_a_client(cast, as_user):
    for path in ("", "/edit", "/sites/new", "/contacts/new", "/devices"):
        assert (
            as_user(cast.administrator).get(f"/desk/organisations/{cast.provider.id}{path}").status_code
            == 404
        )


def test_an_agent_adds_and_edits_a_site(cast, as_user):
    browser = as_user(cast.agent)
    answer = browser.post(
        f"/desk/organisations/{cast.harbour.id}/sites/new",
        data={"name": "Pier 7", "access_note": "Ring twice.\r\nWait."},
    )
    assert answer.status_code == 303
    site = db.session.scalar(db.select(Site).where(Site.name == "Pier 7"))
    assert (site.organisation_id, site.access_note) == (cast.harbour.id, "Ring twice.\nWait.")
    edited = browser.post(f"/desk/sites/{site.id}/edit", data={"name": "Pier 8", "version": 1, "active": "y"})
    assert edited.status_code == 303
    stale = browser.post(f"/desk/sites/{site.id}/edit", data={"name": "Pier 9", "version": 1, "active": "y"})
    assert (stale.status_code, "Somebody else changed this" in stale.text) == (422, True)
    assert db.session.get_one(Site, site.id).name == "Pier 8"


def test_names_are_never_markup(cast, as_user):
    as_user(cast.manager).post("/desk/organisations/new", data=facts(name="<script>alert(1)</script>"))
    text = as_user(cast.agent).get("/desk/organisations").text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
