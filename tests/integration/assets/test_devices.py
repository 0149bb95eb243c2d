"""Devices: the panel, the forms, the pickers."""

from datetime import date

import pytest

from portal.assets import queries
from portal.assets.models import Device
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.people.models import Site
from tests import cast as people
from tests.support.queries import counted


def device(**changed):
    return {
        "name": "Till 3", "kind": "terminal", "site_id": "0", "tag": "HL-0003", "serial": "SN-3", "address": "", "cpu": "N100",
        "memory": "8 GB", "disk": "", "board": "", "monitor": "", "installed_on": "2025-04-01", "note": "", "active": "y",
    } | changed  # fmt: skip


def named(name):
    return db.session.scalar(db.select(Device).where(Device.name == name))


def test_an_engineer_adds_a_device(cast, as_user):
    answer = as_user(cast.engineer).post(
        f"/desk/organisations/{cast.harbour.id}/devices/new", data=device(site_id=str(cast.warehouse.id))
    )
    assert answer.status_code == 303
    made = named("Till 3")
    assert (made.organisation_id, made.site_id, made.kind) == (cast.harbour.id, cast.warehouse.id, "terminal")
    assert (made.cpu, made.disk, made.installed_on) == ("N100", None, date(2025, 4, 1))


def test_the_panel_stands_on_the_organisations_page_and_alone(cast, as_user):
    browser, path = as_user(cast.agent), f"/desk/organisations/{cast.harbour.id}/devices"
    assert f'hx-get="{path}"' in browser.get(f"/desk/organisations/{cast.harbour.id}").text
    fragment = browser.htmx("GET", path).text
    assert fragment.strip().startswith('<section class="stack" id="devices-panel"')
    assert "Till 2" in fragment
    assert "Chair 1 PC" not in fragment
    assert "<html" in browser.get(path).text


def test_the_panel_costs_the_same_however_many_devices_there_are(cast, as_user):
    browser = as_user(cast.agent)
    for n in range(10):
        browser.post(
            f"/desk/organisations/{cast.harbour.id}/devices/new",
            data=device(name=f"D{n}", tag="", site_id=str(cast.warehouse.id)),
        )
    path = f"/desk/organisations/{cast.harbour.id}/devices"
    with counted() as statements:
        assert "D9" in browser.get(path).text
    assert len(statements) == 5, statements  # 3 as everywhere; the organisation, its devices


@pytest.mark.parametrize("who", ["owner", "client_manager", "stranger"])
def test_for_clients_none_of_these_pages_exist(cast, as_user, who):
    browser = as_user(getattr(cast, who))
    for path in (
        f"/desk/organisations/{cast.harbour.id}/devices", f"/desk/organisations/{cast.harbour.id}/devices/new",
        f"/desk/devices/{cast.till.id}/edit",
    ):  # fmt: skip
        assert browser.get(path).status_code == 404
        assert browser.post(path, data=device()).status_code in (404, 405)
    assert named("Till 3") is None


def test_a_site_of_another_organisation_is_no_choice(cast, as_user):
    answer = as_user(cast.agent).post(
        f"/desk/organisations/{cast.harbour.id}/devices/new", data=device(site_id=str(cast.surgery.id))
    )
    assert answer.status_code == 422
    assert "Choose one of the list." in answer.text
    assert named("Till 3") is None


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"name": ""}, "Enter a name, as people there call it."),
        ({"serial": "s" * 121}, "This is 1 character too long; 120 fit."),
        ({"tag": "HL-0002"}, "Till 2 has this sticker already."),
        ({"kind": "spaceship"}, "Choose one of the list."),
        ({"installed_on": "yesterday"}, "Not a valid date value."),
    ],
)
def test_a_wrong_form_comes_back_with_a_sentence_and_what_was_typed(cast, as_user, changed, sentence):
    answer = as_user(cast.agent).post(
        f"/desk/organisations/{cast.harbour.id}/devices/new", data=device(monitor="Old 17 inch", **changed)
    )
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Old 17 inch" in answer.text


def test_another_organisation_may_use_the_same_sticker(cast, as_user):
    answer = as_user(cast.agent).post(
        f"/desk/organisations/{cast.elm.id}/devices/new", data=device(tag="HL-0002")
    )
    assert answer.status_code == 303


def test_the_second_of_two_edits_is_told(cast, as_user):
    path = f"/desk/devices/{cast.till.id}/edit"
    assert as_user(cast.agent).post(path, data=device(name="First", version=1)).status_code == 303
    told = as_user(cast.engineer).post(path, data=device(name="Second", version=1))
    assert told.status_code == 422
    assert "Somebody else changed this" in told.text
    assert 'value="Second"' in told.text
    assert db.session.get_one(Device, cast.till.id).name == "First"


def test_a_device_out_of_use_is_offered_no_more_but_staff_still_see_it(cast, as_user):
    browser = as_user(cast.agent)
    browser.post(f"/desk/devices/{cast.till.id}/edit", data=device(name="Till 2", version=1, active=""))
    owner = people.actor(cast.owner)
    assert cast.till.id not in [id_ for id_, _ in queries.device_choices(owner, cast.harbour.id)]
    assert "Out of use" in browser.get(f"/desk/organisations/{cast.harbour.id}/devices").text


def test_a_picker_shows_name_sticker_and_site_of_ones_own_organisation_only(cast):
    owner = people.actor(cast.owner)
    assert queries.device_choices(owner, cast.harbour.id) == [
        (cast.till.id, "Till 2 · HL-0002 · Warehouse 3"), (cast.website.id, "harbour.example"),
    ]  # fmt: skip
    assert queries.device_choices(owner, cast.elm.id) == []
    assert queries.device_choices(people.actor(cast.stranger), cast.harbour.id) == []


def test_a_device_keeps_a_site_that_went_out_of_use(cast, as_user):
    with transaction():
        db.session.get_one(Site, cast.warehouse.id).active = False
    browser = as_user(cast.agent)
    assert "Warehouse 3" in browser.get(f"/desk/devices/{cast.till.id}/edit").text
    assert "Warehouse 3" not in browser.get(f"/desk/organisations/{cast.harbour.id}/devices/new").text
