"""Tickets for tests, opened and worked on through the services, as the views do it."""

from portal.infra.transaction import transaction
from portal.kernel.actor import Actor
from portal.people import queries as people
from portal.tickets.queries import scope
from portal.tickets.rules.words import ClosureCode, Status
from portal.tickets.service import conversation, opening, status
from portal.tickets.service.record import Words


def actor(user) -> Actor:
    """A user of the cast as the services know them."""
    return Actor(
        user.id,
        user.contact_id,
        user.contact.name,
        user.staff_role,
        dict(people.actor_of(user.contact).memberships),
    )


def ticket(
    cast, by=None, *, subject="Till 2 prints nothing", words="It prints nothing since nine.", **more
) -> int:
    """A request of the owner, or of `by`; its number. Device, kind and the rest by keyword."""
    who = actor(by or cast.owner)
    organisation = next(iter(who.memberships), None)
    with transaction():
        new = opening.NewTicket(
            organisation_id=more.pop("organisation_id", organisation),
            requester_id=more.pop("requester_id", who.contact_id),
            subject=subject,
            words=words if isinstance(words, Words) else Words(words),
            **more,
        )
        return opening.open_ticket(who, new).number


def held(user, number):
    """The ticket, locked; inside a transaction."""
    return scope.ticket_for(actor(user), number, lock=True)


def say(user, number, words, **more):
    """A public message of either side."""
    with transaction():
        found = held(user, number)
        spoken = words if isinstance(words, Words) else Words(words)
        if user.staff_role:
            conversation.reply(actor(user), found, spoken)
        else:
            conversation.add_client_message(actor(user), found, spoken, **more)


def note(user, number, words):
    with transaction():
        conversation.add_note(
            actor(user), held(user, number), words if isinstance(words, Words) else Words(words)
        )


def wait(user, number, reason="Which serial number stands on the back?", then=Status.WAITING_CUSTOMER):
    with transaction():
        status.wait(actor(user), held(user, number), then, reason)


def resolve(user, number, words="The cable was loose."):
    with transaction():
        status.resolve(actor(user), held(user, number), ClosureCode.SOLVED_BY_ADVICE, Words(words))


def confirm(user, number):
    with transaction():
        status.confirm(actor(user), held(user, number))


def look(user, number):
    """The ticket as this user sees it now."""
    return scope.ticket_for(actor(user), number)
