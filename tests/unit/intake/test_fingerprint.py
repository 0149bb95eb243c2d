"""One message is one, two are two."""

from portal.intake.rules.fingerprint import fingerprint
from tests.unit.intake.build import raw


def test_the_same_message_in_two_mailboxes_is_one() -> None:
    first = raw(
        "Help", "Received: from a by b; Tue", "Delivered-To: support@portal.example", "X-Spam-Score: 1"
    )
    second = raw(
        "Help",
        "Received: from c by d; Wed",
        "Return-Path: <owner@harbour.example>",
        "Delivered-To: help@portal.example",
    )
    assert fingerprint(first) == fingerprint(second)


def test_line_ends_and_a_trailing_blank_line_make_no_difference() -> None:
    assert fingerprint(raw("Help\r\nme")) == fingerprint(raw("Help\r\nme").replace(b"\r\n", b"\n") + b"\n")


def test_different_words_under_one_message_id_are_two() -> None:
    assert fingerprint(raw("Help")) != fingerprint(raw("Help again"))


def test_different_subjects_are_two() -> None:
    assert fingerprint(raw("Help", "Subject: a")) != fingerprint(raw("Help", "Subject: b"))


def test_a_daily_alarm_without_id_and_date_is_another_one_each_day() -> None:
    days = [
        raw("Paper jam", "Message-ID: -", "Date: -", f"Received: from printer; {day} Nov") for day in (1, 2)
    ]
    assert fingerprint(days[0]) != fingerprint(days[1])
