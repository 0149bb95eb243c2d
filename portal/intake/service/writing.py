"""What a mail leaves on a ticket: a new one, a reply, an internal line.

Owns that nothing of a mail vanishes in silence: what is not attached is named to staff. Refuses to decide: settling.py and
staff do.
"""

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta

from flask_babel import gettext as _

from portal.intake import queries
from portal.intake.models import InboundMessage
from portal.intake.rules.mail import ParsedMail
from portal.intake.rules.routing.facts import Facts
from portal.intake.rules.routing.outcomes import NewTicket
from portal.intake.rules.state import InboundState
from portal.intake.service import enclosed
from portal.intake.service.reading import ReadFile, Reading
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor, ClientRole
from portal.kernel.errors import NotFound, Refused
from portal.people import queries as people
from portal.people.service import contacts
from portal.tickets.models import ticket as ticket_tables
from portal.tickets.queries import merged
from portal.tickets.rules.transitions import REOPEN_WITHIN, ReplyEffect
from portal.tickets.rules.words import Channel
from portal.tickets.service import conversation, following, opening, record
from portal.web import languages
from portal.web.uploads import StoredFile


def _with_enclosed(mail: ParsedMail) -> str:
    with in_providers_language():
        return "\n\n".join(t for t in (mail.reply_text, enclosed.words(mail)) if t)


def words_of(reading: Reading) -> record.Words:
    """The mail as a timeline entry keeps it: what is new, the history folded, the HTML as it was sent."""
    mail = reading.mail
    return record.Words(
        text=_with_enclosed(mail),
        files=[f.stored for f in reading.files],
        quoted=mail.quoted_text or None,
        html=mail.body_html or None,
        message_id=f"<{mail.message_id}>" if mail.message_id else None,
        content_ids=[f.content_id for f in reading.files],
    )


def open_as_decided(row: InboundMessage, reading: Reading, facts: Facts, new: NewTicket) -> None:
    """Open the ticket that routing decided on, and tell staff by internal lines what it had to assume."""
    contact_id, notes = new.contact_id, []
    if contact_id is None:
        contact_id = add_contact(new.organisation_id, facts.writer.name, facts.writer.email, new.language)
        notes.append(_newcomer_words(facts))
    if new.several:
        with in_providers_language():
            notes.append(
                _(
                    "The sender belongs to several organisations. This ticket was opened for the first of them: please check."
                )
            )
    staff = queries.staff_actor(new.by_staff) if new.by_staff else None
    if staff is not None and reading.mail.forwarded is not None:
        forwarded = reading.mail.forwarded
        if forwarded.note.strip():
            notes.append(forwarded.note)
        # The frame of the forwarding mail is staff's: only the client's own words become the client's.
        mail = replace(
            reading.mail, subject=forwarded.subject or reading.mail.subject, reply_text=forwarded.text,
            quoted_text="", body_html="",
        )  # fmt: skip
        reading = replace(reading, mail=mail)
    ticket = open_ticket(row, reading, new.organisation_id, contact_id, new=new, entered_by=staff or SYSTEM)
    for note in notes:
        conversation.add_note(staff if staff and note is notes[-1] else SYSTEM, ticket, record.Words(note))


def add_contact(organisation_id: int, name: str, address: str, language: str | None = None) -> int:
    """A person of an organisation whose address nobody has verified; sees what they asked for and nothing else."""
    organisation = people.organisation_for(SYSTEM, organisation_id)
    return contacts.create_contact(
        (name.strip() or address.partition("@")[0])[:120],
        emails=[address],
        memberships={organisation_id: ClientRole.MEMBER},
        language=language or organisation.language,
        time_zone=organisation.time_zone,
    ).id


def _newcomer_words(facts: Facts) -> str:
    with in_providers_language():
        by_domain = facts.domain_organisation is not None
        why = (
            _("by the organisation's mail domain") if by_domain else _("by the mailbox that the mail came to")
        )
        return _(
            "%(address)s was not known and has been added as a person who sees their own requests, %(why)s. Please check.",
            address=facts.writer.email,
            why=why,
        )


def open_ticket(
    row: InboundMessage, reading: Reading, organisation_id: int, contact_id: int, subject: str = "",
    *, new: NewTicket | None = None, entered_by: Actor = SYSTEM,
) -> ticket_tables.Ticket:  # fmt: skip
    """Open a ticket from a mail, the requester being this contact."""
    with in_providers_language():
        nothing = _("(no subject)")
    new = new or NewTicket(organisation_id, contact_id)
    ticket = opening.open_ticket(
        entered_by,
        opening.NewTicket(
            organisation_id=organisation_id, requester_id=contact_id,
            subject=(subject or reading.mail.subject or nothing)[:200], words=words_of(reading), channel=Channel.MAIL,
            received_at=row.received_at, participant_ids=list(new.copies), kind=new.kind,
            urgency=new.urgency, team_id=queries.team_named(new.team), acknowledge=new.acknowledge,
        ),
    )  # fmt: skip
    row.state, row.reason, row.ticket_id, row.entry_id = (
        InboundState.TICKET,
        None,
        ticket.id,
        ticket.last_entry_id,
    )
    _name_kept_back(reading, ticket)
    return ticket


