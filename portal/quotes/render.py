"""Quotes in words: kinds, stages, whose move it is, what may be done next, and by which clause."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel import lazy_gettext as _l

from portal.contracts.queries import clauses, decisions, pages
from portal.contracts.render import amounts, answers, overview
from portal.contracts.rules import units
from portal.kernel.actor import Actor, StaffRole
from portal.quotes.models import Extension, Quote, QuoteConfirmation
from portal.quotes.rules import quoting
from portal.quotes.rules.quoting import Evidence, QuoteKind, Side, Stage, Turn
from portal.quotes.service import publishing, record
from portal.tickets.models.ticket import Ticket
from portal.web import languages

money = amounts.money
KINDS = {kind: lazy_gettext(words) for kind, words in quoting.KINDS.items()}
CODES = {
    "": _l("Other"),
    "person_day": _l("Work"),
    "visit": _l("Visit"),
    "part": _l("Part"),
    "factory": _l("Manufacturer's repair"),
    "freight": _l("Freight both ways"),
    "duty": _l("Duty"),
}
UNITS = {"" if code == "piece" else code: lazy_gettext(words.one) for code, words in units.UNITS.items()}
"""As the form offers them; a piece where nothing is chosen."""

STAGE: Mapping[Stage, tuple[Any, str, str]] = {
    Stage.DRAFT: (_l("Draft"), "plain", "pencil-square"),
    Stage.SENT: (_l("Before the client"), "soon", "hourglass-split"),
    Stage.CUSTOMER_CONFIRMED: (_l("Confirmed by the client"), "soon", "person-check"),
    Stage.PROVIDER_CONFIRMED: (_l("Confirmed by us"), "soon", "hourglass-split"),
    Stage.CONFIRMED: (_l("Confirmed by both"), "good", "check-circle-fill"),
    Stage.IN_PROGRESS: (_l("Work goes on"), "accent", "play-circle"),
    Stage.DELIVERED: (_l("Handed over"), "soon", "box-seam"),
    Stage.DEFECTS: (_l("Defects found"), "late", "exclamation-triangle-fill"),
    Stage.ACCEPTED: (_l("Accepted"), "good", "check-circle-fill"),
    Stage.DEEMED_ACCEPTED: (_l("Accepted by silence"), "good", "check-circle"),
    Stage.DONE: (_l("Carried out"), "good", "check-circle-fill"),
    Stage.REJECTED: (_l("Turned down"), "plain", "x-circle"),
    Stage.EXPIRED: (_l("Not valid any more"), "plain", "clock"),
    Stage.SUPERSEDED: (_l("Replaced by a newer revision"), "plain", "arrow-repeat"),
    Stage.WITHDRAWN: (_l("Withdrawn"), "plain", "slash-circle"),
}
"""Word, tone and shape of each stage, as staff read it."""
_FOR_CLIENT: Mapping[Stage, tuple[Any, str, str]] = {
    Stage.SENT: (_l("Waits for your answer"), "soon", "hourglass-split"),
    Stage.PROVIDER_CONFIRMED: (_l("Waits for your answer"), "soon", "hourglass-split"),
    Stage.CUSTOMER_CONFIRMED: (_l("You confirmed; we confirm next"), "accent", "person-check"),
    Stage.DELIVERED: (_l("Handed over, please look at it"), "soon", "box-seam"),
    Stage.DEFECTS: (_l("We mend what you found"), "accent", "wrench"),
}
TURN = {
    Turn.US: _l("Waits for us"),
    Turn.CLIENT: _l("Waits for the client"),
    Turn.RUNNING: _l("Running"),
    Turn.DELIVERED: _l("Handed over"),
    Turn.ACCEPTED: _l("Accepted"),
    Turn.OVER: _l("Came to nothing"),
}
EVIDENCE = {
    Evidence.PORTAL: _l("in the portal"),
    Evidence.LINK: _l("by the link in the mail"),
    Evidence.ORDER_FORM: _l("on a signed order form"),
    Evidence.MAIL: _l("by mail"),
}


def badge(quote: Quote, *, client: bool = False) -> tuple[str, str, str]:
    """The stage as a badge: words, tone, icon."""
    stage = record.stage_of(quote)
    words, tone, icon = (_FOR_CLIENT.get(stage) if client else None) or STAGE[stage]
    return str(words), tone, icon


def unit(code: str, amount: Decimal = Decimal(1)) -> str:
    """A line's unit, as it is said after this amount; an unknown one as it stands."""
    return _(units.after(code, one=amount == 1))


def quantity(amount: Decimal) -> str:
    """2.5, 1, without zeros that say nothing."""
    return f"{amount:f}".rstrip("0").rstrip(".") if "." in f"{amount:f}" else f"{amount:f}"


