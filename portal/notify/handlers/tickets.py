"""One event in, deliveries out: each handler asks who is told, finds the words, and records a delivery a person.

Each may run twice: a delivery is unique by its cause and its person. Internal lines are never read here.
"""

from typing import Any

from portal.contracts.queries import facts
from portal.intake import render as intake
from portal.intake.service import alarms
from portal.kernel import clock
from portal.notify import render, rules, service
from portal.notify.queries import deliveries as queries
from portal.notify.queries import telling
from portal.notify.rules import Message, Told
from portal.people.rules.links import LASTS, LinkPurpose
from portal.tickets.models.ticket import Ticket, TimelineEntry
from portal.tickets.queries import consents
from portal.tickets.rules.transitions import REOPEN_WITHIN, SILENCE_CLOSES_AFTER
from portal.tickets.rules.words import Channel, EntryKind, Status
from portal.tickets.service import consent


def ticket_opened(payload: dict[str, Any]) -> None:
    """The acknowledgement, once a request; participants and staff as the rules say."""
    ticket = telling.ticket(payload["ticket_id"])
    entry = telling.public_entry(payload["entry_id"])
    if entry is None or ticket.status is Status.CANCELLED:
        return
    # What came by mail may bear a false sender: the acknowledgement repeats none of its words.
    by_mail = ticket.channel is Channel.MAIL
    told = rules.of_opened(telling.facts(ticket), acknowledge=payload.get("acknowledge", True))
    _tell(
        f"ticket_opened:{ticket.id}", told, ticket, entry, answers_mail=by_mail,
        by_mail=by_mail, entered_by=(entry.details or {}).get("entered_by"),
    )  # fmt: skip


def client_wrote(payload: dict[str, Any]) -> None:
    """The assignee reads what the client wrote. One who was told that it reopens the ticket has read it there."""
    ticket, entry = telling.ticket(payload["ticket_id"]), telling.public_entry(payload["entry_id"])
    if entry is not None:
        _tell(
            f"entry:{entry.id}", rules.of_client_wrote(telling.facts(ticket), entry.contact_id), ticket, entry
        )


def staff_replied(payload: dict[str, Any]) -> None:
    """The client reads the reply in full, or what was advised on the phone."""
    ticket, entry = telling.ticket(payload["ticket_id"]), telling.public_entry(payload["entry_id"])
    if entry is not None:
        _tell(
            f"entry:{entry.id}",
            rules.of_staff_replied(telling.facts(ticket), entry.contact_id),
            ticket,
            entry,
        )


def ticket_assigned(payload: dict[str, Any]) -> None:
    """The new assignee, unless they took it themselves, and whoever had it before; both read the reason."""
    ticket = telling.ticket(payload["ticket_id"])
    by, line_id = payload["by_user_id"], payload.get("entry_id")
    author, assignee, former = (
        telling.contact_of_user(user_id) if user_id is not None else None
        for user_id in (by, payload["user_id"], payload.get("former_user_id"))
    )
    facts_now = telling.facts(ticket)
    gave, reason = telling.handed_over(line_id) if line_id else ("", "")
    # Given back and forth, each time counts; the same event twice does not: the newest entry marks which time it is.
    mark = f"ticket_assigned:{ticket.id}:{telling.assignments(ticket.id)}"
    if assignee is not None:
        _tell(mark, rules.of_assigned(facts_now, assignee, author), ticket, None, reason=reason, by=gave)
    if former is not None:
        told = rules.of_handed_over(facts_now, former, author)
        to = ticket.assignee.name if ticket.assignee else ""
        _tell(f"{mark}:{line_id}", told, ticket, None, reason=reason, by=gave, to=to)


