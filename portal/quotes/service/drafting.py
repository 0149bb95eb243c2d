"""Writing a quote, sending it, and making the next revision of one that was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.contracts.queries import decisions
from portal.infra import outbox
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.errors import Refused
from portal.quotes.events import QuoteEndsSoon, QuoteSent
from portal.quotes.models import Quote, QuoteLine
from portal.quotes.rules import quoting
from portal.quotes.rules.quoting import Act, Line, QuoteKind, Stage, Why
from portal.quotes.service import record
from portal.quotes.service.record import QuoteRefused
from portal.tickets.models.ticket import Ticket
from portal.tickets.rules.holds import HoldKind, Work
from portal.tickets.rules.words import ENDED, OPEN, Status
from portal.tickets.service import holds, status
from portal.tickets.service import record as ticket_record

REMIND_DAYS = timedelta(days=3)
"""How long before a quote's last day the client is reminded of it."""


@dataclass(frozen=True)
class Draft:
    """What staff typed. `valid_until` is the last day for confirming."""

    kind: QuoteKind
    title: str
    lines: Sequence[Line]
    valid_until: date
    work_until: date | None = None
    note: str = ""


def draft(actor: Actor, ticket: Ticket, typed: Draft) -> Quote:
    """Begin a quote on a locked ticket, under the contract that governs it. Raises Refused for lines that make no sense."""
    if ticket.status in ENDED:
        raise Refused(_l("This ticket has ended. Reopen it before you quote work for it."))
    _check(typed)
    governs = decisions.last_of(f"ticket:{ticket.id}")
    quote = Quote(
        number=ticket_record.next_number("quote"), revision=1, ticket=ticket, organisation_id=ticket.organisation_id,
        organisation=ticket.organisation, contract_id=governs and governs.contract_id,
        version_number=governs and governs.version_number,
        device_id=ticket.device_id, kind=typed.kind, act=Act.DRAFT, title=typed.title.strip()[:200],
        note=typed.note.strip() or None, valid_until=typed.valid_until, work_until=typed.work_until,
        total=quoting.total(typed.lines), created_at=clock.now(), created_by_id=actor.contact_id, version=1,
    )  # fmt: skip
    _put(quote, typed.lines)
    db.session.add(quote)
    db.session.flush()
    holds.hold(ticket.id, Work(HoldKind.QUOTE, quote.number, quote.title, shown=False))
    record.write(quote, actor, "draft", internal=True)
    return quote


def rewrite(quote: Quote, typed: Draft) -> None:
    """Change a draft; one that was sent is refused."""
    if quote.act is not Act.DRAFT:
        raise QuoteRefused(Why.ALREADY_SENT)
    _check(typed)
    quote.kind, quote.title, quote.note = typed.kind, typed.title.strip()[:200], typed.note.strip() or None
    quote.valid_until, quote.work_until = typed.valid_until, typed.work_until
    quote.total = quoting.total(typed.lines)
    quote.lines.clear()
    db.session.flush()
    _put(quote, typed.lines)
    quote.version += 1
    db.session.flush()


def send(actor: Actor, quote: Quote) -> None:
    """Put a draft before the client. The ticket waits for the answer from now on (its clocks pause)."""
    if quote.act is not Act.DRAFT:
        raise QuoteRefused(Why.ALREADY_SENT)
    typed = [_line(row) for row in quote.lines]
    if not typed:
        raise QuoteRefused(Why.NO_LINES, field="lines")
    if lacking := quoting.lacking_lines(quote.kind, typed):
        raise Refused(
            _l("A quote for factory repair names its price, the freight both ways and the duty; still missing: %(codes)s.",
               codes=", ".join(lacking)), field="lines",
        )  # fmt: skip
    if quote.valid_until < record.today_of(quote):
        raise Refused(
            _l("The quote would be over before it is read. Choose a later day."), field="valid_until"
        )
    quote.act, quote.sent_at = Act.SENT, clock.now()
    holds.show(record.ref_of(quote))
    record.write(quote, actor, "sent", total=f"{quote.total:,.2f}", until=quote.valid_until.isoformat())
    if quote.ticket.status in OPEN and quote.ticket.status is not Status.WAITING_QUOTE:
        status.become(quote.ticket, actor, Status.WAITING_QUOTE, clock.now(), reason=quote.title)
    outbox.record(QuoteSent(quote.id))


