"""Machines are recognised by what they say of themselves; people are not taken for machines."""

# ruff: noqa: E501 -- the lines are mail, as programs write it

import pytest

from tests.unit.intake.build import multipart, part, read


@pytest.mark.parametrize(
    "headers",
    [
        ["Auto-Submitted: auto-replied"],
        ["Auto-Submitted: auto-generated"],
        ["X-Autoreply: yes"],
        ["Precedence: auto_reply"],
        ["Subject: Automatic reply: The printer"],
        ["Subject: =?utf-8?b?6Ieq5Yqo5Zue5aSNOiDmiZPljbDmnLo=?="],
        ["Subject: Out of Office: back on Monday"],
        ["X-Vacation: yes"],
    ],
)
def test_an_automatic_answer_is_recognised_and_never_answered(headers: list[str]) -> None:
    flags = read("I am away.", *headers).flags
    assert flags.auto
    assert flags.no_autoreply


@pytest.mark.parametrize(
    "headers",
    [["List-Id: <news.example>"], ["Precedence: bulk"], ["From: noreply@shop.example"], ["Return-Path: <>"]],
)
def test_bulk_mail_is_not_answered_and_is_no_automatic_answer(headers: list[str]) -> None:
    flags = read("News", *headers).flags
    assert flags.no_autoreply
    assert not flags.auto


@pytest.mark.parametrize(
    "headers",
    [[], ["Auto-Submitted: no"], ["Subject: The automatic door does not open"], ["Subject: Re: auto parts"]],
)
def test_a_person_is_a_person(headers: list[str]) -> None:
    flags = read("Please help", *headers).flags
    assert not flags.auto
    assert not flags.no_autoreply


def test_a_delivery_report_names_recipient_status_and_the_mail_it_is_about() -> None:
    report = "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; Gone@harbour.example\r\nAction: failed\r\nStatus: 5.1.1\r\n"
    original = "From: support@portal.example\r\nMessage-ID: <ours@portal.example>\r\nSubject: [T-1042]\r\n"
    body, kind = multipart(
        "report", part("text/plain", "It could not be delivered."), part("message/delivery-status", report),
        part("text/rfc822-headers", original), extra="; report-type=delivery-status",
    )  # fmt: skip
    flags = read(body, "From: MAILER-DAEMON@mx.example", kind=kind).flags
    assert flags.bounce
    assert flags.auto
    assert flags.bounce_recipients == ("gone@harbour.example",)
    assert (flags.bounce_status, flags.bounce_temporary) == ("5.1.1", False)
    assert flags.original_ids == ("ours@portal.example",)