def colleague_mentioned(payload: dict[str, Any]) -> None:
    """The colleague who was named in a note; the mail holds none of its words, for an internal line leaves the portal by no
    mail."""
    ticket = telling.ticket(payload["ticket_id"])
    colleague, by = telling.contact_of_user(payload["user_id"]), payload["by_user_id"]
    author = telling.contact_of_user(by) if by is not None else None
    if colleague is not None:
        told = rules.of_mentioned(telling.facts(ticket), colleague, author)
        _tell(f"mentioned:{payload['entry_id']}:{payload['user_id']}", told, ticket, None)


def ticket_waits_for_client(payload: dict[str, Any]) -> None:
    """What we need from the client, in the words that staff chose."""
    ticket, entry = telling.ticket(payload["ticket_id"]), telling.public_entry(payload["entry_id"])
    if entry is None:
        return
    step = telling.step_to(ticket.id, Status.WAITING_CUSTOMER, up_to=entry.id)
    reason = (step.details or {}).get("reason", "") if step else ticket.waiting_reason
    told = rules.of_waits(telling.facts(ticket), entry.contact_id)
    _tell(f"entry:{entry.id}", told, ticket, entry, reason=reason)


def ticket_resolved(payload: dict[str, Any]) -> None:
    """What was done, and the question whether it works now."""
    ticket, entry = telling.ticket(payload["ticket_id"]), telling.public_entry(payload["entry_id"])
    if entry is not None:
        told = rules.of_resolved(telling.facts(ticket), entry.contact_id)
        _tell(f"entry:{entry.id}", told, ticket, entry, days=SILENCE_CLOSES_AFTER.days)


def ticket_closed(payload: dict[str, Any]) -> None:
    """Closed by silence: said once for each closing."""
    ticket = telling.ticket(payload["ticket_id"])
    told = rules.of_closed(telling.facts(ticket), by_silence=payload["by_silence"])
    step = telling.step_to(ticket.id, Status.CLOSED)
    if step is not None:
        _tell(f"ticket_closed:{step.id}", told, ticket, None, days=REOPEN_WITHIN.days)


def ticket_reopened(payload: dict[str, Any]) -> None:
    """By a client's reply: the writer and the assignee. By staff: the client."""
    ticket, entry = telling.ticket(payload["ticket_id"]), telling.public_entry(payload["entry_id"])
    step = telling.step_to(ticket.id, Status.IN_PROGRESS)
    by_client = entry is not None
    author = entry.contact_id if entry else (step.contact_id if step else None)
    cause = f"entry:{entry.id}" if entry else f"ticket_reopened:{step.id if step else ticket.id}"
    told = rules.of_reopened(telling.facts(ticket), author, by_client=by_client)
    by_mail = entry is not None and entry.channel is Channel.MAIL
    _tell(cause, told, ticket, entry, by_mail=by_mail, answers_mail=by_mail, by_client=by_client)


def ticket_cancelled(payload: dict[str, Any]) -> None:
    """The client, with the reason; the assignee when the client withdrew it."""
    ticket = telling.ticket(payload["ticket_id"])
    step = telling.step_to(ticket.id, Status.CANCELLED)
    if step is None:
        return
    told = rules.of_cancelled(telling.facts(ticket), step.contact_id, by_client=step.side == "client")
    by = step.contact.name if step.contact else ""
    _tell(
        f"ticket_cancelled:{ticket.id}",
        told,
        ticket,
        None,
        reason=(step.details or {}).get("reason", ""),
        by=by,
    )


def ticket_merged(payload: dict[str, Any]) -> None:
    """The people of a ticket that goes on as another one; not when that was undone meanwhile."""
    merge = telling.merge(payload["merge_id"])
    if merge is None:
        return
    into, came = telling.ticket(merge.into_id), telling.ticket(merge.ticket_id)
    people = (came.requester_id, *(p.contact_id for p in came.participants))
    told = rules.of_merged(telling.facts(into), people, merge.user.contact_id)
    _tell(
        f"ticket_merged:{merge.id}", told, into, None, merged_number=came.number, merged_subject=came.subject
    )


