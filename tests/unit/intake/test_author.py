"""Who wrote, where a list or a form stands between: the person, not the relay."""

import pytest

from portal.intake.rules import author
from tests.unit.intake.build import read

WANG = "Wang Xiaoming <owner@harbour.example>"


def test_usually_the_sender_is_the_author() -> None:
    mail = read("x", "Reply-To: other@harbour.example")
    assert (mail.author, mail.author_by) == (mail.sender, "from")


@pytest.mark.parametrize(
    "headers",
    [
        # Google Groups
        ["From: 'Wang Xiaoming' via Users <users@lists.example>", f"X-Original-From: {WANG}"],
        [
            "From: 'Wang Xiaoming' via Users <users@lists.example>",
            "X-Original-Sender: owner@harbour.example",
            "List-Id: <users.lists.example>",
        ],
        # Mailman: dmarc_moderation_action = munge
        [
            "From: Wang Xiaoming via Users <users@lists.example>",
            f"Reply-To: {WANG}",
            "List-Id: Users <users.lists.example>",
        ],
        # the list takes Reply-To for itself, the person stands in Cc
        [
            "From: Wang Xiaoming via Users <users@lists.example>",
            "Reply-To: users@lists.example",
            f"Cc: boss@harbour.example, {WANG}",
            "List-Post: <mailto:users@lists.example>",
        ],
        # Mailman at the IETF: the address itself is wrapped
        [
            "From: Wang Xiaoming <owner=40harbour.example@dmarc.lists.example>",
            "List-Id: <users.lists.example>",
        ],
    ],
)
def test_behind_a_list_that_rewrote_from_the_person_is_found(headers: list[str]) -> None:
    mail = read("x", *headers)
    assert mail.author.email == "owner@harbour.example"
    assert mail.author.name == "Wang Xiaoming"
    assert mail.author_by in ("original_from", "list")
    assert author.who(mail, reply_to_wins=True) == mail.author


def test_a_header_alone_does_not_make_a_list() -> None:
    mail = read("x", "From: Wang via Shop <owner@harbour.example>", "Reply-To: x@evil.example")
    assert mail.author == mail.sender


def test_reply_to_counts_where_a_setting_says_so() -> None:
    mail = read("x", "From: Form <form@shop.example>", f"Reply-To: {WANG}")
    assert author.who(mail, reply_to_wins=False).email == "form@shop.example"
    assert author.who(mail, reply_to_wins=True).email == "owner@harbour.example"


def test_the_reply_to_of_a_list_is_never_a_person() -> None:
    mail = read("x", f"From: {WANG}", "Reply-To: users@lists.example", "List-Id: <users.lists.example>")
    assert author.who(mail, reply_to_wins=True).email == "owner@harbour.example"
