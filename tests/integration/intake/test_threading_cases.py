"""Behaviour cases of other projects (../shared/mail/threading.jsonl), each as far as it says what becomes of a mail.

Their words for our things: a token in the subject is a ticket's number there, which counts where the mailbox says so; another
program's loop header is ours.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.intake.models import InboundMessage
from portal.intake.rules.mailboxes import Mailbox, MailboxDefaults
from portal.intake.rules.state import InboundState
from portal.kernel import refs
from portal.people.models import ContactEmail
from tests.integration.intake.conftest import all_tickets, timeline
from tests.integration.intake.mails import mail
from tests.support.databases import SECRET

SUBJECT_MATCHES = {"u-title-match", "u-empty-followup"}
"""The cases that suppose a setting which is off by default."""


@pytest.fixture
def cases(shared_mail: Path) -> dict[str, dict[str, Any]]:
    rows = (json.loads(line) for line in (shared_mail / "threading.jsonl").read_text().splitlines())
    return {row["id"]: row for row in rows}


@pytest.fixture
def join_by_subject(app: Flask) -> Iterator[None]:
    before = app.extensions["portal_mailboxes"]
    box = Mailbox("support", ("support@portal.example",), MailboxDefaults(join_by_subject=True))
    app.extensions["portal_mailboxes"] = (box,)
    yield
    app.extensions["portal_mailboxes"] = before


@pytest.fixture
def given(cases: dict[str, dict[str, Any]], cast: Any) -> Callable[[str], tuple[bytes, dict[str, Any]]]:
    """The message of a case with the words of our open ticket in it; its writers are our ticket's requester."""
    with transaction():
        for address in ("richard@test.test", "chef@bork.bork.bork", "richard@test.example"):
            db.session.add(ContactEmail(contact_id=cast.owner.contact_id, address=address))

    def make(name: str) -> tuple[bytes, dict[str, Any]]:
        text = cases[name]["eml"]
        for word, ours in {
            "{SUBJECT}": "Printer",
            "{MSGID}": "<first@harbour.example>",
            "{TOKEN}": f"T-{all_tickets()[0].number}",
            "X-Roundup-Loop: hello": f"X-Portal-Loop: {refs.loop_mark(SECRET)}",
        }.items():
            text = text.replace(word, ours)
        return text.encode(), cases[name]["expect"]

    return make


def test_no_case_is_left_out(cases: dict[str, dict[str, Any]]) -> None:
    here = {
        "u-title-match-never",
        "u-irt-reply",
        "u-title-match",
        "u-empty-followup",
        "u-bulk",
        "u-oof-subject",
    }
    assert set(cases) == here | {"u-loop", "u-irt-multi"}


@pytest.mark.parametrize("name", ["u-title-match-never", "u-irt-reply"])
def test_where_an_answer_belongs(take_in: Callable[[bytes], InboundMessage], given: Any, name: str) -> None:
    take_in(mail())
    raw, expected = given(name)
    row = take_in(raw)
    assert row.state is (InboundState.REPLY if expected["thread"] == "same" else InboundState.TICKET)
    assert len(all_tickets()) == (1 if expected["thread"] == "same" else 2)


def test_the_subject_alone_joins_where_a_setting_says_so_and_only_a_participants_answer(
    take_in: Callable[[bytes], InboundMessage], given: Any, join_by_subject: None
) -> None:
    take_in(mail())
    raw, expected = given("u-title-match")
    assert expected["thread"] == "same"
    assert take_in(raw).state is InboundState.REPLY
    assert take_in(raw.replace(b"Re: ", b"")).state is InboundState.TICKET
    assert take_in(
        mail("x", subject="Re: Printer", sender="colleague@harbour.example", message_id="<c@h>")
    ).state is (InboundState.TICKET)


def test_an_empty_answer_joins_and_adds_no_line(
    take_in: Callable[[bytes], InboundMessage], given: Any, join_by_subject: None
) -> None:
    take_in(mail())
    [ticket] = all_tickets()
    before = len(timeline(ticket.id))
    raw, expected = given("u-empty-followup")
    row = take_in(raw)
    assert (row.state, row.ticket_id) == (InboundState.REPLY, ticket.id)
    assert len(timeline(ticket.id)) - before == expected["articles_added"] == 0


def test_an_id_that_two_tickets_hold_names_the_one_with_the_same_subject_or_none(
    take_in: Callable[[bytes], InboundMessage], given: Any
) -> None:
    take_in(mail())
    take_in(mail("The till.", subject="Testing..."))
    first, second = all_tickets()
    raw, expected = given("u-irt-multi")
    assert expected["thread"] == "the one whose subject matches, else new"
    assert take_in(raw).ticket_id == second.id
    row = take_in(raw.replace(b"Testing...", b"Something else"))
    assert row.state is InboundState.TICKET
    assert row.ticket_id not in (first.id, second.id)


def test_our_own_loop_header_is_our_own_mail(take_in: Callable[[bytes], InboundMessage], given: Any) -> None:
    take_in(mail())
    raw, expected = given("u-loop")
    row = take_in(raw)
    assert expected["thread"] == row.state.value == "ignored"
    assert row.reason == "own_mail"


@pytest.mark.parametrize("name", ["u-bulk", "u-oof-subject"])
def test_what_is_never_answered(take_in: Callable[[bytes], InboundMessage], given: Any, name: str) -> None:
    from sqlalchemy import select

    from portal.notify.models import Delivery

    take_in(mail())
    raw, expected = given(name)
    told = len(db.session.scalars(select(Delivery.id)).all())
    row = take_in(raw)
    assert expected["no_autoreply"] is True
    assert row.state in (InboundState.HELD, InboundState.IGNORED)
    assert len(db.session.scalars(select(Delivery.id)).all()) == told