def promise_near(payload: dict[str, Any]) -> None:
    """50 or 80 per cent of the time are over: said once for each step, and not of a promise that was kept meanwhile."""
    kept, ticket = telling.promise(payload["clock_id"]), telling.ticket(payload["ticket_id"])
    if kept is None or kept.stopped_at is not None or kept.due_at is None:
        return
    told = rules.of_promise_near(telling.facts(ticket))
    step = payload["per_cent"]
    words = render.promise_word(kept.metric)
    cause = f"promise:{kept.id}:{step}"
    _tell(cause, told, ticket, None, promise=words, clause=kept.clause, due_at=kept.due_at, step=step)


def promise_broken(payload: dict[str, Any]) -> None:
    """A deadline is over: said once, also when the answer came soon after."""
    kept, ticket = telling.promise(payload["clock_id"]), telling.ticket(payload["ticket_id"])
    if kept is None or kept.breached_at is None:
        return
    told = rules.of_promise_broken(telling.facts(ticket))
    words = render.promise_word(kept.metric)
    cause = f"promise:{kept.id}:broken"
    _tell(cause, told, ticket, None, promise=words, clause=kept.clause, due_at=kept.breached_at)


def renewal_near(payload: dict[str, Any]) -> None:
    """A term ends soon: both sides' managers, with what it still takes. Not when a new term was entered meanwhile."""
    _tell_of_term(payload, Message.RENEWAL_CLIENT, Message.RENEWAL_STAFF, f"near:{payload['days']}")


def contract_expired(payload: dict[str, Any]) -> None:
    """A term is over: both sides' managers, with what it takes to go on."""
    _tell_of_term(payload, Message.EXPIRED_CLIENT, Message.EXPIRED_STAFF, "expired")


def _tell_of_term(payload: dict[str, Any], to_client: Message, to_staff: Message, step: str) -> None:
    (known,) = facts.contracts_by_id({payload["contract_id"]}, clock.now())
    record, terms = known.record, known.contract.terms
    term = next((t for t in terms if t.number == payload["term"]), None)
    if term is None or any(t.start > term.end for t in terms):
        return
    steps, clause = render.renewal_steps(known)
    cause = f"term:{record.id}:{term.number}:{step}"
    clients = telling.client_managers(record.organisation_id)
    told = [(c, to_client) for c in clients] + [(c, to_staff) for c in telling.staff_managers()]
    readers = telling.readers(c for c, _message in told)
    for contact_id, message in told:
        page = "contracts_staff.contract" if message is to_staff else "contracts_client.contract"
        words = render.mail(
            message, readers[contact_id], contract_number=record.number, ends_on=term.end, steps=steps, clause=clause,
            action_url=render.link_to(page, contract_id=record.id),
        )  # fmt: skip
        service.add(cause, message, readers[contact_id], words, auto_submitted="auto-generated")


def mail_came_back(payload: dict[str, Any]) -> None:
    """A server reports that mail of ours did not arrive. For good: the delivery and the address are marked, and nothing more is
    sent there. A report about nothing of ours changes nothing, for anybody can write one."""
    now = clock.now()
    rows = queries.reported_on(
        payload["message_ids"], payload["ticket_number"], payload["recipients"], now - rules.REPORTS_FOR
    )
    for row in rows:
        if not payload["temporary"]:
            service.note_came_back(row, payload["status"], now)


def mail_alarm_raised(payload: dict[str, Any]) -> None:
    """Administrators hear once a day, while it stands, that mail does not come through."""
    _tell_of_alarm(payload["alarm_id"], Message.MAIL_ALARM, payload["day"])


def mail_alarm_over(payload: dict[str, Any]) -> None:
    """And once that it does again."""
    _tell_of_alarm(payload["alarm_id"], Message.MAIL_ALARM_OVER, "over")


