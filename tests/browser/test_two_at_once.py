"""Two agents open the same ticket and neither loses a word; keys wait while an input method composes."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_desk_live import POLLED, raise_request


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_two_agents_open_the_same_ticket_and_neither_loses_a_word(stage, language):
    scene = stage("sqlite", language)
    say = scene.say
    raise_request(scene, "扫码枪连响两声")
    ada, eno = scene.sign_in("agent").page, scene.sign_in("engineer").page
    for page in (ada, eno):
        page.clock.install()
        page.goto("/desk/tickets/1001")
        page.keyboard.press("r")
        expect(page.locator("#ticket-reply textarea")).to_be_focused()
    ada.keyboard.type("请重启扫码枪。")
    expect(ada.locator("#ticket-draft")).to_contain_text(say("Draft kept %(when)s", when="").rstrip("。"))
    eno.clock.fast_forward(POLLED)
    expect(eno.locator("#ticket-presence")).to_contain_text(
        say("%(name)s is typing a reply", name="Ada Agent")
    )
    eno.keyboard.type("请换一根线。")
    ada.get_by_role("button", name=say("Send reply")).click()
    expect(ada.locator("#ticket-timeline")).to_contain_text("请重启扫码枪。")
    eno.get_by_role("button", name=say("Send reply")).click()
    came = eno.locator(".do-came")
    expect(came).to_contain_text("请重启扫码枪。")
    expect(eno.locator("#ticket-reply textarea")).to_have_value("请换一根线。")
    eno.context.clear_cookies()  # the session is lost in the middle of it
    eno.locator("#ticket-reply textarea").press("Control+End")
    eno.keyboard.type("再试一次。")
    eno.wait_for_url("**/sign-in**")
    ada.keyboard.press("r")
    expect(ada.locator("#ticket-reply textarea")).to_be_focused()
    ada.keyboard.type("新枪已经寄出。")
    ada.get_by_role("button", name=say("Send reply")).click()
    expect(ada.locator("#ticket-timeline")).to_contain_text("新枪已经寄出。")
    scene.fill_sign_in(eno, "engineer")
    eno.goto("/desk/tickets/1001/reply")
    expect(eno.locator("#ticket-reply textarea")).to_have_value("请换一根线。再试一次。")
    eno.get_by_role("button", name=say("Send reply")).click()
    # What he compared with before is not asked about again; what came since is.
    expect(came).to_contain_text("新枪已经寄出。")
    expect(came).not_to_contain_text("请重启扫码枪。")
    eno.get_by_role("button", name=say("Send anyway")).click()
    timeline = eno.locator("#ticket-timeline")
    expect(timeline).to_contain_text("请换一根线。再试一次。")
    expect(timeline).to_contain_text("请重启扫码枪。")
    expect(timeline).to_contain_text("新枪已经寄出。")


def test_keys_do_nothing_while_an_input_method_composes_and_the_sheet_names_them(stage):
    scene = stage("sqlite", "en")
    raise_request(scene, "The scanner beeps twice")
    page = scene.sign_in("agent").page
    page.goto("/desk/queue")
    composing = "document.body.dispatchEvent(new KeyboardEvent('keydown', {key: 'b', bubbles: true, %s}))"
    for mark in ("isComposing: true", "keyCode: 229"):
        page.evaluate(composing % mark)
    expect(page).to_have_url(scene.url + "/desk/queue")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("Change the ticked ones")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#queue-table input:checked")).to_have_count(1)
    page.keyboard.press("b")
    page.wait_for_url("**/desk/queue/bulk?ticket=1001")
