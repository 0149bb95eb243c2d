"""XOAUTH2 against a real Dovecot that asks a real provider, and IDLE: the mailbox that a large host lends."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal.intake import queries
from portal.intake.doors import imap, oauth
from portal.intake.rules.mailboxes import Imap, Mailbox, OAuth, Secret
from tests.integration.intake.conftest import all_mail
from tests.integration.intake.mails import mail
from tests.support.client import let_go
from tests.support.tokens import Provider

pytestmark = pytest.mark.databases("sqlite")


@pytest.fixture
def provider(mailbox: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    monkeypatch.setenv("SSL_CERT_FILE", str(mailbox.certificate))
    found = Provider(mailbox.user).start(mailbox.certificate, mailbox.introspection_port)
    yield found
    found.stop()


@pytest.fixture
def watch(app: Flask, mailbox: Any, provider: Provider, tmp_path: Path) -> imap.Watch:
    (tmp_path / "refresh").write_text(provider.refresh)
    how = OAuth(
        provider.url, "portal", Secret("file", str(tmp_path / "refresh")), Secret("given", "client secret")
    )
    reached = Imap(
        mailbox.host, mailbox.user, oauth=how, port=mailbox.tls_port, poll_seconds=1, archive="", idle=False
    )
    return imap.watches((Mailbox("support", ("support@portal.example",), imap=reached),), tmp_path)[0]


def state() -> Any:
    let_go()
    [found] = queries.mailboxes()
    return found


def test_a_token_is_asked_for_once_and_again_when_it_was_revoked(
    app: Flask, mailbox: Any, provider: Provider, watch: imap.Watch
) -> None:
    mailbox.append(mail())
    watch.round(app)
    watch.round(app)
    assert len(all_mail()) == 1
    assert [form["grant_type"] for form in provider.asked] == ["refresh_token"]
    provider.good.clear()
    watch.round(app)
    assert len(provider.asked) == 2
    assert not state().failing


def test_a_new_refresh_token_is_kept_for_this_account_alone_until_it_is_replaced(
    app: Flask, provider: Provider, watch: imap.Watch, tmp_path: Path
) -> None:
    provider.rotate = True
    watch.round(app)
    [kept] = (tmp_path / "oauth").iterdir()
    assert kept.read_text() == provider.refresh
    assert kept.stat().st_mode & 0o777 == 0o600
    again = imap.watches((watch.box,), tmp_path)[0]  # the worker after a restart
    again.round(app)
    assert not state().failing
    provider.refresh = "a new consent"
    (tmp_path / "refresh").write_text("a new consent")
    imap.watches((watch.box,), tmp_path)[0].round(app)
    assert not state().failing
    assert provider.asked[-1]["refresh_token"] == "a new consent"


def test_a_refused_refresh_token_is_told_at_once_and_a_provider_that_is_away_is_no_refusal(
    app: Flask, provider: Provider, watch: imap.Watch
) -> None:
    provider.broken = 1
    watch.round(app)
    assert (state().failing, state().refused) == (True, False)
    provider.refresh = "another"
    watch.round(app)
    found = state()
    assert (found.failing, found.refused) == (True, True)
    assert "The refresh token has expired." in found.last_error
    provider.refresh = "first refresh token"
    watch.round(app)
    assert (state().failing, state().refused) == (False, False)


def test_a_refresh_token_follows_no_redirect(provider: Provider, watch: imap.Watch) -> None:
    provider.redirect = "https://elsewhere.example/token"
    assert watch.tokens
    with pytest.raises(oauth.Unreachable, match="302"):
        watch.tokens.access()


def test_news_of_the_server_is_taken_at_once_and_a_stop_is_heard(
    app: Flask, mailbox: Any, provider: Provider, watch: imap.Watch
) -> None:
    """IDLE over TLS: two messages, one after the other, in one connection."""
    watch.imap = Imap(**{**vars(watch.imap), "idle": True, "archive": "Archive", "poll_seconds": 600})
    stopping = threading.Event()
    thread = threading.Thread(target=watch.stand, args=(app, stopping))
    thread.start()
    try:
        for number in (1, 2):
            mailbox.append(mail(f"Number {number}", message_id=f"<{number}@h.example>"))
            deadline = time.monotonic() + 20
            while len(mailbox.messages("Archive")) < number:
                assert time.monotonic() < deadline
                stopping.wait(0.05)
    finally:
        stopping.set()
        thread.join(10)
    assert not thread.is_alive()
    let_go()
    assert len(all_mail()) == 2
    assert len(provider.asked) == 1
