"""A visit from the telephone to the sheet in the client's hand: board, mailed link, a phone without a network, PDF."""

import email
import email.policy
import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from portal.assets.models import Device
from portal.contracts.models import Charge, LedgerBucket
from portal.contracts.service import buckets
from portal.dispatch.models import ServiceSheet, Visit
from portal.infra.db import db
from portal.kernel import clock
from tests.browser.visits import crew, inside, served_at, told_of, weekly_contract, write_a_name
from tests.integration.contracts.conftest import at
from tests.integration.dispatch.conftest import told
from tests.integration.tickets import opened
from tests.support.browser import PHONE

ENGINES = [
    pytest.param("zh_Hans", "sqlite", id="chinese-sqlite"),
    pytest.param("en", "postgresql", id="english-postgresql", marks=pytest.mark.postgresql),
]
MONDAY, WEDNESDAY = "2026-03-09", "2026-03-11"
GONE = ("status of 410", "ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "htmx:sendError", "htmx:afterRequest")


def a_request(scene) -> int:
    """The weekly contract with its week open, and the owner's request about the till; the contract's id."""
    with inside(scene) as user:
        cast = crew(user)
        till = db.session.scalar(select(Device).where(Device.name == "Till 2"))
        contract = weekly_contract(cast.agent).id
        with told(f"{MONDAY} 00:00"):
            buckets.keep(contract, clock.now())
        with clock.told(at(f"{MONDAY} 09:00")):
            assert opened.ticket(cast, device_id=till.id, site_id=till.site_id) == 1001
    return contract


def mails_to(smtp, address):
    """What has reached the listener for this address, as messages; oldest first."""
    return [
        email.message_from_bytes(m.raw, policy=email.policy.default)
        for m in smtp.received
        if address in m.recipients
    ]


def not_by_phone_nor_remotely(page, say):
    """Both steps of the ladder, each with its reason."""
    page.goto("/desk/tickets/1001")
    page.get_by_role("button", name=say("Start a call")).click()
    page.wait_for_url("**/desk/tickets/1001/call")
    call = page.locator("#ticket-call")
    call.get_by_label(say("Advice given"), exact=True).fill("Hold FEED for five seconds")
    call.get_by_role("radio", name=say("Not solvable this way")).check()
    why = re.compile(re.escape(say("Why it cannot be solved this way")))
    call.get_by_role("textbox", name=why).fill("It still prints nothing")
    call.get_by_role("button", name=say("Log call")).click()
    page.wait_for_url("**/desk/tickets/1001")
    page.locator("#ladder-panel").get_by_role("button", name=say("Start a remote session")).click()
    page.wait_for_url("**/desk/tickets/1001/remote")
    remote = page.locator("#ticket-remote")
    remote.get_by_label(say("What was done"), exact=True).fill("Looked at the driver")
    remote.get_by_role("radio", name=say("Not solvable this way")).check()
    remote.get_by_role("textbox", name=why).fill("The print head is dirty")
    remote.get_by_role("button", name=say("Log remote session")).click()
    page.wait_for_url("**/desk/tickets/1001")


@pytest.mark.parametrize(("language", "engine"), ENGINES)
def test_from_the_phone_to_the_sheet_in_the_clients_hand(stage, smtp, language, engine):
    scene = stage(engine, language, smtp_host="127.0.0.1", smtp_port=smtp.port, smtp_tls="none")
    say = scene.say
    contract = a_request(scene)
    owner = scene.addresses["owner"]
    with served_at(scene, f"{MONDAY} 09:30") as house:
        desk = scene.sign_in("agent")
        page = desk.page
        not_by_phone_nor_remotely(page, say)

        # The board: the request is dragged to Eno's Wednesday, and two other hours are proposed with it.
        page.goto("/desk/board")
        lane = page.get_by_role("row").filter(
            has=page.get_by_role("rowheader", name="Eno Engineer", exact=True)
        )
        page.locator("[data-ticket='1001']").drag_to(lane.locator(f"[data-day='{WEDNESDAY}']"))
        page.wait_for_url("**/desk/tickets/1001/visits/plan?*")
        form = page.locator("#visit-plan")
        expect(form.locator("[name=day]")).to_have_value(WEDNESDAY)
        form.locator("summary").first.click()
        for n, hour in ((2, "13:30"), (3, "15:30")):
            form.locator(f"[name=day_{n}]").fill(WEDNESDAY)
            form.locator(f"[name=at_{n}]").select_option(hour)
        desk.axe("the plan")
        form.get_by_role("button", name=say("Plan the visit")).click()
        page.wait_for_url("**/desk/visits/*")
        expect(page.get_by_text(say("Proposed besides:"))).to_contain_text("15:30")
        number = int(page.url.rpartition("/")[2])
        page.goto(f"/desk/board?on={WEDNESDAY}")
        expect(lane.locator(f"[data-visit='{number}']")).to_be_visible()

        # The client's mail has a link for one answer; nobody is signed in where it is opened.
        house.now = f"{MONDAY} 10:00"
        house.work()
        texts = [m.get_body(("plain",)).get_content() for m in mails_to(smtp, owner)]
        (link,) = {found[0] for text in texts if (found := re.search(r"/visit/[\w-]+", text))}
        guest = scene.window(size=PHONE)
        asked = guest.page
        asked.goto(link)
        expect(asked.get_by_role("heading", level=1)).to_have_text(say("When may we come?"))
        guest.fits()
        guest.axe("the times to choose from")
        asked.get_by_role("radio", name=re.compile("13:30")).check()
        asked.get_by_role("button", name=say("Send the answer")).click()
        expect(asked.get_by_role("heading", level=1)).to_have_text(say("Thank you: the time is confirmed"))
        guest.fits()
        guest.axe("the confirmed time")
        asked.goto(link)
        expect(
            asked.get_by_text(say("This link was used already. How things stand now is written below."))
        ).to_be_visible()
        guest.axe("the used link")
        page.reload()
        expect(lane.locator(f"[data-visit='{number}']")).to_contain_text("13:30")

        # There, at 390 px: the way with a network, the sheet and both signatures without.
        house.now = f"{WEDNESDAY} 13:10"
        phone = scene.sign_in("engineer", size=PHONE)
        hand = phone.page
        hand.clock.set_fixed_time(at(house.now))
        hand.goto(f"/desk/visits/{number}/site")
        ready = hand.locator("html[data-site-kept]")
        expect(ready).to_be_attached()
        hand.get_by_role("button", name=say("I am on the way")).click()
        expect(hand.locator("[data-step=set_out].done")).to_be_visible()
        house.work()
        house.now = f"{WEDNESDAY} 13:34"
        hand.clock.set_fixed_time(at(house.now))
        hand.get_by_role("button", name=say("I am there")).click()
        expect(hand.locator("[data-step=arrive].done")).to_contain_text("13:34")
        expect(ready).to_be_attached()
        phone.context.set_offline(True)
        hand.get_by_label(say("What was found")).fill("打印头脏了")
        hand.get_by_label(say("What was done")).fill("清洁打印头")
        hand.locator("input[name$=-test][value=yes]").check()
        house.now = f"{WEDNESDAY} 14:10"
        hand.clock.set_fixed_time(at(house.now))
        hand.get_by_role("button", name=say("Keep the sheet")).click()
        kept = hand.locator("#site-kept")
        expect(kept.locator("li")).to_have_count(1)
        hand.locator("#site-finish .choice").first.click()
        hand.get_by_role("button", name=say("I am finished")).click()
        expect(kept.locator("li")).to_have_count(2)
        write_a_name(hand, "engineer")
        write_a_name(hand, "client")
        hand.locator("#client-name").fill("王小明")
        hand.get_by_role("button", name=say("Sign and complete")).click()
        expect(kept.locator("li")).to_have_count(3)
        phone.context.set_offline(False)
        hand.evaluate("dispatchEvent(new Event('online'))")
        expect(hand.get_by_text("S-1001").first).to_be_visible()
        expect(kept).to_be_hidden()

        # The worker draws the document and sends it: one mail, with the sheet.
        before = len(mails_to(smtp, owner))
        house.now = f"{WEDNESDAY} 14:20"
        house.work()
        (signed,) = [
            m
            for m in mails_to(smtp, owner)[before:]
            if f"V-{number}" in m["Subject"] or "S-1001" in m["Subject"]
        ]
        (paper,) = [p for p in signed.iter_attachments() if p.get_content_type() == "application/pdf"]
        assert paper.get_content().startswith(b"%PDF-")

        # What it used is on the contract's page, and the client reads the sheet.
        boss = scene.sign_in("client_manager", size=PHONE)
        boss.page.goto(f"/contracts/{contract}")
        ledger = boss.page.locator(".ledger").filter(has_text="2026-W11")
        expect(ledger.locator(".used dd")).to_have_text("1")
        expect(ledger.locator(".left dd")).to_have_text("0")
        expect(ledger).to_contain_text(f"{say('Used')} · 2026-W11")
        boss.fits()
        boss.axe("the contract")
        client = scene.sign_in("owner", size=PHONE)
        mine = client.page
        mine.goto("/requests/1001")
        mine.locator("#ticket-visits").get_by_role("link", name=f"V-{number}").click()
        mine.wait_for_url(f"**/visits/{number}")
        client.fits()
        client.axe("the visit that is over")
        mine.get_by_role("link", name=re.compile("S-1001")).click()
        expect(mine.get_by_text("打印头脏了")).to_be_visible()
        expect(mine.get_by_role("main")).to_contain_text("王小明")
        client.fits()
        client.axe("the sheet")
        with mine.expect_download() as loading:
            mine.get_by_role("link", name=say("As a PDF")).click()
        assert loading.value.path().read_bytes() == paper.get_content()
        scene.complaints[:] = [c for c in scene.complaints if not any(word in c for word in GONE)]
    visits, sheets, charges, weeks = told_of(
        scene, select(Visit).where(Visit.number == number), select(ServiceSheet), select(Charge),
        select(LedgerBucket).where(LedgerBucket.key == "2026-W11"),
    )  # fmt: skip
    assert [(v.status, v.starts_at, v.arrived_at, v.confirmed_by) for v in visits] == [
        ("signed", at(f"{WEDNESDAY} 13:30"), at(f"{WEDNESDAY} 13:34"), "王小明")
    ]
    assert [(s.number, s.client_name) for s in sheets] == [(1001, "王小明")]
    assert charges == []
    assert [(b.posted, b.held) for b in weeks] == [(0, 0)]
