"""The provider's page, and what it makes every page say."""

from datetime import date, time

import pytest
import time_machine

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel.errors import Refused
from portal.people import queries
from portal.people.models import Contact, DeskClosure, OrganisationKind
from portal.people.rules.desk import END_OF_DAY
from portal.people.service import desk
from portal.people.service.contacts import set_language
from portal.people.service.organisations import create_organisation

MONDAY_NOON = "2026-11-23T04:00:00+00:00"  # 12:00 in Shanghai


def hours(**spans):
    """monday=("09:00", "18:00") and so on; days that are not named are closed."""
    sent = {}
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"):
        given = spans.get(day, ())
        for n in range(max(1, len(given) // 2)):
            sent[f"{day}-{n}-opens"], sent[f"{day}-{n}-closes"] = given[2 * n : 2 * n + 2] or ("", "")
    return sent


@pytest.fixture
def browser(cast, as_user):
    return as_user(cast.administrator)


def stored():
    return [(w.weekday, w.opens, w.closes) for w in queries.desk_windows()]


def test_name_and_phone_show_on_every_page(cast, browser, client):
    data = {
        "name": "Harbour Lights IT",
        "phone": "400 820 8820",
        "address": "",
        "language": "en",
        "version": 1,
    }
    answer = browser.post("/desk/provider", data=data | {"time_zone": "Asia/Shanghai"})
    assert answer.status_code == 303
    text = client.get("/sign-in").text
    assert "Harbour Lights IT" in text
    assert 'href="tel:4008208820"' in text


def test_the_second_of_two_edits_is_told(cast, browser):
    data = {
        "name": "One",
        "phone": "",
        "address": "",
        "language": "en",
        "time_zone": "Asia/Shanghai",
        "version": 1,
    }
    assert browser.post("/desk/provider", data=data).status_code == 303
    assert browser.post("/desk/provider", data=data | {"name": "Two"}).status_code == 422
    assert queries.provider().name == "One"


def test_hours_may_be_typed_as_people_do(browser):
    sent = hours(monday=("9", "12.30", "13:30", "1800"), friday=("00:00", "24:00"), sunday=("8：30", "12:00"))
    assert browser.post("/desk/provider/hours", data=sent).status_code == 303
    assert stored() == [
        (0, time(9), time(12, 30)), (0, time(13, 30), time(18)), (4, time(0), END_OF_DAY), (6, time(8, 30), time(12)),
    ]  # fmt: skip
    text = browser.get("/desk/provider").text
    assert 'value="24:00"' in text


@pytest.mark.parametrize(
    ("span", "sentence"),
    [
        (("18:00", "09:00"), "The end must be later than the beginning."),
        (("09:00", "09:00"), "The end must be later than the beginning."),
        (("soon", "later"), "Write times as 09:00 or 17:30."),
        (("25:00", "26:00"), "Write times as 09:00 or 17:30."),
        (("09:00", ""), "Say also until when."),
        (("", "18:00"), "Write times as 09:00 or 17:30."),
        (("09:00", "12:00", "11:00", "18:00"), "Two spans of one day overlap."),
    ],
)
def test_hours_that_make_no_sense_are_refused(browser, span, sentence):
    before = stored()
    answer = browser.post("/desk/provider/hours", data=hours(monday=span))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{span[0]}"' in answer.text
    assert stored() == before


def says(client, path="/sign-in"):
    return client.get(path, headers={"Accept-Language": "en"}).text


def test_a_visitor_reads_that_somebody_answers_now(cast, client, browser):
    with transaction():
        desk.set_desk_hours([(0, time(9), time(12, 30)), (0, time(13, 30), time(18)), (1, time(9), time(18))])
    with time_machine.travel(MONDAY_NOON):
        assert "Staffed now, until 12:30" in says(client)
    with time_machine.travel("2026-11-23T05:00:00+00:00"):
        assert "Opens today 13:30" in says(client)
    with time_machine.travel("2026-11-23T12:00:00+00:00"):
        assert "Opens tomorrow 09:00" in says(client)
    with time_machine.travel("2026-11-25T12:00:00+00:00"):
        assert "Opens Monday 09:00" in says(client)


def test_on_a_closed_day_nobody_answers(cast, client, browser):
    with transaction():
        desk.set_desk_hours([(0, time(9), time(18))])
    assert (
        browser.post(
            "/desk/provider/closures", data={"on": "2026-11-23", "reason": "Stocktaking"}
        ).status_code
        == 303
    )
    with time_machine.travel(MONDAY_NOON):
        assert "Opens on 30 Nov 09:00" in says(client)
    assert "Stocktaking" in browser.get("/desk/provider").text
    browser.post("/desk/provider/closures/remove", data={"on": "2026-11-23"})
    with time_machine.travel(MONDAY_NOON):
        assert "Staffed now, until 18:00" in says(client)


def test_the_same_day_twice_changes_its_reason(browser):
    for reason in ("Feast", "Moving house"):
        browser.post("/desk/provider/closures", data={"on": "2026-12-24", "reason": reason})
    assert [(c.on, c.reason) for c in db.session.scalars(db.select(DeskClosure))] == [
        (date(2026, 12, 24), "Moving house")
    ]


@pytest.mark.parametrize("day", ["", "tomorrow", "2026-02-30"])
def test_a_day_that_does_not_exist_is_refused(browser, day):
    assert browser.post("/desk/provider/closures", data={"on": day}).status_code == 422
    assert browser.post("/desk/provider/closures/remove", data={"on": day}).status_code == 404


def test_each_person_reads_the_hours_on_their_own_clock(cast, as_user):
    with transaction():
        desk.set_desk_hours([(0, time(9), time(18))])
        db.session.get_one(Contact, cast.owner.contact_id).time_zone = "Europe/Berlin"
        set_language(cast.owner.contact_id, "en")
    with time_machine.travel(MONDAY_NOON):
        assert "Staffed now, until 11:00" in as_user(cast.owner).get("/profile").text


def test_before_the_provider_is_set_up_the_pages_work(client):
    assert "Support portal" in says(client)


def test_a_provider_is_known_as_soon_as_it_is_made_and_there_is_no_second(app):
    with transaction():
        assert queries.provider() is None
        made = create_organisation("One", kind=OrganisationKind.PROVIDER)
        assert queries.provider() is made
        with pytest.raises(Refused):
            create_organisation("Two", kind=OrganisationKind.PROVIDER)
