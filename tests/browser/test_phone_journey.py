"""The steps before a visit, as the desk goes them: a call solved by keys alone; a remote session that waits for the yes."""

import email
import email.policy
import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import DESKTOP, PHONE, Window

ENGINES = [
    pytest.param("zh_Hans", "sqlite", id="chinese-sqlite"),
    pytest.param("en", "postgresql", id="english-postgresql", marks=pytest.mark.postgresql),
]


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until this has the focus."""
    for _ in range(60):
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reached {selector}")


def fine(window: Window) -> None:
    window.fits()
    window.axe()


@pytest.mark.parametrize(("language", "engine"), ENGINES)
def test_a_call_becomes_a_ticket_and_is_solved_without_touching_the_mouse(stage, language, engine):
    scene = stage(engine, language)
    say = scene.say
    agent = scene.sign_in("agent", size=DESKTOP)
    page = agent.page
    keys = page.keyboard
    page.on("dialog", lambda question: question.accept())  # leaving with unsent text

    keys.press("g")
    keys.press("p")
    page.wait_for_url("**/desk/calls")
    fine(agent)
    expect(page.locator("#who")).to_be_focused()
    keys.type("0086 138-0013-8000")
    keys.press("Enter")
    page.wait_for_url("**/desk/calls/card?*")
    expect(page.get_by_role("heading", level=1)).to_have_text("王小明")
    fine(agent)

    keys.press("t")
    page.wait_for_url("**/desk/tickets/new?*")
    bar = page.locator("#ladder-running")
    expect(bar).to_contain_text(say("Call runs"))
    expect(page.locator("#ladder-cover .decision")).to_be_visible()
    expect(page.locator("#ticket-create textarea[name=symptoms]")).to_be_focused()
    keys.type("The till prints nothing since nine.")
    tab_to(page, "#ticket-create textarea[name=advice]")
    keys.type("Hold FEED for five seconds, then print again")
    for _ in range(2):  # opened anew, with its parts loaded: the words are kept all the same
        page.goto(page.url)
        expect(bar).to_contain_text(say("Call runs"))
        expect(page.locator("#ladder-cover .decision")).to_be_visible()
        expect(page.locator("#ticket-create textarea[name=advice]")).to_have_value(re.compile("Hold FEED"))
    fine(agent)
    tab_to(page, "#ticket-create input[name=outcome]")
    keys.press("Space")
    expect(page.get_by_role("radio", name=say("Solved"), exact=True)).to_be_checked()
    tab_to(page, "#ticket-create button[type=submit].btn-primary")
    keys.press("Enter")
    page.wait_for_url("**/desk/tickets/1001/resolve")

    # What solved it is already in the words for the client.
    expect(page.locator("#ticket-resolve textarea")).to_have_value(
        "Hold FEED for five seconds, then print again"
    )
    tab_to(page, "#ticket-resolve button[type=submit].btn-primary")
    keys.press("Enter")
    expect(page.locator("#ticket-state")).to_contain_text(say("Solved, to be confirmed"))
    expect(page.locator("#ladder-running")).to_be_empty()
    fine(agent)


@pytest.mark.parametrize(("language", "engine"), ENGINES)
def test_from_the_phone_to_a_remote_session_with_consent_by_a_mailed_link(stage, smtp, language, engine):
    scene = stage(engine, language, worker=True, smtp_host="127.0.0.1", smtp_port=smtp.port, smtp_tls="none")
    say = scene.say
    client = scene.sign_in("owner", size=PHONE)
    client.page.goto("/requests/new")
    client.page.get_by_label(say("What happens?")).fill("The till shows error 3021.")
    client.page.get_by_role("button", name=say("Send the request")).click()
    client.page.wait_for_url("**/requests/1001")

    agent = scene.sign_in("agent", size=DESKTOP)
    page = agent.page
    page.goto("/desk/tickets/1001")
    page.get_by_role("button", name=say("Start a call")).click()
    page.wait_for_url("**/desk/tickets/1001/call")
    call = page.locator("#ticket-call")
    call.get_by_label(say("Advice given"), exact=True).fill("Restart the till")
    call.get_by_role("radio", name=say("Not solvable this way")).check()
    call.get_by_role("textbox", name=re.compile(re.escape(say("Why it cannot be solved this way")))).fill(
        "The journal is damaged"
    )
    call.get_by_role("button", name=say("Log call")).click()
    page.wait_for_url("**/desk/tickets/1001")
    expect(page.locator("#ticket-state")).to_contain_text("The journal is damaged")

    panel = page.locator("#ladder-panel")
    panel.get_by_role("button", name=say("Ask for consent")).click()
    expect(panel).to_contain_text(say("Asked, no answer yet"))
    fine(agent)

    stranger_to_passwords = scene.window(size=PHONE)
    stranger_to_passwords.page.goto(mailed_link(smtp))
    fine(stranger_to_passwords)
    stranger_to_passwords.page.get_by_role("button", name=say("Yes, you may"), exact=True).click()
    expect(stranger_to_passwords.page.get_by_role("heading", level=1)).to_have_text(say("Thank you: we may"))
    fine(stranger_to_passwords)

    page.reload()
    expect(panel).to_contain_text(say("Agreed"))
    panel.get_by_role("button", name=say("Start a remote session")).click()
    page.wait_for_url("**/desk/tickets/1001/remote")
    remote = page.locator("#ticket-remote")
    remote.get_by_label(say("What was done"), exact=True).fill("Repaired the journal")
    remote.get_by_role("checkbox", name=say("The client's data was touched")).check()
    remote.get_by_role("textbox", name=re.compile(re.escape(say("When was the data last backed up?")))).fill(
        "Last night, to the NAS"
    )
    remote.get_by_role("radio", name=say("Solved"), exact=True).check()
    fine(agent)
    remote.get_by_role("button", name=say("Log remote session")).click()
    solve = page.locator("#ticket-resolve")
    solve.get_by_role("button", name=say("Mark as solved")).click()
    expect(page.locator("#ticket-state")).to_contain_text(say("Solved, to be confirmed"))

    client.page.reload()
    expect(client.page.get_by_role("heading", name=say("Does it work now?"))).to_be_visible()
    expect(client.page.locator("#ladder-client-panel")).to_contain_text(say("We may touch your data"))
    fine(client)


def mailed_link(smtp) -> str:
    """The secret address, from the mail that reached the listener: the acknowledgement came before it."""
    smtp.wait_for(2, seconds=60)
    for received in smtp.received:
        message = email.message_from_bytes(received.raw, policy=email.policy.default)
        body = message.get_body(("plain",))
        found = re.search(r"https?://\S+/consent/\S+", body.get_content() if body else "")
        if found:
            assert received.recipients == ("owner@harbour.example",)
            return found[0]
    raise AssertionError("no mail asked for consent")
