"""Who is told of what: recipients and message kinds from plain facts.

Refuses to tell the author of their own words, people without an address or rights, and the whole desk of every new ticket:
new tickets stand in the queue, and are mailed to the ticket's team, or to the desk when something is at risk right now.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Message(StrEnum):
    """A folder of words in templates/notify/email."""

    OPENED_CLIENT = "ticket_opened_to_client"
    OPENED_PARTICIPANT = "ticket_opened_to_participant"
    OPENED_STAFF = "ticket_opened_to_staff"
    CLIENT_WROTE = "client_wrote_to_staff"
    STAFF_REPLIED = "staff_replied_to_client"
    ASSIGNED = "ticket_assigned_to_staff"
    HANDED_OVER = "ticket_handed_over_to_staff"
    MENTIONED = "colleague_mentioned_to_staff"
    WAITS = "ticket_waits_for_client"
    RESOLVED = "ticket_resolved_to_client"
    CLOSED = "ticket_closed_to_client"
    REOPENED_CLIENT = "ticket_reopened_to_client"
    REOPENED_STAFF = "ticket_reopened_to_staff"
    CANCELLED_CLIENT = "ticket_cancelled_to_client"
    CANCELLED_STAFF = "ticket_cancelled_to_staff"
    MERGED = "ticket_merged_to_client"
    PROMISE_NEAR = "promise_near_to_staff"
    PROMISE_BROKEN = "promise_broken_to_staff"
    RENEWAL_CLIENT = "renewal_near_to_client"
    RENEWAL_STAFF = "renewal_near_to_staff"
    EXPIRED_CLIENT = "contract_expired_to_client"
    EXPIRED_STAFF = "contract_expired_to_staff"
    CERTIFICATE_ENDS = "certificate_ends_to_staff"
    MAIL_ALARM = "mail_alarm_to_staff"
    MAIL_ALARM_OVER = "mail_alarm_over_to_staff"
    CONSENT_ASKED = "consent_asked_of_client"
    QUOTE_SENT = "quote_sent_to_client"
    QUOTE_REMINDER = "quote_ends_soon_to_client"
    QUOTE_ANSWERED = "quote_answered_to_staff"
    QUOTE_CHANGE = "quote_change_asked_to_staff"
    QUOTE_CONFIRMED_CLIENT = "quote_confirmed_to_client"
    QUOTE_CONFIRMED_STAFF = "quote_confirmed_to_staff"
    QUOTE_DELIVERED = "quote_delivered_to_client"
    QUOTE_ACCEPTANCE_NEAR = "quote_acceptance_near_to_client"
    QUOTE_DEFECTS = "quote_defects_to_staff"
    QUOTE_ACCEPTED_CLIENT = "quote_accepted_to_client"
    QUOTE_ACCEPTED_STAFF = "quote_accepted_to_staff"
    QUOTE_TIME_CLIENT = "quote_time_to_client"
    QUOTE_TIME_STAFF = "quote_time_to_staff"
    VISIT_PROPOSED = "visit_proposed_to_client"
    VISIT_CONFIRMED = "visit_confirmed_to_client"
    VISIT_MOVED = "visit_moved_to_client"
    VISIT_ENGINEER = "visit_engineer_to_client"
    VISIT_CANCELLED = "visit_cancelled_to_client"
    VISIT_SET_OUT = "visit_set_out_to_client"
    VISIT_NO_ACCESS = "visit_no_access_to_client"
    VISIT_NO_SHOW = "visit_no_show_to_client"
    VISIT_OVER_DAY = "visit_over_day_to_client"
    VISIT_SHEET_WAITS = "visit_sheet_waits_to_client"
    VISIT_SIGNED = "visit_signed_to_client"
    ROUNDS_ANNOUNCED = "rounds_announced_to_client"
    ROUND_MOVED = "round_moved_to_client"
    ROUND_SKIPPED = "round_skipped_to_client"
    VISIT_ASSIGNED_STAFF = "visit_assigned_to_staff"
    VISIT_MOVED_STAFF = "visit_moved_to_staff"
    VISIT_CANCELLED_STAFF = "visit_cancelled_to_staff"
    VISIT_WISH_STAFF = "visit_wish_to_staff"
    INVITED = "person_invited"
    RESET_ASKED = "password_reset_asked"


ANSWERS_BY_ITSELF = frozenset({Message.OPENED_CLIENT, Message.OPENED_PARTICIPANT, Message.REOPENED_CLIENT})
"""What the portal says in answer to somebody's mail without anybody having read it: limited, so that it floods nobody."""
MAY_CARRY_WORDS = frozenset({Message.STAFF_REPLIED, Message.WAITS, Message.RESOLVED})
MOST_ANSWERS = 10
ONE_ANSWER = timedelta(days=1)
"""About one ticket an address gets one answer to its mails in this time, whatever it sends."""
REPORTS_FOR = timedelta(days=30)
"""How old a mail may be that a report names by its ticket and recipient alone."""
ANSWERS_WINDOW = timedelta(hours=1)

