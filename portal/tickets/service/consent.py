"""Leave to touch the client's data (TS-09): asked of one person, answered once, taken back at any time.

The secret of the mailed link is derived from the installation's key and a random salt, as for other one-time links: the mail can
be written later, and the secret is never stored.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.infra import outbox
from portal.infra.db import db
from portal.kernel import clock, refs
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound, Refused
from portal.people import queries as people
from portal.tickets.events import ConsentAsked
from portal.tickets.models.attempts import DataConsent
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import consents as queries
from portal.tickets.queries import staff
from portal.tickets.rules import consent as rules
from portal.tickets.rules.consent import State
from portal.tickets.rules.words import ENDED
from portal.tickets.service import record
from portal.web.context import settings

PATH = "/consent/"
_ANSWERED = {
    State.EXPIRED: _l("This question is too old to be answered. We ask again if we still need it."),
    State.REFUSED: _l("This was answered already: no."),
    State.GRANTED: _l("This was answered already: yes."),
    State.ENDED: _l("This was answered already, and the time is over."),
    State.WITHDRAWN: _l("This question was taken back."),
}


def ask(actor: Actor, ticket: Ticket, contact_id: int, scope: str, hours: int) -> DataConsent:
    """Ask a person who follows a locked ticket. Raises Refused for a ticket that has ended, a question that is open, a person
    without an address; NotFound for somebody who has nothing to do with the ticket."""
    assert actor.user_id is not None
    now = clock.now()
    if ticket.status in ENDED:
        raise Refused(_l("This ticket has ended. Reopen it before you ask for anything."))
    if hours not in rules.HOURS:
        raise Refused(_l("Choose how long it should hold."), field="hours")
    people.member_of(ticket.organisation_id, contact_id)
    if contact_id not in {c.id for c in staff.told(ticket)}:
        raise Refused(
            _l("Only somebody who follows the ticket and has an e-mail address can be asked."),
            field="contact_id",
        )
    for known in queries.consents_of(actor, ticket):
        state = rules.state_of(queries.facts(known), now)
        if state is State.ASKED:
            raise Refused(
                _l("%(name)s was asked already and has not answered yet.", name=known.asked_of.name)
            )
        if state is State.GRANTED and known.scope == scope.strip():
            raise Refused(_l("%(name)s has agreed to this already.", name=known.asked_of.name))
    salt = refs.new_secret()
    consent = DataConsent(
        ticket_id=ticket.id,
        scope=scope.strip(),
        hours=hours,
        clause=queries.clause_of(ticket),
        asked_by_id=actor.user_id,
        asked_at=now,
        asked_of_id=contact_id,
        answer_until=now + rules.ANSWER_WITHIN,
        salt=salt,
        token_hash=refs.hash_of(_token(ticket.id, contact_id, salt)),
    )
    db.session.add(consent)
    db.session.flush()
    name = people.member_of(ticket.organisation_id, contact_id).name
    _write(ticket, actor, "asked", consent, name)
    outbox.record(ConsentAsked(consent.id, ticket.id))
    return consent


def url_of(consent: DataConsent) -> str:
    """The whole secret address, from the configured address of the portal."""
    token = _token(consent.ticket_id, consent.asked_of_id, consent.salt)
    return f"{settings().public_url.rstrip('/')}{PATH}{token}"


def still_open(consent_id: int) -> bool:
    """Whether the question can still be answered."""
    found = db.session.get(DataConsent, consent_id, populate_existing=True)
    return found is not None and rules.state_of(queries.facts(found), clock.now()) is State.ASKED


def _token(ticket_id: int, contact_id: int, salt: str) -> str:
    return refs.keyed_secret(settings().secret_key, f"consent:{ticket_id}:{contact_id}:{salt}")


def answer(actor: Actor, consent: DataConsent, granted: bool, *, by_link: bool = False) -> None:
    """Yes or no on a locked question, once; raises Refused when it was answered, taken back or is too old. In the portal only
    the person who was asked, or a manager of the organisation, may answer; NotFound for others."""
    now = clock.now()
    ticket = consent.ticket
    if not by_link and not may_answer(actor, consent, ticket):
        raise NotFound
    state = rules.state_of(queries.facts(consent), now)
    if state is not State.ASKED:
        raise Refused(_ANSWERED[state])
    consent.answered_at, consent.answered_by_id, consent.by_link = now, actor.contact_id, by_link
    consent.granted = granted
    consent.holds_until = now + timedelta(hours=consent.hours) if granted else None
    _write(ticket, actor, "granted" if granted else "refused", consent, actor.name)


def may_answer(actor: Actor, consent: DataConsent, ticket: Ticket) -> bool:
    """The person who was asked, and the organisation's managers."""
    return actor.contact_id == consent.asked_of_id or ticket.organisation_id in actor.managed_organisation_ids


def withdraw(actor: Actor, consent: DataConsent) -> None:
    """Take a question or a consent back: the client at any time; staff when it is not needed or the client says so by phone."""
    now = clock.now()
    state = rules.state_of(queries.facts(consent), now)
    if not actor.is_staff and not may_answer(actor, consent, consent.ticket):
        raise NotFound
    if state not in (State.ASKED, State.GRANTED):
        raise Refused(_ANSWERED[state])
    consent.withdrawn_at = now
    _write(consent.ticket, actor, "withdrawn", consent, actor.name)


def _write(ticket: Ticket, actor: Actor, step: str, consent: DataConsent, name: str) -> None:
    details = {"what": "consent", "step": step, "scope": consent.scope, "name": name, "hours": consent.hours}
    record.add_change(ticket, actor, clock.now(), details, internal=False)


def sentence_of(details: Mapping[str, Any], who: str) -> str:
    """A line of the timeline in the reader's language."""
    name, scope = details.get("name") or who, details.get("scope", "")
    step = details.get("step")
    if step == "asked":
        return _("%(who)s asked %(name)s for leave to touch data: %(scope)s", who=who, name=name, scope=scope)
    if step == "granted":
        return _(
            "%(name)s agreed for %(hours)s hours: %(scope)s",
            name=name,
            hours=details.get("hours"),
            scope=scope,
        )
    if step == "refused":
        return _("%(name)s did not agree that data is touched: %(scope)s", name=name, scope=scope)
    return _("%(name)s took back the leave to touch data: %(scope)s", name=name, scope=scope)
