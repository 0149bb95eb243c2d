"""A quote's stages and guards: no work before both sides confirmed (TS-30, TS-31; invariant 15), and what its lines come to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from enum import StrEnum

from portal.kernel.marking import N_

CENT, HALF = Decimal("0.01"), Decimal("0.5")


class QuoteKind(StrEnum):
    IMPROVEMENT = "improvement"
    REPAIR = "repair"
    FACTORY = "factory"
    """Sent to the manufacturer: its price, the freight both ways and the duty (HW-27)."""
    OFF_HOURS = "off_hours"
    EXTRA_VISIT = "extra_visit"
    PART = "part"


KINDS = {
    QuoteKind.IMPROVEMENT: N_("An improvement"),
    QuoteKind.OFF_HOURS: N_("Work outside the hours of service"),
    QuoteKind.EXTRA_VISIT: N_("An extra visit"),
    QuoteKind.REPAIR: N_("Work that the contract excludes"),
    QuoteKind.FACTORY: N_("Repair by the manufacturer"),
    QuoteKind.PART: N_("Parts"),
}
"""In English, translated where they are drawn: on a page, and on a paper in two languages."""
BUILT = frozenset({QuoteKind.IMPROVEMENT})
"""Kinds that are handed over and accepted; the others are charged when their work is done."""


class Act(StrEnum):
    """What people did last; expiry and half-confirmed stages follow from dates and confirmations."""

    DRAFT = "draft"
    SENT = "sent"
    CONFIRMED = "confirmed"
    IN_PROGRESS = "in_progress"
    DELIVERED = "delivered"
    DEFECTS = "defects"
    ACCEPTED = "accepted"
    DONE = "done"
    """Work that needs no acceptance is over."""
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class Stage(StrEnum):
    """Where a quote stands, as people see it."""

    DRAFT = "draft"
    SENT = "sent"
    CUSTOMER_CONFIRMED = "customer_confirmed"
    PROVIDER_CONFIRMED = "provider_confirmed"
    CONFIRMED = "confirmed"
    IN_PROGRESS = "in_progress"
    DELIVERED = "delivered"
    DEFECTS = "defects"
    ACCEPTED = "accepted"
    DEEMED_ACCEPTED = "deemed_accepted"
    DONE = "done"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


class Side(StrEnum):
    CLIENT = "client"
    PROVIDER = "provider"


class Evidence(StrEnum):
    """By what a side confirmed (TS-30: an order form or mail; the portal's page stands for the form)."""

    PORTAL = "portal"
    LINK = "link"
    ORDER_FORM = "order_form"
    MAIL = "mail"


class AcceptKind(StrEnum):
    EXPLICIT = "explicit"
    DEEMED = "deemed"


_PLAIN = {a: Stage(a.value) for a in Act}
OVER = frozenset(
    {
        Stage.ACCEPTED,
        Stage.DEEMED_ACCEPTED,
        Stage.DONE,
        Stage.REJECTED,
        Stage.EXPIRED,
        Stage.SUPERSEDED,
        Stage.WITHDRAWN,
    }
)


def stage(
    act: Act, sides: Collection[Side], valid_until: date, today: date, accepted: AcceptKind | None = None
) -> Stage:
    """Where a quote stands today. Its last day of validity counts whole; what both confirmed does not expire."""
    if act is Act.ACCEPTED and accepted is AcceptKind.DEEMED:
        return Stage.DEEMED_ACCEPTED
    if act is not Act.SENT:
        return _PLAIN[act]
    if today > valid_until:
        return Stage.EXPIRED
    if Side.CLIENT in sides:
        return Stage.CUSTOMER_CONFIRMED
    return Stage.PROVIDER_CONFIRMED if Side.PROVIDER in sides else Stage.SENT


class Why(StrEnum):
    """Why a step with a quote is refused."""

    QUOTE_NOT_CONFIRMED = "QUOTE_NOT_CONFIRMED"
    QUOTE_EXPIRED = "QUOTE_EXPIRED"
    QUOTE_SUPERSEDED = "QUOTE_SUPERSEDED"
    ALREADY_CONFIRMED = "ALREADY_CONFIRMED"
    NOT_SENT = "NOT_SENT"
    NO_LINES = "NO_LINES"
    MESSAGE_ID_NEEDED = "MESSAGE_ID_NEEDED"
    ALREADY_SENT = "ALREADY_SENT"
    NOT_ACCEPTED = "NOT_ACCEPTED"
    PUBLISHED_ALREADY = "PUBLISHED_ALREADY"
    NOT_FROM_HERE = "NOT_FROM_HERE"
    MAY_NOT_ANSWER = "MAY_NOT_ANSWER"


def why_not_confirm(now: Stage, sides: Collection[Side], side: Side) -> Why | None:
    """Why a side may not confirm; None if it may."""
    if side in sides:
        return Why.ALREADY_CONFIRMED
    match now:
        case Stage.SENT | Stage.CUSTOMER_CONFIRMED | Stage.PROVIDER_CONFIRMED:
            return None
        case Stage.EXPIRED:
            return Why.QUOTE_EXPIRED
        case Stage.SUPERSEDED:
            return Why.QUOTE_SUPERSEDED
        case Stage.DRAFT:
            return Why.NOT_SENT
    return Why.NOT_FROM_HERE


def why_not_start(now: Stage) -> Why | None:
    """No work before both have confirmed (X83)."""
    if now in (Stage.CONFIRMED, Stage.DEFECTS):
        return None
    early = {Stage.DRAFT, Stage.SENT, Stage.CUSTOMER_CONFIRMED, Stage.PROVIDER_CONFIRMED, Stage.EXPIRED}
    return Why.QUOTE_NOT_CONFIRMED if now in early else Why.NOT_FROM_HERE


class Turn(StrEnum):
    """Whose move it is: what lists of quotes are sorted by."""

    US = "us"
    CLIENT = "client"
    RUNNING = "running"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    OVER = "over"


def turn(now: Stage, *, change_asked: bool = False, extension_asked_by: Side | None = None) -> Turn:
    """Whose move it is. A question that is open goes before the stage."""
    if now in (Stage.SENT, Stage.PROVIDER_CONFIRMED):
        return Turn.US if change_asked else Turn.CLIENT
    if now in (Stage.DRAFT, Stage.CUSTOMER_CONFIRMED, Stage.DEFECTS):
        return Turn.US
    if now in (Stage.CONFIRMED, Stage.IN_PROGRESS):
        asked = {Side.CLIENT: Turn.US, Side.PROVIDER: Turn.CLIENT}
        return asked[extension_asked_by] if extension_asked_by else Turn.RUNNING
    if now is Stage.DELIVERED:
        return Turn.DELIVERED
    return Turn.ACCEPTED if now in (Stage.ACCEPTED, Stage.DEEMED_ACCEPTED, Stage.DONE) else Turn.OVER


def why_not_publish(now: Stage, *, clause: str, published: bool) -> Why | None:
    """What was made goes live only after acceptance, in words or by silence (WB-07), and once. Without the clause nothing is
    published by a quote."""
    if not clause:
        return Why.NOT_FROM_HERE
    if now not in (Stage.ACCEPTED, Stage.DEEMED_ACCEPTED):
        return Why.NOT_ACCEPTED
    return Why.PUBLISHED_ALREADY if published else None


def person_days(estimate: Decimal) -> Decimal:
    """An estimate as it is quoted: up to the next half day (TS-29)."""
    return (estimate / HALF).to_integral_value(ROUND_UP) * HALF


@dataclass(frozen=True)
class Line:
    """One line of a quote: `quantity` × `unit_price` yuan, without tax, by a clause."""

    code: str
    words: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    clause: str = ""

    @property
    def amount(self) -> Decimal:
        return (self.quantity * self.unit_price).quantize(CENT, ROUND_HALF_UP)


FACTORY_LINES = ("factory", "freight", "duty")
"""What a quote for factory repair is made of (HW-27)."""


def lacking_lines(kind: QuoteKind, lines: Sequence[Line]) -> list[str]:
    """Codes that a quote of this kind must still name: those of a factory repair, each once, if only with nothing to pay."""
    if kind is not QuoteKind.FACTORY:
        return []
    return [code for code in FACTORY_LINES if not any(line.code == code for line in lines)]


def total(lines: Sequence[Line]) -> Decimal:
    return sum((line.amount for line in lines), Decimal("0.00"))
