"""A client's page while somebody works on the request: news come by themselves, what is typed stays."""

import re

from playwright.sync_api import expect

from tests.browser.test_desk_live import POLLED
from tests.support.browser import PHONE


def test_an_answer_appears_by_itself_and_the_unsent_reply_stays(stage):
    scene = stage("sqlite", "zh_Hans")
    say = scene.say
    page = scene.sign_in("owner", size=PHONE).page
    page.clock.install()
    page.goto("/requests/new")
    page.get_by_label(say("What happens?")).fill("标签机不打印")
    page.get_by_role("button", name=say("Send the request")).dblclick()
    page.wait_for_url(re.compile(r"/requests/1001$"))
    draft = page.get_by_label(say("Your message"))
    draft.fill("忘了说,红灯一直亮")
    page.get_by_role("heading", level=1).click()
    page.evaluate("window.sameDocument = true")

    desk = scene.sign_in("agent").page
    desk.goto("/desk/tickets/1001")
    desk.get_by_role("navigation", name=say("What to do")).get_by_role("link", name=say("Reply")).click()
    desk.locator("#ticket-reply textarea").fill("请看一下电源灯")
    desk.get_by_role("button", name=say("Send reply")).click()
    expect(desk.locator("#ticket-timeline")).to_contain_text("请看一下电源灯")

    page.clock.fast_forward(POLLED)
    expect(page.locator("#ticket-timeline")).to_contain_text("请看一下电源灯")
    expect(page.locator("#ticket-state")).to_contain_text(say("We are working on it"))
    expect(draft).to_have_value("忘了说,红灯一直亮")
    assert page.evaluate("window.sameDocument")

    page.goto("/requests?show=all")
    expect(page.locator(".request")).to_have_count(1)  # the double click opened one request


def test_the_list_narrows_while_typing_and_its_address_can_be_sent_to_a_colleague(stage):
    scene = stage("sqlite", "en")
    window = scene.sign_in("owner")
    page = window.page
    for words in ("The scale shows nothing", "The website is slow"):
        page.goto("/requests/new")
        page.get_by_label(scene.say("What happens?")).fill(words)
        page.get_by_role("button", name=scene.say("Send the request")).click()
        page.wait_for_url(re.compile(r"/requests/\d+$"))
    page.goto("/requests")
    page.get_by_label(scene.say("Number or words")).press_sequentially("scale")
    expect(page.locator(".request-subject")).to_have_text(["The scale shows nothing"])
    page.wait_for_url(re.compile(r"q=scale"))
    window.axe("the list, narrowed")
    page.reload()
    expect(page.locator(".request-subject")).to_have_text(["The scale shows nothing"])
