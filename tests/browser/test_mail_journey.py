"""Mail in, mail out, mail in again: a real mailbox, a real worker, a real listener, and one ticket.

A client's mail is put into Dovecot; the worker makes the ticket; the desk answers on the page; the answer reaches the SMTP
listener; the client answers that mail, and it joins the same ticket.
"""

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support import databases
from tests.support.browser import PHONE

BODY = "您好，条码机从昨天起印出来有白线，收银台刷不出来。麻烦看一下，谢谢！"


def chinese_mail(sender: str) -> bytes:
    """What an office program on Chinese Windows writes: GBK under the name of gb2312, 镕 is not in the latter."""
    subject = "条码机有白线（朱镕收）"
    encoded = "=?gb2312?B?" + __import__("base64").b64encode(subject.encode("gbk")).decode() + "?="
    head = (
        f"From: {sender}\r\nTo: support@portal.example\r\nSubject: {encoded}\r\nDate: Tue, 3 Nov 2026 10:22:11 +0800\r\n"
        "Message-ID: <first.1@harbour.example>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=gb2312\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return head.encode() + BODY.encode("gbk")


def answer_to(received: bytes, sender: str, text: str) -> bytes:
    """A reply as a mail program writes it: to Reply-To, with In-Reply-To, quoting below."""
    asked = email.message_from_bytes(received, policy=email.policy.default)
    reply = EmailMessage()
    reply["From"], reply["To"] = sender, asked["Reply-To"] or asked["From"]
    reply["Subject"] = f"Re: {asked['Subject']}"
    reply["Message-ID"], reply["In-Reply-To"] = "<second.2@harbour.example>", asked["Message-ID"]
    reply["References"] = asked["Message-ID"]
    reply.set_content(f"{text}\n\nOn Tuesday the desk wrote:\n> Please clean the print head.\n")
    return reply.as_bytes()


def to(received: list[Any], address: str) -> list[bytes]:
    return [m.raw for m in received if address in m.recipients]


@pytest.fixture
def mail_stage(stage, mailbox, smtp):
    """`mail_stage(engine, language)`: with a worker that polls the mailbox and sends to the listener."""
    return lambda engine, language: stage(
        engine, language, worker=True,
        imap_host=mailbox.host, imap_port=mailbox.port, imap_user=mailbox.user, imap_password=mailbox.password,
        imap_tls="none", imap_poll_seconds=1, smtp_host="127.0.0.1", smtp_port=smtp.port, smtp_tls="none",
    )  # fmt: skip


def round_trip(scene, mailbox, smtp, raw: bytes, client: str, subject: str, size: tuple[int, int]) -> None:
    """The way of the module's first lines, from these raw bytes on."""
    say = scene.say
    mailbox.append(raw)
    smtp.wait_for(1, seconds=60)
    (acknowledgement,) = to(smtp.received, client)
    assert (
        "T-1001"
        in email.message_from_bytes(acknowledgement, policy=email.policy.default)
        .get_body(("plain",))
        .get_content()
    )

    page = scene.sign_in("agent", size=size).page
    page.goto("/desk/tickets/1001")
    expect(page.get_by_role("heading", level=1)).to_contain_text(subject)
    page.get_by_role("navigation", name=say("What to do")).get_by_role("link", name=say("Reply")).click()
    reply = page.locator("#ticket-do")
    reply.get_by_role("textbox").fill("Please clean the print head.")
    before = len(smtp.received)
    reply.get_by_role("button", name=say("Send reply")).click()
    expect(page.locator("#ticket-timeline")).to_contain_text("Please clean the print head.")
    smtp.wait_for(before + 1, seconds=60)
    answer = to(smtp.received[before:], client)[0]
    parsed = email.message_from_bytes(answer, policy=email.policy.default)
    assert "Please clean the print head." in parsed.get_body(("plain",)).get_content()
    original = email.message_from_bytes(raw)["Message-ID"].strip()
    assert original in f"{parsed['In-Reply-To']} {parsed['References']}"

    mailbox.append(answer_to(answer, client, "清洁以后好多了，还有一条细线。"))
    expect(page.locator("#ticket-timeline")).to_contain_text("还有一条细线", timeout=60_000)
    page.goto("/desk/queue?view=all")
    expect(page.get_by_role("link", name="T-1001")).to_be_visible()
    expect(page.get_by_role("link", name="T-1002")).to_have_count(0)
    assert mailbox.messages() == []
    assert len(mailbox.messages("Archive")) == 2


def test_a_chinese_mail_becomes_a_ticket_is_answered_and_answered_again(mail_stage, mailbox, smtp):
    scene = mail_stage("sqlite", "zh_Hans")
    client = scene.addresses["owner"]
    round_trip(scene, mailbox, smtp, chinese_mail(client), client, "条码机有白线（朱镕收）", PHONE)


def test_a_real_mail_of_others_goes_the_same_way(mail_stage, mailbox, smtp, shared_mail: Path):
    scene = mail_stage("sqlite", "en")
    raw = (shared_mail / "eml" / "stalwart__legacy__017.eml").read_bytes()
    application = scene.portal.application()
    with application.app_context():
        from portal.infra.transaction import transaction
        from portal.kernel.actor import ClientRole
        from portal.people import queries as people
        from portal.people.service import contacts

        (harbour,) = [
            m.organisation_id for m in people.contact_by_email(scene.addresses["owner"]).memberships
        ]
        with transaction():
            contacts.create_contact(
                "Doug Sauder", emails=["dwsauder@example.com"], memberships={harbour: ClientRole.MEMBER}
            )
    databases.dispose(application)
    round_trip(scene, mailbox, smtp, raw, "dwsauder@example.com", "The Hare and the Tortoise", (1280, 900))
