"""Several mailboxes: each message knows its own, and a description that is wrong stops the start."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal.config import BadSetting, Settings
from portal.intake.doors import imap
from portal.intake.doors.taking import accept
from portal.intake.service import mailboxes
from portal.intake.service.arrival import Envelope
from portal.tickets.rules.words import Urgency
from tests.integration.intake.conftest import all_mail
from tests.integration.intake.mails import mail
from tests.support.client import let_go

TWO = """
[[mailbox]]
name = "support"
addresses = ["support@portal.example"]

[[mailbox]]
name = "printers"
addresses = ["printers@portal.example"]
urgency = "high"
"""


@pytest.fixture
def portal(make_app: Callable[..., Flask], tmp_path: Path) -> Callable[[str], Flask]:
    def make(text: str) -> Flask:
        path = tmp_path / "mailboxes.toml"
        path.write_text(text)
        return make_app(mailboxes_file=str(path))

    return make


def test_the_recipient_chooses_the_mailbox_whose_defaults_hold(portal: Callable[[str], Flask]) -> None:
    with portal(TWO).app_context():
        accept(mail("By envelope"), "pipe", envelope=Envelope("a@b.example", ("PRINTERS+x@portal.example",)))
        accept(mail("By header", to="printers@portal.example"), "pipe")
        accept(mail("Of nobody", to="elsewhere@portal.example"), "pipe")
        rows = all_mail()
        assert [row.mailbox_name for row in rows] == ["printers", "printers", "support"]
        assert rows[0].envelope_from == "a@b.example"
        assert rows[0].envelope_to == ["PRINTERS+x@portal.example"]
        assert (rows[1].envelope_from, rows[1].envelope_to) == (None, None)
        assert mailboxes.defaults_of(rows[0].mailbox_name).urgency is Urgency.HIGH
        assert mailboxes.defaults_of("gone").urgency is Urgency.NORMAL
        assert mailboxes.own_addresses() == {"support@portal.example", "printers@portal.example"}
        let_go()


def test_an_imap_mailbox_gives_its_name(portal: Callable[[str], Flask], mailbox: Any, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{mailbox.password}\n")
    described = f"""
[[mailbox]]
name = "printers"
addresses = ["printers@portal.example"]
[mailbox.imap]
host = "{mailbox.host}"
port = {mailbox.port}
tls = "none"
user = "{mailbox.user}"
password = "file:{tmp_path / "secret"}"
"""
    mailbox.append(mail())
    app = portal(described)
    with app.app_context():
        imap.look_once(app, mailboxes.known(), tmp_path)
        assert [(row.door, row.mailbox_name) for row in all_mail()] == [("imap", "printers")]
        let_go()


@pytest.mark.databases("sqlite")
def test_a_description_that_is_wrong_stops_the_start_with_its_place(
    portal: Callable[[str], Flask], make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    with pytest.raises(BadSetting, match=r"mailboxes\.toml:4: nobody knows 'colour'"):
        portal(TWO.replace("addresses", "colour = 1\naddresses", 1))
    with pytest.raises(BadSetting, match="cannot be read"):
        make_app(mailboxes_file=str(tmp_path / "not there"))
    with pytest.raises(BadSetting, match="both set"):
        make_app(mailboxes_file="x", imap_host="h")


def test_the_plain_settings_name_our_own_mail_server() -> None:
    [box] = mailboxes.described_by(Settings(authserv_id="MX.Portal.example"))
    assert box.defaults.authserv_id == "mx.portal.example"
    [box] = mailboxes.described_by(Settings())
    assert box.defaults.authserv_id == ""