def _tell_of_alarm(alarm_id: int, message: Message, step: str) -> None:
    row = alarms.alarm(alarm_id)
    if row is None or (message is Message.MAIL_ALARM and row.over_at is not None):
        return
    found = alarms.as_alarm(row)
    for reader in telling.readers(telling.administrators()).values():
        words = render.mail(
            message, reader, alarm=lambda: intake.alarm_words(found), since=found.since, detail=found.words, over_at=row.over_at,
            action_url=render.link_to("intake_staff.held"),
        )  # fmt: skip
        service.add(f"mail_alarm:{row.id}:{step}", message, reader, words, auto_submitted="auto-generated")


def consent_asked(payload: dict[str, Any]) -> None:
    """The question whether data may be touched, to the person who was asked alone. Not when it is closed already."""
    if not consent.still_open(payload["consent_id"]):
        return
    row, ticket = consents.consent_to_send(payload["consent_id"]), telling.ticket(payload["ticket_id"])
    reader = telling.readers([row.asked_of_id]).get(row.asked_of_id)
    if reader is None:
        return
    words = render.mail(
        Message.CONSENT_ASKED, reader, ticket=ticket, asked_by=row.asked_by.name, scope=row.scope, hours=row.hours,
        clause=row.clause, answer_until=row.answer_until, action_url=service.LINK,
    )  # fmt: skip
    cause = f"consent:{row.id}"
    service.add(
        cause,
        Message.CONSENT_ASKED,
        reader,
        words,
        ticket=ticket,
        auto_submitted="auto-generated",
        consent_id=row.id,
    )


def person_invited(payload: dict[str, Any]) -> None:
    _send_link(payload["link_id"], Message.INVITED, LinkPurpose.INVITATION)


def password_reset_asked(payload: dict[str, Any]) -> None:
    _send_link(payload["link_id"], Message.RESET_ASKED, LinkPurpose.RESET)


def _send_link(link_id: int, message: Message, purpose: LinkPurpose) -> None:
    """To the sign-in address, whatever other addresses the person has. The text holds a stand-in for the secret."""
    found = telling.user_of_link(link_id)
    if found is None:
        return
    _link, user = found
    contact = user.contact
    reader = telling.Reader(contact.id, contact.name, user.email, contact.language, contact.time_zone)
    lasts = LASTS[purpose]
    words = render.mail(message, reader, action_url=service.LINK, lasts=lasts, sign_in=user.email)
    service.add(f"link:{link_id}", message, reader, words, auto_submitted="auto-generated", link_id=link_id)


def _tell(
    cause: str,
    told: list[Told],
    ticket: Ticket,
    entry: TimelineEntry | None,
    *,
    answers_mail: bool = False,
    **context: Any,
) -> None:
    """Render for each person apart, in their language, and record it."""
    readers = telling.readers(t.contact_id for t in told)
    files = list(entry.attachments) if entry else []
    words = _words(entry)
    for one in told:
        reader = readers.get(one.contact_id)
        if reader is None or queries.is_told(cause, reader.contact_id):
            continue
        to_staff = one.message.value.endswith("_to_staff")
        page = "tickets_staff.ticket" if to_staff else "tickets_client.ticket"
        carries = one.message in rules.MAY_CARRY_WORDS
        rendered = render.mail(
            one.message, reader, ticket=ticket, words=words, files=files,
            files_travel=carries and rules.files_travel([f.size for f in files]),
            author=entry.contact.name if entry and entry.contact else "",
            action_url=render.link_to(page, number=ticket.number),
            after_call=bool(entry and entry.kind in (EntryKind.CALL, EntryKind.REMOTE)), **context,
        )  # fmt: skip
        service.add(
            cause, one.message, reader, rendered, ticket=ticket,
            entry_id=entry.id if entry and carries else None,
            auto_submitted=rules.auto_submitted(one.message, has_words=bool(words), answers_mail=answers_mail),
        )  # fmt: skip


def _words(entry: TimelineEntry | None) -> str:
    """What a person wrote; of a call or a remote session the advice. A line of the portal's own has none."""
    if entry is None or entry.kind is EntryKind.CHANGE:
        return ""
    if entry.work is not None:
        return entry.work.advice or entry.text
    return entry.text
