"""A mail becomes a ticket, a reply, or a line that staff see."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from portal.infra import files
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.intake.models import InboundMessage
from portal.intake.rules.state import InboundState
from portal.kernel import clock, refs
from portal.kernel.actor import ClientRole
from portal.people.models import Membership
from portal.tickets.models.ticket import Attachment, Participant, Ticket
from portal.tickets.rules.words import Channel, EntryKind
from portal.tickets.service import record
from tests.integration.intake.conftest import all_tickets, timeline
from tests.integration.intake.mails import mail, with_files
from tests.support.databases import SECRET

pytestmark = pytest.mark.both

Take = Callable[[bytes], InboundMessage]


def reply_address(ticket: Ticket) -> str:
    return refs.reply_address(SECRET, "support@portal.example", ticket.number)


def messages_of(ticket: Ticket) -> list[str]:
    return [e.text for e in timeline(ticket.id) if e.kind is EntryKind.MESSAGE]


def test_a_mail_in_gbk_labelled_gb2312_becomes_a_ticket(take_in: Take, cast: Any) -> None:
    row = take_in(
        mail(
            "收款机坏了，请朱镕基路店优先。".encode("gb18030"),
            subject="=?gb2312?B?ytW/7rv6u7XByw==?=",
            kind="text/plain; charset=gb2312",
        )
    )
    [ticket] = all_tickets()
    assert (row.state, row.ticket_id) == (InboundState.TICKET, ticket.id)
    assert ticket.subject == "收款机坏了"
    assert ticket.symptoms == "收款机坏了，请朱镕基路店优先。"
    assert (ticket.organisation_id, ticket.requester_id, ticket.channel) == (
        cast.harbour.id,
        cast.owner.contact_id,
        Channel.MAIL,
    )


def test_the_answer_to_ones_own_first_mail_joins_its_ticket(take_in: Take) -> None:
    take_in(mail())
    row = take_in(
        mail(
            "Also the second tray.",
            "In-Reply-To: <first@harbour.example>",
            subject="Re: Printer",
            message_id="<second@harbour.example>",
        )
    )
    [ticket] = all_tickets()
    assert (row.state, row.ticket_id) == (InboundState.REPLY, ticket.id)
    assert messages_of(ticket) == ["The printer is jammed.", "Also the second tray."]


def test_a_reply_to_our_notification_joins_by_its_message_id(take_in: Take) -> None:
    take_in(mail())
    [ticket] = all_tickets()
    with transaction():
        record.remember_message_id(ticket.id, "<ours-1@portal.example>", clock.now(), outgoing=True)
    row = take_in(
        mail("Thanks, still jammed.", "References: <x@y> <ours-1@portal.example>", message_id="<r@h.example>")
    )
    assert (row.state, row.ticket_id) == (InboundState.REPLY, ticket.id)


def test_a_reply_to_the_signed_address_joins_and_its_history_is_folded(take_in: Take) -> None:
    take_in(mail())
    [ticket] = all_tickets()
    body = '还是不行。\n\n在 2026-11-03 10:22:11，"Lantern" <support@portal.example> 写道：\n> 我们收到了。'
    row = take_in(mail(body, to=reply_address(ticket), message_id="<r2@h.example>"))
    assert row.state is InboundState.REPLY
    entry = timeline(ticket.id)[-1]
    assert entry.text == "还是不行。"
    assert entry.quoted is not None
    assert "我们收到了" in entry.quoted
    assert entry.contact_id == ticket.requester_id


def test_a_forged_signature_names_no_ticket(take_in: Take) -> None:
    take_in(mail())
    [ticket] = all_tickets()
    row = take_in(
        mail(
            "Me again",
            to=f"support+t{ticket.number}-aaaaaaaaaaaaaaaa@portal.example",
            message_id="<f@h.example>",
        )
    )
    assert row.state is InboundState.TICKET
    assert len(all_tickets()) == 2


@pytest.mark.parametrize(
    "sender", ["nobody@elsewhere.example", "stranger@elm.example", "colleague@harbour.example"]
)
def test_a_stranger_with_the_right_address_is_held_and_changes_nothing(take_in: Take, sender: str) -> None:
    take_in(mail())
    [ticket] = all_tickets()
    before = len(timeline(ticket.id))
    row = take_in(mail("Let me in", to=reply_address(ticket), sender=sender, message_id="<s@h.example>"))
    assert row.state is InboundState.HELD
    assert row.reason in ("stranger_on_ticket", "no_right_on_ticket")
    assert len(timeline(ticket.id)) == before
    assert db.session.scalars(select(Participant)).all() == []


def test_the_clients_manager_may_answer_on_any_ticket_of_the_organisation(take_in: Take) -> None:
    take_in(mail())
    [ticket] = all_tickets()
    row = take_in(
        mail(
            "Please hurry",
            to=reply_address(ticket),
            sender="manager@harbour.example",
            message_id="<m@h.example>",
        )
    )
    assert row.state is InboundState.REPLY
    assert messages_of(ticket)[-1] == "Please hurry"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"sender": "nobody@elsewhere.example"}, "unknown_sender"),
        ({"sender": None}, "no_sender"),
        ({"sender": "agent@portal.example"}, "staff_by_mail"),
    ],
)
def test_what_is_not_certain_waits_for_staff(take_in: Take, options: dict[str, Any], reason: str) -> None:
    row = take_in(mail(**options))
    assert (row.state, row.reason) == (InboundState.HELD, reason)
    assert all_tickets() == []


def test_a_mail_without_message_id_is_a_ticket_like_any_other(take_in: Take) -> None:
    assert take_in(mail(message_id=None)).state is InboundState.TICKET


def test_an_unreadable_mail_is_held_with_its_bytes(take_in: Take) -> None:
    raw = mail("x", "X-Long: " + "y" * 70_000)
    row = take_in(raw)
    assert (row.state, row.reason) == (InboundState.HELD, "header_too_long")
    assert (row.sender, row.subject) == ("owner@harbour.example", "Printer")
    assert files.read(row.sha256) == raw


def test_an_automatic_answer_stands_on_its_ticket_as_an_internal_line_and_reopens_nothing(
    take_in: Take,
) -> None:
    take_in(mail())
    [ticket] = all_tickets()
    row = take_in(
        mail(
            "I am away until Monday",
            "Auto-Submitted: auto-replied",
            "In-Reply-To: <first@harbour.example>",
            message_id="<away@h.example>",
        )
    )
    assert row.state is InboundState.REPLY
    last = timeline(ticket.id)[-1]
    assert last.internal
    assert "I am away until Monday" in last.text
    assert messages_of(ticket) == ["The printer is jammed."]


def test_a_delivery_report_stands_on_the_ticket_of_the_mail_that_failed(take_in: Take) -> None:
    take_in(mail())
    [ticket] = all_tickets()
    with transaction():
        record.remember_message_id(ticket.id, "<ours-2@portal.example>", clock.now(), outgoing=True)
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nNot delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        "Final-Recipient: rfc822; gone@harbour.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <ours-2@portal.example>\r\nSubject: x\r\n\r\nhello\r\n--b--\r\n"
    )
    kind = 'multipart/report; report-type=delivery-status; boundary="b"'
    row = take_in(mail(body, sender="MAILER-DAEMON@mx.example", message_id="<dsn@mx.example>", kind=kind))
    assert (row.state, row.ticket_id) == (InboundState.REPLY, ticket.id)
    last = timeline(ticket.id)[-1]
    assert last.internal
    assert "gone@harbour.example" in last.text


def test_an_automatic_answer_about_nothing_is_put_aside(take_in: Take) -> None:
    row = take_in(mail("I am away", "Auto-Submitted: auto-replied"))
    assert (row.state, row.reason) == (InboundState.IGNORED, "automatic")
    assert all_tickets() == []


def test_our_own_mail_come_back_is_put_aside(take_in: Take) -> None:
    row = take_in(mail(sender="support@portal.example"))
    assert (row.state, row.reason) == (InboundState.IGNORED, "own_mail")


def test_attachments_are_kept_under_their_names_and_programs_are_named(take_in: Take) -> None:
    raw = with_files("See the log.", [("fehler.log", b"line\n" * 9), ("virus.exe", b"MZ..")])
    row = take_in(raw)
    [ticket] = all_tickets()
    [attachment] = db.session.scalars(select(Attachment)).all()
    assert (attachment.name, files.read(attachment.sha256)) == ("fehler.log", b"line\n" * 9)
    assert row.files_kept_back == ["virus.exe"]
    assert any("virus.exe" in e.text and e.internal for e in timeline(ticket.id))


def test_an_empty_answer_adds_no_line(take_in: Take) -> None:
    take_in(mail())
    [ticket] = all_tickets()
    before = len(timeline(ticket.id))
    row = take_in(mail("", "In-Reply-To: <first@harbour.example>", message_id="<empty@h.example>"))
    assert (row.state, row.ticket_id, row.entry_id) == (InboundState.REPLY, ticket.id, None)
    assert len(timeline(ticket.id)) == before


def test_of_several_organisations_the_first_is_taken_and_staff_are_told(take_in: Take, cast: Any) -> None:
    with transaction():
        db.session.add(
            Membership(organisation_id=cast.elm.id, contact_id=cast.owner.contact_id, role=ClientRole.MEMBER)
        )
    take_in(mail())
    [ticket] = all_tickets()
    assert ticket.organisation_id == cast.harbour.id
    assert any(e.internal and e.kind is EntryKind.NOTE for e in timeline(ticket.id))


def test_html_is_kept_as_it_was_sent_and_read_as_text(take_in: Take) -> None:
    take_in(mail("<p>Till <b>2</b></p><script>x</script>", kind="text/html; charset=utf-8"))
    [ticket] = all_tickets()
    [entry] = timeline(ticket.id)
    assert entry.text == "Till 2"
    assert entry.html is not None
    assert "<script>" in entry.html


def test_nul_bytes_do_not_reach_the_database(take_in: Take) -> None:
    row = take_in(mail(b"be\x00fore", subject="a\x00b"))
    [ticket] = all_tickets()
    assert (row.state, ticket.symptoms, ticket.subject) == (InboundState.TICKET, "before", "ab")


def test_a_message_that_is_settled_is_not_settled_again(take_in: Take, cast: Any) -> None:
    from portal.intake import jobs

    row = take_in(mail())
    jobs.process({"inbound_id": row.id})
    assert len(all_tickets()) == 1
