"""`flask demo load`: a whole desk in a new database, and nothing anywhere else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.dispatch.models import Visit
from portal.dispatch.rules.visiting import VisitKind, VisitStatus
from portal.infra.outbox import OutboxEvent
from portal.intake.models import InboundMessage
from portal.intake.rules.state import InboundState
from portal.kernel import clock
from portal.people.models import User
from portal.people.service import passwords
from portal.quotes.models import Quote
from portal.quotes.rules.quoting import Act, Side
from portal.tickets.models.ticket import Attachment, Ticket, TimelineEntry
from portal.tickets.rules.transitions import SILENCE_CLOSES_AFTER
from portal.tickets.rules.words import Channel, EntryKind, Kind, Phase, Status


def load(app: Flask) -> str:
    return app.test_cli_runner().invoke(args=["demo", "load"], catch_exceptions=False).output


@pytest.mark.both
@pytest.mark.demo
def test_it_brings_every_kind_channel_phase_and_main_status(app: Flask, db_session: Any):
    tickets = db_session.scalars(select(Ticket)).all()
    assert len(tickets) == 38
    assert {t.kind for t in tickets} == set(Kind)
    assert {t.channel for t in tickets} == set(Channel)
    assert {t.phase for t in tickets} == set(Phase)
    assert {t.status for t in tickets} >= {
        Status.NEW, Status.IN_PROGRESS, Status.WAITING_CUSTOMER, Status.WAITING_PARTS, Status.WAITING_QUOTE,
        Status.WAITING_THIRD_PARTY, Status.RESOLVED, Status.CLOSED, Status.CANCELLED,
    }  # fmt: skip
    assert {e.kind for e in db_session.scalars(select(TimelineEntry))} == set(EntryKind)
    assert db_session.scalar(select(func.count(Attachment.id))) == 5


@pytest.mark.demo
def test_numbers_rise_with_time_and_nothing_lies_in_the_future(app: Flask, db_session: Any):
    tickets = db_session.scalars(select(Ticket).order_by(Ticket.number)).all()
    created = [t.created_at for t in tickets]
    assert created == sorted(created)
    assert all(t.changed_at <= clock.now() for t in tickets)
    assert clock.now() - created[0] > timedelta(days=30)


@pytest.mark.demo
def test_it_is_whole_on_its_own_no_resolved_ticket_is_overdue_for_closing(app: Flask, db_session: Any):
    oldest = db_session.scalar(select(func.min(Ticket.resolved_at)).where(Ticket.status == Status.RESOLVED))
    assert clock.now() - oldest < SILENCE_CLOSES_AFTER


@pytest.mark.demo
def test_a_thanking_reply_a_reopened_and_a_following_ticket_are_among_them(app: Flask, db_session: Any):
    tickets = db_session.scalars(select(Ticket)).all()
    assert [t.subject for t in tickets if t.thanked_at] == ["English product pages show 502 Bad Gateway"]
    assert [t.follows_ticket_id for t in tickets if t.follows_ticket_id] == [tickets[0].id]
    changes = db_session.scalars(select(TimelineEntry).where(TimelineEntry.kind == EntryKind.CHANGE))
    assert any(c.details["what"] == "status" and c.details["from"] == "closed" for c in changes)


@pytest.mark.demo
def test_everybody_signs_in_with_the_password_that_is_printed(app: Flask, db_session: Any):
    printed = app.test_cli_runner().invoke(args=["demo", "sign-ins"], catch_exceptions=False).output
    users = db_session.scalars(select(User)).all()
    assert all(user.email in printed for user in users)
    password = printed.splitlines()[0].rpartition(" ")[2]
    assert all(passwords.matches(user.password_hash, password) for user in users[:2])
    assert len({user.password_hash for user in users}) == 1


@pytest.mark.demo
def test_only_the_last_hour_is_told_by_mail(app: Flask, db_session: Any):
    waiting = db_session.scalars(select(OutboxEvent).where(OutboxEvent.delivered_at.is_(None))).all()
    assert {e.name for e in waiting} >= {"TicketOpened", "ClientWrote"}
    assert all(clock.now() - e.recorded_at < timedelta(hours=1) for e in waiting)


@pytest.mark.demo
def test_mail_of_a_stranger_waits_for_staff_and_an_automatic_reply_is_put_aside(
    app: Flask, db_session: Any, run_jobs: Any
):
    run_jobs()
    found = db_session.execute(select(InboundMessage.sender, InboundMessage.state)).all()
    assert dict(found) == {
        "he.shop@corner.example": InboundState.HELD,
        "emma.clarke@hengxin.example": InboundState.IGNORED,
    }


@pytest.mark.demo
def test_a_second_time_it_leaves_the_database_alone(app: Flask, db_session: Any):
    assert "new one only" in load(app)
    assert db_session.scalar(select(func.count(Ticket.id))) == 38


@pytest.mark.demo
def test_a_round_is_coming_that_a_ticket_waits_for_and_quotes_wait_for_the_client(
    app: Flask, db_session: Any
):
    rounds = db_session.scalars(select(Visit).where(Visit.kind == VisitKind.ROUND)).all()
    assert all(v.starts_at > clock.now() - timedelta(days=1) and v.engineer_id for v in rounds)
    joined = {row.ticket.subject for v in rounds for row in v.tickets}
    assert joined == {"Render box drops off the network during long jobs"}
    quotes = db_session.scalars(select(Quote).order_by(Quote.number)).all()
    assert [(q.act, q.total) for q in quotes] == [(Act.SENT, 1280), (Act.SENT, 420), (Act.SENT, 3600)]
    assert {c.side for q in quotes for c in q.confirmations} == {Side.PROVIDER}


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("day", "signed"), [(datetime(2026, 9, 16, 4, tzinfo=UTC), 1), (datetime(2026, 10, 6, 4, tzinfo=UTC), 0)]
)
def test_it_loads_on_a_working_day_with_a_signed_sheet_and_on_a_holiday_without(
    app: Flask, db_session: Any, day: datetime, signed: int
):
    """Yesterday was no working day: nobody came, and the story says so in words alone."""
    with clock.told(day):
        assert "38 tickets" in load(app)
    visits = db_session.scalars(select(Visit).where(Visit.kind != VisitKind.ROUND)).all()
    assert [v.status for v in visits] == [VisitStatus.SIGNED] * signed
    assert all(v.sheets[0].number and v.sheets[0].client_name for v in visits)
    white = db_session.scalar(select(Ticket).where(Ticket.subject.startswith("条码机印出来的标签有白线")))
    assert white.status is Status.RESOLVED
