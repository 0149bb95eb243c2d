"""What a message becomes: the decision of rules.route carried out, together with its state, in one transaction.

Owns that a message is settled once. Refuses to read bytes: they were read before the transaction began.
"""

from contextlib import AbstractContextManager
from datetime import timedelta

from flask_babel import gettext as _

from portal.infra import files, jobs
from portal.infra.db import db
from portal.intake import queries
from portal.intake.models import InboundMessage
from portal.intake.rules import route
from portal.intake.rules.mail import ParsedMail, Unreadable
from portal.intake.rules.parse import glimpse
from portal.intake.rules.state import InboundState
from portal.intake.service import arrival, mailboxes
from portal.intake.service.reading import ReadFile, Reading, settings
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.errors import NotFound, Refused
from portal.people import queries as people
from portal.tickets.models import ticket as ticket_tables
from portal.tickets.queries import scope
from portal.tickets.rules.words import Channel
from portal.tickets.service import conversation, opening, record
from portal.web import languages
from portal.web.uploads import StoredFile

A_MOMENT = timedelta(seconds=3)
"""How long an answer waits for the mail that it answers, if that one is not settled yet."""


def settle(inbound_id: int, reading: Reading | Unreadable) -> None:
    """Route one message and write what follows, on its locked row. A message that is settled already stays as it is."""
    row = queries.inbound(SYSTEM, inbound_id, lock=True)
    if row.state is not InboundState.RECEIVED:
        return
    if isinstance(reading, Reading) and queries.answers_unread_mail(row, reading.mail, clock.now()):
        jobs.enqueue(arrival.KIND, {"inbound_id": row.id}, run_at=clock.now() + A_MOMENT)
        return
    row.processed_at = clock.now()
    if isinstance(reading, Unreadable):
        _hold(row, reading.code if reading.code in route.REASONS else "crashed", detail=reading.detail)
        row.steps = [["read", reading.code]]
        sender, subject = glimpse(files.read(row.sha256))
        row.sender, row.sender_name, row.subject = (
            sender.email.lower() or None,
            sender.name or None,
            subject or None,
        )
        return
    describe(row, reading)
    mail = reading.mail
    facts = queries.facts_of(
        mail, secret=settings().secret_key, own_addresses=mailboxes.own_addresses(), now=clock.now()
    )
    decision = route.decide(mail, facts)
    row.steps = [["read", "ok"], *[list(step) for step in decision.steps]]
    try:
        with db.session.begin_nested():
            carry_out(row, reading, decision.outcome)
    except (Refused, NotFound) as error:
        # The person or the ticket changed between the question and the act, or a rule of tickets says no.
        _hold(row, "refused", detail=str(error))


def describe(row: InboundMessage, reading: Reading) -> None:
    """Keep of a mail what the list shows."""
    mail = reading.mail
    row.sender = mail.sender.email.lower()[:320] or None
    row.sender_name = mail.sender.name[:200] or None
    row.subject = mail.subject[:998] or None
    row.message_id = mail.message_id[:512] or None
    row.files_kept_back = list(reading.kept_back) or None


def carry_out(row: InboundMessage, reading: Reading, outcome: route.Outcome) -> None:
    """Write what was decided."""
    match outcome:
        case route.Ignore(reason):
            row.state, row.reason = InboundState.IGNORED, reason
        case route.Hold(reason, number):
            _hold(row, reason, detail=f"T-{number}" if number else None)
        case route.Reply(number=number, automatic=True):
            ticket = scope.ticket_for(SYSTEM, number, lock=True)
            _note(row, reading, ticket)
        case route.Reply(number=number, contact_id=contact_id):
            sender = people.contact_by_email(reading.mail.sender.email)
            if sender is None or sender.id != contact_id:
                raise NotFound
            add_reply(row, reading, people.actor_of(sender), number)
        case route.NewTicket(organisation_id, contact_id, several):
            ticket = open_ticket(row, reading, organisation_id, contact_id)
            if several:
                with _in_providers_language():
                    note = _(
                        "The sender belongs to several organisations. This ticket was opened for the first of them: please check."
                    )
                conversation.add_note(SYSTEM, ticket, record.Words(note))


def _hold(row: InboundMessage, reason: str, detail: str | None = None) -> None:
    row.state, row.reason, row.detail = InboundState.HELD, reason, (detail or None) and str(detail)[:500]


