"""An improvement from the client's wish to the acceptance by silence: quoted, confirmed by both, handed over, charged.

The portal runs in March 2026, and again on the day after the contract's thirty days.
"""

import email
import email.policy
import re
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal import worker
from portal.contracts.models import Charge
from portal.contracts.rules import notices
from portal.contracts.service import calendars, entering
from portal.contracts.service.entering import NewContract
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from portal.people.models import Organisation, User
from portal.quotes.jobs import watch_acceptance
from portal.quotes.queries import quotes
from portal.tickets.rules.words import Kind
from tests.browser.test_board_journey import served_at
from tests.browser.test_phone_journey import ENGINES, fine
from tests.integration.contracts.conftest import DATA, at, form_text
from tests.integration.tickets import opened
from tests.support import databases
from tests.support.browser import DESKTOP, PHONE
from tests.support.client import let_go

NOW, WEEK_BEFORE, LAST_DAY, DAY_AFTER = (
    "2026-03-02 10:00", "2026-03-26 10:00", "2026-04-01 10:00", "2026-04-02 10:00",
)  # fmt: skip
BLANKS = {
    "starts_on": "2026-01-01", "ends_on": "2026-12-31", "visit_price": "800.00", "person_day_price": "1200.00",
}  # fmt: skip


@contextmanager
def behind(scene, time):
    """The same portal without a window, at that time in Shanghai: for the worker's part, and for what no page shows."""
    application = scene.portal.application()
    with application.app_context(), clock.told(at(time)):
        yield
        let_go()
    databases.dispose(application)


def a_wish(scene) -> int:
    """A contract in force with a price for a person-day, and the owner's wish for a change; the ticket's number."""
    with behind(scene, NOW):

        def user(who):
            return db.session.scalar(select(User).where(User.email == scene.addresses[who]))

        cast = SimpleNamespace(owner=user("owner"), agent=user("agent"))
        harbour = db.session.scalar(select(Organisation).where(Organisation.name.like("%Harbour%")))
        with transaction():
            calendars.take("CN", notices.parse((DATA / "calendars" / "CN-2026.csv").read_text()))
            new = NewContract("TS-1", harbour.id, form_text("annual_support"), BLANKS)
            record, _ = entering.enter(opened.actor(cast.agent), new)
            for side, name in (("client", "王敏"), ("provider", "李强")):
                entering.sign(record.versions[0], side, name, clock.now())
        return opened.ticket(cast, subject="Export as a sheet", kind=Kind.CHANGE)


def mails_to(smtp, address):
    """The plain words of every mail that reached this person."""
    messages = [
        email.message_from_bytes(received.raw, policy=email.policy.default)
        for received in smtp.received
        if received.recipients == (address,)
    ]
    return [message.get_body(("plain",)).get_content() for message in messages]


