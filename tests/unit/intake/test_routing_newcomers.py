"""Routing of what opens a ticket: newcomers, which of several organisations, what the mailbox says, people on copy."""

from dataclasses import replace

import pytest

from portal.intake.rules.mail import Address
from portal.intake.rules.mailboxes import MailboxDefaults
from portal.intake.rules.routing.facts import Copied
from portal.intake.rules.routing.outcomes import (
    Hold,
    NewTicket,
    Reply,
)
from portal.tickets.rules.words import Kind, Urgency
from tests.unit.intake.routing_facts import (
    AT_DOMAIN,
    BOX,
    MAIL,
    OWNER,
    finding,
    given,
    mail,
    outcome,
    verdict,
)


def test_a_person_of_no_client_is_held() -> None:
    assert outcome(MAIL, given(sender=replace(OWNER, organisations=()))) == Hold("no_organisation")


def test_a_newcomer_at_a_verified_domain_needs_our_servers_word() -> None:
    proven = mail(verdicts=(verdict("pass"),))
    assert outcome(proven, AT_DOMAIN) == NewTicket(5, None)
    assert outcome(MAIL, AT_DOMAIN) == Hold("unknown_at_domain", None, 5)
    assert outcome(proven, replace(AT_DOMAIN, domain_organisation=None)) == Hold("unknown_sender")


@pytest.mark.parametrize(
    "domain", ["qq.com", "vip.163.com", "foxmail.com", "aliyun.com", "sina.com.cn", "gmail.com"]
)
def test_a_domain_where_anybody_gets_an_address_makes_nobody_a_member(domain: str) -> None:
    who = f"wang@{domain}"
    facts = replace(AT_DOMAIN, writer=Address(who))
    assert outcome(mail(who, verdicts=(verdict("pass"),)), facts) == Hold("unknown_sender")


def test_a_mailbox_of_one_client_takes_newcomers_and_does_not_answer_what_is_unproven() -> None:
    facts = given(sender=None, mailbox=replace(BOX, organisation_id=5))
    assert outcome(MAIL, facts) == NewTicket(5, None, acknowledge=False)
    assert finding(MAIL, facts, "acknowledgement") == "unproven"


@pytest.mark.parametrize(
    ("box", "domain", "chosen", "says"),
    [
        (None, None, 5, "default_of_several"),
        (3, None, 3, "mailbox"),
        (None, 3, 3, "domain"),
        (8, None, 5, "default_of_several"),
    ],
)
def test_which_of_several_organisations(box: int | None, domain: int | None, chosen: int, says: str) -> None:
    facts = given(
        sender=replace(OWNER, organisations=(5, 3)),
        mailbox=replace(BOX, organisation_id=box),
        domain_organisation=domain,
    )
    assert outcome(MAIL, facts) == NewTicket(chosen, 7, several=says == "default_of_several")
    assert finding(MAIL, facts, "organisation") == says


def test_a_flood_of_new_tickets_is_held_but_replies_go_on() -> None:
    flood = given(tickets_last_hour=20)
    assert outcome(MAIL, flood) == Hold("too_many")
    assert outcome(MAIL, replace(flood, reference_numbers=(1042,))) == Reply(1042, 7)


def test_the_mailbox_says_what_the_mail_does_not() -> None:
    box = MailboxDefaults(
        team="Websites", kind=Kind.QUESTION, urgency=Urgency.HIGH, language="zh_Hans", acknowledge=False
    )
    assert outcome(MAIL, given(mailbox=box)) == NewTicket(
        3, 7, team="Websites", kind=Kind.QUESTION, urgency=Urgency.HIGH, language="zh_Hans", acknowledge=False
    )
    assert finding(MAIL, given(mailbox=box), "acknowledgement") == "mailbox_says_no"


COLLEAGUE = Copied(8, False, frozenset({3}))


def test_people_of_the_same_organisation_on_copy_follow_the_ticket() -> None:
    facts = given(copied=(COLLEAGUE,))
    assert outcome(MAIL, facts) == NewTicket(3, 7, copies=(8,))
    assert outcome(MAIL, replace(facts, token_numbers=(1042,))) == Reply(1042, 7, copies=(8,))


@pytest.mark.parametrize(
    "copied",
    [Copied(9, True, frozenset({3})), Copied(8, False, frozenset({5})), Copied(7, False, frozenset({3}))],
)
def test_staff_strangers_and_the_sender_do_not(copied: Copied) -> None:
    assert outcome(MAIL, given(copied=(copied,))) == NewTicket(3, 7)


def test_only_so_many_on_copy_follow() -> None:
    crowd = tuple(Copied(100 + n, False, frozenset({3})) for n in range(25))
    decided = outcome(MAIL, given(copied=crowd))
    assert isinstance(decided, NewTicket)
    assert decided.copies == tuple(range(100, 110))
