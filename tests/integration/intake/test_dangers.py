"""What strangers, forgers and machines try by mail, on both engines: nothing is shown, added, answered or believed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.intake.doors.taking import accept
from portal.intake.models import InboundMessage
from portal.intake.rules.mailboxes import Mailbox, MailboxDefaults
from portal.intake.rules.state import InboundState
from portal.kernel import clock, refs
from portal.notify.models import Delivery, DeliveryState, Reason
from portal.people.models import Contact, ContactEmail, OrganisationDomain
from portal.tickets.models.ticket import Participant, Ticket
from portal.tickets.service import record
from tests.integration.intake.conftest import all_mail, all_tickets, timeline
from tests.integration.intake.mails import OWNER, mail
from tests.support.client import let_go
from tests.support.databases import SECRET

Take = Callable[[bytes], InboundMessage]
PASS = "Authentication-Results: mx.portal.example; dmarc=pass header.from={}"
FORGED = "Authentication-Results: mx.evil.example; dmarc=pass header.from=portal.example"


@pytest.fixture
def defaults(app: Flask) -> Iterator[Callable[..., None]]:
    """`defaults(join_by_subject=True)` sets what holds for the one mailbox; our server is mx.portal.example."""
    before = app.extensions["portal_mailboxes"]

    def set_to(**given: Any) -> None:
        plain = replace(MailboxDefaults(authserv_id="mx.portal.example"), **given)
        app.extensions["portal_mailboxes"] = (Mailbox("support", ("support@portal.example",), plain),)

    set_to()
    yield set_to
    app.extensions["portal_mailboxes"] = before


def address_of(ticket: Ticket) -> str:
    return refs.reply_address(SECRET, "support@portal.example", ticket.number)


def answers(address: str = OWNER) -> list[Delivery]:
    """What the portal really said by itself to an address."""
    let_go()
    query = select(Delivery).where(Delivery.address == address, Delivery.state != DeliveryState.WITHHELD)
    return [d for d in db.session.scalars(query) if d.auto_submitted == "auto-replied"]


def bounce(of: str, whom: str, *, status: str = "5.1.1", action: str = "failed", name: str = "dsn") -> bytes:
    body = (
        "--b\r\nContent-Type: text/plain\r\n\r\nNot delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {whom}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {of}\r\nSubject: x\r\n\r\nhello\r\n--b--\r\n"
    )
    kind = 'multipart/report; report-type=delivery-status; boundary="b"'
    return mail(body, sender="MAILER-DAEMON@mx.example", message_id=f"<{name}@mx.example>", kind=kind)


@pytest.mark.parametrize("sender", ["nobody@elsewhere.example", "colleague@harbour.example"])
def test_a_number_in_the_subject_gives_no_right(take_in: Take, defaults: Any, sender: str) -> None:
    defaults(join_by_subject=True)
    take_in(mail())
    [ticket] = all_tickets()
    before = len(timeline(ticket.id))
    row = take_in(
        mail("Let me in", sender=sender, subject=f"Re: [T-{ticket.number}] Printer", message_id="<s@e>")
    )
    assert row.state is InboundState.HELD
    assert row.reason in ("stranger_on_ticket", "no_right_on_ticket")
    assert len(timeline(ticket.id)) == before
    assert db.session.scalars(select(Participant)).all() == []
    assert answers("nobody@elsewhere.example") == []


def test_the_requester_may_name_the_ticket_in_the_subject_where_the_mailbox_says_so(
    take_in: Take, defaults: Any
) -> None:
    take_in(mail())
    [ticket] = all_tickets()
    named = {"subject": f"T-{ticket.number} again", "message_id": "<again@h.example>"}
    defaults(join_by_subject=True)
    assert take_in(mail("More", **named)).state is InboundState.REPLY
    defaults()
    assert take_in(mail("And more", **named | {"message_id": "<3@h.example>"})).state is InboundState.TICKET


@pytest.mark.parametrize("header", ["X-Nothing: 1", FORGED])
def test_a_forged_address_of_staff_says_nothing_on_a_ticket(
    take_in: Take, defaults: Any, header: str
) -> None:
    take_in(mail())
    [ticket] = all_tickets()
    before = len(timeline(ticket.id))
    forged = mail(
        "Pay here", header, sender="agent@portal.example", to=address_of(ticket), message_id="<f@e>"
    )
    row = take_in(forged)
    assert (row.state, row.reason) == (InboundState.HELD, "staff_by_mail")
    assert len(timeline(ticket.id)) == before


VOUCHED = PASS.format("portal.example")


def test_staff_whom_our_server_vouches_for_answer_the_client_by_mail(
    take_in: Take, defaults: Any, cast: Any, run_jobs: Any
) -> None:
    take_in(mail())
    [ticket] = all_tickets()
    with transaction():
        record.remember_message_id(ticket.id, "<told@portal.example>", clock.now(), outgoing=True)
    answering = {"sender": "agent@portal.example", "to": address_of(ticket)}
    row = take_in(
        mail(
            "Please restart it.",
            VOUCHED,
            "In-Reply-To: <told@portal.example>",
            message_id="<s1@p>",
            **answering,
        )
    )
    assert row.state is InboundState.REPLY
    [entry] = [e for e in timeline(ticket.id) if e.id == row.entry_id]
    assert (entry.text, entry.side, entry.internal) == ("Please restart it.", "staff", False)
    assert entry.contact_id == cast.agent.contact_id
    query = select(Delivery).where(Delivery.entry_id == entry.id)
    assert [d.address for d in db.session.scalars(query)] == [OWNER]
    take_in(mail("Ask the factory.", VOUCHED, message_id="<s2@p>", **answering))
    note = timeline(ticket.id)[-1]
    assert (note.text, note.internal) == ("Ask the factory.", True)


def test_staff_who_forward_a_clients_mail_open_the_clients_ticket(
    take_in: Take, defaults: Any, cast: Any
) -> None:
    body = (
        "Please take this one.\r\n\r\n---------- Forwarded message ---------\r\n"
        f"From: Wang <{OWNER}>\r\nDate: Mon, 2 Nov 2026 at 10:22\r\nSubject: The till is dead\r\n"
        "To: Ada Agent <agent@portal.example>\r\n\r\nIt does not switch on any more.\r\n"
    )
    forwarded = {"sender": "agent@portal.example", "subject": "Fwd: The till is dead"}
    row = take_in(mail(body, VOUCHED, **forwarded))
    assert row.state is InboundState.TICKET
    [ticket] = all_tickets()
    assert (ticket.requester_id, ticket.subject) == (cast.owner.contact_id, "The till is dead")
    first, *rest = timeline(ticket.id)
    assert first.text == "It does not switch on any more."
    assert first.details == {"entered_by": "Ada Agent"}
    assert [e.text for e in rest if e.internal and e.text] == ["Please take this one."]
    unproven = take_in(mail(body + "Again.", message_id="<f2@p>", **forwarded))
    assert (unproven.state, unproven.reason) == (InboundState.HELD, "staff_by_mail")


def test_a_verdict_below_our_servers_own_is_not_believed(take_in: Take, defaults: Any) -> None:
    take_in(mail())
    [ticket] = all_tickets()
    ours = "Authentication-Results: mx.portal.example; dmarc=none"
    row = take_in(
        mail("x", ours, VOUCHED, sender="agent@portal.example", to=address_of(ticket), message_id="<b@e>")
    )
    assert (row.state, row.reason) == (InboundState.HELD, "staff_by_mail")


def test_a_forged_client_is_held(take_in: Take, defaults: Any) -> None:
    row = take_in(
        mail("x", "Authentication-Results: mx.portal.example; dmarc=fail header.from=harbour.example")
    )
    assert (row.state, row.reason) == (InboundState.HELD, "auth_fail")
    assert all_tickets() == []


def test_control_headers_from_outside_change_nothing(take_in: Take, defaults: Any) -> None:
    row = take_in(mail("Hello", "X-Portal-Loop: guessed", "X-Portal-Instance: x", "X-Loop: support@x"))
    assert row.steps is not None
    assert ["control", "taken_out"] in row.steps
    assert row.state is not InboundState.IGNORED


def test_what_bears_our_mark_is_our_own_mail_come_back(take_in: Take) -> None:
    raw = mail("Hello", f"X-Portal-Loop: {refs.loop_mark(SECRET)}", sender="list@elsewhere.example")
    row = take_in(raw)
    assert (row.state, row.reason) == (InboundState.IGNORED, "own_mail")


def test_two_machines_without_any_mark_get_one_answer_between_them(
    app: Flask, cast: Any, run_jobs: Callable[[], int]
) -> None:
    """A machine at a client's address answers whatever it gets with a new mail, a hundred times."""
    for n in range(100):
        accept(mail(f"Your mail {n} was received.", subject=f"Received {n}", message_id=f"<{n}@h>"), "pipe")
        if n % 10 == 9:
            run_jobs()
    assert len(answers()) == 1
    states = [row.state for row in all_mail()]
    assert len(states) == 100
    assert states.count(InboundState.TICKET) == 20
    assert states.count(InboundState.HELD) == 80


