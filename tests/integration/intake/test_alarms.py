"""Mail that does not come through is told: on the page, in the menu, by mail once a day, and once when it is over."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal import worker
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.intake.doors.taking import accept
from portal.intake.models import Heartbeat
from portal.intake.rules.state import InboundState
from portal.intake.service import alarms, arrival
from portal.kernel import clock
from portal.notify.models import Delivery
from tests import cast as people
from tests.integration.intake.conftest import all_mail
from tests.integration.intake.mails import mail
from tests.support.client import let_go

MORNING = datetime(2026, 11, 27, 9, tzinfo=UTC)
PLACE = "u@127.0.0.1/INBOX"


def watch() -> list[tuple[str, str]]:
    """As the worker does each minute; every mail about it so far, as (message, to)."""
    with transaction():
        alarms.watch(clock.now())
    worker.drain()
    let_go()
    rows = db.session.scalars(
        select(Delivery).where(Delivery.message.like("mail_alarm%")).order_by(Delivery.id)
    )
    return [(row.message, row.address) for row in rows]


def failure(words: str, *, refused: bool) -> None:
    with transaction():
        arrival.note_failure(PLACE, "support", words, refused=refused)


@pytest.fixture
def portal(make_app: Callable[..., Flask]) -> Flask:
    return make_app(imap_host="127.0.0.1", imap_user="u", imap_password="p")


def test_a_refused_sign_in_is_told_to_administrators_once_a_day_and_its_end_once(
    portal: Flask, sign_in: Callable[..., Any]
) -> None:
    told, over = "mail_alarm_to_staff", "mail_alarm_over_to_staff"
    with portal.app_context(), time_machine.travel(MORNING, tick=False) as time:
        cast = people.make()
        admin = cast.administrator.email
        assert watch() == []
        failure("AUTHENTICATIONFAILED the token has expired", refused=True)
        assert watch() == [(told, admin)]
        assert watch() == [(told, admin)]
        page = sign_in(portal.test_client(), cast.administrator).get("/desk/mail").get_data(as_text=True)
        assert "does not let us into" in page
        assert "the token has expired" in page
        assert "Mail does not come through" in page
        agent = sign_in(portal.test_client(), cast.agent).get("/desk/mail").get_data(as_text=True)
        assert "does not let us into" in agent
        assert "Mail does not come through" not in agent
        time.shift(timedelta(days=1))
        assert watch() == [(told, admin)] * 2
        with transaction():
            arrival.note_look(PLACE, "support", 1)
        assert watch() == [(told, admin), (told, admin), (over, admin)]
        assert watch() == [(told, admin), (told, admin), (over, admin)]
        page = sign_in(portal.test_client(), cast.administrator).get("/desk/mail").get_data(as_text=True)
        assert "does not let us into" not in page
        assert "Mail does not come through" not in page
        let_go()


def test_silence_and_unread_mail_are_alarms_after_their_time_even_if_no_worker_runs(portal: Flask) -> None:
    with portal.app_context(), time_machine.travel(MORNING, tick=False) as time:
        people.make()
        failure("timed out", refused=False)
        accept(mail(), "pipe")
        assert alarms.standing(clock.now()) == ()
        time.shift(timedelta(minutes=15))
        assert [a.kind.value for a in alarms.standing(clock.now())] == ["not_fetched", "backlog"]
        worker.drain()
        assert [a.kind.value for a in alarms.standing(clock.now())] == ["not_fetched"]
        let_go()


def test_the_circle_is_proved_by_a_mail_to_ourselves(make_app: Callable[..., Flask], smtp: Any) -> None:
    app = make_app(smtp_host=smtp.host, smtp_port=smtp.port, smtp_tls="none", heartbeat_minutes=60)
    beat = {"kind": "intake.beat"}
    with app.app_context(), time_machine.travel(MORNING, tick=False) as time:
        people.make()
        from portal.intake.jobs import beat as send

        send(beat)
        send(beat)
        [ours] = smtp.wait_for(1)
        assert ours.recipients == ("support@portal.example",)
        time.shift(timedelta(seconds=12))
        accept(ours.raw, "pipe")
        worker.drain()
        [row] = all_mail()
        assert (row.state, row.reason) == (InboundState.IGNORED, "heartbeat")
        found = alarms.last_beat()
        assert found is not None
        assert found.came_back_at == found.sent_at + timedelta(seconds=12)
        # The next one is lost, and another is sent before its hour; when that comes back, the alarm is over.
        time.shift(timedelta(hours=1))
        send(beat)
        time.shift(timedelta(minutes=15))
        assert [a.kind.value for a in alarms.standing(clock.now())] == ["heartbeat"]
        send(beat)
        accept(smtp.wait_for(3)[2].raw, "pipe")
        worker.drain()
        assert alarms.standing(clock.now()) == ()
        let_go()


def test_a_heartbeat_that_cannot_be_sent_says_why(make_app: Callable[..., Flask], smtp: Any) -> None:
    app = make_app(smtp_host=smtp.host, smtp_port=smtp.port, smtp_tls="none", heartbeat_minutes=60)
    smtp.refuse("550 5.7.1 No relaying", at="MAIL")
    with app.app_context(), time_machine.travel(MORNING, tick=False) as time:
        from portal.intake.jobs import beat as send

        send({})
        time.shift(timedelta(minutes=15))
        [alarm] = alarms.standing(clock.now())
        assert "No relaying" in alarm.words
        assert db.session.scalars(select(Heartbeat)).one().came_back_at is None
        let_go()
