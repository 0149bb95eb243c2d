"""What people are told of quotes: the client's people who see the ticket, and whoever of the staff wrote it or has the ticket.

The link that answers a quote goes to those alone who answer for their organisation; the others read the page.
"""

from typing import Any

from portal.contracts.render import amounts
from portal.notify import render, rules, service
from portal.notify.queries import deliveries as queries
from portal.notify.queries import telling
from portal.notify.rules import Message
from portal.quotes.models import Extension, Handover, Quote
from portal.quotes.queries import quotes
from portal.quotes.rules.quoting import AcceptKind, Act, Side, Stage
from portal.quotes.service import links, record

WAITS = (Stage.SENT, Stage.PROVIDER_CONFIRMED)


def quote_sent(payload: dict[str, Any]) -> None:
    """What is offered, with the link that answers it. Not when it is answered or replaced already."""
    _offer(payload, Message.QUOTE_SENT)


def quote_ends_soon(payload: dict[str, Any]) -> None:
    """Its last day is near, and nobody has answered."""
    _offer(payload, Message.QUOTE_REMINDER)


def _offer(payload: dict[str, Any], message: Message) -> None:
    quote = quotes.by_id(payload["quote_id"])
    if record.stage_of(quote) not in WAITS:
        return
    managers = set(telling.client_managers(quote.organisation_id))
    for reader in _clients(quote):
        may = reader.contact_id in managers
        link = links.issue(quote, reader.contact_id) if may else None
        _tell(quote, message, reader, "", link_id=link.id if link else None, answers=may)


def quote_answered(payload: dict[str, Any]) -> None:
    """The client confirmed, or does not want it: staff read which, and why."""
    quote = quotes.by_id(payload["quote_id"])
    for reader in _staff(quote):
        _tell(
            quote,
            Message.QUOTE_ANSWERED,
            reader,
            "",
            confirmed=payload["confirmed"],
            reason=quote.ended_reason or "",
        )


def quote_change_asked(payload: dict[str, Any]) -> None:
    """The client wants it otherwise; each wish is told."""
    quote = quotes.by_id(payload["quote_id"])
    if quote.change_asked_at is None:
        return
    mark = f":{int(quote.change_asked_at.timestamp())}"
    for reader in _staff(quote):
        _tell(
            quote,
            Message.QUOTE_CHANGE,
            reader,
            mark,
            by=quote.change_asked_by or "",
            wish=quote.change_asked or "",
        )


def quote_confirmed(payload: dict[str, Any]) -> None:
    """Both sides have confirmed: the client reads that the work begins, staff that they may."""
    quote = quotes.by_id(payload["quote_id"])
    if quote.act not in (Act.CONFIRMED, Act.IN_PROGRESS):
        return
    for reader in _clients(quote):
        _tell(quote, Message.QUOTE_CONFIRMED_CLIENT, reader, "")
    for reader in _staff(quote):
        _tell(quote, Message.QUOTE_CONFIRMED_STAFF, reader, "")


def quote_delivered(payload: dict[str, Any]) -> None:
    """The notice of delivery, from which the days of silence count (TS-32). Not of one that was answered meanwhile."""
    quote, hand = quotes.by_id(payload["quote_id"]), quotes.handover_by_id(payload["handover_id"])
    if hand.accepted_at is not None or hand.defects_at is not None:
        return
    for reader in _clients(quote):
        _tell_of(quote, hand, Message.QUOTE_DELIVERED, reader, "")


def acceptance_near(payload: dict[str, Any]) -> None:
    """So many days are left in which silence does not yet accept."""
    quote, hand = quotes.by_id(payload["quote_id"]), quotes.handover_by_id(payload["handover_id"])
    if hand.accepted_at is not None or hand.defects_at is not None or hand.due_at is None:
        return
    for reader in _clients(quote):
        _tell_of(quote, hand, Message.QUOTE_ACCEPTANCE_NEAR, reader, f":{payload['days']}")