def test_one_answer_about_a_ticket_a_day(take_in: Take, run_jobs: Any, cast: Any) -> None:
    """A machine that answers each "open again" on one ticket, which staff solve each time."""
    from portal.tickets.rules.words import ClosureCode
    from portal.tickets.service import status
    from portal.tickets.service.record import Words
    from tests import cast as people

    take_in(mail())
    [ticket] = all_tickets()
    for n in range(3):
        with transaction():
            held = db.session.get_one(Ticket, ticket.id, with_for_update=True)
            status.resolve(people.actor(cast.agent), held, next(iter(ClosureCode)), Words("Cleaned."))
        run_jobs()
        take_in(mail(f"Again {n}", to=address_of(ticket), message_id=f"<{n}@h>"))
    assert len(answers()) == 1


def test_a_mail_in_two_mailboxes_is_one_and_two_under_one_id_are_two(take_in: Take) -> None:
    first = mail("The printer is jammed.", "Received: from a by b; Tue, 3 Nov 2026 10:22:12 +0800")
    again = mail(
        "The printer is jammed.",
        "Received: from c by d; Tue, 3 Nov 2026 10:25:00 +0800",
        "Delivered-To: other@portal.example",
        "X-Spam-Score: 1",
    )
    take_in(first)
    row = take_in(again)
    assert row.copies == 2
    assert len(all_mail()) == len(all_tickets()) == 1
    take_in(mail("Another fault altogether.", subject="Till"))
    assert len(all_mail()) == len(all_tickets()) == 2


