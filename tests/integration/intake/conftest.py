"""Taking mail in, in the tests of intake."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.infra.db import db
from portal.intake.doors.taking import accept
from portal.intake.models import InboundMessage
from portal.intake.rules.state import InboundState
from portal.tickets.models.ticket import Ticket, TimelineEntry
from tests.integration.intake.mails import mail


@pytest.fixture
def take_in(app: Flask, cast: Any, run_jobs: Callable[[], int]) -> Callable[[bytes], InboundMessage]:
    """`take_in(raw)` receives a mail by the pipe, runs all jobs, and returns its row."""

    def take(raw: bytes) -> InboundMessage:
        accept(raw, "pipe")
        run_jobs()
        return newest()

    return take


def newest() -> InboundMessage:
    row = db.session.scalar(select(InboundMessage).order_by(InboundMessage.id.desc()).limit(1))
    assert row is not None
    return row


def all_mail() -> list[InboundMessage]:
    return list(db.session.scalars(select(InboundMessage).order_by(InboundMessage.id)))


def all_tickets() -> list[Ticket]:
    return list(db.session.scalars(select(Ticket).order_by(Ticket.id)))


def timeline(ticket_id: int) -> list[TimelineEntry]:
    return list(
        db.session.scalars(
            select(TimelineEntry).where(TimelineEntry.ticket_id == ticket_id).order_by(TimelineEntry.id)
        )
    )


UNKNOWN = {"sender": "Nora New <nora@elsewhere.example>", "message_id": "<n@elsewhere.example>"}


@pytest.fixture
def held(take_in: Callable[[bytes], InboundMessage]) -> InboundMessage:
    row = take_in(
        mail(
            "<p>Help <b>me</b></p><script>x()</script><img src='https://evil.example/p.gif'>",
            kind="text/html",
            **UNKNOWN,
        )
    )
    assert row.state is InboundState.HELD
    return row


@pytest.fixture
def agent(cast: Any, as_user: Callable[[Any], Any]) -> Any:
    return as_user(cast.agent)