def revise(actor: Actor, quote: Quote, typed: Draft) -> Quote:
    """The next revision of a quote that was sent, as a draft; the sent one is superseded, and its confirmations with it."""
    if record.stage_of(quote) not in (
        Stage.SENT, Stage.CUSTOMER_CONFIRMED, Stage.PROVIDER_CONFIRMED, Stage.EXPIRED, Stage.REJECTED,
    ):  # fmt: skip
        raise QuoteRefused(Why.NOT_FROM_HERE)
    _check(typed)
    quote.act, quote.ended_at = Act.SUPERSEDED, clock.now()
    following = Quote(
        number=quote.number, revision=quote.revision + 1, ticket=quote.ticket, organisation_id=quote.organisation_id,
        organisation=quote.organisation, contract_id=quote.contract_id, version_number=quote.version_number,
        device_id=quote.device_id, kind=typed.kind, act=Act.DRAFT, title=typed.title.strip()[:200],
        note=typed.note.strip() or None, valid_until=typed.valid_until, work_until=typed.work_until,
        total=quoting.total(typed.lines), created_at=clock.now(), created_by_id=actor.contact_id, version=1,
    )  # fmt: skip
    _put(following, typed.lines)
    db.session.add(following)
    db.session.flush()
    holds.hold(quote.ticket_id, Work(HoldKind.QUOTE, following.number, following.title))
    record.write(following, actor, "revised", internal=True)
    return following


def withdraw(actor: Actor, quote: Quote, reason: str) -> None:
    """Give a quote up: before it is confirmed by us alone, afterwards with the client's consent, which the reason tells."""
    if not reason.strip():
        raise Refused(_l("Say why, so that everybody knows."), field="reason")
    if record.stage_of(quote) in quoting.OVER - {Stage.EXPIRED, Stage.REJECTED}:
        raise QuoteRefused(Why.NOT_FROM_HERE)
    quote.act, quote.ended_at, quote.ended_reason = Act.WITHDRAWN, clock.now(), reason.strip()[:500]
    record.write(quote, actor, "withdrawn", reason=quote.ended_reason)
    end(quote)
    holds.withdraw(record.ref_of(quote), clock.now())


def expire(now: datetime) -> int:
    """Quotes that nobody answered in time hold their tickets no longer; staff see it on the ticket. Returns how many."""
    query = (
        select(Quote)
        .where(
            Quote.act == Act.SENT,
            Quote.ended_at.is_(None),
            Quote.valid_until < now.date() + timedelta(days=1),
        )
        .order_by(Quote.id)
        .with_for_update(of=Quote, skip_locked=True)
    )
    late = [q for q in db.session.scalars(query).all() if record.stage_of(q) is Stage.EXPIRED]
    for quote in late:
        quote.ended_at = now
        record.write(quote, SYSTEM, "expired", until=quote.valid_until.isoformat())
        end(quote)
    return len(late)


def remind(now: datetime) -> int:
    """The client is told once, some days before, that a quote can soon not be confirmed any more. Returns how many."""
    query = (
        select(Quote)
        .where(
            Quote.act == Act.SENT, Quote.ended_at.is_(None), Quote.reminded_at.is_(None), Quote.change_asked_at.is_(None),
            Quote.valid_until <= now.date() + REMIND_DAYS + timedelta(days=1),
        )
        .order_by(Quote.id)
        .with_for_update(of=Quote, skip_locked=True)
    )  # fmt: skip
    near = [
        q for q in db.session.scalars(query).all()
        if record.turn_of(q) is quoting.Turn.CLIENT and q.valid_until - record.today_of(q) <= REMIND_DAYS
        and q.sent_at is not None and now - q.sent_at > timedelta(days=1)
    ]  # fmt: skip
    for quote in near:
        quote.reminded_at = now
        outbox.record(QuoteEndsSoon(quote.id))
    return len(near)


def end(quote: Quote) -> None:
    """Nothing of this quote holds its ticket any more."""
    holds.let_go(record.ref_of(quote))
    if quote.ticket.status is Status.WAITING_QUOTE:
        status.become(quote.ticket, SYSTEM, Status.IN_PROGRESS, clock.now())


def _check(typed: Draft) -> None:
    if not typed.title.strip():
        raise Refused(_l("Say in a few words what is offered."), field="title")
    for line in typed.lines:
        if line.quantity <= 0 or line.unit_price < 0 or not line.words.strip():
            raise Refused(_l("Each line needs words, a quantity and a price."), field="lines")


def _put(quote: Quote, lines: Sequence[Line]) -> None:
    for position, line in enumerate(lines, 1):
        quantity = quoting.person_days(line.quantity) if line.unit == "person_day" else line.quantity
        rounded = Line(line.code, line.words.strip()[:300], quantity, line.unit, line.unit_price, line.clause)
        quote.lines.append(
            QuoteLine(
                position=position, code=rounded.code, words=rounded.words, quantity=quantity, unit=line.unit,
                unit_price=line.unit_price, amount=rounded.amount, clause=line.clause,
            )
        )  # fmt: skip
    quote.total = sum((row.amount for row in quote.lines), start=quoting.CENT * 0)


def _line(row: QuoteLine) -> Line:
    return Line(row.code, row.words, row.quantity, row.unit, row.unit_price, row.clause)
