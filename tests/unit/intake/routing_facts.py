"""A mail of a known person, and the facts around it, for the tests of routing."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from portal.intake.rules.mail import Address, Flags, ParsedMail, Verdict
from portal.intake.rules.mailboxes import MailboxDefaults
from portal.intake.rules.routing.decide import decide
from portal.intake.rules.routing.facts import Facts, NamedTicket, Sender
from portal.intake.rules.routing.outcomes import (
    Outcome,
)

NOW = datetime(2026, 11, 3, 9, tzinfo=UTC)
ADDRESS = Address("owner@harbour.example", "Wang")
MAIL = ParsedMail(subject="Printer", sender=ADDRESS, author=ADDRESS, reply_text="It is jammed.")
OWNER = Sender(contact_id=7, is_staff=False, organisations=(3,), sees=frozenset({1042}))
AGENT = Sender(contact_id=9, is_staff=True, organisations=())
BOX = MailboxDefaults(authserv_id="mx.portal.example")
TICKETS = {n: NamedTicket(3, n) for n in (1042, 1043, 1050)}
FACTS = Facts(
    now=NOW,
    mailbox=BOX,
    own_addresses=frozenset({"support@portal.example"}),
    writer=ADDRESS,
    sender=OWNER,
    loop_mark="our-mark",
    tickets=TICKETS,
)


def mail(sender: str = "owner@harbour.example", **flags: Any) -> ParsedMail:
    who = Address(sender)
    return replace(MAIL, sender=who, author=who, flags=Flags(**flags))


def verdict(result: str, *, server: str = "mx.portal.example", domain: str = "", at: int = 0) -> Verdict:
    return Verdict(server, "dmarc", result, domain, at)


def given(**changed: Any) -> Facts:
    return replace(FACTS, **changed)


def outcome(message: ParsedMail, facts: Facts) -> Outcome:
    return decide(message, facts).outcome


def finding(message: ParsedMail, facts: Facts, step: str) -> str:
    return dict(decide(message, facts).steps)[step]


AT_DOMAIN = given(sender=None, domain_organisation=5)
"""Somebody new at the domain of an organisation."""
