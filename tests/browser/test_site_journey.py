"""The engineer's day at 390 px, in Chinese: the way, the arrival, the sheet and both signatures while the network is gone."""

import io

from PIL import Image
from playwright.sync_api import expect
from sqlalchemy import func, select

from portal.assets.models import Device
from portal.contracts.models import Charge, LedgerBucket
from portal.contracts.service import buckets
from portal.dispatch.models import SentFromSite, ServiceSheet, SheetPhoto, Visit
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.tickets.rules.words import Outcome
from portal.tickets.service import work
from tests.browser.visits import crew, inside, told_of, weekly_contract, write_a_name
from tests.integration.contracts.conftest import at
from tests.integration.dispatch.conftest import plan, told
from tests.integration.tickets import opened
from tests.support.browser import PHONE

DAY = "2026-03-11"


def a_visit(scene) -> int:
    """A contract with a weekly visit, a ticket that climbed the ladder, and its visit on DAY at nine; the visit's number."""
    with inside(scene) as user:
        cast = crew(user)
        till = db.session.scalar(select(Device).where(Device.name == "Till 2"))
        record = weekly_contract(cast.agent)
        with told("2026-03-09 00:00"):
            buckets.keep(record.id, clock.now())
        with clock.told(at("2026-03-09 09:00")):
            number = opened.ticket(cast, device_id=till.id, site_id=till.site_id)
            with transaction():
                ticket, who = opened.held(cast.agent, number), opened.actor(cast.agent)
                work.log_call(who, ticket, work.Work(clock.now(), 5, Outcome.NOT_SOLVABLE))
                work.log_remote(who, ticket, work.Work(clock.now(), 5, Outcome.NOT_SOLVABLE))
        with told("2026-03-10 09:12"):
            return plan(cast, number, f"{DAY} 09:00", f"{DAY} 11:00", note="到门卫处取钥匙")


def forty_megapixels() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8000, 5000), (90, 120, 80)).save(out, "JPEG")
    return out.getvalue()


def test_a_visit_is_made_and_signed_while_the_network_is_gone_for_a_while(stage):
    scene = stage("sqlite", "zh_Hans")
    say = scene.say
    visit = a_visit(scene)
    phone = scene.sign_in("engineer", size=PHONE)
    page = phone.page

    def the_time_is(text):
        page.clock.set_fixed_time(at(f"{DAY} {text}"))

    def online():
        phone.context.set_offline(False)
        page.evaluate("dispatchEvent(new Event('online'))")

    the_time_is("08:20")
    page.goto(f"/desk/day?on={DAY}")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("Harbour")
    expect(page.get_by_text("到门卫处取钥匙")).to_be_visible()
    phone.fits()
    phone.axe("the day")
    page.get_by_role("link", name=say("Open %(visit)s", visit=f"V-{visit}")).click()
    ready = page.locator("html[data-site-kept]")
    expect(ready).to_be_attached()
    phone.fits()
    phone.axe("the visit")
    call = page.locator(".site-thumb .btn-primary")
    expect(call).to_be_in_viewport()
    assert call.bounding_box()["height"] >= 44
    page.get_by_role("button", name=say("I am on the way")).click()
    expect(page.locator("[data-step=set_out].done")).to_be_visible()
    the_time_is("09:03")
    page.get_by_role("button", name=say("I am there")).click()
    expect(page.locator("[data-step=arrive].done")).to_contain_text("09:03")
    expect(ready).to_be_attached()

    phone.context.set_offline(True)
    page.get_by_label(say("What was found")).fill("打印头脏了")
    page.get_by_label(say("What was done")).fill("清洁打印头")
    page.locator("input[name$=-test][value=yes]").check()
    page.locator("input[name=photos]").set_input_files(
        {"name": "till.jpg", "mimeType": "image/jpeg", "buffer": forty_megapixels()}
    )
    expect(page.locator("[data-photos] canvas")).to_have_count(1)
    page.wait_for_function("() => !document.querySelector('[aria-busy]')")
    page.reload()
    expect(page.locator("html[data-site-ready]")).to_be_attached()
    expect(page.get_by_label(say("What was found"))).to_have_value("打印头脏了")
    expect(page.locator("[data-photos] canvas")).to_have_count(1)
    the_time_is("09:40")
    page.get_by_role("button", name=say("Keep the sheet")).click()
    kept = page.locator("#site-kept")
    expect(kept).to_contain_text(say("Kept on this phone, not sent yet"))
    the_time_is("09:45")
    page.locator("#site-finish .choice").first.click()
    page.get_by_role("button", name=say("I am finished")).click()
    expect(kept.locator("li")).to_have_count(2)
    write_a_name(page, "engineer")
    write_a_name(page, "client")
    page.locator("#client-name").fill("王敏")
    page.get_by_role("button", name=say("Sign and complete")).click()
    expect(kept.locator("li")).to_have_count(3)
    phone.axe("three acts wait")
    page.reload()
    expect(kept.locator("li")).to_have_count(3)

    # The answer to the first sending is lost on its way: it is sent again, and done once.
    lost = []

    def lose(route):
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch())
            route.abort()
        else:
            route.continue_()

    page.route("**/site", lose)
    online()
    expect(kept.locator("li").first).to_be_visible()
    page.wait_for_function("() => !document.querySelector('#site-kept').hidden")
    online()
    expect(page.get_by_text("S-1001").first).to_be_visible()
    expect(kept).to_be_hidden()
    phone.fits()
    phone.axe("signed")
    gone = ("ERR_INTERNET_DISCONNECTED", "ERR_FAILED", "htmx:sendError", "htmx:afterRequest")
    scene.complaints[:] = [c for c in scene.complaints if not any(word in c for word in gone)]
    visits, sheets, photos, charges, buckets_left, sent = told_of(
        scene, select(Visit), select(ServiceSheet), select(SheetPhoto), select(Charge),
        select(LedgerBucket).where(LedgerBucket.key == "2026-W11"), select(func.count(SentFromSite.key)),
    )  # fmt: skip
    assert lost
    assert [(v.status, v.arrived_at, v.finished_at) for v in visits if v.number == visit] == [
        ("signed", at(f"{DAY} 09:03"), at(f"{DAY} 09:45"))
    ]
    assert [(s.number, s.client_name, s.found) for s in sheets] == [(1001, "王敏", "打印头脏了")]
    assert len(photos) == 1
    assert charges == []
    assert [(b.posted, b.held) for b in buckets_left] == [(0, 0)]
    assert sent == [5]
