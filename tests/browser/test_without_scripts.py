"""Everything works with plain links and forms: an old phone, a strict company browser, a network that lost the script."""

from pathlib import Path

from playwright.sync_api import expect

from tests.support.browser import PHONE

PICTURE = Path(__file__).resolve().parents[2] / "portal/demo/data/files/label-white-lines.png"


def test_a_request_with_a_file_is_raised_and_answered_without_scripts(stage):
    scene = stage("sqlite", "zh_Hans")
    say = scene.say
    client = scene.sign_in("owner", size=PHONE, java_script_enabled=False).page
    client.get_by_role("link", name=say("Raise a request")).locator("visible=true").first.click()
    client.get_by_label(say("What happens?")).fill("标签上有白线")
    client.get_by_role("radio", name=say("Slows us down")).check()
    client.set_input_files("input[type=file]", PICTURE)
    client.get_by_role("button", name=say("Send the request")).click()
    expect(client.get_by_role("heading", level=1)).to_contain_text("标签上有白线")
    expect(client.get_by_role("link", name="label-white-lines.png")).to_be_visible()

    agent = scene.sign_in("agent", java_script_enabled=False).page
    agent.get_by_role("link", name="T-1001").click()
    agent.get_by_role("navigation", name=say("What to do")).get_by_role("link", name=say("Reply")).click()
    reply = agent.locator("#ticket-do")
    reply.get_by_role("textbox").fill("请用酒精棉片清洁印字头。")
    reply.get_by_role("button", name=say("Send reply")).click()
    expect(agent.locator("#ticket-timeline")).to_contain_text("请用酒精棉片清洁印字头。")

    client.reload()
    expect(client.locator("#ticket-timeline")).to_contain_text("请用酒精棉片清洁印字头。")
    client.get_by_label(say("Your message")).fill("清洁后好多了，还有一条细线。")
    client.get_by_role("button", name=say("Send the message")).click()
    expect(client.locator("#ticket-timeline")).to_contain_text("还有一条细线")


def test_the_language_is_changed_without_scripts(stage):
    scene = stage("sqlite", "en")
    page = scene.window(java_script_enabled=False).page
    page.goto("/sign-in")
    page.get_by_role("button", name="简体中文").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("登录")