def words_of(reading: Reading) -> record.Words:
    """The mail as a timeline entry keeps it: what is new, the history folded, the HTML as it was sent."""
    mail = reading.mail
    return record.Words(
        text=mail.reply_text,
        files=[f.stored for f in reading.files],
        quoted=mail.quoted_text or None,
        html=mail.body_html or None,
        message_id=f"<{mail.message_id}>" if mail.message_id else None,
        content_ids=[f.content_id for f in reading.files],
    )


def open_ticket(
    row: InboundMessage, reading: Reading, organisation_id: int, contact_id: int, subject: str = ""
) -> ticket_tables.Ticket:
    """Open a ticket from a mail, the requester being this contact."""
    with _in_providers_language():
        nothing = _("(no subject)")
    ticket = opening.open_ticket(
        SYSTEM,
        opening.NewTicket(
            organisation_id=organisation_id,
            requester_id=contact_id,
            subject=(subject or reading.mail.subject or nothing)[:200],
            words=words_of(reading),
            channel=Channel.MAIL,
            received_at=row.received_at,
            submission=f"mail:{row.id}",
        ),
    )
    row.state, row.reason, row.ticket_id, row.entry_id = (
        InboundState.TICKET,
        None,
        ticket.id,
        ticket.last_entry_id,
    )
    _name_kept_back(reading, ticket)
    return ticket


def add_reply(row: InboundMessage, reading: Reading, sender: Actor, number: int) -> None:
    """Add a person's mail to a ticket. One without words and files adds no line."""
    ticket = scope.ticket_for(SYSTEM, number, lock=True)
    words = words_of(reading)
    if not words.text.strip() and not words.files:
        if words.message_id:
            record.remember_message_id(ticket.id, words.message_id, clock.now(), outgoing=False)
        row.state, row.reason, row.ticket_id = InboundState.REPLY, None, ticket.id
        return
    written = conversation.add_client_message(sender, ticket, words, channel=Channel.MAIL)
    row.state, row.reason, row.ticket_id = InboundState.REPLY, None, written.ticket.id
    row.entry_id = written.entry.id if written.entry else written.ticket.last_entry_id
    _name_kept_back(reading, written.ticket)


def add_as_note(row: InboundMessage, reading: Reading, number: int, actor: Actor) -> None:
    """Put a mail on a ticket as an internal line: the writer has no right to speak there."""
    ticket = scope.ticket_for(actor, number, lock=True)
    mail = reading.mail
    with _in_providers_language():
        head = _(
            "Mail from %(name)s <%(address)s>: %(subject)s",
            name=mail.sender.name,
            address=mail.sender.email,
            subject=mail.subject,
        )
    _write_note(row, reading, ticket, head, actor)


def _note(row: InboundMessage, reading: Reading, ticket: ticket_tables.Ticket) -> None:
    mail = reading.mail
    with _in_providers_language():
        if mail.flags.bounce:
            whom = ", ".join(mail.flags.bounce_recipients) or mail.sender.email
            head = _("A mail from us could not be delivered to %(whom)s.", whom=whom)
        else:
            head = _(
                "Automatic mail from %(address)s: %(subject)s",
                address=mail.sender.email,
                subject=mail.subject,
            )
    _write_note(row, reading, ticket, head, SYSTEM)


def _write_note(
    row: InboundMessage, reading: Reading, ticket: ticket_tables.Ticket, head: str, actor: Actor
) -> None:
    words = words_of(reading)
    text = f"{head}\n\n{words.text}".strip()[:20_000]
    note = record.Words(text, files=words.files, quoted=words.quoted, message_id=words.message_id)
    entry = conversation.add_note(actor, ticket, note)
    row.state, row.reason, row.ticket_id, row.entry_id = InboundState.REPLY, None, ticket.id, entry.id
    _name_kept_back(reading, ticket)


def _name_kept_back(reading: Reading, ticket: ticket_tables.Ticket) -> None:
    """Nothing vanishes in silence: what was not attached is named to staff."""
    if reading.kept_back:
        with _in_providers_language():
            text = _(
                "Kept in the original mail only, because they are programs or too large: %(names)s",
                names=", ".join(reading.kept_back),
            )
        conversation.add_note(SYSTEM, ticket, record.Words(text))


def _in_providers_language() -> AbstractContextManager[None]:
    provider = people.provider()
    return languages.spoken(
        provider.language if provider else "en", provider.time_zone if provider else languages.DEFAULT_ZONE
    )


def unreadable_reading(row: InboundMessage) -> Reading:
    """For staff who make a ticket of a mail that no program reads: the original as a file, no words."""
    stored = StoredFile("original.eml", "application/octet-stream", row.size, row.sha256)
    return Reading(ParsedMail(subject=row.subject or ""), (ReadFile(stored, None),), ())
