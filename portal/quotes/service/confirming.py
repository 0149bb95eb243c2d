"""Both sides confirm, each once, with its evidence; then, and only then, work may begin (TS-30, TS-31)."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from portal.infra import outbox
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.errors import Refused
from portal.quotes.events import QuoteAnswered, QuoteChangeAsked, QuoteConfirmed
from portal.quotes.models import Quote, QuoteConfirmation
from portal.quotes.rules import quoting
from portal.quotes.rules.quoting import Act, Evidence, Side, Why
from portal.quotes.service import drafting, record
from portal.quotes.service.record import QuoteRefused
from portal.tickets.rules.words import Phase, Status
from portal.tickets.service import holds, status


@dataclass(frozen=True)
class Proof:
    """By what a side confirmed: a mail needs its Message-ID, an order form its scan in the file store."""

    evidence: Evidence
    name: str
    contact_id: int | None = None
    message_id: str = ""
    scan_sha256: str = ""
    scan_name: str = ""


def confirm(actor: Actor, quote: Quote, side: Side, proof: Proof) -> None:
    """A side confirms a locked quote. Raises QuoteRefused: expired, superseded, confirmed already, not sent, or a person of the
    client who may not answer; Refused."""
    if side is Side.CLIENT:
        record.may_answer(actor, quote)
    record.refuse(quoting.why_not_confirm(record.stage_of(quote), record.sides_of(quote), side))
    if not proof.name.strip():
        raise Refused(_l("Say who confirms."), field="name")
    if proof.evidence is Evidence.MAIL and not proof.message_id.strip():
        raise QuoteRefused(Why.MESSAGE_ID_NEEDED, field="message_id")
    if proof.evidence is Evidence.ORDER_FORM and not proof.scan_sha256:
        raise Refused(_l("Add the scan of the signed order form."), field="scan")
    quote.confirmations.append(
        QuoteConfirmation(
            side=side, name=proof.name.strip()[:120], contact_id=proof.contact_id, evidence=proof.evidence,
            message_id=proof.message_id.strip()[:500] or None, scan_sha256=proof.scan_sha256 or None,
            scan_name=proof.scan_name or None, at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()
    record.write(
        quote, actor, f"{side.value}_confirmed", name=proof.name.strip(), evidence=proof.evidence.value
    )
    if side is Side.CLIENT:
        outbox.record(QuoteAnswered(quote.id, confirmed=True))
    if record.sides_of(quote) == set(Side):
        _both(quote)


def _both(quote: Quote) -> None:
    now = clock.now()
    quote.act = Act.CONFIRMED
    record.write(quote, SYSTEM, "confirmed")
    agreed = holds.Agreed(
        record.ref_of(quote), quote.kind.value, quote.total, quote.lines[0].clause if quote.lines else "", now
    )
    holds.approve(quote.ticket_id, agreed)
    if quote.kind in quoting.BUILT and quote.ticket.phase is not Phase.IMPROVEMENT:
        status.set_phase(quote.ticket, SYSTEM, Phase.IMPROVEMENT, now)
    if quote.ticket.status is Status.WAITING_QUOTE:
        status.become(quote.ticket, SYSTEM, Status.IN_PROGRESS, now)
    outbox.record(QuoteConfirmed(quote.id))


def turn_down(actor: Actor, quote: Quote, reason: str) -> None:
    """The client does not want it. The ticket goes on; staff are told why."""
    record.may_answer(actor, quote)
    why = quoting.why_not_confirm(
        record.stage_of(quote), record.sides_of(quote) - {Side.PROVIDER}, Side.CLIENT
    )
    if why not in (None, Why.QUOTE_EXPIRED):
        raise QuoteRefused(why)
    if not reason.strip():
        raise Refused(_l("Say why, so that everybody knows."), field="reason")
    quote.act, quote.ended_at, quote.ended_reason = Act.REJECTED, clock.now(), reason.strip()[:500] or None
    record.write(quote, actor, "rejected", reason=reason.strip())
    drafting.end(quote)
    outbox.record(QuoteAnswered(quote.id, confirmed=False))


def ask_change(actor: Actor, quote: Quote, words: str, name: str) -> None:
    """Somebody of the client wants it otherwise. Nothing of the quote changes; the next revision answers."""
    record.refuse(
        quoting.why_not_confirm(record.stage_of(quote), record.sides_of(quote) - {Side.PROVIDER}, Side.CLIENT)
    )
    if not words.strip():
        raise Refused(_l("Say what should be different."), field="words")
    quote.change_asked_at, quote.change_asked = clock.now(), words.strip()[:4000]
    quote.change_asked_by = name.strip()[:120]
    record.write(quote, actor, "change_asked", name=name.strip(), words=quote.change_asked)
    outbox.record(QuoteChangeAsked(quote.id))
