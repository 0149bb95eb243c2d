"""Deliveries: written once for a cause and a person, claimed, settled, retried. Sends nothing itself."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.dispatch.service import links as visit_links
from portal.infra import jobs
from portal.infra.db import db
from portal.kernel import clock, refs
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound, Refused
from portal.notify import rules
from portal.notify.models import Delivery, DeliveryState, Reason
from portal.notify.queries import deliveries as queries
from portal.notify.queries import telling, visits
from portal.notify.queries.telling import Reader
from portal.notify.rules import Message
from portal.people.service import bouncing, links
from portal.quotes.queries import quotes
from portal.quotes.service import delivering
from portal.quotes.service import links as quote_links
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import consents
from portal.tickets.service import consent, record
from portal.web.context import settings

LINK = "https://one-time-link.invalid/"
"""Stands in a stored text where the secret address will be; RFC 2606 keeps the name from ever existing."""
LAST_ATTEMPT = jobs.MAX_ATTEMPTS - 1
"""One less than the job has, so that a worker killed once does not leave a delivery that nobody tries any more."""


@dataclass(frozen=True)
class Rendered:
    """The words of one mail, in the reader's language."""

    subject: str
    text: str
    html: str


def add(
    cause: str,
    message: Message,
    reader: Reader,
    words: Rendered,
    *,
    ticket: Ticket | None = None,
    entry_id: int | None = None,
    auto_submitted: str | None = None,
    link_id: int | None = None,
    consent_id: int | None = None,
    quote_link_id: int | None = None,
    handover_id: int | None = None,
    visit_id: int | None = None,
    visit_link_id: int | None = None,
    calendar: str | None = None,
) -> Delivery | None:
    """Record a delivery and the job that sends it; None if this person was told of this cause already.

    An address that had too many acknowledgements gets none: the row says so, and nothing is sent.
    """
    if queries.is_told(cause, reader.contact_id):
        return None
    now = clock.now()
    known: list[str] = []
    reply_to = None
    mailbox = settings().support_address
    if ticket is not None:
        to_client = not message.value.endswith("_to_staff")
        known = queries.known_message_ids(ticket.id, reader.contact_id, incoming=to_client)
        reply_to = refs.reply_address(settings().secret_key, mailbox, ticket.number)
    reason = _why_not(message, reader, ticket, auto_submitted, now)
    if reason is None and link_id is None and queries.bounces(reader.address):
        reason = (
            Reason.BOUNCING
        )  # a link was asked for just now, by whoever knows best whether the address works
    delivery = Delivery(
        cause=cause, message=message.value, ticket_id=ticket.id if ticket else None, entry_id=entry_id,
        contact_id=reader.contact_id, address=reader.address, language=reader.language,
        message_id=f"<delivery.{secrets.token_hex(16)}@{mailbox.rpartition('@')[2]}>",
        in_reply_to=known[-1] if known else None, references=" ".join(rules.references_of(known)) or None,
        reply_to=reply_to, auto_submitted=auto_submitted, subject=words.subject[:300], text=words.text, html=words.html,
        link_id=link_id, consent_id=consent_id, quote_link_id=quote_link_id,
        handover_id=handover_id,
        visit_id=visit_id, visit_link_id=visit_link_id, calendar=calendar,
        state=DeliveryState.WITHHELD if reason else DeliveryState.WAITING, reason=reason,
        created_at=now,
    )  # fmt: skip
    db.session.add(delivery)
    db.session.flush()
    if reason is None:
        if ticket is not None:
            record.remember_message_id(ticket.id, delivery.message_id, now, outgoing=True)
        _queue(delivery)
    return delivery


def _why_not(
    message: Message, reader: Reader, ticket: Ticket | None, auto_submitted: str | None, now: datetime
) -> Reason | None:
    """An answer that nobody has read is withheld from an address that had enough of them: a machine may be at its end."""
    if message not in rules.ANSWERS_BY_ITSELF:
        return None
    if rules.too_many(message, queries.answers_since(reader.address, now - rules.ANSWERS_WINDOW)):
        return Reason.TOO_MANY
    answers_mail = auto_submitted == "auto-replied"
    if ticket and answers_mail and queries.answered_on(ticket.id, reader.address, now - rules.ONE_ANSWER):
        return Reason.TOO_MANY
    return None


def _queue(delivery: Delivery) -> None:
    jobs.enqueue("notify.send", {"delivery_id": delivery.id}, slot=f"send:{delivery.id}")


