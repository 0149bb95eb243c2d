"""The whole way: a mail in the mailbox becomes a ticket, our answer leaves by SMTP, the answer to it joins the same ticket."""

from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal import worker
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.intake.doors import imap
from portal.intake.service import mailboxes
from portal.kernel.actor import Actor, StaffRole
from portal.people.models import ContactEmail
from portal.tickets.queries import scope
from portal.tickets.rules.words import EntryKind
from portal.tickets.service import conversation
from portal.tickets.service.record import Words
from tests import cast as people
from tests.integration.intake.conftest import all_mail, all_tickets, timeline
from tests.integration.intake.mails import mail

pytestmark = pytest.mark.both

REAL = "stalwart__legacy__001.eml"
REAL_SENDER = "doug@example.com"


def go_round(app: Flask, mailbox: Any, smtp: Any, raw: bytes, sender: str) -> None:
    """Send `raw` in, answer it as staff, answer the answer as the client would."""
    settings = app.extensions["portal_settings"]
    with app.app_context():
        cast = people.make()
        with transaction():
            if sender != "owner@harbour.example":
                db.session.add(ContactEmail(contact_id=cast.owner.contact_id, address=sender))
        agent = Actor(cast.agent.id, cast.agent.contact_id, "Ada Agent", StaffRole.AGENT)
        mailbox.append(raw)
        imap.look_once(app, mailboxes.known(), settings.var_dir)
        worker.drain()
        [ticket] = all_tickets()
        number = ticket.number
        before = len(smtp.received)
        with transaction():
            conversation.reply(
                agent, scope.ticket_for(agent, number, lock=True), Words("Please switch it off and on.")
            )
        worker.drain()
        [ours] = [m.message for m in smtp.wait_for(before + 1)[before:]]
        history = f"On Tue, 3 Nov 2026 at 10:22, Lantern <{parseaddr(str(ours['From']))[1]}> wrote:\n> Please switch it off."
        answer = mail(
            f"Still jammed.\n\n{history}",
            f"In-Reply-To: {ours['Message-ID']}", sender=sender, to=str(ours["Reply-To"]), subject=f"Re: {ours['Subject']}",
            message_id="<answer@harbour.example>",
        )  # fmt: skip
        mailbox.append(answer)
        imap.look_once(app, mailboxes.known(), settings.var_dir)
        worker.drain()
        [ticket] = all_tickets()
        messages = [e for e in timeline(ticket.id) if e.kind is EntryKind.MESSAGE]
        assert [e.side for e in messages] == ["client", "staff", "client"]
        assert messages[-1].text == "Still jammed."
        assert [row.state.value for row in all_mail()] == ["ticket", "reply"]
        db.session.remove()


@pytest.fixture
def portal(make_app: Callable[..., Flask], mailbox: Any, smtp: Any) -> Flask:
    return make_app(
        smtp_host=smtp.host, smtp_port=smtp.port, smtp_tls="none", imap_host=mailbox.host, imap_port=mailbox.port,
        imap_user=mailbox.user, imap_password=mailbox.password, imap_tls="none",
    )  # fmt: skip


def test_from_the_mailbox_to_the_ticket_and_back(portal: Flask, mailbox: Any, smtp: Any) -> None:
    go_round(portal, mailbox, smtp, mail("打印机卡纸"), "owner@harbour.example")


def test_a_real_message_goes_the_whole_way(portal: Flask, mailbox: Any, smtp: Any, shared_mail: Path) -> None:
    go_round(portal, mailbox, smtp, (shared_mail / "eml" / REAL).read_bytes(), REAL_SENDER)
