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
from portal.tickets.queries import tags
from portal.tickets.rules.canned import Field, Steps, plain, unknown_fields
from portal.tickets.rules.tags import key_of
from portal.tickets.rules.words import ENDED, Phase, Status
from portal.tickets.service import conversation, fields, following, solving, status, tagging
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
        raise Refused(
            _l("A macro has to do something: write a reply, choose a status, a phase, a person or tags.")
        )
    for field in ("add_tags", "remove_tags"):
        tagging.checked(getattr(steps, field), field)
    if steps.closes and steps.speaks:
        raise Refused(
            _l("Who confirmed that it works needs no message. Leave the texts empty."), field="text_en"
        )
    if steps.closes and not steps.reason:
        raise Refused(_l("Say who confirmed that it works, and how."), field="reason")
    if steps.waits and not steps.reason:
        raise Refused(_l("Say why, so that everybody knows what the ticket waits for."), field="reason")
    if steps.resolves and not steps.speaks:
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
    """What the fields stand for on a ticket, in the language that is spoken. A sentence about a device that nobody named keeps
    its sense. `due`: the nearest deadline in the reader's words, or empty."""
    return {
        Field.REQUESTER: ticket.requester.name,
        Field.ORGANISATION: ticket.organisation.name,
        Field.NUMBER: refs.ticket_number(ticket.number),
        Field.SUBJECT: ticket.subject,
        Field.DEVICE: ticket.device.name if ticket.device else str(_l("the device")),
        Field.DUE: due,
        Field.AGENT: actor.name,
    }


def skipped(ticket: Ticket, steps: Steps) -> list[str]:
    """Steps that do not fit this ticket and are left out, with the reason, in the reader's words."""
    left = []
    then = steps.then
    if then is not None:
        if ticket.phase is then:
            left.append(str(_l("The phase stays: it is in that one already.")))
        elif why := status.keeps_from(ticket, then):
            left.append(str(_l("The phase stays as it is. %(why)s", why=why)))
    add, remove = (
        tagging.checked(steps.add_tags, "add_tags"),
        tagging.checked(steps.remove_tags, "remove_tags"),
    )
    if add or remove:
        has = {key_of(name) for name in tags.of_tickets([ticket.id]).get(ticket.id, ())}
        there = [t.name for t in add if t.key in has]
        gone = [t.name for t in remove if t.key not in has]
        if there:
            left.append(str(_l("It has these tags already: %(names)s.", names=", ".join(there))))
        if gone:
            left.append(str(_l("It does not have these tags: %(names)s.", names=", ".join(gone))))
    return left


def phase_of(ticket: Ticket, steps: Steps) -> Phase | None:
    """The phase that the ticket really goes into; None where it stays."""
    then = steps.then
    if then is None or ticket.phase is then or status.keeps_from(ticket, then) is not None:
        return None
    return then


def obstacle(ticket: Ticket, steps: Steps) -> str | None:
    """Why the macro would be refused as a whole, so far as it can be known beforehand."""
    if why := _ended(ticket, steps):
        return str(why)
    return solving.obstacle(ticket) if steps.resolves else None


def _ended(ticket: Ticket, steps: Steps) -> Any:
    if steps.closes:
        solved = ticket.status is Status.RESOLVED
        return None if solved else _l("Only a solved ticket is closed; nothing was changed.")
    if ticket.status in ENDED or ticket.status is Status.RESOLVED:
        return _l("This ticket has ended. Open it again before you use a macro on it; nothing was changed.")
    return None


def _to(actor: Actor, steps: Steps) -> tuple[int | None, int | None]:
    """User and team that a macro assigns to; both None for the queue."""
    if steps.assign == "me":
        return actor.user_id, None
    if steps.assign == "nobody":
        return None, None
    number = int(steps.assign[1:])
    return (number, None) if steps.assign[0] == "u" else (None, number)


def takes_over(actor: Actor, ticket: Ticket, steps: Steps) -> bool:
    """Whether somebody loses the ticket by it: that takes a reason."""
    return bool(steps.assign) and ticket.assignee_id not in (None, _to(actor, steps)[0])


def carry_out(
    actor: Actor, ticket: Ticket, steps: Steps, text: str, reason: str, handed: str = ""
) -> list[str]:
    """All steps on a locked ticket, or none: what one of them refuses undoes the transaction. `text` and `reason` are filled
    already, and may have been changed by hand; `handed` says why a colleague loses the ticket. Returns what was left out because
    it does not fit this ticket, as `skipped` says. Raises Refused for a ticket that has ended or is solved, unless the macro
    closes it."""
    if why := _ended(ticket, steps):
        raise Refused(why)
    left = skipped(ticket, steps)
    now_entry = ticket.last_entry_id
    tagging.change_tags(
        actor,
        ticket,
        tagging.checked(steps.add_tags, "add_tags"),
        tagging.checked(steps.remove_tags, "remove_tags"),
    )
    if (then := phase_of(ticket, steps)) is not None:
        status.change_phase(actor, ticket, then)
    if steps.assign:
        try:
            status.hand_over(ticket, actor, *_to(actor, steps), reason=handed)
        except Refused as refused:
            raise Refused(refused.sentence, field="handed") from refused
    if steps.resolves:
        fields.refuse_unfilled(ticket)
        status.resolve(actor, ticket, steps.closure, Words(text))
    elif steps.waits:
        status.wait(actor, ticket, Status(steps.status), reason, Words(text) if text else None)
    elif steps.closes:
        status.close_by_staff(actor, ticket, reason)
    elif text:
        conversation.reply(actor, ticket, Words(text))
    ticket.changed_at = clock.now()
    following.keep_read(actor, ticket, now_entry)
    return left
