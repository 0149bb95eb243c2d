"""The middle steps: which ticket a mail belongs to, and whether its sender has a right to it.

Owns that a right name of a ticket gives nobody a right. Refuses to open tickets: opening.py does.
"""

from dataclasses import replace
from datetime import timedelta

from portal.intake.rules.routing.copies import followers
from portal.intake.rules.routing.facts import Facts, Found
from portal.intake.rules.routing.outcomes import Hold, Reply, StaffReply
from portal.intake.rules.routing.trust import Step
from portal.tickets.rules.transitions import REOPEN_WITHIN

REPLIES_AN_HOUR = 40
"""More replies than this from one address within an hour wait for staff."""


def token(found: Found, facts: Facts) -> Step:
    """A signed reply address names the ticket."""
    return _claim(found, "token", facts.token_numbers)


def references(found: Found, facts: Facts) -> Step:
    """It answers mails that we sent or received; of all ids the newest first."""
    return _claim(found, "references", facts.reference_numbers)


def subject(found: Found, facts: Facts) -> Step:
    """The subject names a ticket; counts only where the mailbox says so, for anybody can write it."""
    if not facts.mailbox.join_by_subject:
        return "not_asked", found
    return _claim(found, "subject", facts.subject_numbers)


def _claim(found: Found, by: str, numbers: tuple[int, ...]) -> Step:
    if found.claimed:
        return "known", found
    if not numbers:
        return "none", found
    return "names_ticket", replace(found, claimed=numbers, by=by)


def right(found: Found, facts: Facts) -> Step:
    """The sender must have a right to that ticket, if it was merged to the one in which it goes on, whatever it was named by;
    staff need DMARC as well."""
    if not found.claimed:
        return "none", found
    first, sender = found.claimed[0], facts.sender
    if sender is None:
        return "stranger", Hold("stranger_on_ticket", first, facts.domain_organisation)
    if sender.is_staff:
        if found.authentic != "pass":
            return "staff", Hold("staff_by_mail", first)
        return "staff_proven", replace(found, number=first)
    allowed = next((n for n in found.claimed if facts.tickets[n].goes_on_in in sender.sees), None)
    if allowed is None:
        return "no_right", Hold("no_right_on_ticket", first)
    if facts.replies_last_hour >= REPLIES_AN_HOUR:
        return "too_many", Hold("too_many", allowed)
    return "participant", replace(found, number=allowed)


def merged(found: Found, facts: Facts) -> Step:
    """A ticket that was merged goes on in another, to the chain's end; the right to that one was asked for before."""
    if found.number is None:
        return "none", found
    goes_on_in = facts.tickets[found.number].goes_on_in
    if goes_on_in == found.number:
        return "no", found
    return "follows", replace(found, number=goes_on_in)


def closed(found: Found, facts: Facts) -> Step:
    """It is added. To a ticket that ended longer ago than the mailbox, or else the tickets' own rule, allows it opens a new,
    linked one: tickets.service does that by the same number of days."""
    if found.number is None or facts.sender is None:
        return "none", found
    ticket = next(t for t in facts.tickets.values() if t.goes_on_in == found.number)
    if facts.sender.is_staff:
        # Who answers our notification speaks to the client; who forwards or copies something keeps it for colleagues.
        public = facts.answers_ours and found.mail.forwarded is None
        return "public" if public else "internal", StaffReply(found.number, facts.sender.contact_id, public)
    days = facts.mailbox.closed_days
    within = REOPEN_WITHIN if days is None else timedelta(days=days)
    finding = "open"
    if ticket.ended_at is not None:
        finding = "ended_long_ago" if facts.now - ticket.ended_at > within else "ended_lately"
    copies = followers(facts, ticket.organisation_id, facts.sender.contact_id)
    return finding, Reply(found.number, facts.sender.contact_id, copies, days)
