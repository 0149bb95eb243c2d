"""What a message becomes: the decision of rules.routing carried out, together with its state, in one transaction.

Owns that a message is settled once. Refuses to read bytes: they were read before the transaction began.
"""

from dataclasses import replace
from datetime import timedelta

from portal.infra import files, jobs, outbox
from portal.infra.db import db
from portal.intake import queries
from portal.intake.events import MailCameBack
from portal.intake.models import InboundMessage
from portal.intake.rules.first_look import glimpse
from portal.intake.rules.mail import ParsedMail, Unreadable
from portal.intake.rules.routing import decide, outcomes
from portal.intake.rules.routing.facts import Facts
from portal.intake.rules.state import InboundState
from portal.intake.service import alarms, arrival, mailboxes, writing
from portal.intake.service.facts import House, facts_of
from portal.intake.service.reading import Reading, settings
from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from portal.kernel.errors import NotFound, Refused
from portal.people.service import bouncing, limits
from portal.tickets.queries import merged

A_MOMENT = timedelta(seconds=3)
"""How long an answer waits for the mail that it answers, if that one is not settled yet."""
PAIR = limits.Rule(1, timedelta(minutes=10))
"""Of us and one address: a machine that answers our answer gets no second one, and so falls silent."""
ADDRESS = limits.Rule(10, timedelta(days=1))


def settle(inbound_id: int, reading: Reading | Unreadable) -> None:
    """Route one message and write what follows, on its locked row. A message that is settled already stays as it is."""
    row = queries.inbound(SYSTEM, inbound_id, lock=True)
    if row.state is not InboundState.RECEIVED:
        return
    if isinstance(reading, Reading) and queries.answers_unread_mail(row, reading.mail, clock.now()):
        jobs.enqueue(arrival.KIND, {"inbound_id": row.id}, run_at=clock.now() + A_MOMENT)
        return
    if isinstance(reading, Unreadable):
        row.processed_at = clock.now()
        _hold(row, reading.code if reading.code in outcomes.REASONS else "crashed", detail=reading.detail)
        row.steps = [["read", reading.code]]
        sender, subject = glimpse(files.read(row.sha256))
        row.sender, row.sender_name, row.subject = (
            sender.email.lower() or None,
            sender.name or None,
            subject or None,
        )
        return
    if alarms.take_back(reading.mail.subject, clock.now()):
        row.processed_at = clock.now()
        row.state, row.reason, row.steps = InboundState.IGNORED, "heartbeat", [["read", "ok"]]
        row.sender, row.subject = reading.mail.sender.email.lower()[:320] or None, reading.mail.subject[:998]
        return
    facts = facts_of(
        reading.mail, _house(row), inbound_id=row.id, envelope_to=row.envelope_to or (), now=clock.now()
    )
    decision = decide.decide(reading.mail, facts)
    outcome, steps = _within_limits(decision, facts)
    _note_addresses(row, reading.mail, facts, outcome)
    try:
        with db.session.begin_nested():
            carry_out(row, reading, facts, outcome)
            _close(row, reading, facts, steps)  # last, so that the row is written once
    except (Refused, NotFound) as error:
        # The person or the ticket changed between the question and the act, or a rule of tickets says no.
        _hold(row, "refused", detail=str(error))
        _close(row, reading, facts, steps)


def _close(row: InboundMessage, reading: Reading, facts: Facts, steps: tuple[tuple[str, str], ...]) -> None:
    describe(row, reading, facts)
    row.steps, row.processed_at = [["read", "ok"], *[list(step) for step in steps]], facts.now


def _house(row: InboundMessage) -> House:
    return House(settings().secret_key, mailboxes.own_addresses(), mailboxes.defaults_of(row.mailbox_name))


def describe(row: InboundMessage, reading: Reading, facts: Facts) -> None:
    """Keep of a mail what the list shows: the writer, who behind a list or a web form is not who From says."""
    mail = reading.mail
    row.sender = facts.writer.email.lower()[:320] or None
    row.sender_name = facts.writer.name[:200] or None
    row.subject = mail.subject[:998] or None
    row.message_id = mail.message_id[:512] or None
    row.files_kept_back = list(reading.kept_back) or None


def _within_limits(
    decision: outcomes.Decision, facts: Facts
) -> tuple[outcomes.Outcome, tuple[tuple[str, str], ...]]:
    """Count an acknowledgement, atomically for all workers, and leave it out when there were enough: the guard against
    machines that answer ours without any mark."""
    outcome = decision.outcome
    if not (isinstance(outcome, outcomes.NewTicket) and outcome.acknowledge):
        return outcome, decision.steps
    theirs = facts.writer.email.lower()
    allowed = [
        limits.hit(limits.key_of_account(f"ack:{min(facts.own_addresses)}", theirs), PAIR).allowed,
        limits.hit(limits.key_of_account("ack:any", theirs), ADDRESS).allowed,
    ]
    if all(allowed):
        return outcome, decision.steps
    name, _finding = decision.steps[-1]
    finding = "too_soon" if not allowed[0] else "too_many"
    return replace(outcome, acknowledge=False), (*decision.steps[:-1], (name, finding))


def _note_addresses(row: InboundMessage, mail: ParsedMail, facts: Facts, outcome: outcomes.Outcome) -> None:
    """What a message proves about addresses: a report says that one fails, a person's mail that its own works."""
    flags = mail.flags
    if flags.bounce:
        if isinstance(outcome, outcomes.Report | outcomes.Ignore):
            about = dict.fromkeys([*flags.original_ids, *mail.in_reply_to, *mail.references])
            outbox.record(
                MailCameBack(
                    inbound_id=row.id,
                    message_ids=list(about)[:60],
                    ticket_number=outcome.number if isinstance(outcome, outcomes.Report) else None,
                    recipients=[a.lower() for a in flags.bounce_recipients[:50]],
                    status=flags.bounce_status[:20],
                    temporary=flags.bounce_temporary,
                )
            )
    elif facts.bounced and not flags.no_autoreply and not isinstance(outcome, outcomes.Ignore):
        bouncing.clear(facts.writer.email)


def carry_out(row: InboundMessage, reading: Reading, facts: Facts, outcome: outcomes.Outcome) -> None:
    """Write what was decided."""
    match outcome:
        case outcomes.Ignore(reason):
            row.state, row.reason = InboundState.IGNORED, reason
        case outcomes.Hold(reason, number):
            _hold(row, reason, detail=f"T-{number}" if number else None)
        case outcomes.Report(kind, number):
            writing.add_report(row, reading, merged.ticket_for_words(SYSTEM, number), kind)
        case outcomes.StaffReply(number, contact_id, public):
            staff = queries.staff_actor(contact_id)
            writing.add_staff_words(row, reading, staff, number, public=public)
        case outcomes.Reply():
            assert facts.actor is not None
            writing.add_reply(
                row,
                reading,
                facts.actor,
                outcome.number,
                copies=outcome.copies,
                closed_days=outcome.closed_days,
            )
        case outcomes.NewTicket():
            writing.open_as_decided(row, reading, facts, outcome)


def _hold(row: InboundMessage, reason: str, detail: str | None = None) -> None:
    row.state, row.reason, row.detail = InboundState.HELD, reason, (detail or None) and str(detail)[:500]
