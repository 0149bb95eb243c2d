"""Requests and their mails, in the tests of notify."""

from collections.abc import Callable
from dataclasses import replace
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.infra import jobs
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.notify.models import Delivery
from portal.people.models import Contact, User
from portal.tickets.models.ticket import Ticket
from portal.tickets.service import following, opening
from portal.tickets.service.record import Words
from tests.cast import Cast, actor

Open = Callable[..., Ticket]


@pytest.fixture
def open_ticket(app: Flask, cast: Cast) -> Open:
    """`open_ticket(subject, by=agent, **NewTicket's fields)` for the owner, committed; `follow=[user]` adds participants."""

    def make(
        subject: str = "Till 2 is dead",
        *,
        by: User | None = None,
        follow: list[User] | None = None,
        text: str = "It does not start.",
        **given: Any,
    ) -> Ticket:
        with transaction():
            author = actor(by or cast.owner)
            new = opening.NewTicket(cast.harbour.id, cast.owner.contact_id, subject, Words(text), **given)
            ticket = opening.open_ticket(author, new)
            for user in follow or []:
                following.add_participant(actor(cast.agent), ticket, user.contact_id)
        return ticket

    return make


@pytest.fixture
def act(cast: Cast) -> Callable[..., Any]:
    """`act(service_function, user, ticket, ...)` in a transaction of its own, with the ticket read anew."""

    def do(function: Callable[..., Any], user: User, ticket: Ticket, *args: Any, **options: Any) -> Any:
        with transaction():
            who: Actor = actor(db.session.get_one(User, user.id))
            return function(who, db.session.get_one(Ticket, ticket.id), *args, **options)

    return do


@pytest.fixture
def through(app: Flask, smtp: Any) -> Any:
    """The listener, with the application set to send there."""
    before = app.extensions["portal_settings"]
    app.extensions["portal_settings"] = replace(
        before, smtp_host="127.0.0.1", smtp_port=smtp.port, smtp_tls="none", smtp_timeout=5
    )
    yield smtp
    app.extensions["portal_settings"] = before


def deliveries(**wanted: Any) -> list[Delivery]:
    """Oldest first."""
    db.session.rollback()
    query = select(Delivery).order_by(Delivery.id).filter_by(**wanted)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def told(ticket: Ticket | None = None) -> set[tuple[str, str]]:
    """(name, message) of all deliveries, or of a ticket's."""
    query = select(Contact.name, Delivery.message).join(Delivery, Delivery.contact_id == Contact.id)
    if ticket is not None:
        query = query.where(Delivery.ticket_id == ticket.id)
    return {(name, message) for name, message in db.session.execute(query)}


def all_due() -> None:
    """Whatever waits for its next try may run now."""
    with transaction():
        for job in db.session.scalars(select(jobs.Job).where(jobs.Job.state == jobs.JobState.WAITING)):
            job.run_at = clock.now()


def subject_of(mail: Message) -> str:
    return str(make_header(decode_header(mail["Subject"])))


def parts_of(mail: Message) -> dict[str, str]:
    """The text of each part by its type."""
    return {
        part.get_content_type(): part.get_payload(decode=True).decode(part.get_content_charset() or "utf-8")
        for part in mail.walk()
        if not part.is_multipart() and part.get_filename() is None
    }