def defects_found(payload: dict[str, Any]) -> None:
    """What is wrong with it, to staff."""
    quote, hand = quotes.by_id(payload["quote_id"]), quotes.handover_by_id(payload["handover_id"])
    for reader in _staff(quote):
        _tell_of(quote, hand, Message.QUOTE_DEFECTS, reader, "")


def quote_accepted(payload: dict[str, Any]) -> None:
    """Accepted in words or by silence: both sides, with what is due now."""
    quote = quotes.by_id(payload["quote_id"])
    hand = quote.handovers[-1]
    told = [(r, Message.QUOTE_ACCEPTED_CLIENT) for r in _clients(quote)]
    told += [(r, Message.QUOTE_ACCEPTED_STAFF) for r in _staff(quote)]
    for reader, message in told:
        _tell_of(quote, hand, message, reader, "")


def extension_asked(payload: dict[str, Any]) -> None:
    """More time is asked for: the other side reads why."""
    _of_extension(payload, asked=True)


def extension_answered(payload: dict[str, Any]) -> None:
    """Whether it is agreed: the side that asked."""
    _of_extension(payload, asked=False)


def _of_extension(payload: dict[str, Any], *, asked: bool) -> None:
    quote = quotes.by_id(payload["quote_id"])
    wish: Extension = quotes.extension_of(quote, payload["extension_id"])
    by_client = wish.asked_by is Side.CLIENT
    to_staff = by_client is asked
    message = Message.QUOTE_TIME_STAFF if to_staff else Message.QUOTE_TIME_CLIENT
    mark = f":{wish.id}:{'asked' if asked else 'answered'}"
    for reader in _staff(quote) if to_staff else _clients(quote):
        _tell(
            quote,
            message,
            reader,
            mark,
            asked=asked,
            until=wish.until_on,
            reason=wish.reason,
            agreed=wish.agreed_at is not None,
        )


def _clients(quote: Quote) -> list[telling.Reader]:
    """The people of the ticket and those who answer for their organisation, each once."""
    ticket = telling.ticket(quote.ticket_id)
    facts = telling.facts(ticket)
    mine = [c for c in (facts.requester, *facts.participants) if c in facts.reachable]
    ids = dict.fromkeys([*mine, *telling.client_managers(quote.organisation_id)])
    return list(telling.readers(ids).values())


def _staff(quote: Quote) -> list[telling.Reader]:
    """Whoever wrote it and has its ticket; else the managers."""
    facts = telling.facts(telling.ticket(quote.ticket_id))
    ids = [
        c
        for c in dict.fromkeys((quote.created_by_id, facts.assignee))
        if c is not None and c in facts.reachable
    ]
    return list(telling.readers(ids or list(facts.managers)).values())


def _tell_of(quote: Quote, hand: Handover, message: Message, reader: telling.Reader, mark: str) -> None:
    _tell(
        quote, message, reader, f":{hand.number}{mark}", hand=hand, again=hand.number > 1, due_at=hand.due_at,
        clause=hand.clause, deemed=hand.accept_kind is AcceptKind.DEEMED, handover_id=hand.id,
    )  # fmt: skip


def _tell(
    quote: Quote, message: Message, reader: telling.Reader, mark: str, *, link_id: int | None = None,
    handover_id: int | None = None, **context: Any,
) -> None:  # fmt: skip
    """One mail an event and person, in their language."""
    cause = f"{message.value}:{quote.id}{mark}"
    if queries.is_told(cause, reader.contact_id):
        return
    ticket = telling.ticket(quote.ticket_id)
    page = "quotes_staff.quote" if message.value.endswith("_to_staff") else "quotes_client.quote"
    words = render.mail(
        message, reader, ticket=ticket, quote=quote, total=amounts.money(quote.total),
        action_url=service.LINK if link_id else render.link_to(page, quote_number=quote.number), **context,
    )  # fmt: skip
    service.add(
        cause, message, reader, words, ticket=ticket, auto_submitted="auto-generated",
        quote_link_id=link_id, handover_id=handover_id if message is rules.Message.QUOTE_DELIVERED else None,
    )  # fmt: skip
