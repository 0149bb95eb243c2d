"""Each step of routing as a table of facts and what follows, and the steps in their order."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from portal.intake.rules.mail import Address, Forwarded, ParsedMail, Verdict
from portal.intake.rules.mailboxes import MailboxDefaults
from portal.intake.rules.routing.decide import STEPS, decide
from portal.intake.rules.routing.facts import NamedTicket, Sender
from portal.intake.rules.routing.outcomes import (
    REASONS,
    Hold,
    Ignore,
    NewTicket,
    Outcome,
    Reply,
    Report,
    StaffReply,
)
from tests.unit.intake.routing_facts import (
    ADDRESS,
    AGENT,
    AT_DOMAIN,
    BOX,
    FACTS,
    MAIL,
    NOW,
    OWNER,
    TICKETS,
    finding,
    given,
    mail,
    outcome,
    verdict,
)


def test_a_known_person_opens_a_ticket_in_their_organisation() -> None:
    assert outcome(MAIL, FACTS) == NewTicket(3, 7)


def test_every_step_that_was_taken_is_named_with_its_finding() -> None:
    steps = decide(MAIL, FACTS).steps
    assert [name for name, _finding in steps] == [name for name, _step in STEPS]
    assert steps[-1] == ("acknowledgement", "yes")


# control


def test_headers_that_only_we_may_write_are_taken_out_unless_they_bear_our_mark() -> None:
    forged = replace(MAIL, headers={"x-portal-loop": ("guessed",), "subject": ("Printer",)})
    assert finding(forged, FACTS, "control") == "taken_out"
    assert outcome(forged, FACTS) == NewTicket(3, 7)
    assert finding(MAIL, FACTS, "control") == "none"


@pytest.mark.parametrize(
    ("verdicts", "authentic"),
    [
        ((), "none"),
        ((verdict("pass"),), "pass"),
        ((verdict("pass", domain="harbour.example"),), "pass"),
        ((verdict("pass", domain="evil.example"),), "none"),
        ((verdict("pass", server="mx.evil.example"),), "none"),
        ((verdict("none"),), "none"),
        ((verdict("none"), verdict("pass", at=1)), "none"),
        ((verdict("pass", server="mx.evil.example"), verdict("fail", at=1)), "fail"),
        ((Verdict("mx.portal.example", "spf", "pass", "harbour.example"),), "none"),
        ((Verdict("mx.portal.example", "dkim", "pass"), verdict("pass", at=1)), "pass"),
    ],
    ids=str,
)
def test_only_the_topmost_dmarc_verdict_of_our_own_server_counts(
    verdicts: tuple[Verdict, ...], authentic: str
) -> None:
    message = mail(verdicts=verdicts)
    assert finding(message, FACTS, "authentic") == authentic


def test_without_a_configured_server_no_verdict_counts() -> None:
    facts = given(mailbox=MailboxDefaults())
    assert finding(mail(verdicts=(verdict("pass", server=""),)), facts, "authentic") == "not_asked"


def test_a_failed_verdict_is_held_with_the_ticket_that_it_claims() -> None:
    forged = mail(verdicts=(verdict("fail"),))
    assert outcome(forged, FACTS) == Hold("auth_fail")
    assert outcome(forged, given(token_numbers=(1042,))) == Hold("auth_fail", 1042)


def test_a_verdict_on_from_says_nothing_about_a_writer_whom_reply_to_names() -> None:
    facts = given(writer=Address("agent@portal.example"), sender=AGENT, token_numbers=(1042,))
    assert finding(mail(verdicts=(verdict("pass"),)), facts, "authentic") == "not_writer"
    assert outcome(mail(verdicts=(verdict("pass"),)), facts) == Hold("staff_by_mail", 1042)


# shape, loop


def test_without_a_sender_it_is_held() -> None:
    assert outcome(replace(MAIL, sender=Address("")), given(writer=Address(""), sender=None)) == Hold(
        "no_sender"
    )


@pytest.mark.parametrize(
    "address", ["support@portal.example", "Support@Portal.example", "support+t1042-abc@portal.example"]
)
def test_our_own_address_is_a_loop(address: str) -> None:
    assert outcome(mail(address), FACTS) == Ignore("own_mail")


def test_our_own_id_or_mark_is_a_loop() -> None:
    assert outcome(MAIL, given(sent_by_us=True)) == Ignore("own_mail")
    assert outcome(replace(MAIL, headers={"x-portal-loop": ("our-mark",)}), FACTS) == Ignore("own_mail")


def test_a_lists_copy_of_what_is_on_a_ticket_is_put_aside() -> None:
    assert outcome(mail(bulk=True), given(came_before=True)) == Ignore("list_copy")


# machines: each kind beside a ticket, about nothing, and about a mail of ours


@pytest.mark.parametrize(
    ("flags", "on_ticket", "about_nothing"),
    [
        ({"auto": True, "bounce": True}, Report("bounce", 1042), Hold("bounce_unproven")),
        (
            {"auto": True, "bounce": True, "bounce_temporary": True},
            Report("bounce_temporary", 1042),
            Hold("bounce_unproven"),
        ),
        ({"auto": True, "read_receipt": True}, Report("receipt", 1042), Ignore("receipt")),
        ({"auto": True, "feedback_report": True}, Report("abuse", 1042), Hold("abuse")),
        ({"challenge": True}, Hold("challenge", 1042), Hold("challenge")),
        ({"auto": True}, Report("automatic", 1042), Ignore("automatic")),
    ],
)
def test_each_kind_of_machine_has_its_path(
    flags: dict[str, bool], on_ticket: Outcome, about_nothing: Outcome
) -> None:
    message = mail(no_autoreply=True, **flags)
    assert outcome(message, given(reference_numbers=(1042,))) == on_ticket
    assert outcome(message, given(token_numbers=(1042,))) == on_ticket
    assert outcome(message, FACTS) == about_nothing


def test_a_bounce_of_a_mail_of_ours_about_no_ticket_is_put_aside_and_needs_no_sender() -> None:
    message = replace(mail(auto=True, bounce=True), sender=Address(""))
    facts = given(writer=Address(""), sender=None, answers_ours=True)
    assert outcome(message, facts) == Ignore("bounce")
    assert outcome(replace(message, flags=replace(message.flags, bounce_temporary=True)), facts) == Ignore(
        "bounce_temporary"
    )


def test_a_report_about_a_merged_ticket_stands_where_it_goes_on() -> None:
    facts = given(reference_numbers=(1042,), tickets={1042: NamedTicket(3, 1050)})
    assert outcome(mail(auto=True), facts) == Report("automatic", 1050)


def test_two_machines_that_talk_on_a_ticket_are_stopped() -> None:
    facts = given(reference_numbers=(1042,), replies_last_hour=20)
    assert outcome(mail(auto=True), facts) == Hold("too_many", 1042)


def test_a_clients_device_that_writes_on_its_own_is_held_for_a_look() -> None:
    message = replace(mail(auto=True), headers={"auto-submitted": ("auto-generated",)})
    assert outcome(message, FACTS) == Hold("automatic_unasked")
    assert outcome(message, given(sender=None)) == Ignore("automatic")


def test_what_wants_no_answer_opens_nothing_but_may_answer_a_ticket() -> None:
    assert outcome(mail(bulk=True, no_autoreply=True), FACTS) == Hold("bulk")
    assert outcome(mail(no_autoreply=True), FACTS) == Hold("automatic_unasked")
    assert outcome(mail(no_autoreply=True), given(sender=None)) == Hold("unknown_sender")
    for flags in ({"bulk": True}, {"no_autoreply": True}):
        assert outcome(mail(**flags), given(reference_numbers=(1042,))) == Reply(1042, 7)


# which ticket


@pytest.mark.parametrize(
    ("token", "references", "subject", "by"),
    [
        ((1042,), (1043,), (1050,), 1042),
        ((), (1043, 1042), (1050,), 1043),
        ((), (), (1050,), 1050),
    ],
)
def test_the_surest_name_goes_first(
    token: tuple[int, ...], references: tuple[int, ...], subject: tuple[int, ...], by: int
) -> None:
    facts = given(
        token_numbers=token,
        reference_numbers=references,
        subject_numbers=subject,
        mailbox=replace(BOX, join_by_subject=True),
        sender=replace(OWNER, sees=frozenset(TICKETS)),
    )
    assert outcome(MAIL, facts) == Reply(by, 7)


def test_the_newest_reference_that_the_sender_may_see_wins() -> None:
    assert outcome(MAIL, given(reference_numbers=(1050, 1042))) == Reply(1042, 7)


def test_a_number_in_the_subject_counts_only_where_the_mailbox_says_so() -> None:
    facts = given(subject_numbers=(1042,))
    assert outcome(MAIL, facts) == NewTicket(3, 7)
    assert finding(MAIL, facts, "subject") == "not_asked"


NAMES = ["token_numbers", "reference_numbers", "subject_numbers"]


@pytest.mark.parametrize("kind", NAMES)
def test_a_right_name_gives_a_stranger_nothing(kind: str) -> None:
    facts = given(sender=None, mailbox=replace(BOX, join_by_subject=True), **{kind: (1042,)})
    assert outcome(MAIL, facts) == Hold("stranger_on_ticket", 1042)
    assert outcome(mail(verdicts=(verdict("pass"),)), facts) == Hold("stranger_on_ticket", 1042)


@pytest.mark.parametrize("kind", NAMES)
def test_a_right_name_gives_a_person_without_a_right_nothing(kind: str) -> None:
    facts = given(
        sender=replace(OWNER, sees=frozenset()),
        mailbox=replace(BOX, join_by_subject=True),
        **{kind: (1042,)},
    )
    assert outcome(MAIL, facts) == Hold("no_right_on_ticket", 1042)


def test_a_flood_of_replies_is_held() -> None:
    assert outcome(MAIL, given(reference_numbers=(1042,), replies_last_hour=40)) == Hold("too_many", 1042)


# staff


STAFF = given(writer=Address("agent@portal.example"), sender=AGENT)
PROVEN = mail("agent@portal.example", verdicts=(verdict("pass", domain="portal.example"),))


@pytest.mark.parametrize(
    "forged",
    [
        mail("agent@portal.example"),
        mail("agent@portal.example", verdicts=(verdict("none"),)),
        mail("agent@portal.example", verdicts=(verdict("pass", server="mx.evil.example"),)),
        mail(
            "agent@portal.example", verdicts=(Verdict("mx.portal.example", "dkim", "pass", "evil.example"),)
        ),
    ],
)
def test_staff_do_nothing_by_an_address_alone(forged: ParsedMail) -> None:
    assert outcome(forged, STAFF) == Hold("staff_by_mail")
    assert outcome(forged, replace(STAFF, token_numbers=(1042,))) == Hold("staff_by_mail", 1042)


def test_staff_who_answer_a_notification_speak_to_the_client() -> None:
    facts = replace(STAFF, token_numbers=(1042,), answers_ours=True)
    assert outcome(PROVEN, facts) == StaffReply(1042, 9, public=True)


def test_what_staff_send_or_forward_to_a_ticket_stays_among_staff() -> None:
    facts = replace(STAFF, token_numbers=(1042,))
    assert outcome(PROVEN, facts) == StaffReply(1042, 9, public=False)
    forwarding = replace(PROVEN, forwarded=Forwarded(Address("factory@third.example")))
    assert outcome(forwarding, replace(facts, answers_ours=True)) == StaffReply(1042, 9, public=False)


def test_staff_who_forward_a_clients_mail_open_the_clients_ticket() -> None:
    forwarding = replace(PROVEN, forwarded=Forwarded(ADDRESS))
    assert outcome(forwarding, replace(STAFF, forwarded_from=OWNER)) == NewTicket(3, 7, by_staff=9)
    assert outcome(forwarding, STAFF) == Hold("staff_by_mail")
    assert outcome(mail("agent@portal.example"), replace(STAFF, forwarded_from=OWNER)) == Hold(
        "staff_by_mail"
    )
    assert outcome(forwarding, replace(STAFF, forwarded_from=AGENT)) == Hold("no_organisation")


def test_a_client_who_forwards_opens_their_own_ticket() -> None:
    forwarding = replace(MAIL, forwarded=Forwarded(Address("other@elm.example")))
    other = Sender(8, False, (5,))
    assert outcome(forwarding, given(forwarded_from=other)) == NewTicket(3, 7)


# merged, closed


def test_a_reply_to_a_merged_ticket_goes_on_in_the_last_of_the_chain() -> None:
    there = {1042: NamedTicket(3, 1050)}
    facts = given(token_numbers=(1042,), tickets=there, sender=replace(OWNER, sees=frozenset({1050})))
    assert outcome(MAIL, facts) == Reply(1050, 7)
    assert finding(MAIL, facts, "merged") == "follows"
    assert outcome(PROVEN, replace(STAFF, token_numbers=(1042,), tickets=there)) == StaffReply(
        1050, 9, public=False
    )


def test_who_may_not_see_where_it_goes_on_is_held() -> None:
    facts = given(token_numbers=(1042,), tickets={1042: NamedTicket(3, 1050)})
    assert outcome(MAIL, facts) == Hold("no_right_on_ticket", 1042)


@pytest.mark.parametrize(
    ("ended", "days", "says"),
    [
        (None, None, "open"),
        (timedelta(days=14), None, "ended_lately"),
        (timedelta(days=14, seconds=1), None, "ended_long_ago"),
        (timedelta(days=14, seconds=1), 30, "ended_lately"),
        (timedelta(days=4), 3, "ended_long_ago"),
    ],
)
def test_how_long_ago_a_ticket_ended_by_the_mailboxs_days(
    ended: timedelta | None, days: int | None, says: str
) -> None:
    ticket = NamedTicket(3, 1042, NOW - ended if ended else None)
    facts = given(token_numbers=(1042,), tickets={1042: ticket}, mailbox=replace(BOX, closed_days=days))
    assert finding(MAIL, facts, "closed") == says
    assert outcome(MAIL, facts) == Reply(1042, 7, closed_days=days)


# who opens a ticket, and where


# copies


def test_every_reason_is_a_known_code() -> None:
    facts = [
        replace(f, token_numbers=t, replies_last_hour=n, tickets_last_hour=n, answers_ours=a)
        for f in (FACTS, AT_DOMAIN, STAFF, given(sender=replace(OWNER, organisations=())))
        for t in ((), (1042,))
        for n in (0, 99)
        for a in (False, True)
    ]
    kinds: list[dict[str, Any]] = [
        {},
        {"auto": True},
        {"bulk": True},
        {"auto": True, "bounce": True},
        {"auto": True, "read_receipt": True},
        {"challenge": True},
        {"verdicts": (verdict("fail"),)},
    ]
    for decided in (outcome(mail(**flags), f) for f in facts for flags in kinds):
        reason = getattr(decided, "reason", None) or getattr(decided, "kind", None)
        if isinstance(decided, Hold | Ignore | Report):
            assert reason in REASONS
