"""The desk as it is used: the queue renews itself, hands stay on the keyboard."""

from playwright.sync_api import expect

POLLED = 31_000
"""Milliseconds after which whatever renews itself has asked: windows let their clock run on instead of waiting."""


def raise_request(scene, text: str) -> None:
    page = scene.sign_in("owner").page
    page.goto("/requests/new")
    page.get_by_label(scene.say("What happens?")).fill(text)
    page.get_by_role("button", name=scene.say("Send the request")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(text)


def test_a_new_ticket_appears_in_the_queue_by_itself_and_what_is_typed_stays(stage):
    scene = stage("sqlite", "en")
    page = scene.sign_in("agent").page
    page.clock.install()
    page.goto("/desk/queue")
    page.evaluate("window.sameDocument = true")
    search = page.get_by_role("searchbox").locator("visible=true").first
    search.press_sequentially("scanner")
    raise_request(scene, "The scanner beeps twice")
    page.clock.fast_forward(POLLED)
    expect(page.get_by_role("link", name="T-1001")).to_be_visible()
    assert search.input_value() == "scanner"
    assert search.evaluate("field => field === document.activeElement")
    assert page.evaluate("window.sameDocument")


def test_a_call_is_logged_by_keys_alone(stage):
    scene = stage("sqlite", "en")
    raise_request(scene, "Till 1 is frozen")
    page = scene.sign_in("agent").page
    page.goto("/desk/queue")
    page.get_by_role("link", name="T-1001").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/tickets/1001")
    page.keyboard.press("c")
    symptom = page.locator("#ticket-call").get_by_label("Symptom")
    expect(symptom).to_be_focused()
    page.keyboard.type("Picture stands still")
    page.keyboard.press("Tab")
    page.keyboard.type("Held the power button for ten seconds")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.locator("#ticket-call").get_by_role("button", name="Log call").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#ticket-timeline")).to_contain_text("Held the power button for ten seconds")


def test_the_main_actions_of_a_client_are_reached_by_tab_with_a_visible_focus(stage):
    scene = stage("sqlite", "en")
    page = scene.sign_in("owner").page
    page.goto("/requests/new")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            """() => { const e = document.activeElement, s = getComputedStyle(e);
            return [e.innerText || e.name || e.id, s.outlineStyle !== 'none' || s.boxShadow !== 'none'] }"""
        )
        reached.append(focused)
        if focused[0].strip() == "Send the request":
            break
    assert reached[-1][0].strip() == "Send the request", reached
    # The chooser of files shows its focus on the frame around it.
    assert [name for name, seen in reached if not seen and name != "files"] == []