def confirmation(quote: Quote, side: str) -> QuoteConfirmation | None:
    """Of "client" or "provider", as templates name them; None while that side has not confirmed."""
    return next((c for c in quote.confirmations if c.side is Side(side)), None)


def confirmed_words(row: QuoteConfirmation) -> str:
    """Who confirmed, by what."""
    return _("%(name)s, %(how)s", name=row.name, how=EVIDENCE[row.evidence])


def steps(quote: Quote, actor: Actor) -> list[str]:
    """What staff may do next with it, the likeliest first; names are those of the endpoints."""
    stage, sides = record.stage_of(quote), record.sides_of(quote)
    manager = actor.staff_role in (StaffRole.MANAGER, StaffRole.ADMINISTRATOR)
    built = quote.kind in quoting.BUILT
    match stage:
        case Stage.DRAFT:
            return ["send", "edit", "withdraw"]
        case Stage.SENT | Stage.CUSTOMER_CONFIRMED | Stage.PROVIDER_CONFIRMED:
            ours = ["confirm"] if manager and Side.PROVIDER not in sides else []
            theirs = ["client_confirmed", "turned_down"] if Side.CLIENT not in sides else []
            return [*ours, *theirs, "revise", "withdraw"]
        case Stage.EXPIRED | Stage.REJECTED:
            return ["revise"]
        case Stage.CONFIRMED:
            return ["start", *extra(quote), "withdraw"]
        case Stage.IN_PROGRESS:
            return ["deliver" if built else "done", *extra(quote), "withdraw"]
        case Stage.DELIVERED:
            return ["accepted", "defects"]
        case Stage.DEFECTS:
            return ["start", *extra(quote)]
        case Stage.ACCEPTED | Stage.DEEMED_ACCEPTED if publishing.why_not(quote) is None:
            return ["publish"]
    return []


def client_steps(quote: Quote, *, may: bool) -> list[str]:
    """What a person of the client may do with it; `may`: they answer for the organisation."""
    stage, sides = record.stage_of(quote), record.sides_of(quote)
    match stage:
        case Stage.SENT | Stage.PROVIDER_CONFIRMED if Side.CLIENT not in sides:
            return ["confirm", "change", "refuse"] if may else ["change"]
        case Stage.DELIVERED:
            return ["accept", "defects"] if may else ["defects"]
        case Stage.CONFIRMED | Stage.IN_PROGRESS | Stage.DEFECTS:
            return extra(quote)
    return []


def open_extension(quote: Quote) -> Extension | None:
    """A wish for more time that waits for an answer."""
    return record.open_extension(quote)


def extra(quote: Quote) -> list[str]:
    """More time can be asked for while nobody asked yet."""
    return [] if record.open_extension(quote) else ["extend"]


def clause_for(quote: Quote, *rules: str) -> dict[str, str] | None:
    """The contract's own words for a rule: reference and quotation; None where it has none."""
    for rule in rules if quote.contract_id is not None else ():
        assert quote.contract_id is not None
        found = clauses.clause_with(quote.contract_id, quote.version_number, rule)
        if found is not None:
            words = found.zh if languages.written() == "zh_Hans" else found.en
            return {"ref": found.ref, "quote": words}
    return None


def decision_of(ticket: Ticket) -> answers.Answer | None:
    """What the contracts said to the ticket when it was last asked."""
    kept = decisions.last_of(f"ticket:{ticket.id}")
    if kept is None:
        return None
    return answers.answer(kept.details, kept.contract.number if kept.contract else None)


def offers(actor: Actor, ticket: Ticket) -> list[dict[str, Any]]:
    """Prices that the ticket's contract fixes, to be taken as lines."""
    kept = decisions.last_of(f"ticket:{ticket.id}")
    if kept is None or kept.contract_id is None:
        return []
    shown = pages.contract_for(actor, kept.contract_id)
    return [
        {
            "name": words["name"],
            "code": p.code,
            "unit": p.unit,
            "price": p.amount,
            "clause": p.clause,
            "words": words,
        }
        for p, words in zip(shown.compiled.version.prices, overview.prices(shown), strict=True)
    ]


def kind_for(ticket: Ticket) -> QuoteKind:
    """What a new quote for a ticket is most likely for."""
    kept = decisions.last_of(f"ticket:{ticket.id}")
    reason = kept.details.get("reason") if kept else None
    return {
        "OFF_HOURS": QuoteKind.OFF_HOURS, "QUOTA_USED": QuoteKind.EXTRA_VISIT, "EXCLUDED_CAUSE": QuoteKind.REPAIR,
    }.get(str(reason), QuoteKind.IMPROVEMENT)  # fmt: skip


def goes_live(quote: Quote) -> str:
    """The clause by which it is published after its acceptance; "" where nothing is."""
    return publishing.clause_of(quote)
