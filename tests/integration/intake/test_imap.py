"""A real mailbox: nothing is fetched twice, nothing marked or moved before the commit, and a failing server is told."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, current_app

from portal.config import Settings
from portal.infra import files
from portal.intake import queries
from portal.intake.doors import imap
from portal.intake.rules.state import InboundState
from portal.intake.service import mailboxes
from tests.integration.intake.conftest import all_mail, all_tickets
from tests.integration.intake.mails import mail
from tests.support.client import let_go


@pytest.fixture
def settings(app: Flask, mailbox: Any) -> Settings:
    return Settings(
        imap_host=mailbox.host, imap_port=mailbox.port, imap_user=mailbox.user, imap_password=mailbox.password,
        imap_tls="none", imap_archive="Archive", imap_poll_seconds=7,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _clean_session(app: Flask) -> Iterator[None]:
    yield
    let_go()


def look(settings: Settings) -> None:
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    imap.look_once(app, mailboxes.described_by(settings), settings.var_dir)
    let_go()


def test_a_message_becomes_a_ticket_and_is_moved_away(
    settings: Settings, mailbox: Any, cast: Any, run_jobs: Callable[[], int]
) -> None:
    mailbox.append(mail())
    look(settings)
    run_jobs()
    assert [row.state for row in all_mail()] == [InboundState.TICKET]
    assert mailbox.messages() == []
    assert len(mailbox.messages("Archive")) == 1


def test_the_raw_bytes_are_those_of_the_server(settings: Settings, mailbox: Any) -> None:
    raw = mail("打印机".encode("gb18030"), kind="text/plain; charset=gb2312")
    mailbox.append(raw)
    look(settings)
    [row] = all_mail()
    assert files.read(row.sha256) == raw


def test_without_an_archive_messages_stay_untouched_and_are_fetched_once(
    settings: Settings, mailbox: Any
) -> None:
    staying = Settings(**{**vars(settings), "imap_archive": ""})
    mailbox.append(mail())
    look(staying)
    look(staying)
    assert [row.copies for row in all_mail()] == [1]
    assert len(mailbox.messages()) == 1
    assert mailbox.seen() == 0


def test_many_messages_come_in_their_order(settings: Settings, mailbox: Any) -> None:
    for number in range(5):
        mailbox.append(mail(f"Number {number}", message_id=f"<{number}@h.example>"))
    look(settings)
    assert [row.uid for row in all_mail()] == sorted(row.uid for row in all_mail())
    assert len(all_mail()) == 5


def test_a_new_uidvalidity_fetches_anew_and_makes_nothing_twice(
    settings: Settings, mailbox: Any, cast: Any, run_jobs: Callable[[], int]
) -> None:
    staying = Settings(**{**vars(settings), "imap_mailbox": "Requests", "imap_archive": ""})
    for _round in range(2):
        with mailbox.connect() as server:
            server.delete("Requests")
            server.create("Requests")
        mailbox.append(mail(), "Requests")
        look(staying)
        run_jobs()
    [row] = all_mail()
    assert row.copies == 2
    assert len(all_tickets()) == 1


def test_what_was_committed_but_not_moved_is_moved_at_the_next_look(settings: Settings, mailbox: Any) -> None:
    mailbox.append(mail())
    look(Settings(**{**vars(settings), "imap_archive": ""}))
    assert len(mailbox.messages()) == 1
    look(settings)
    assert mailbox.messages() == []
    assert [row.copies for row in all_mail()] == [1]


def test_a_failing_server_is_noted_and_forgotten_when_it_works_again(
    settings: Settings, mailbox: Any
) -> None:
    wrong = Settings(**{**vars(settings), "imap_password": "wrong"})
    look(wrong)
    [state] = queries.mailboxes()
    assert state.failing
    assert state.last_error
    look(settings)
    let_go()
    [state] = queries.mailboxes()
    assert not state.failing
    assert state.last_success_at is not None


def test_a_folder_that_does_not_exist_is_noted(settings: Settings, mailbox: Any) -> None:
    look(Settings(**{**vars(settings), "imap_mailbox": "Not There,INBOX"}))
    states = {state.mailbox.rpartition("/")[2]: state.failing for state in queries.mailboxes()}
    assert states == {"Not There": True, "INBOX": False}


def test_a_chinese_folder_is_found(settings: Settings, mailbox: Any) -> None:
    with mailbox.connect() as server:
        server.create('"&YqVP7g-&-1"')
    mailbox.append(mail(), '"&YqVP7g-&-1"')
    look(Settings(**{**vars(settings), "imap_mailbox": "报修&1", "imap_archive": ""}))
    assert len(all_mail()) == 1


def test_without_a_mailbox_nothing_is_asked(app: Flask) -> None:
    assert imap.doors(app, app.extensions["portal_settings"]) == {}
