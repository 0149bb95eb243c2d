"""Opening a ticket, whatever the channel."""

from datetime import timedelta

import pytest

from portal.infra.db import db
from portal.infra.outbox import OutboxEvent
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.tickets.models.ticket import Ticket, TimelineEntry
from portal.tickets.rules.words import Channel, Status
from portal.tickets.service import opening
from portal.tickets.service.record import Words
from tests.integration.tickets import opened
from tests.support.at_once import at_once

pytestmark = pytest.mark.both


def events() -> list[tuple[str, dict]]:
    return [(e.name, e.payload) for e in db.session.query(OutboxEvent).order_by(OutboxEvent.id)]


def test_a_new_ticket_is_unanswered_and_tells_of_itself_once(cast, app):
    number = opened.ticket(cast)
    ticket = opened.look(cast.agent, number)
    assert (ticket.status, ticket.first_response_at) == (Status.NEW, None)
    assert ticket.unanswered_since == ticket.received_at == ticket.last_activity_at
    told = {"ticket_id": ticket.id, "entry_id": ticket.last_entry_id, "acknowledge": True}
    assert events() == [("TicketOpened", told)]


def test_numbers_follow_one_another_without_a_gap(cast, app):
    first = [opened.ticket(cast) for _ in range(2)]
    with pytest.raises(NotFound):
        opened.ticket(cast, device_id=cast.chair.id)
    assert [*first, opened.ticket(cast)] == [1001, 1002, 1003]


def test_the_site_follows_from_the_device(cast, app):
    number = opened.ticket(cast, device_id=cast.till.id)
    assert opened.look(cast.owner, number).site_id == cast.warehouse.id


@pytest.mark.parametrize(
    "what", ["organisation_id", "requester_id", "device_id", "site_id", "participant_ids"]
)
def test_nothing_of_another_organisation_can_be_chosen(cast, app, what):
    theirs = {
        "organisation_id": cast.elm.id,
        "requester_id": cast.stranger.contact_id,
        "device_id": cast.chair.id,
        "site_id": cast.surgery.id,
        "participant_ids": [cast.stranger.contact_id],
    }
    with pytest.raises(NotFound):
        opened.ticket(cast, **{what: theirs[what]})
    assert db.session.query(Ticket).count() == 0


def test_what_staff_enter_is_the_clients_word_with_the_one_who_typed_it(cast, app):
    yesterday = clock.now() - timedelta(days=1)
    number = opened.ticket(
        cast, by=cast.agent, organisation_id=cast.harbour.id, requester_id=cast.owner.contact_id,
        channel=Channel.LETTER, received_at=yesterday,
    )  # fmt: skip
    ticket = opened.look(cast.agent, number)
    entry = db.session.query(TimelineEntry).one()
    assert (entry.side, entry.contact_id, entry.details) == (
        "client",
        cast.owner.contact_id,
        {"entered_by": "Ada Agent"},
    )
    assert ticket.received_at == ticket.unanswered_since == yesterday


def test_the_same_form_sent_by_two_people_is_two_requests(cast, app):
    first = opened.ticket(cast, submission="key")
    assert opened.ticket(cast, submission="key") == first
    assert opened.ticket(cast, by=cast.colleague, submission="key") != first


def test_a_form_sent_twice_at_the_same_moment_opens_one_ticket(cast, app):
    owner = opened.actor(cast.owner)
    new = opening.NewTicket(cast.harbour.id, cast.owner.contact_id, "Till", Words("Dead."), submission="key")

    def send() -> int:
        with transaction():
            return opening.open_ticket(owner, new).number

    numbers = at_once(app, [send] * 4)
    assert len(set(numbers)) == 1
    assert db.session.query(Ticket).count() == 1
