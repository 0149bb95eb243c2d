"""Mail that came back: whose it was, why, and whether the server will try again; a person who sends one on is a person."""

# ruff: noqa: E501 -- the lines are mail, as programs write it

import base64

import pytest

from portal.intake.rules.bounces import report, status
from portal.intake.rules.mail import Flags
from tests.unit.intake.bounce_samples import SAMPLES, Sample
from tests.unit.intake.build import multipart, part, read

REPORTING = "Reporting-MTA: dns; mx.example\r\n\r\n"
ORIGINAL = "From: support@portal.example\r\nMessage-ID: <ours@portal.example>\r\nSubject: [T-1042]\r\n"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.name)
def test_a_notice_in_sentences_tells_whom_it_did_not_reach(sample: Sample) -> None:
    kind = f"text/{'html' if sample.html else 'plain'}; charset=utf-8"
    sender = f"From: {sample.sender or '<>'}"
    flags = read(sample.text, sender, f"Subject: {sample.subject}", *sample.headers, kind=kind).flags
    assert flags.bounce
    assert (flags.bounce_recipients, flags.bounce_status, flags.bounce_temporary) == (
        sample.recipients,
        sample.status,
        sample.temporary,
    )
    assert flags.auto
    assert flags.no_autoreply


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.name)
def test_a_person_who_sends_a_notice_on_is_a_person(sample: Sample) -> None:
    text = f"Please see below, what is wrong?\n\n{sample.text}"
    kind = f"text/{'html' if sample.html else 'plain'}; charset=utf-8"
    flags = read(text, f"Subject: Fwd: {sample.subject}", "In-Reply-To: <x@harbour.example>", kind=kind).flags
    assert not flags.bounce
    assert not flags.auto


def _report(fields: str, *headers: str, kind: str = "message/delivery-status", **extra: str) -> Flags:
    body, outer = multipart(
        "report", part("text/plain", "It did not arrive."), part(kind, REPORTING + fields, *extra.values()),
        part("text/rfc822-headers", ORIGINAL), extra="; report-type=delivery-status",
    )  # fmt: skip
    return read(body, "From: MAILER-DAEMON@mx.example", *headers, kind=outer).flags


def test_a_report_names_recipient_status_and_the_mail_it_is_about() -> None:
    flags = _report("Final-Recipient: rfc822; Gone@harbour.example\r\nAction: failed\r\nStatus: 5.1.1\r\n")
    assert flags.bounce
    assert flags.bounce_recipients == ("gone@harbour.example",)
    assert (flags.bounce_status, flags.bounce_temporary) == ("5.1.1", False)
    assert flags.original_ids == ("ours@portal.example",)


def test_the_address_that_we_wrote_to_counts_not_the_one_it_was_passed_on_to() -> None:
    flags = _report(
        "Original-Recipient: rfc822;Wang+2Bwork@harbour.example\r\nFinal-Recipient: rfc822;wang@inner.example\r\n"
        "Action: failed\r\nStatus: 5.2.2 (full)\r\n"
    )
    assert flags.bounce_recipients == ("wang+work@harbour.example",)
    assert flags.bounce_status == "5.2.2"


def test_of_several_recipients_those_that_failed_count_and_none_that_arrived() -> None:
    flags = _report(
        "Final-Recipient: rfc822; a@x.example\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\n"
        "Final-Recipient: rfc822; b@x.example\r\nAction: delayed\r\nStatus: 4.4.1\r\n\r\n"
        "Final-Recipient: rfc822; c@x.example\r\nAction: failed (bad)\r\nStatus: 5.1.1\r\n\r\n"
        "Final-Recipient: rfc822; d@x.example\r\nAction: error\r\nStatus: 5.1.2\r\n"
    )
    assert flags.bounce_recipients == ("c@x.example", "d@x.example")
    assert (flags.bounce_status, flags.bounce_temporary) == ("5.1.1", False)


def test_a_delay_is_temporary() -> None:
    flags = _report("Final-Recipient: rfc822; b@x.example\r\nAction: delayed\r\nStatus: 4.4.1\r\n")
    assert (flags.bounce, flags.bounce_temporary, flags.bounce_status) == (True, True, "4.4.1")


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_report_of_success_is_automatic_and_no_failure(action: str) -> None:
    flags = _report(f"Final-Recipient: rfc822; a@x.example\r\nAction: {action}\r\nStatus: 2.1.5\r\n")
    assert flags.auto
    assert not flags.bounce
    assert flags.bounce_recipients == ()


@pytest.mark.parametrize(
    ("fields", "recipients", "code"),
    [
        ("Final-Recipient: <gone@x.example>\r\nAction: failed\r\n", ("gone@x.example",), "5.0.0"),
        ("Final-Recipient: smtp; gone@x.example\r\nStatus: 5.1.1\r\n", ("gone@x.example",), "5.1.1"),
        ("X-Actual-Recipient: rfc822; gone@x.example\r\nAction: failed\r\nDiagnostic-Code: smtp; 550 5.7.1 Blocked\r\n", ("gone@x.example",), "5.7.1"),
        ("Final-Recipient: rfc822;gone@x.example\r\nAction: failed\r\nDiagnostic-Code: smtp; 552 mailbox full\r\n", ("gone@x.example",), "5.2.2"),
        ("Final-Recipient: rfc822;a@x.example\r\nAction: failed\r\nFinal-Recipient: rfc822;b@x.example\r\nAction: failed\r\n", ("a@x.example", "b@x.example"), "5.0.0"),
        ("Final-Recipient: utf-8; 王@例子.example\r\nAction: failed\r\nStatus: 5.1.1\r\n", ("王@例子.example",), "5.1.1"),
        ("Original-Recipient: rfc822; wang\r\nFinal-Recipient: rfc822; a@x.example\r\nAction: failed\r\n", ("a@x.example",), "5.0.0"),
    ],
)  # fmt: skip
def test_a_broken_report_is_read_as_far_as_it_goes(
    fields: str, recipients: tuple[str, ...], code: str
) -> None:
    flags = _report(fields)
    assert flags.bounce
    assert (flags.bounce_recipients, flags.bounce_status) == (recipients, code)


