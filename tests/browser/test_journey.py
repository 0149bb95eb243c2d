"""The main way through: a client asks with a file, the desk calls, helps remotely, solves; the client confirms.

Once on a phone in Chinese over SQLite, once on a desktop in English over PostgreSQL: paired, not multiplied.
"""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import DESKTOP, PHONE, Window

PICTURE = Path(__file__).resolve().parents[2] / "portal/demo/data/files/error-3021.png"


@pytest.mark.parametrize(
    ("language", "size", "engine"),
    [
        pytest.param("zh_Hans", PHONE, "sqlite", id="phone-chinese-sqlite"),
        pytest.param(
            "en", DESKTOP, "postgresql", id="desktop-english-postgresql", marks=pytest.mark.postgresql
        ),
    ],
)
def test_a_request_is_raised_called_about_helped_remotely_solved_and_confirmed(stage, language, size, engine):
    scene = stage(engine, language)
    say = scene.say

    client = scene.window(size=size)
    client.page.goto("/")
    fine(client)
    scene.fill_sign_in(client.page, "owner")
    fine(client)
    raise_request(client, say)
    expect(client.page.get_by_text(say("With us, not yet answered")).first).to_be_visible()
    expect(client.page.get_by_role("link", name="error-3021.png")).to_be_visible()
    fine(client)

    agent = scene.sign_in("agent", size=size)
    page = agent.page
    fine(agent)
    page.get_by_role("link", name="T-1001").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Till 2")
    fine(agent)

    first_link(page, say("Log call")).click()
    call = page.locator("#ticket-call")
    call.get_by_label(say("Minutes"), exact=True).fill("6")
    call.get_by_label(say("Symptom"), exact=True).fill("Error 3021 on till 2 only")
    call.get_by_label(say("Advice given"), exact=True).fill("Close the designer, then print again")
    call.get_by_role("radio", name=say("The client tries our advice")).check()
    fine(agent)
    call.get_by_role("button", name=say("Log call")).click()
    expect(timeline(page)).to_contain_text("Close the designer, then print again")

    first_link(page, say("Log remote session")).click()
    remote = page.locator("#ticket-remote")
    remote.get_by_label(say("Minutes"), exact=True).fill("18")
    remote.get_by_label(say("What was done"), exact=True).fill("Ended the process that held the template")
    remote.get_by_role("radio", name=say("Solved"), exact=True).check()
    fine(agent)
    remote.get_by_role("button", name=say("Log remote session")).click()
    expect(timeline(page)).to_contain_text("Ended the process that held the template")

    # A session that solved it leads on to the words for the client.
    solve = page.locator("#ticket-resolve")
    solve.get_by_role("combobox").select_option("solved_remotely")
    solve.get_by_role("textbox").fill("Printing works again. The template folder is read-only now.")
    fine(agent)
    solve.get_by_role("button", name=say("Mark as solved")).click()
    expect(timeline(page)).to_contain_text("The template folder is read-only now.")
    fine(agent)

    client.page.goto("/")
    expect(client.page.get_by_role("main")).to_contain_text(say("Solved? Please confirm"))
    fine(client)
    client.page.get_by_role("link", name="Till 2").first.click()
    expect(client.page.get_by_role("heading", name=say("Does it work now?"))).to_be_visible()
    expect(timeline(client.page)).to_contain_text("The template folder is read-only now.")
    fine(client)
    client.page.get_by_role("button", name=say("It works, close it")).click()
    expect(client.page.get_by_role("heading", name=say("This request is closed"))).to_be_visible()
    fine(client)

    page.reload()
    expect(page.get_by_text(say("Closed"), exact=True).first).to_be_visible()


def raise_request(client: Window, say) -> None:
    page = client.page
    first_link(page, say("Raise a request")).click()
    page.get_by_label(say("What happens?")).fill(
        "Till 2 prints nothing.\nIt says error 3021 since this morning."
    )
    devices = page.get_by_label(say("Which device, program or website?"))
    devices.select_option(devices.locator("option", has_text="Till 2").get_attribute("value"))
    page.get_by_role("radio", name=say("Work has stopped")).check()
    page.set_input_files("input[type=file]", PICTURE)
    fine(client)
    page.get_by_role("button", name=say("Send the request")).click()
    page.wait_for_url("**/requests/1001")


def first_link(page: Page, name: str):
    """A link that can be seen: the phone has its own places for the same way."""
    return page.get_by_role("link", name=name).locator("visible=true").first


def timeline(page: Page):
    return page.locator("#ticket-timeline")


def fine(window: Window) -> None:
    """Readable by all, and no wider than the window."""
    window.fits()
    window.axe()