FILES_LIMIT = 5_000_000
"""Bytes of all files together up to which they travel with the mail; above, a link to the ticket's page."""

MOST_REFERENCES = 10


@dataclass(frozen=True)
class Facts:
    """Of one ticket, as contact ids. `reachable`: active, with an address, and with a right to see the ticket."""

    requester: int
    participants: tuple[int, ...] = ()
    assignee: int | None = None
    team: tuple[int, ...] = ()
    desk: tuple[int, ...] = ()
    managers: tuple[int, ...] = ()
    reachable: frozenset[int] = frozenset()
    is_critical: bool = False


@dataclass(frozen=True)
class Told:
    """One person is told one thing."""

    contact_id: int
    message: Message


@dataclass(frozen=True)
class VisitFacts:
    """Who stands around a visit, as contact ids. `around`: who asked for it or follows its requests, so far as `reachable`;
    `managers`: the client's, all of whom may be told. `wants_managers`: a round, or a price that somebody has to agree to."""

    around: tuple[int, ...]
    managers: tuple[int, ...]
    reachable: frozenset[int]
    wants_managers: bool = False


def of_visit(facts: VisitFacts) -> list[int]:
    """Whoever asked for it or follows it; managers, too, where it is theirs to decide, or where nobody else can be told."""
    people = [c for c in dict.fromkeys(facts.around) if c in facts.reachable]
    if facts.wants_managers or not people:
        people += [c for c in facts.managers if c not in people]
    return people


def of_visit_staff(people: Iterable[int], author: int | None) -> list[int]:
    """Each of them once, but whoever did it."""
    return [c for c in dict.fromkeys(people) if c != author]


def _tell(facts: Facts, message: Message, contacts: tuple[int | None, ...], author: int | None) -> list[Told]:
    ids = dict.fromkeys(c for c in contacts if c is not None and c != author and c in facts.reachable)
    return [Told(contact_id, message) for contact_id in ids]


def _client(facts: Facts, message: Message, author: int | None) -> list[Told]:
    return _tell(facts, message, (facts.requester, *facts.participants), author)


def of_opened(facts: Facts, author: int | None = None, *, acknowledge: bool = True) -> list[Told]:
    """The requester gets the acknowledgement, whoever entered the request; participants hear that they follow it.

    `author` is the member of staff who entered it. Without `acknowledge` no client hears of it by mail: a machine may
    have written.
    """
    others = tuple(p for p in facts.participants if p != facts.requester)
    staff = facts.desk if facts.is_critical else facts.team
    return [
        *_tell(facts, Message.OPENED_CLIENT, (facts.requester,) if acknowledge else (), None),
        *_tell(facts, Message.OPENED_PARTICIPANT, others if acknowledge else (), author),
        *_tell(facts, Message.OPENED_STAFF, () if facts.assignee else staff, author),
    ]


def of_client_wrote(facts: Facts, author: int | None) -> list[Told]:
    """The assignee; what nobody is assigned to stands in the queue."""
    return _tell(facts, Message.CLIENT_WROTE, (facts.assignee,), author)