@pytest.mark.parametrize(("language", "engine"), ENGINES)
def test_an_improvement_goes_from_the_quote_by_both_confirmations_to_acceptance_by_silence(
    stage, smtp, language, engine
):
    scene = stage(engine, language, smtp_host="127.0.0.1", smtp_port=smtp.port, smtp_tls="none")
    say, boss_of_client = scene.say, scene.addresses["client_manager"]
    number = a_wish(scene)
    with served_at(scene, NOW):
        # The desk writes the quote on the ticket, with the contract's own price for a person-day.
        agent = scene.sign_in("agent", size=DESKTOP)
        page = agent.page
        page.goto(f"/desk/tickets/{number}")
        page.locator("#ticket-quotes").get_by_role("link", name=say("Write a quote")).click()
        page.locator(".quote-offers button", has_text="1,200.00").click()
        expect(page.locator("#lines-0-unit_price")).to_have_value("1200.00")
        page.locator("#lines-0-quantity").fill("2.2")
        page.locator("#lines-0-words").fill("Export as a sheet")
        fine(agent)
        page.get_by_role("button", name=say("Keep the quote"), exact=True).click()
        page.wait_for_url("**/desk/quotes/1001")
        expect(page.locator(".quote-lines .many")).to_have_text(
            f"2.5 {say('person-days')}"
        )  # in halves, upwards
        expect(page.locator(".quote-lines tfoot")).to_contain_text("3,000.00")
        page.get_by_role("button", name=say("Send to the client"), exact=True).click()
        expect(page.locator("main")).to_contain_text(
            say("Work begins only after both sides have confirmed the quote.")
        )
        fine(agent)

        # The mail reaches the client's manager, who confirms by its link on a phone, without signing in.
        with behind(scene, NOW):
            worker.drain()
        link = re.search(r"https?://[^/]+(/quote/\S+)", "\n".join(mails_to(smtp, boss_of_client)))[1]
        by_link = scene.window(size=PHONE)
        by_link.page.goto(link)
        fine(by_link)
        by_link.page.get_by_role("button", name=say("Confirm for ¥ %(total)s", total="3,000.00")).click()
        expect(by_link.page.locator("main")).to_contain_text(say("Thank you. You have confirmed the quote."))
        fine(by_link)
        assert by_link.page.request.get(link).status == 410, "a link answers once"

        # Nobody can begin before our own side has confirmed; it is asked once more for a sum like this.
        page.reload()
        expect(page.get_by_role("button", name=say("Begin the work"), exact=True)).to_have_count(0)
        boss = scene.sign_in("manager", size=DESKTOP)
        boss.page.goto("/desk/quotes/1001")
        boss.page.get_by_role("button", name=say("Confirm for us"), exact=True).click()
        question = boss.page.get_by_role("dialog", name=say("Confirm for us: ¥ %(total)s?", total="3,000.00"))
        question.get_by_role("button", name=say("Confirm for us"), exact=True).click()
        expect(boss.page.locator("main")).to_contain_text(say("Confirmed by both"))
        fine(boss)

        # The work is done and handed over; the days begin when the notice has left.
        page.reload()
        page.get_by_role("button", name=say("Begin the work"), exact=True).click()
        page.get_by_role("link", name=say("Hand over"), exact=True).click()
        page.locator("#quote-do textarea").fill("It is in version 2.4.")
        page.locator("#quote-do").get_by_role("button", name=say("Hand over"), exact=True).click()
        expect(page.locator("main")).to_contain_text("It is in version 2.4.")
        with behind(scene, NOW):
            worker.drain()
            assert quotes.quote_for(SYSTEM, 1001).handovers[0].due_at == at("2026-04-01 23:59:59")
        page.reload()
        fine(agent)

        # The client reads by when silence accepts, and by which clause.
        client = scene.sign_in("client_manager", size=PHONE)
        client.page.goto("/quotes/1001")
        expect(client.page.locator(".next-step .clause").first).to_contain_text("四.3")
        expect(client.page.get_by_role("button", name=say("Accept the work"), exact=True)).to_be_visible()
        fine(client)

    # The days go by: reminded a week and a day before, accepted with the last second, charged once.
    for time, mails in ((WEEK_BEFORE, 1), (LAST_DAY, 1), (DAY_AFTER, 1)):
        before = len(mails_to(smtp, boss_of_client))
        with behind(scene, time):
            for _ in range(2):
                with transaction():
                    watch_acceptance({})
            worker.drain()
            charges = [(charge.amount, charge.clause) for charge in db.session.scalars(select(Charge))]
        assert len(mails_to(smtp, boss_of_client)) - before == mails
        assert charges == ([(3000, "四.3")] if time == DAY_AFTER else [])

    with served_at(scene, DAY_AFTER):
        client = scene.sign_in("client_manager", size=PHONE)
        client.page.goto("/quotes/1001")
        expect(client.page.locator("main")).to_contain_text(say("Accepted by silence"))
        expect(client.page.locator("#charges-title + ul")).to_contain_text("3,000.00")
        expect(client.page.get_by_role("button", name=say("Accept the work"))).to_have_count(0)
        fine(client)
        client.page.goto(f"/requests/{number}")
        expect(client.page.locator("#ticket-quotes .request")).to_contain_text(say("Accepted by silence"))
        agent = scene.sign_in("agent", size=DESKTOP)
        agent.page.goto("/desk/quotes?show=accepted")
        expect(agent.page.locator(".board")).to_contain_text("Q-1001")
        fine(agent)
        agent.page.goto("/desk/quotes/1001")
        expect(agent.page.locator("main")).to_contain_text(say("Accepted by silence"))
        fine(agent)
