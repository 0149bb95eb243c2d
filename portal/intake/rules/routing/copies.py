"""Whom a mail's copies let follow the ticket.

Owns the limits: people of the same organisation alone, few at a time, never staff or ourselves. A stranger on copy is added to
nothing: who reads a ticket is for the client and staff to say, not for a header.
"""

from portal.intake.rules.routing.facts import Facts

MOST = 10


def followers(facts: Facts, organisation_id: int, but: int | None) -> tuple[int, ...]:
    """Contacts, in the order of the addresses; none if the mail names more people than a person would."""
    found = dict.fromkeys(
        c.contact_id
        for c in facts.copied
        if not c.is_staff and organisation_id in c.organisations and c.contact_id != but
    )
    return tuple(found)[:MOST]
