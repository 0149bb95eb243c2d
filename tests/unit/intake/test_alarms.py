"""Alarms about the way of mail: when one stands, what is new and what is over, when the next heartbeat is due."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portal.intake.rules import alarms, heartbeat
from portal.intake.rules.alarms import Alarm, AlarmKind, Facts, HeartbeatFacts, Limits, MailboxFacts

NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
LIMITS = Limits(timedelta(minutes=15), timedelta(minutes=20), timedelta(minutes=30))


def ago(minutes: float) -> datetime:
    return NOW - timedelta(minutes=minutes)


def kinds(facts: Facts) -> list[AlarmKind]:
    return [a.kind for a in alarms.standing(facts, LIMITS, NOW)]


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        (MailboxFacts("a", False, ago(14.9), ago(999)), []),
        (MailboxFacts("a", False, ago(15), ago(999)), [AlarmKind.NOT_FETCHED]),
        (MailboxFacts("a", False, None, ago(14)), []),
        (MailboxFacts("a", False, None, ago(16)), [AlarmKind.NOT_FETCHED]),
        (MailboxFacts("a", True, ago(1), ago(999)), [AlarmKind.REFUSED]),
        (MailboxFacts("a", True, None, ago(0)), [AlarmKind.REFUSED]),
        (MailboxFacts("a", False, None, None), []),
    ],
)
def test_a_refusal_is_an_alarm_at_once_and_silence_after_its_time(box, expected):
    assert kinds(Facts((box,))) == expected


def test_a_backlog_counts_from_its_oldest_mail():
    assert kinds(Facts(oldest_unread_at=ago(19), unread=100)) == []
    [found] = alarms.standing(Facts(oldest_unread_at=ago(20), unread=3), LIMITS, NOW)
    assert (found.kind, found.since, found.detail, found.words) == (AlarmKind.BACKLOG, ago(20), "3", "")


def test_a_heartbeat_is_late_after_its_time():
    assert kinds(Facts(heartbeat=HeartbeatFacts(None))) == []
    assert kinds(Facts(heartbeat=HeartbeatFacts(ago(29)))) == []
    assert kinds(Facts(heartbeat=HeartbeatFacts(ago(30), "550 no"))) == [AlarmKind.HEARTBEAT]


def test_what_began_and_what_is_over():
    one, two = Alarm(AlarmKind.REFUSED, "a", NOW), Alarm(AlarmKind.REFUSED, "b", NOW)
    found = alarms.changes([one, two], [two.key, (AlarmKind.BACKLOG, "")])
    assert found.begun == (one,)
    assert found.over == ((AlarmKind.BACKLOG, ""),)
    assert alarms.is_told(date(2026, 11, 27), date(2026, 11, 27))
    assert not alarms.is_told(date(2026, 11, 26), date(2026, 11, 27))
    assert not alarms.is_told(None, date(2026, 11, 27))


@pytest.mark.parametrize(
    ("sent", "back", "due"),
    [(None, False, True), (59, True, False), (60, True, True), (29, False, False), (30, False, True)],
)
def test_the_next_heartbeat_comes_at_its_interval_and_sooner_while_one_is_missing(sent, back, due):
    hour, late = timedelta(hours=1), timedelta(minutes=30)
    last = None if sent is None else ago(sent)
    assert alarms.next_heartbeat_due(last, back, every=hour, late=late, now=NOW) is due


def test_only_our_own_heartbeat_is_recognised_whatever_stands_around_it():
    subject = heartbeat.subject_of("key", 12)
    assert heartbeat.number_in("key", f"[SPAM?] {subject}") == 12
    assert heartbeat.number_in("another key", subject) is None
    assert heartbeat.number_in("key", subject.replace("12", "13", 1)) is None
    assert heartbeat.number_in("key", "Heartbeat of the pump") is None