def claim(delivery_id: int) -> Delivery | None:
    """Take a waiting delivery for one try; None if it is settled, or is withheld just now because it came too late."""
    delivery = queries.delivery_for_sending(delivery_id)
    if delivery is None:
        return None
    if not telling.may_still_see(delivery) or (
        delivery.visit_id is not None and not visits.may_be_told(delivery.visit_id, delivery.contact_id)
    ):
        _withhold(delivery, Reason.MAY_NOT_SEE)
    elif delivery.link_id is None and queries.bounces(delivery.address):
        _withhold(delivery, Reason.BOUNCING)
    elif (
        (delivery.link_id is not None and not telling.link_works(delivery.link_id, clock.now()))
        or (delivery.consent_id is not None and not consent.still_open(delivery.consent_id))
        or (delivery.quote_link_id is not None and not quote_links.still_works(delivery.quote_link_id))
        or (delivery.visit_link_id is not None and not visit_links.still_works(delivery.visit_link_id))
    ):
        _withhold(delivery, Reason.LINK_ENDED)
    else:
        delivery.attempts += 1
        return delivery
    return None


def _withhold(delivery: Delivery, reason: Reason) -> None:
    delivery.state, delivery.reason = DeliveryState.WITHHELD, reason


def with_secret(delivery: Delivery) -> tuple[str, str]:
    """Text and HTML as they leave: the one-time address in place of its stand-in. Never stored."""
    if delivery.consent_id is not None:
        url = consent.url_of(consents.consent_to_send(delivery.consent_id))
    elif delivery.quote_link_id is not None:
        url = quote_links.url_of(delivery.quote_link_id)
    elif delivery.visit_link_id is not None:
        url = visit_links.url_of(delivery.visit_link_id)
    elif delivery.link_id is not None:
        url = links.url_of(delivery.link_id)
    else:
        return delivery.text, delivery.html
    return delivery.text.replace(LINK, url), delivery.html.replace(LINK, url)


def settle_sent(delivery_id: int, state: DeliveryState) -> None:
    """It left, or lies in the folder. Twice changes nothing."""
    delivery = queries.delivery_for_sending(delivery_id)
    if delivery is not None:
        delivery.state, delivery.sent_at, delivery.last_error = state, clock.now(), None
        if delivery.handover_id is not None:
            delivering.notice_left(quotes.handover_by_id(delivery.handover_id), delivery.sent_at)


def note_came_back(delivery: Delivery, status: str, now: datetime) -> None:
    """It left and came back: it and its address are marked."""
    delivery.came_back_at, delivery.came_back_status = now, status or None
    bouncing.mark(delivery.address, status, now)
    if delivery.handover_id is not None and not _other_notice(delivery):
        delivering.notice_came_back(quotes.handover_by_id(delivery.handover_id))


def _other_notice(delivery: Delivery) -> bool:
    """Whether another notice of the same delivery left and did not come back."""
    query = select(Delivery.id).where(
        Delivery.handover_id == delivery.handover_id, Delivery.id != delivery.id,
        Delivery.state.in_((DeliveryState.SENT, DeliveryState.KEPT)), Delivery.came_back_at.is_(None),
    )  # fmt: skip
    return db.session.scalar(query.limit(1)) is not None


def settle_refused(delivery_id: int, words: str, *, for_good: bool) -> bool:
    """The server's words, kept; failed if for good or after the last try. Returns whether it will be tried again."""
    delivery = queries.delivery_for_sending(delivery_id)
    if delivery is None:
        return False
    delivery.last_error = words[:2000]
    if for_good or delivery.attempts >= LAST_ATTEMPT:
        delivery.state = DeliveryState.FAILED
    return delivery.state is DeliveryState.WAITING


def retry(actor: Actor, delivery_id: int) -> Delivery:
    """Staff want it tried again, to the person's present address; raises Refused unless it failed."""
    delivery = queries.delivery(actor, delivery_id)
    if delivery.state is not DeliveryState.FAILED:
        raise Refused(_l("Only a mail that could not be sent can be tried again."))
    reader = telling.readers([delivery.contact_id]).get(delivery.contact_id)
    if reader and delivery.link_id is None:
        delivery.address = reader.address
    delivery.state, delivery.attempts, delivery.last_error = DeliveryState.WAITING, 0, None
    _queue(delivery)
    return delivery


def revive_job(job_id: int) -> None:
    """Let a job that gave up start anew; raises NotFound if it is not dead."""
    if not jobs.revive(job_id):
        raise NotFound