def test_an_answer_to_an_id_that_two_tickets_hold_goes_by_the_subject(take_in: Take) -> None:
    take_in(mail())
    take_in(mail("The till is dead.", subject="Till"))
    first, second = all_tickets()
    answer = {"message_id": "<a1@h.example>", "subject": "回复：Till"}
    assert take_in(mail("More", "In-Reply-To: <first@harbour.example>", **answer)).ticket_id == second.id
    other = {"message_id": "<a2@h.example>", "subject": "Re: Something else"}
    row = take_in(mail("More", "In-Reply-To: <first@harbour.example>", **other))
    assert row.state is InboundState.TICKET
    assert row.ticket_id not in (first.id, second.id)


def test_a_mail_that_comes_back_marks_its_address_until_a_mail_comes_from_there(
    take_in: Take, run_jobs: Any
) -> None:
    take_in(mail())
    [ticket] = all_tickets()
    [sent] = answers()
    row = take_in(bounce(sent.message_id, OWNER))
    assert (row.state, row.ticket_id) == (InboundState.REPLY, ticket.id)
    last = timeline(ticket.id)[-1]
    assert last.internal
    assert f"{OWNER} came back (5.1.1)" in last.text
    address = db.session.scalars(select(ContactEmail).where(ContactEmail.address == OWNER)).one()
    assert address.bounced_at is not None
    assert address.bounce_status == "5.1.1"
    assert db.session.get_one(Delivery, sent.id).came_back_status == "5.1.1"
    assert _told_of_a_reply(ticket, run_jobs).reason is Reason.BOUNCING
    take_in(mail("I can read again", to=address_of(ticket), message_id="<back@h.example>"))
    let_go()
    assert db.session.get_one(ContactEmail, address.id).bounced_at is None
    assert _told_of_a_reply(ticket, run_jobs).reason is None


