"""The dispatch board at 1280 px: a month of weekly rounds over National Day, moved by hand, by keys and by form."""

from datetime import date

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal.contracts.service import buckets, rounds_ahead
from portal.dispatch.models import Leave, Visit
from portal.dispatch.service import rounds
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from tests.browser.visits import inside, served_at, weekly_contract
from tests.integration.contracts.conftest import at
from tests.integration.dispatch.conftest import told
from tests.support.browser import PHONE

NOW = "2026-09-28 08:00"


def weekly_rounds(scene):
    """PC-1 with its Wednesdays, the jobs of the night of NOW, and Eno's leave on the 9th of October."""
    with inside(scene) as user:
        record = weekly_contract(user("agent"))
        with transaction():
            off = date(2026, 10, 9)
            db.session.add(Leave(user_id=user("engineer").id, from_on=off, to_on=off))
        for night in ("2026-09-14 01:00", "2026-09-28 01:00"):
            with told(night):
                rounds_ahead.plan(record.id, clock.now())
                buckets.keep(record.id, clock.now())
                rounds.keep(clock.now())


def slots(scene):
    """Local day, hour and whose it is, of each round from NOW on."""
    with inside(scene):
        query = select(Visit).where(Visit.starts_at > at(NOW)).order_by(Visit.starts_at)
        found = [
            (v.starts_at - at("2026-09-28 00:00"), v.engineer.name if v.engineer else None, v.number)
            for v in db.session.scalars(query)
        ]
    return [(date(2026, 9, 28).toordinal() + span.days, who, number) for span, who, number in found]


@pytest.mark.parametrize(
    ("engine", "language"),
    [
        pytest.param("sqlite", "zh_Hans", id="chinese-sqlite"),
        pytest.param("postgresql", "en", id="english-postgresql", marks=pytest.mark.postgresql),
    ],
)
def test_a_month_of_rounds_over_national_day_is_moved_by_hand_by_keys_and_by_form(stage, engine, language):
    scene = stage(engine, language)
    say = scene.say
    weekly_rounds(scene)
    days = [date.fromordinal(n).isoformat() for n, _who, _number in slots(scene)]
    assert days == ["2026-09-30", "2026-10-08", "2026-10-14", "2026-10-21"], (
        "the 7th is off: a day later that week"
    )
    first, second = (number for _day, _who, number in slots(scene)[:2])
    with served_at(scene, NOW):
        window = scene.sign_in("agent")
        page = window.page
        page.goto("/desk/board")

        def block(number):
            return page.locator(f"[data-visit='{number}']:visible")

        def place(who, day):
            row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=who, exact=True))
            return row.locator(f"[data-day='{day}']")

        nobody = say("Nobody yet")
        expect(place(nobody, "2026-09-30").locator(block(first))).to_have_count(1)
        expect(page.get_by_role("columnheader", name=say("public holiday")).first).to_be_visible()
        window.axe("the week before")

        # By hand onto National Day: a sentence, and the block stays.
        block(first).drag_to(place(nobody, "2026-10-01"))
        expect(page.get_by_role("alert")).to_contain_text(
            say("The visit cannot be put there. It stays where it was.")
        )
        expect(page.locator(".board-against")).to_contain_text(say("public holiday"))
        expect(place(nobody, "2026-09-30").locator(block(first))).to_have_count(1)
        window.axe("a refusal")

        # By hand onto Tuesday, to an engineer.
        page.get_by_role("link", name=say("Put away")).click()
        block(first).drag_to(place("Eno Engineer", "2026-09-29"))
        expect(page.locator("[data-said]")).to_contain_text("Eno Engineer")
        expect(place("Eno Engineer", "2026-09-29").locator(block(first))).to_have_count(1)

        # The next week by keys: down to the engineer, right onto the leave day, which is refused; then only down.
        page.get_by_role("link", name=say("Later"), exact=True).click()
        expect(block(second)).to_contain_text(say("moved to a later day of that week: the day is off"))
        block(second).focus()
        for key in ("ArrowDown", "ArrowRight", "Enter"):
            page.keyboard.press(key)
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.locator(".board-against").first).to_contain_text("Eno Engineer")
        expect(place(nobody, "2026-10-08").locator(block(second))).to_have_count(1)
        block(second).focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(place("Eno Engineer", "2026-10-08").locator(block(second))).to_have_count(1)
        expect(block(second)).to_be_focused()

        # Enter alone opens the form; an hour later, by the form.
        page.keyboard.press("Enter")
        page.get_by_label(say("Begins at")).select_option("10:00")
        page.get_by_role("button", name=say("Put it there")).click()
        expect(page.locator("[data-said]")).to_contain_text("10:00")
        page.goto("/desk/board?view=day&on=2026-10-08")
        expect(block(second)).to_contain_text("10:00–12:00")
        window.axe("a day")
        window.fits()

        phone = scene.sign_in("agent", size=PHONE)
        phone.page.goto("/desk/board?on=2026-10-08")
        expect(phone.page.locator(f".board-list [data-visit='{second}']")).to_be_visible()
        phone.fits()
        phone.axe("the list")
        assert window.faults == phone.faults == []
    assert [(date.fromordinal(n).isoformat(), who) for n, who, _number in slots(scene)[:3]] == [
        ("2026-09-29", "Eno Engineer"),
        ("2026-10-08", "Eno Engineer"),
        ("2026-10-14", None),
    ]
