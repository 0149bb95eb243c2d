"""The last steps: who may open a ticket, in which organisation, with which defaults, and whether we answer.

Owns that an address alone never makes somebody a member of an organisation: a domain that staff verified and our own server's
DMARC verdict do, or a mailbox that was set up for it, and staff are told.
"""

from dataclasses import replace

from portal.intake.rules.routing.copies import followers
from portal.intake.rules.routing.facts import Facts, Found
from portal.intake.rules.routing.outcomes import Hold, NewTicket
from portal.intake.rules.routing.trust import Step
from portal.people.rules.free_mail import is_free_mail

TICKETS_AN_HOUR = 20
"""More new tickets than this from one address within an hour are held: a program without any mark, or a loop."""


def known(found: Found, facts: Facts) -> Step:
    """Who opens a ticket: a contact; staff for a client whose mail they forward; somebody at a verified domain."""
    sender = facts.sender
    if sender is None:
        return _newcomer(found, facts)
    if sender.is_staff:
        if found.authentic != "pass" or facts.forwarded_from is None:
            return "staff", Hold("staff_by_mail")
        client = facts.forwarded_from
        if client.is_staff or not client.organisations:
            return "no_organisation", Hold("no_organisation")
        return "forwarded", replace(
            found, new=NewTicket(client.organisations[0], client.contact_id, by_staff=sender.contact_id)
        )
    if not sender.organisations:
        return "no_organisation", Hold("no_organisation")
    return "contact", replace(found, new=NewTicket(sender.organisations[0], sender.contact_id))


def _newcomer(found: Found, facts: Facts) -> Step:
    organisation = facts.domain_organisation
    if is_free_mail(facts.writer.email):
        organisation = None
    if organisation is not None:
        if found.authentic == "pass":
            return "at_domain", replace(found, new=NewTicket(organisation, None))
        return "domain_unproven", Hold("unknown_at_domain", None, organisation)
    if facts.mailbox.organisation_id is not None:
        return "by_mailbox", replace(found, new=NewTicket(facts.mailbox.organisation_id, None))
    return "unknown", Hold("unknown_sender")


def rate(found: Found, facts: Facts) -> Step:
    """A guard against loops that bear no mark at all."""
    return ("too_many", Hold("too_many")) if facts.tickets_last_hour >= TICKETS_AN_HOUR else ("ok", found)


def organisation(found: Found, facts: Facts) -> Step:
    """The requester's organisation. Of several: the mailbox's own, the one of the address's domain, else the first, and
    staff are told."""
    assert found.new is not None
    requester = facts.forwarded_from if found.new.by_staff else facts.sender
    choice = requester.organisations if requester else (found.new.organisation_id,)
    finding, chosen = "only", found.new.organisation_id
    if len(choice) > 1:
        hints = (("mailbox", facts.mailbox.organisation_id), ("domain", facts.domain_organisation))
        finding, chosen = next(
            ((why, o) for why, o in hints if o is not None and o in choice), ("default_of_several", choice[0])
        )
    return finding, replace(
        found,
        new=replace(
            found.new,
            organisation_id=chosen,
            several=finding == "default_of_several",
            copies=followers(facts, chosen, found.new.contact_id),
        ),
    )


def defaults(found: Found, facts: Facts) -> Step:
    """What the mailbox says where the mail says nothing: team, kind, urgency, the language of answers."""
    assert found.new is not None
    box = facts.mailbox
    new = replace(found.new, team=box.team, kind=box.kind, urgency=box.urgency, language=box.language)
    return "plain" if new == found.new else "mailbox", replace(found, new=new)


def acknowledgement(found: Found, facts: Facts) -> Step:
    """Whether we answer by ourselves. Not a machine, not where the mailbox says no, and not an address that nobody has
    proven: whoever is named in a forged From would get it. How often is counted when it is done."""
    assert found.new is not None
    finding = "yes"
    if not facts.mailbox.acknowledge:
        finding = "mailbox_says_no"
    elif found.mail.flags.no_autoreply:
        finding = "wants_none"
    elif found.new.contact_id is None and found.authentic != "pass":
        finding = "unproven"
    return finding, replace(found.new, acknowledge=finding == "yes")