def _told_of_a_reply(ticket: Ticket, run_jobs: Any) -> Delivery:
    from portal.tickets.service import conversation
    from portal.tickets.service.record import Words

    staff = db.session.scalars(
        select(Contact).join(ContactEmail).where(ContactEmail.address.like("agent@%"))
    ).one()
    from portal.intake.queries import staff_actor

    actor = staff_actor(staff.id)
    with transaction():
        held = db.session.get_one(Ticket, ticket.id, with_for_update=True)
        conversation.reply(actor, held, Words("Done."))
    run_jobs()
    query = select(Delivery).where(Delivery.address == OWNER).order_by(Delivery.id.desc()).limit(1)
    return db.session.scalars(query).one()


def test_a_delay_is_noted_and_marks_nothing(take_in: Take) -> None:
    take_in(mail())
    [ticket] = all_tickets()
    [sent] = answers()
    take_in(bounce(sent.message_id, OWNER, status="4.4.1", action="delayed"))
    assert "is delayed (4.4.1)" in timeline(ticket.id)[-1].text
    assert db.session.scalars(select(ContactEmail).where(ContactEmail.bounced_at.is_not(None))).all() == []


def test_an_invented_report_marks_nobody(take_in: Take) -> None:
    take_in(mail())
    row = take_in(bounce("<invented@elsewhere.example>", OWNER))
    assert (row.state, row.reason) == (InboundState.HELD, "bounce_unproven")
    looks_like = take_in(bounce(f"<delivery.{'0' * 32}@portal.example>", OWNER, name="d2"))
    assert looks_like.state is InboundState.IGNORED
    assert db.session.scalars(select(ContactEmail).where(ContactEmail.bounced_at.is_not(None))).all() == []


def test_people_of_the_organisation_on_copy_follow_and_others_do_not(take_in: Take, cast: Any) -> None:
    copies = "Cc: colleague@harbour.example, stranger@elm.example, agent@portal.example, new@harbour.example"
    take_in(mail("Jammed", copies))
    assert [p.contact_id for p in db.session.scalars(select(Participant))] == [cast.colleague.contact_id]
    assert (
        db.session.scalars(select(ContactEmail).where(ContactEmail.address == "new@harbour.example")).all()
        == []
    )
    [ticket] = all_tickets()
    take_in(mail("Still", "Cc: manager@harbour.example", to=address_of(ticket), message_id="<2@h>"))
    assert len(db.session.scalars(select(Participant)).all()) == 2


def _verified(cast: Any) -> None:
    with transaction():
        db.session.add(
            OrganisationDomain(organisation_id=cast.elm.id, domain="elm.example", verified_at=clock.now())
        )


def test_a_newcomer_at_a_verified_domain_is_held_unless_our_server_vouches(
    take_in: Take, defaults: Any, cast: Any
) -> None:
    _verified(cast)
    row = take_in(mail(sender="new@elm.example"))
    assert (row.state, row.reason) == (InboundState.HELD, "unknown_at_domain")
    assert (
        db.session.scalars(select(ContactEmail).where(ContactEmail.address == "new@elm.example")).all() == []
    )
    vouched = mail(
        "Help", PASS.format("elm.example"), sender="Nia New <new@elm.example>", message_id="<n@elm>"
    )
    assert take_in(vouched).state is InboundState.TICKET
    [ticket] = all_tickets()
    assert (ticket.organisation_id, ticket.requester.name) == (cast.elm.id, "Nia New")
    email = db.session.scalars(select(ContactEmail).where(ContactEmail.address == "new@elm.example")).one()
    assert email.verified_at is None
    assert any("was not known" in e.text and e.internal for e in timeline(ticket.id))


def test_a_lists_copy_with_a_footer_is_put_aside(take_in: Take) -> None:
    take_in(mail())
    footer = "The printer is jammed.\n\n-- \nall@harbour.example mailing list"
    row = take_in(mail(footer, "List-Id: <all.harbour.example>", "Precedence: list", subject="[all] Printer"))
    assert (row.state, row.reason) == (InboundState.IGNORED, "list_copy")
    assert len(all_tickets()) == 1
