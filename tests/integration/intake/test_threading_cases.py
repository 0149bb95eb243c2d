"""Behaviour cases of other projects (../shared/mail/threading.jsonl), as far as our way of threading has them.

Not here: joining by subject alone (there is no such setting), a token in the subject (ours is in the address), another
program's loop header, and two tickets with one Message-ID (a Message-ID stays with its first ticket).
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.intake.models import InboundMessage
from portal.intake.rules.parse import parse
from portal.intake.rules.state import InboundState
from portal.people.models import ContactEmail
from tests.integration.intake.conftest import all_tickets
from tests.integration.intake.mails import mail


def given(folder: Path, name: str) -> tuple[bytes, dict[str, Any]]:
    """The message of a case, with the words of our open ticket in it."""
    rows = [json.loads(line) for line in (folder / "threading.jsonl").read_text().splitlines()]
    row = next(r for r in rows if r["id"] == name)
    text = row["eml"].replace("{SUBJECT}", "Printer").replace("{MSGID}", "<first@harbour.example>")
    return text.encode(), row["expect"]


@pytest.mark.parametrize("name", ["u-title-match-never", "u-irt-reply"])
def test_where_an_answer_belongs(
    shared_mail: Path, take_in: Callable[[bytes], InboundMessage], cast: Any, name: str
) -> None:
    raw, expected = given(shared_mail, name)
    with transaction():
        for address in ("richard@test.test", "chef@bork.bork.bork"):
            db.session.add(ContactEmail(contact_id=cast.owner.contact_id, address=address))
    take_in(mail())
    row = take_in(raw)
    assert row.state is (InboundState.REPLY if expected["thread"] == "same" else InboundState.TICKET)
    assert len(all_tickets()) == (1 if expected["thread"] == "same" else 2)


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize("name", ["u-bulk", "u-oof-subject"])
def test_what_is_never_answered(shared_mail: Path, database: str, name: str) -> None:
    raw, expected = given(shared_mail, name)
    assert parse(raw).flags.no_autoreply is expected["no_autoreply"]
