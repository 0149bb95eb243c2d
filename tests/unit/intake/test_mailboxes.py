"""The file of mailboxes: what it gives, and that each fault is told with its line."""

from textwrap import dedent

import pytest

from portal.intake.rules import mailbox_file
from portal.intake.rules.mailboxes import (
    Mailbox,
    MailboxDefaults,
    OAuth,
    Secret,
    of_recipients,
    recipients_named,
)
from portal.tickets.rules.words import Kind, Urgency

WHOLE = """
    [[mailbox]]
    name = "hardware"
    addresses = ["Hardware@Example.com", "repairs@example.com"]
    team = "Hardware"
    organisation = 12
    kind = "question"
    urgency = "high"
    language = "zh_Hans"
    acknowledge = false
    join_by_subject = true
    trust_reply_to = true
    closed_days = 30
    authserv_id = "MX.example.com"

    [mailbox.imap]
    host = "imap.example.com"
    user = "hardware"
    password = "env:HARDWARE_PASSWORD"
    folders = ["INBOX", "报修"]
    archive = ""
    poll_seconds = 60
    idle = false

    [[mailbox]]
    name = "software"
    addresses = ["software@example.com"]

    [mailbox.imap]
    host = "imap.example.net"
    user = "software@example.com"

    [mailbox.imap.oauth]
    token_url = "https://login.example.net/token"
    client_id = "portal"
    client_secret = "file:/run/secrets/client"
    refresh_token = "file:/run/secrets/refresh"
    scope = "imap offline"
"""


def read(text: str) -> tuple[Mailbox, ...]:
    return mailbox_file.read(dedent(text).lstrip())


def test_a_whole_file():
    hardware, software = read(WHOLE)
    assert hardware.addresses == ("hardware@example.com", "repairs@example.com")
    assert hardware.defaults == MailboxDefaults(
        "Hardware", 12, Kind.QUESTION, Urgency.HIGH, "zh_Hans", False, True, True, 30, "mx.example.com"
    )
    assert hardware.imap
    assert (hardware.imap.port, hardware.imap.folders, hardware.imap.archive) == (993, ("INBOX", "报修"), "")
    assert hardware.imap.password == Secret("env", "HARDWARE_PASSWORD")
    assert software.defaults == MailboxDefaults()
    assert software.imap
    assert software.imap.oauth == OAuth(
        "https://login.example.net/token", "portal", Secret("file", "/run/secrets/refresh"),
        Secret("file", "/run/secrets/client"), "imap offline",
    )  # fmt: skip


PLAIN = '[[mailbox]]\nname = "a"\naddresses = ["a@example.com"]\n'
SIGNED_IN = PLAIN + '[mailbox.imap]\nhost = "h"\nuser = "u"\npassword = "env:P"\n'
OAUTH = PLAIN + '[mailbox.imap]\nhost = "h"\nuser = "u"\n[mailbox.imap.oauth]\nclient_id = "c"\n'


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("", 1, "[[mailbox]]"),
        ("x = 1", 1, "nobody knows 'x'"),
        ("[[mailbox]\n", 1, "line 1"),
        (PLAIN + "colour = 1", 4, "nobody knows 'colour'"),
        ('[[mailbox]]\naddresses = ["a@example.com"]', 1, "name is missing"),
        ('[[mailbox]]\nname = "a"', 1, "addresses"),
        ('[[mailbox]]\nname = "a"\n\naddresses = ["a+b@example.com"]', 4, "plain address"),
        (PLAIN + PLAIN.replace("a@", "b@"), 5, "two mailboxes"),
        (PLAIN + PLAIN.replace('"a"', '"b"'), 6, "another mailbox"),
        (PLAIN + 'kind = "noise"', 4, "kind is one of"),
        (PLAIN + 'language = "fr"', 4, "language is one of en, zh_Hans"),
        (PLAIN + "closed_days = 0", 4, "from 1 on"),
        (PLAIN + 'acknowledge = "no"', 4, "true or false"),
        (PLAIN + "team = 3", 4, "in quotes"),
        (PLAIN + "imap = 3", 4, "imap is a table"),
        (PLAIN + '[mailbox.imap]\nhost = "h"\nuser = "u"', 4, "how to sign in"),
        (SIGNED_IN.replace("env:P", "hunter2"), 7, "where the secret is"),
        (SIGNED_IN + "port = 70000", 8, "port"),
        (SIGNED_IN + "poll_seconds = true", 8, "poll_seconds"),
        (SIGNED_IN + 'tls = "perhaps"', 8, "tls is one of"),
        (SIGNED_IN + "folders = 3", 8, "folders is a list"),
        (OAUTH + 'refresh_token = "env:R"', 7, "token_url is missing"),
        (OAUTH + 'token_url = "http://h/"\nrefresh_token = "env:R"', 9, "https://"),
        (OAUTH + 'token_url = "https://h/"', 7, "refresh_token is missing"),
        (OAUTH.replace("[mailbox.imap.", 'tls = "none"\n[mailbox.imap.'), 7, "without TLS"),
        (SIGNED_IN + "[mailbox.imap.oauth]", 7, "one of them is enough"),
    ],
)
def test_a_fault_is_told_with_its_line(text, line, word):
    with pytest.raises(mailbox_file.BadMailboxes) as refused:
        mailbox_file.read(text)
    assert [f for f in refused.value.faults if f.line == line and word in f.reason], refused.value.faults


def test_a_recipient_chooses_the_mailbox_and_a_sub_address_does_not_matter():
    boxes = read(WHOLE)
    assert of_recipients(boxes, ["Repairs+t1042-abc@EXAMPLE.com"]) is boxes[0]
    assert of_recipients(boxes, ["nobody@example.org", "<software@example.com>"]) is boxes[1]
    assert of_recipients(boxes, ["nobody@example.org", "", "@", "a@b@c"]) is None


def test_headers_name_the_recipients_the_servers_word_first():
    raw = (
        b"From: x@example.org\r\nTo: Me <to@example.com>,\r\n <second@example.com>\r\nCc: cc@example.com\r\n"
        b"Delivered-To: given@example.com\r\nSubject: for a@b.example\r\n\r\nTo: body@example.com"
    )
    assert recipients_named(raw) == [
        "given@example.com",
        "to@example.com",
        "second@example.com",
        "cc@example.com",
    ]


@pytest.mark.parametrize("raw", [b"", b"\x00\xff", b"To", b"To: " + b"a@b.c," * 10000])
def test_headers_that_are_none_name_at_most_what_is_allowed(raw):
    assert len(recipients_named(raw)) <= 50
