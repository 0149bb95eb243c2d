"""Messages of either side and internal notes; what a client's reply does to a ticket that waits or has ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l

from portal.infra import outbox
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Stale
from portal.tickets.events import ClientWrote, StaffReplied, TicketReopened
from portal.tickets.models.ticket import Ticket, TimelineEntry
from portal.tickets.queries import staff
from portal.tickets.rules.thanks import only_thanks
from portal.tickets.rules.transitions import REOPEN_WITHIN, ReplyEffect, effect_of_reply
from portal.tickets.rules.words import Channel, EntryKind, Status
from portal.tickets.service import drafts, opening, record, status
from portal.tickets.service.record import Words


@dataclass(frozen=True)
class Written:
    """Where a client's message went: usually the same ticket, after a long silence a new one."""

    ticket: Ticket
    entry: TimelineEntry | None
    effect: ReplyEffect


def add_client_message(
    actor: Actor, ticket: Ticket, words: Words, *, channel: Channel = Channel.WEB, at: datetime | None = None,
    reopen_within: timedelta = REOPEN_WITHIN,
) -> Written:  # fmt: skip
    """A public message by the requester or a participant, on a locked ticket that the actor may see.

    It continues, resumes or reopens the ticket, opens a linked one when it ended longer ago than `reopen_within`, or,
    when it only thanks for a ticket that has ended, asks staff to look.
    """
    now = at or clock.now()
    ended_at = max((t for t in (ticket.resolved_at, ticket.closed_at) if t), default=None)
    effect = effect_of_reply(
        ticket.status,
        ended_at,
        now,
        only_thanks=only_thanks(words.text) and not words.files,
        within=reopen_within,
    )
    if effect is ReplyEffect.NEW_TICKET or ticket.merged_into_id is not None:
        effect = ReplyEffect.NEW_TICKET  # merged, and the writer may not see where it went on
        return Written(_follow_up(actor, ticket, words, channel), None, effect)
    entry = record.add_entry(ticket, actor, EntryKind.MESSAGE, now, words, channel=channel)
    if effect is ReplyEffect.ASK_STAFF:
        ticket.thanked_at = now
    else:
        ticket.unanswered_since = ticket.unanswered_since or now
    if effect is ReplyEffect.REOPEN:
        status.reopen(ticket, actor, now)
        outbox.record(TicketReopened(ticket.id, entry.id))
    elif effect is ReplyEffect.RESUME:
        status.become(ticket, actor, Status.IN_PROGRESS, now)
    outbox.record(ClientWrote(ticket.id, entry.id))
    return Written(ticket, entry, effect)


def _follow_up(actor: Actor, ticket: Ticket, words: Words, channel: Channel) -> Ticket:
    assert actor.contact_id is not None
    return opening.open_ticket(
        actor,
        opening.NewTicket(
            organisation_id=ticket.organisation_id,
            requester_id=actor.contact_id,
            subject=ticket.subject,
            words=words,
            kind=ticket.kind,
            urgency=ticket.urgency,
            channel=channel,
            device_id=ticket.device_id,
            site_id=ticket.site_id,
            follows_ticket_id=ticket.id,
        ),
    )


def reply(
    actor: Actor, ticket: Ticket, words: Words, *, seen_entry_id: int | None = None, channel: Channel = Channel.WEB
) -> TimelineEntry:  # fmt: skip
    """A public answer by staff: it is the first response if none came before, and answers what was unanswered.

    `seen_entry_id` is the newest entry that the writer had before them: when something public came after it, raises
    Stale. None sends it anyway.
    """
    if seen_entry_id is not None and staff.came_since(actor, ticket, seen_entry_id):
        raise Stale(
            _l("Something came in while you were writing. Read it below, then send your reply or change it.")
        )
    now = clock.now()
    entry = record.add_entry(ticket, actor, EntryKind.MESSAGE, now, words, channel=channel)
    status.touch_by_staff(ticket, actor, now)
    outbox.record(StaffReplied(ticket.id, entry.id))
    return entry


def add_note(actor: Actor, ticket: Ticket, words: Words) -> TimelineEntry:
    """An internal note: nobody outside the staff sees it, and only colleagues who are named in it are told."""
    entry = record.add_entry(ticket, actor, EntryKind.NOTE, clock.now(), words, internal=True)
    drafts.mention(actor, ticket, entry, words.text)
    return entry


def leave_ended(actor: Actor, ticket: Ticket) -> None:
    """Staff have read a thanking reply: the ticket stays as it is."""
    ticket.thanked_at = None
    record.add_change(ticket, actor, clock.now(), {"what": "thanks_read"})
