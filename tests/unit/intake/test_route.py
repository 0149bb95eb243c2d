"""Each step of routing, by itself and in its order."""

from dataclasses import replace

import pytest

from portal.intake.rules.mail import Address, Flags, ParsedMail
from portal.intake.rules.route import (
    REASONS,
    STEPS,
    Decision,
    Facts,
    Hold,
    Ignore,
    NewTicket,
    Reply,
    Sender,
    decide,
)

MAIL = ParsedMail(
    subject="Printer", sender=Address("owner@harbour.example", "Wang"), reply_text="It is jammed."
)
OWNER = Sender(contact_id=7, is_staff=False, organisations=(3,), sees=frozenset({1042}))
FACTS = Facts(frozenset({"support@portal.example"}), False, (), (), OWNER)


def flagged(**flags: object) -> ParsedMail:
    return replace(MAIL, flags=Flags(**flags))  # type: ignore[arg-type]


def test_a_known_person_opens_a_ticket_in_their_organisation() -> None:
    assert decide(MAIL, FACTS).outcome == NewTicket(3, 7)


def test_of_several_organisations_the_default_one_is_taken_and_told() -> None:
    facts = replace(FACTS, sender=replace(OWNER, organisations=(5, 3)))
    assert decide(MAIL, facts).outcome == NewTicket(5, 7, several=True)


def test_every_step_that_was_taken_is_named_with_its_finding() -> None:
    steps = decide(MAIL, FACTS).steps
    assert [name for name, _finding in steps] == [name for name, _step in STEPS]
    assert steps[-1] == ("organisation", "only")


def test_without_a_sender_it_is_held() -> None:
    assert decide(replace(MAIL, sender=Address("")), FACTS).outcome == Hold("no_sender")


@pytest.mark.parametrize(
    "address", ["support@portal.example", "Support@Portal.example", "support+t1042-abc@portal.example"]
)
def test_our_own_address_is_a_loop(address: str) -> None:
    assert decide(replace(MAIL, sender=Address(address)), FACTS).outcome == Ignore("own_mail")


def test_our_own_message_id_is_a_loop() -> None:
    assert decide(MAIL, replace(FACTS, sent_by_us=True)).outcome == Ignore("own_mail")


def test_an_automatic_answer_goes_beside_its_ticket_without_reopening_it() -> None:
    facts = replace(FACTS, reference_numbers=(1042,))
    assert decide(flagged(auto=True, no_autoreply=True), facts).outcome == Reply(1042, None, automatic=True)


def test_an_automatic_answer_about_nothing_is_put_aside() -> None:
    assert decide(flagged(auto=True), FACTS).outcome == Ignore("automatic")


def test_a_clients_device_that_writes_on_its_own_is_held_for_a_look() -> None:
    mail = replace(flagged(auto=True), headers={"auto-submitted": ("auto-generated",)})
    assert decide(mail, FACTS).outcome == Hold("automatic_unasked")
    assert decide(mail, replace(FACTS, sender=None)).outcome == Ignore("automatic")


def test_a_newsletter_opens_nothing() -> None:
    assert decide(flagged(bulk=True, no_autoreply=True), FACTS).outcome == Hold("bulk")


def test_what_wants_no_answer_opens_no_ticket_that_would_be_acknowledged() -> None:
    assert decide(flagged(no_autoreply=True), FACTS).outcome == Hold("automatic_unasked")
    assert decide(flagged(no_autoreply=True), replace(FACTS, sender=None)).outcome == Hold("unknown_sender")
    assert decide(flagged(no_autoreply=True), replace(FACTS, reference_numbers=(1042,))).outcome == Reply(
        1042, 7
    )


def test_an_answer_through_a_list_still_finds_its_ticket() -> None:
    facts = replace(FACTS, reference_numbers=(1042,))
    assert decide(flagged(bulk=True), facts).outcome == Reply(1042, 7)


def test_a_token_goes_before_references() -> None:
    facts = replace(
        FACTS,
        token_numbers=(1042,),
        reference_numbers=(1043,),
        sender=replace(OWNER, sees=frozenset({1042, 1043})),
    )
    assert decide(MAIL, facts).outcome == Reply(1042, 7)


def test_the_newest_reference_that_the_sender_may_see_wins() -> None:
    assert decide(MAIL, replace(FACTS, reference_numbers=(1050, 1042))).outcome == Reply(1042, 7)


@pytest.mark.parametrize("kind", ["token_numbers", "reference_numbers"])
def test_a_stranger_with_a_right_token_or_reference_is_held(kind: str) -> None:
    facts = replace(FACTS, sender=None, **{kind: (1042,)})
    assert decide(MAIL, facts).outcome == Hold("stranger_on_ticket", 1042)


@pytest.mark.parametrize("kind", ["token_numbers", "reference_numbers"])
def test_a_known_person_without_a_right_to_that_ticket_is_held(kind: str) -> None:
    facts = replace(FACTS, sender=replace(OWNER, sees=frozenset()), **{kind: (1042,)})
    assert decide(MAIL, facts).outcome == Hold("no_right_on_ticket", 1042)


def test_staff_do_nothing_by_mail_alone() -> None:
    staff = replace(OWNER, is_staff=True)
    assert decide(MAIL, replace(FACTS, sender=staff)).outcome == Hold("staff_by_mail")
    assert decide(MAIL, replace(FACTS, sender=staff, token_numbers=(1042,))).outcome == Hold(
        "staff_by_mail", 1042
    )


def test_an_unknown_sender_is_held() -> None:
    assert decide(MAIL, replace(FACTS, sender=None)).outcome == Hold("unknown_sender")


def test_a_person_of_no_client_is_held() -> None:
    assert decide(MAIL, replace(FACTS, sender=replace(OWNER, organisations=()))).outcome == Hold(
        "no_organisation"
    )


def test_a_flood_of_new_tickets_is_held_but_replies_go_on() -> None:
    flood = replace(FACTS, tickets_last_hour=20)
    assert decide(MAIL, flood).outcome == Hold("too_many")
    assert decide(MAIL, replace(flood, reference_numbers=(1042,))).outcome == Reply(1042, 7)


def test_every_reason_is_a_known_code() -> None:
    outcomes = [
        decide(m, f)
        for m in (MAIL, flagged(auto=True), flagged(bulk=True))
        for f in (FACTS, replace(FACTS, sender=None))
    ]
    for decision in outcomes:
        assert isinstance(decision, Decision)
        reason = getattr(decision.outcome, "reason", None)
        assert reason is None or reason in REASONS