def add_reply(
    row: InboundMessage, reading: Reading, sender: Actor, number: int, *, copies: tuple[int, ...] = (),
    closed_days: int | None = None,
) -> None:  # fmt: skip
    """Add a person's mail to a ticket. One without words and files adds no line. `closed_days`: MailboxDefaults."""
    ticket = merged.ticket_for_words(SYSTEM, number)
    words = words_of(reading)
    if not words.text.strip() and not words.files:
        if words.message_id:
            record.remember_message_id(ticket.id, words.message_id, clock.now(), outgoing=False)
        row.state, row.reason, row.ticket_id = InboundState.REPLY, None, ticket.id
        return
    within = REOPEN_WITHIN if closed_days is None else timedelta(days=closed_days)
    written = conversation.add_client_message(
        sender, ticket, words, channel=Channel.MAIL, reopen_within=within
    )
    opened = written.effect is ReplyEffect.NEW_TICKET
    row.state = InboundState.TICKET if opened else InboundState.REPLY
    row.reason, row.ticket_id = None, written.ticket.id
    row.entry_id = written.entry.id if written.entry else written.ticket.last_entry_id
    for contact_id in copies:
        _let_follow(sender, written.ticket, contact_id)
    _name_kept_back(reading, written.ticket)


def _let_follow(actor: Actor, ticket: ticket_tables.Ticket, contact_id: int) -> None:
    """Who is on copy follows the ticket; who follows it already, or has left, changes nothing."""
    try:
        following.add_participant(actor, ticket, contact_id)
    except (Refused, NotFound):
        return


def add_staff_words(
    row: InboundMessage, reading: Reading, staff: Actor, number: int, *, public: bool
) -> None:
    """Add the mail of one of the staff, whose identity our server has proven: a reply to the client, or an internal note."""
    ticket = merged.ticket_for_words(staff, number)
    words = words_of(reading)
    if words.text.strip() or words.files:
        entry = (
            conversation.reply(staff, ticket, words, channel=Channel.MAIL)
            if public
            else conversation.add_note(staff, ticket, words)
        )
        row.entry_id = entry.id
    row.state, row.reason, row.ticket_id = InboundState.REPLY, None, ticket.id
    _name_kept_back(reading, ticket)


def add_as_note(row: InboundMessage, reading: Reading, number: int, actor: Actor) -> None:
    """Put a mail on a ticket as an internal line: the writer has no right to speak there."""
    ticket = merged.ticket_for_words(actor, number)
    mail = reading.mail
    with in_providers_language():
        head = _(
            "Mail from %(name)s <%(address)s>: %(subject)s",
            name=mail.sender.name,
            address=mail.sender.email,
            subject=mail.subject,
        )
    _write_note(row, reading, ticket, head, actor)


def add_report(row: InboundMessage, reading: Reading, ticket: ticket_tables.Ticket, kind: str) -> None:
    """A machine's mail about a ticket, as an internal line that says in words what it is. `kind`: a reason."""
    mail = reading.mail
    whom = ", ".join(mail.flags.bounce_recipients) or mail.sender.email
    code = f" ({mail.flags.bounce_status})" if mail.flags.bounce_status else ""
    with in_providers_language():
        head = {
            "bounce": _(
                "Our mail to %(whom)s came back%(code)s. Nothing more is sent there: please call, and mend the address.",
                whom=whom,
                code=code,
            ),
            "bounce_temporary": _(
                "Our mail to %(whom)s is delayed%(code)s. The server goes on trying.", whom=whom, code=code
            ),
            "receipt": _("%(address)s has confirmed that our mail was opened.", address=mail.sender.email),
            "abuse": _(
                "%(address)s reports our mail as unwanted. Ask the client before sending more.",
                address=mail.sender.email,
            ),
        }.get(kind) or _(
            "Automatic mail from %(address)s: %(subject)s", address=mail.sender.email, subject=mail.subject
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
        with in_providers_language():
            text = _(
                "Kept in the original mail only, because they are programs or too large: %(names)s",
                names=", ".join(reading.kept_back),
            )
        conversation.add_note(SYSTEM, ticket, record.Words(text))


def in_providers_language() -> AbstractContextManager[None]:
    provider = people.provider()
    return languages.spoken(
        provider.language if provider else "en", provider.time_zone if provider else languages.DEFAULT_ZONE
    )


def unreadable_reading(row: InboundMessage) -> Reading:
    """For staff who make a ticket of a mail that no program reads: the original as a file, no words."""
    stored = StoredFile("original.eml", "application/octet-stream", row.size, row.sha256)
    return Reading(ParsedMail(subject=row.subject or ""), (ReadFile(stored, None),), ())