def test_an_encoded_report_is_read_all_the_same() -> None:
    plain = REPORTING + "Final-Recipient: rfc822; gone@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    encoded = base64.encodebytes(plain.encode()).decode()
    body, outer = multipart(
        "report", part("text/plain", "It did not arrive."),
        part("message/delivery-status", encoded, "Content-Transfer-Encoding: base64"), extra="; report-type=delivery-status",
    )  # fmt: skip
    flags = read(body, "From: MAILER-DAEMON@mx.example", kind=outer).flags
    assert (flags.bounce_recipients, flags.bounce_status) == (("gone@x.example",), "5.1.1")


def test_a_notice_that_a_person_attaches_is_theirs() -> None:
    fields = "Final-Recipient: rfc822; gone@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    inner, kind = multipart("report", part("message/delivery-status", REPORTING + fields))
    notice = f"From: MAILER-DAEMON@mx.example\r\nContent-Type: {kind}\r\n\r\n".encode().replace(
        b'"edge"', b'"inner"'
    ) + inner.replace(b"--edge", b"--inner")
    body, outer = multipart("mixed", part("text/plain", "What is this?"), part("message/rfc822", notice))
    assert not read(body, kind=outer).flags.bounce
    assert read(body, "From: postmaster@x.example", "Subject: Delivery failure", kind=outer).flags.bounce


def test_whom_a_notice_does_not_name_the_returned_mail_does() -> None:
    returned = "From: support@portal.example\r\nTo: Wang <gone@x.example>\r\nSubject: [T-1042]\r\n\r\nHello"
    body, outer = multipart("mixed", part("text/plain", "Delivery failed."), part("message/rfc822", returned))
    flags = read(body, "From: MAILER-DAEMON@mx.example", "Subject: Delivery failed", kind=outer).flags
    assert flags.bounce_recipients == ("gone@x.example",)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("退信问题", "我们发给 boss@x.example 的邮件总是被退回，请帮忙看看。"),
        ("Delivery problem", "The courier could not deliver the toner to wang@x.example, please call."),
        ("Mailbox full", "Hello, the mailbox of li@x.example is full since Monday. Please enlarge it."),
        ("Undeliverable mails since Monday", "Everything that we send comes back. Can you look at it?"),
    ],
)
def test_a_person_who_complains_of_mail_is_a_person(subject: str, text: str) -> None:
    flags = read(text, f"Subject: {subject}").flags
    assert not flags.auto
    assert not flags.bounce


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        (["From: 系统管理员 <it@harbour.example>", "Subject: 邮件无法发送"], "发给 boss@x.example 的邮件发不出去，请处理。"),
        (["From: postmaster@harbour.example", "Subject: Printer"], "The printer is broken, and mail to boss@x.example could not be delivered."),
        (["From: Parcels <no-reply@parcels.example>", "Return-Path: <bounce@parcels.example>", "Subject: Delivery failed"], "We could not deliver your parcel. Write to help@parcels.example."),
        (["Subject: Automatic reply: x", "Return-Path: <>", "Auto-Submitted: auto-replied"], "I cannot be reached. Write to li@x.example, who will deliver it."),
        (["Subject: 自动回复: 打印机", "Return-Path: <>"], "本人出差，邮件无法及时回复，请联系 li@x.example，电话 138 0013 8000。"),
    ],
)  # fmt: skip
def test_what_only_speaks_of_delivery_is_no_failure(headers: list[str], text: str) -> None:
    assert not read(text, *headers).flags.bounce


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("550 5.1.1 User unknown", "5.1.1"),
        ("smtp; 550-5.7.26 unauthenticated", "5.7.26"),
        ("Version 5.5.2653.19 of 10.4.4.1", "5.0.0"),
        ("550 Mailbox unavailable", "5.1.1"),
        ("451 try again later", "4.3.0"),
        ("452 insufficient system storage", "4.2.2"),
        ("554 Message refused: spam", "5.7.1"),
        ("host unknown", "5.1.2"),
        ("too many hops", "5.4.6"),
        ("message size exceeds fixed limit", "5.3.4"),
        ("对方邮箱空间已满", "5.2.2"),
        ("收件人不存在", "5.1.1"),
        ("被反垃圾系统拒收", "5.7.1"),
    ],
)
def test_a_status_is_derived_from_what_a_server_says(words: str, code: str) -> None:
    assert status.derived(words, temporary=False) == code


def test_an_address_is_found_in_any_dress() -> None:
    assert report.address_of("rfc822; A.B@X.example") == "a.b@x.example"
    assert report.address_of("rfc822;<a@x.example> (comment)") == "a@x.example"
    assert report.address_of('rfc822; "a b"@x.example') == '"a b"@x.example'
    assert report.address_of("X400; /C=DE/S=WANG/") == ""
    assert report.address_of("") == ""