def of_staff_replied(facts: Facts, author: int | None) -> list[Told]:
    return _client(facts, Message.STAFF_REPLIED, author)


def of_assigned(facts: Facts, assignee: int, author: int | None) -> list[Told]:
    """The new assignee, unless they took it themselves or it has gone on to somebody else."""
    return _tell(facts, Message.ASSIGNED, (assignee,), author) if assignee == facts.assignee else []


def of_handed_over(facts: Facts, former: int, author: int | None) -> list[Told]:
    """Who had it before, unless they gave it away themselves or have it again."""
    return _tell(facts, Message.HANDED_OVER, (former,), author) if former != facts.assignee else []


def of_mentioned(facts: Facts, colleague: int, author: int | None) -> list[Told]:
    """The colleague who was named in an internal note."""
    return _tell(facts, Message.MENTIONED, (colleague,), author)


def of_waits(facts: Facts, author: int | None) -> list[Told]:
    return _client(facts, Message.WAITS, author)


def of_resolved(facts: Facts, author: int | None) -> list[Told]:
    return _client(facts, Message.RESOLVED, author)


def of_closed(facts: Facts, *, by_silence: bool) -> list[Told]:
    """Closed by silence: the client should know. Who confirmed knows it."""
    return _client(facts, Message.CLOSED, None) if by_silence else []


def of_reopened(facts: Facts, author: int | None, *, by_client: bool) -> list[Told]:
    """A client's reply: the writer hears that it goes on, and the assignee that it came back. By staff: the client."""
    if not by_client:
        return _client(facts, Message.REOPENED_CLIENT, author)
    return [
        *_tell(facts, Message.REOPENED_CLIENT, (author,), None),
        *_tell(facts, Message.REOPENED_STAFF, (facts.assignee,), author),
    ]


def of_cancelled(facts: Facts, author: int | None, *, by_client: bool) -> list[Told]:
    return [
        *_client(facts, Message.CANCELLED_CLIENT, author),
        *(_tell(facts, Message.CANCELLED_STAFF, (facts.assignee,), author) if by_client else []),
    ]


def of_merged(facts: Facts, came: tuple[int, ...], author: int | None) -> list[Told]:
    """Whoever came with the merged ticket and can see the one that it goes on as."""
    there = {facts.requester, *facts.participants}
    return _tell(facts, Message.MERGED, tuple(c for c in came if c in there), author)


def of_promise_near(facts: Facts) -> list[Told]:
    """Whoever can still keep it: the assignee, else the team. Nobody else is told while there is time."""
    return _first(facts, Message.PROMISE_NEAR, (facts.assignee,), facts.team)


def of_promise_broken(facts: Facts) -> list[Told]:
    """The assignee, else the team, else the managers: somebody always hears of it."""
    return _first(facts, Message.PROMISE_BROKEN, (facts.assignee,), facts.team, facts.managers)


def _first(facts: Facts, message: Message, *groups: tuple[int | None, ...]) -> list[Told]:
    """The first group with somebody who can be told."""
    return next((told for group in groups if (told := _tell(facts, message, group, None))), [])


def auto_submitted(message: Message, *, has_words: bool, answers_mail: bool) -> str | None:
    """RFC 3834: what a person wrote is no automatic message, though the portal sends it; an unread answer to a mail is
    auto-replied; everything else is auto-generated."""
    if message in MAY_CARRY_WORDS and has_words:
        return None
    return "auto-replied" if message in ANSWERS_BY_ITSELF and answers_mail else "auto-generated"


def too_many(message: Message, answers_within_window: int) -> bool:
    """Whether an address has had enough of what the portal says by itself."""
    return message in ANSWERS_BY_ITSELF and answers_within_window >= MOST_ANSWERS


def files_travel(sizes: list[int]) -> bool:
    return sum(sizes) < FILES_LIMIT


def references_of(known: list[str]) -> list[str]:
    """The Message-IDs for References, oldest first: the first of the conversation and the newest ones (RFC 5322 3.6.4)."""
    return known if len(known) <= MOST_REFERENCES else [known[0], *known[1 - MOST_REFERENCES :]]
