"""The dispatch board at 1280 px: a month of weekly rounds over National Day, moved by hand, by keys and by form."""

import threading
from contextlib import contextmanager
from datetime import date
from types import SimpleNamespace

from playwright.sync_api import expect
from sqlalchemy import select
from werkzeug.serving import make_server

from portal.assets.models import DeviceKind
from portal.contracts.rules import notices
from portal.contracts.service import buckets, calendars, entering, rounds_ahead
from portal.contracts.service.entering import NewContract
from portal.dispatch.models import Leave, Visit
from portal.dispatch.service import rounds
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.people.models import Organisation, User
from tests.integration.contracts.conftest import DATA, at, form_text
from tests.integration.dispatch.conftest import told
from tests.integration.dispatch.test_visits import PC
from tests.integration.tickets import opened
from tests.support import databases
from tests.support.browser import PHONE
from tests.support.client import let_go

NOW = "2026-09-28 08:00"


@contextmanager
def served_at(scene, text):
    """The same portal, in this process, where it is always that time in Shanghai."""
    application = scene.portal.application()
    inner = application.wsgi_app

    def answer(environ, start_response):
        with clock.told(at(text)):
            return inner(environ, start_response)

    application.wsgi_app = answer
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    before, scene.portal.url = scene.portal.url, f"http://127.0.0.1:{server.port}"
    try:
        yield
    finally:
        scene.portal.url = before
        server.shutdown()
        thread.join(10)
        databases.dispose(application)


def weekly_rounds(scene):
    """PC-1 with its Wednesdays, the jobs of the night of NOW, and Eno's leave on the 9th of October."""
    application = scene.portal.application()
    with application.app_context():

        def user(who):
            return db.session.scalar(select(User).where(User.email == scene.addresses[who]))

        cast = SimpleNamespace(agent=user("agent"), engineer=user("engineer"))
        harbour = db.session.scalar(select(Organisation).where(Organisation.name.like("%Harbour%")))
        with clock.told(at("2025-10-20 10:00")), transaction():
            calendars.take("CN", notices.parse((DATA / "calendars" / "CN-2026.csv").read_text()))
            new = NewContract(
                "C-1", harbour.id, form_text("pc_fleet"), PC, device_classes=(DeviceKind.TERMINAL,)
            )
            record, _ = entering.enter(opened.actor(cast.agent), new)
            for side, name in (("client", "王敏"), ("provider", "李强")):
                entering.sign(record.versions[0], side, name, clock.now())
            db.session.add(
                Leave(user_id=cast.engineer.id, from_on=date(2026, 10, 9), to_on=date(2026, 10, 9))
            )
        for night in ("2026-09-14 01:00", "2026-09-28 01:00"):
            with told(night):
                rounds_ahead.plan(record.id, clock.now())
                buckets.keep(record.id, clock.now())
                rounds.keep(clock.now())
        let_go()
    databases.dispose(application)


def slots(scene):
    """Local day, hour and whose it is, of each round from NOW on."""
    application = scene.portal.application()
    with application.app_context():
        query = select(Visit).where(Visit.starts_at > at(NOW)).order_by(Visit.starts_at)
        found = [
            (v.starts_at - at("2026-09-28 00:00"), v.engineer.name if v.engineer else None, v.number)
            for v in db.session.scalars(query)
        ]
        let_go()
    databases.dispose(application)
    return [(date(2026, 9, 28).toordinal() + span.days, who, number) for span, who, number in found]


def test_a_month_of_rounds_over_national_day_is_moved_by_hand_by_keys_and_by_form(stage):
    scene = stage("sqlite", "zh_Hans")
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
