"""Canned replies and macros: kept, removed, filled for a ticket; and a macro carried out, whole or not at all."""

from typing import Any

from flask_babel import lazy_gettext as _l

from portal.infra.db import db
from portal.kernel import clock, refs
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.tickets.models.desk import CannedReply, Macro
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import canned as queries
from portal.tickets.rules.canned import Field, Steps, plain, unknown_fields
from portal.tickets.rules.words import ENDED, Status
from portal.tickets.service import conversation, fields, following, status
from portal.tickets.service.record import Words


def _check(**texts: str) -> None:
    for field, text in texts.items():
        unknown = unknown_fields(text)
        if unknown:
            sentence = _l(
                "{%(name)s} is no field. Fields are: %(fields)s.",
                name=unknown[0], fields=" ".join(f"{{{f.value}}}" for f in Field),
            )  # fmt: skip
            raise Refused(sentence, field=field)


def keep_reply(
    actor: Actor, id_: int | None, name: str, text_en: str, text_zh: str, *, shared: bool
) -> CannedReply:
    """A new one, or one that the actor may change; raises Refused for an unknown field, naming the text that has it."""
    _check(text_en=text_en, text_zh=text_zh)
    if not text_en and not text_zh:
        raise Refused(_l("Write the text in at least one language."), field="text_en")
    assert actor.user_id is not None
    one = (
        queries.changeable(actor, CannedReply, id_)
        if id_ is not None
        else CannedReply(owner_id=actor.user_id)
    )
    one.name, one.text_en, one.text_zh, one.shared = name, text_en, text_zh, shared
    db.session.add(one)
    db.session.flush()
    return one


def keep_macro(actor: Actor, id_: int | None, name: str, steps: Steps, *, shared: bool) -> Macro:
    """A new one, or one that the actor may change; raises Refused for steps that could never be taken."""
    _check(text_en=steps.text_en, text_zh=steps.text_zh, reason=steps.reason)
    if not steps.does_something:
        raise Refused(_l("A macro has to do something: write a reply, choose a status or a person."))
    if steps.waits and not steps.reason:
        raise Refused(_l("Say why, so that everybody knows what the ticket waits for."), field="reason")
    if steps.resolves and not (steps.text_en or steps.text_zh):
        raise Refused(_l("Tell the client what was done."), field="text_en")
    assert actor.user_id is not None
    one = queries.changeable(actor, Macro, id_) if id_ is not None else Macro(owner_id=actor.user_id)
    one.name, one.steps, one.shared = name, plain(steps), shared
    db.session.add(one)
    db.session.flush()
    return one


def remove(actor: Actor, kind: Any, id_: int) -> None:
    """One that the actor may change; raises NotFound for another."""
    db.session.delete(queries.changeable(actor, kind, id_))
    db.session.flush()


def values_for(actor: Actor, ticket: Ticket, due: str) -> dict[Field, str]:
    """What the fields stand for on a ticket. `due`: the nearest deadline in the reader's words, or empty."""
    return {
        Field.REQUESTER: ticket.requester.name,
        Field.ORGANISATION: ticket.organisation.name,
        Field.NUMBER: refs.ticket_number(ticket.number),
        Field.SUBJECT: ticket.subject,
        Field.DEVICE: ticket.device.name if ticket.device else "",
        Field.DUE: due,
        Field.AGENT: actor.name,
    }


def carry_out(actor: Actor, ticket: Ticket, steps: Steps, text: str, reason: str) -> None:
    """All steps on a locked ticket, or none: what one of them refuses undoes the transaction. `text` and `reason` are filled
    already, and may have been changed by hand. Raises Refused for a ticket that has ended or is solved."""
    if ticket.status in ENDED or ticket.status is Status.RESOLVED:
        raise Refused(
            _l("This ticket has ended. Open it again before you use a macro on it; nothing was changed.")
        )
    now_entry = ticket.last_entry_id
    if steps.assign:
        user_id, team_id = None, None
        if steps.assign == "me":
            user_id = actor.user_id
        elif steps.assign != "nobody":
            number = int(steps.assign[1:])
            user_id, team_id = (number, None) if steps.assign[0] == "u" else (None, number)
        status.assign(ticket, actor, user_id, team_id)
    if steps.resolves:
        fields.refuse_unfilled(ticket)
        status.resolve(actor, ticket, steps.closure, Words(text))
    elif steps.waits:
        status.wait(actor, ticket, Status(steps.status), reason, Words(text) if text else None)
    elif text:
        conversation.reply(actor, ticket, Words(text))
    ticket.changed_at = clock.now()
    following.keep_read(actor, ticket, now_entry)
