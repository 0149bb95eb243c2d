"""Watching the way that mail takes: what is known of it, the record of alarms, and the mail to ourselves that proves the circle.

Owns that an alarm is told once a day and its end once. Refuses to decide when one stands: rules.alarms does.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, delete, func, select

from portal.config import Settings
from portal.infra import jobs, outbox
from portal.infra.db import db
from portal.infra.mailer import Letter
from portal.intake.events import MailAlarmOver, MailAlarmRaised
from portal.intake.models import Heartbeat, MailAlarm, MailboxState
from portal.intake.rules import alarms as rules
from portal.intake.rules import heartbeat as marks
from portal.intake.rules.alarms import Alarm, AlarmKind
from portal.intake.service import mailboxes
from portal.intake.service.arrival import KIND
from portal.intake.service.reading import settings
from portal.people import queries as people

KEPT = timedelta(days=30)
"""How long heartbeats are kept."""


def standing(now: datetime) -> tuple[Alarm, ...]:
    """The alarms that hold now, asked of the tables and not of the worker, which may be what has failed."""
    given = settings()
    limits = rules.Limits(
        timedelta(minutes=given.alarm_unfetched_minutes),
        timedelta(minutes=given.alarm_backlog_minutes),
        timedelta(minutes=given.heartbeat_late_minutes),
    )
    return rules.standing(_facts(given), limits, now)


def _facts(given: Settings) -> rules.Facts:
    watched = [place for box in mailboxes.known() if box.imap for place in box.imap.places]
    query = select(MailboxState).where(MailboxState.mailbox.in_(watched))
    states = list(db.session.scalars(query)) if watched else []
    unread, oldest = jobs.waiting_since(KIND)
    return rules.Facts(
        tuple(
            rules.MailboxFacts(s.mailbox, s.refused, s.last_success_at, s.known_since, s.last_error or "")
            for s in states
        ),
        oldest,
        unread,
        _heartbeat_facts() if beats(given) else None,
    )


def watch(now: datetime) -> None:
    """Bring the record up to date, and have told what is to be told today."""
    provider = people.provider()
    today = now.astimezone(ZoneInfo(provider.time_zone if provider else "UTC")).date()
    open_now = {(row.kind, row.subject): row for row in recorded()}
    stands = standing(now)
    found = rules.changes(stands, open_now.keys())
    for key in found.over:
        row = open_now.pop(key)
        row.over_at = now
        outbox.record(MailAlarmOver(row.id))
    for alarm in found.begun:
        row = MailAlarm(kind=alarm.kind, subject=alarm.subject, since=alarm.since, begun_at=now)
        db.session.add(row)
        open_now[alarm.key] = row
    for alarm in stands:
        open_now[alarm.key].detail = alarm.detail[:2000]
    db.session.flush()
    for row in open_now.values():
        if not rules.is_told(row.told_on, today):
            row.told_on = today
            outbox.record(MailAlarmRaised(row.id, today.isoformat()))


def recorded() -> list[MailAlarm]:
    """The alarms that are on record as open."""
    return list(
        db.session.scalars(select(MailAlarm).where(MailAlarm.over_at.is_(None)).order_by(MailAlarm.id))
    )


def for_the_menu() -> Select[tuple[int]]:
    """Alarms that are not over, for the menu's mark."""
    return select(MailAlarm.id).where(MailAlarm.over_at.is_(None))


def alarm(alarm_id: int) -> MailAlarm | None:
    return db.session.get(MailAlarm, alarm_id)


def as_alarm(row: MailAlarm) -> Alarm:
    """What its words are made of."""
    return Alarm(AlarmKind(row.kind), row.subject, row.since, row.detail or "")


def beats(given: Settings) -> bool:
    """Whether we write to ourselves: an interval is set, and a server that takes the mail."""
    return given.heartbeat_minutes > 0 and bool(given.smtp_host)


def begin_beat(now: datetime) -> Heartbeat | None:
    """The next heartbeat, if it is time for one; the caller sends it after the commit."""
    given = settings()
    if not beats(given):
        return None
    last = db.session.scalar(select(Heartbeat).order_by(Heartbeat.id.desc()).limit(1))
    due = rules.next_heartbeat_due(
        last.sent_at if last else None,
        last is not None and last.came_back_at is not None,
        every=timedelta(minutes=given.heartbeat_minutes),
        late=timedelta(minutes=given.heartbeat_late_minutes),
        now=now,
    )
    if not due:
        return None
    db.session.execute(delete(Heartbeat).where(Heartbeat.sent_at < now - KEPT))
    beat = Heartbeat(sent_at=now)
    db.session.add(beat)
    db.session.flush()
    return beat


def letter_of(beat_id: int, now: datetime) -> Letter:
    """The mail to ourselves."""
    given = settings()
    words = "This mail proves that mail to this address reaches the portal. It is recognised and put aside by itself."
    return Letter(
        sender_name=given.support_name, sender=given.support_address, to_name="", to=given.support_address,
        subject=marks.subject_of(given.secret_key, beat_id), text=words + "\n", html=f"<p>{words}</p>\n",
        message_id=f"<heartbeat.{beat_id}.{int(now.timestamp())}@{given.support_address.rpartition('@')[2]}>", at=now,
        auto_submitted="auto-generated",
    )  # fmt: skip


def note_unsent(beat_id: int, words: str) -> None:
    """The server did not take it."""
    beat = db.session.get(Heartbeat, beat_id)
    if beat is not None:
        beat.error = words[:500]


def take_back(subject: str, now: datetime) -> bool:
    """Whether a mail with this subject is one of ours come back; its time is noted once."""
    number = marks.number_in(settings().secret_key, subject)
    if number is None:
        return False
    beat = db.session.get(Heartbeat, number)
    if beat is not None and beat.came_back_at is None:
        beat.came_back_at = now
    return True


def last_beat() -> Heartbeat | None:
    """The newest that came back, for the page."""
    query = select(Heartbeat).where(Heartbeat.came_back_at.is_not(None)).order_by(Heartbeat.id.desc())
    return db.session.scalar(query.limit(1))


def _heartbeat_facts() -> rules.HeartbeatFacts:
    came = select(func.max(Heartbeat.id)).where(Heartbeat.came_back_at.is_not(None)).scalar_subquery()
    missing = select(Heartbeat).where(Heartbeat.id > func.coalesce(came, 0)).order_by(Heartbeat.id)
    rows = list(db.session.scalars(missing.limit(100)))
    error = next((row.error for row in reversed(rows) if row.error), "")
    return rules.HeartbeatFacts(rows[0].sent_at if rows else None, error or "")
