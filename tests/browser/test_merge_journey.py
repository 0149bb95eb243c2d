"""A merge on the desk, then the client's answer to the merged one by mail, through the pipe: it arrives where it goes on."""

import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.support import databases
from tests.support.browser import PHONE
from tests.support.live import ROOT

DESK = (1280, 900)


def two_requests(scene) -> str:
    """The owner's T-1001 and the colleague's T-1002 about the same till; the signed address of the latter."""
    from portal.infra.transaction import transaction
    from portal.kernel import refs
    from portal.people import queries as people
    from portal.tickets.service import opening
    from portal.tickets.service.record import Words

    application = scene.portal.application()
    with application.app_context():
        for who, subject in (("owner", "收银机打不开"), ("colleague", "The till is dead")):
            contact = people.contact_by_email(scene.addresses[who])
            actor = people.actor_of(contact)
            (organisation_id,) = actor.organisation_ids
            with transaction():
                opening.open_ticket(
                    actor, opening.NewTicket(organisation_id, actor.contact_id, subject, Words("没有反应。"))
                )
        settings = application.extensions["portal_settings"]
        address = refs.reply_address(settings.secret_key, settings.support_address, 1002)
    databases.dispose(application)
    return address


def by_pipe(scene, raw: bytes) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "intake", "receive"]
    done = subprocess.run(
        command,
        input=raw,
        cwd=ROOT,
        env=scene.portal.environment(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_an_answer_to_the_merged_one_arrives_where_it_goes_on(stage, language):
    scene = stage("sqlite", language, worker=True)
    say, address = scene.say, two_requests(scene)

    desk = scene.sign_in("agent", size=DESK).page
    desk.goto("/desk/tickets/1002/merge")
    form = desk.locator("#ticket-do")
    form.get_by_role("button", name=say("Merge")).click()
    expect(form).to_contain_text(say("Write the number of the other ticket, such as T-1042."))
    form.get_by_label(say("Which ticket does it go on as?")).fill("T-1001")
    form.get_by_role("button", name=say("Merge")).click()
    desk.wait_for_url("**/desk/tickets/1001")
    expect(desk.locator("#ticket-timeline")).to_contain_text(say("Written on %(number)s", number="T-1002"))

    head = f"From: {scene.addresses['colleague']}\r\nTo: {address}\r\nSubject: Re: till\r\nMessage-ID: <later@h.example>\r\n"
    by_pipe(
        scene, f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n又好了，谢谢，不过有异响。\r\n".encode()
    )
    expect(desk.locator("#ticket-timeline")).to_contain_text("不过有异响", timeout=60_000)

    client = scene.sign_in("colleague", size=PHONE).page
    client.goto("/requests/1002")
    client.wait_for_url("**/requests/1001")
    expect(client.locator("#ticket-timeline")).to_contain_text("不过有异响")

    desk.goto("/desk/tickets/1002")
    expect(desk.locator("#ticket-state")).to_contain_text("T-1001")
    expect(desk.get_by_role("link", name=say("Reply"), exact=True)).to_have_count(0)
