"""What the contracts answer and promise, in a person's words: outcomes with price and clause, checks, clocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.contracts.render.amounts import money
from portal.contracts.rules.decision import Outcome, Reason
from portal.contracts.rules.running import Cover, Running
from portal.kernel import clock
from portal.web import filters

_REASONS = {
    Reason.REQUESTER_UNKNOWN: _l(
        "We do not know yet whether this person may ask for it; somebody looks at it."
    ),
    Reason.NO_CONTRACT: _l("There is no contract for this; we tell you the price before any work."),
    Reason.UNSIGNED: _l(
        "The contract is not signed by both sides yet; we tell you the price before any work."
    ),
    Reason.EXPIRED: _l("The contract has ended; this needs a quote or a renewal."),
    Reason.NOT_YET: _l("The contract has not begun yet; this needs a quote."),
    Reason.WAITING_RENEWAL: _l("The contract ends before the work; it waits for the renewal."),
    Reason.ASSET_NOT_COVERED: _l("This device is not on the contract's list; somebody looks at it."),
    Reason.SUSPENDED: _l(
        "The contract is suspended. The request is kept; its deadlines start when the service resumes."
    ),
    Reason.OUT_OF_SCOPE: _l("The contract does not include this; it needs a quote."),
    Reason.TRIAGE_REQUIRED: _l("First by phone and remotely; a visit follows if that does not solve it."),
    Reason.OFF_HOURS: _l("Outside the hours of service; it needs a quote."),
    Reason.PRICE_UNKNOWN: _l("No price was agreed; it needs a quote."),
}
CHECKS = {
    "requester": _l("The requester belongs to the organisation"),
    "signed": _l("The contract is signed by both sides"),
    "term": _l("The day lies in the contract's term"),
    "covered": _l("The device is covered"),
    "suspended": _l("The contract is not suspended"),
    "cause": _l("The cause is not excluded"),
    "scope": _l("The contract includes this kind of service"),
    "phone_first": _l("Phone and remote help came first"),
    "hours": _l("Within the hours of service"),
    "entitlement": _l("Something is left of it"),
    "price": _l("The price is known"),
    "chosen": _l("This contract answers best"),
}
METRICS = {
    "response": _l("Answer"),
    "dispatch": _l("Send somebody"),
    "arrive": _l("Arrive"),
    "action": _l("Begin work"),
    "resolve": _l("Solve"),
    "update": _l("Update"),
}


def sentence(details: Mapping[str, Any]) -> str:
    """One answer in one sentence; the clause stands beside it, not in it."""
    outcome, reason = Outcome(details["outcome"]), details["reason"] and Reason(details["reason"])
    if outcome is Outcome.DEFERRED and reason is Reason.QUOTA_USED:
        at = details["service_at"]
        if at is None:
            return _("Used up for this time.")
        return _("Used up for now; included again from %(day)s.", day=filters.day(datetime.fromisoformat(at)))
    if reason is Reason.EXCLUDED_CAUSE:
        return _("The cause is excluded: it costs %(price)s.", price=money(details["price"]))
    if reason is not None:
        return str(_REASONS[reason])
    match outcome:
        case Outcome.INCLUDED:
            return _("Included.")
        case Outcome.CONSUME:
            return _("Included; it uses one of what is left.")
        case Outcome.BILLABLE:
            return _("It costs %(price)s.", price=money(details["price"]))
        case _:
            return _("It needs a quote first.")


_TONES = {
    Outcome.INCLUDED: "good",
    Outcome.CONSUME: "good",
    Outcome.BILLABLE: "soon",
    Outcome.QUOTE_REQUIRED: "soon",
    Outcome.DEFERRED: "soon",
}


def tone(details: Mapping[str, Any]) -> str:
    """good, soon or late, as the decision component draws it."""
    return _TONES.get(Outcome(details["outcome"]), "late")


def checks(details: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The checks that were asked, each in words with its clause."""
    return [
        {"text": str(CHECKS[c["code"]]), "passed": c["passed"], "clause": c["clause"]}
        for c in details["checks"]
    ]


@dataclass(frozen=True)
class Promise:
    """A promise as the promise component draws it."""

    words: str
    clock: str
    clause: str
    state: str
    reason: str = ""
    internal: bool = False


def promise(clock_row: Running) -> Promise:
    """Words first, then the clock: "Answer by today 18:00", "2 h 10 min left"."""
    now = clock.now()
    name = str(METRICS.get(clock_row.metric, clock_row.metric))
    reason = _("the days off of a later year are not published yet") if clock_row.provisional else ""
    made: dict[str, Any] = {"clause": clock_row.clause, "reason": reason, "internal": clock_row.internal}
    if clock_row.stopped_at is not None:
        words = _("%(promise)s: %(when)s", promise=name, when=filters.when_text(clock_row.stopped_at))
        if clock_row.breached_at is None:
            return Promise(words, "", state="met", **made)
        late = filters.duration_text(clock_row.stopped_at - clock_row.breached_at)
        return Promise(words, _("%(span)s late", span=late), state="met_late", **made)
    if clock_row.due_at is None:
        left = filters.duration_text(timedelta(minutes=clock_row.remaining_minutes or 0))
        rest = _("%(span)s left", span=left) if clock_row.remaining_minutes is not None else ""
        return Promise(_("%(promise)s: waits", promise=name), rest, state="paused", **made)
    words = _("%(promise)s by %(when)s", promise=name, when=filters.when_text(clock_row.due_at))
    if now > clock_row.due_at:
        late = filters.duration_text(now - clock_row.due_at)
        return Promise(words, _("%(span)s late", span=late), state="late", **made)
    left = filters.duration_text(clock_row.due_at - now)
    share = (now - clock_row.started_at) / (clock_row.due_at - clock_row.started_at)
    return Promise(words, _("%(span)s left", span=left), state="soon" if share >= 0.8 else "in_time", **made)


@dataclass(frozen=True)
class Answer:
    """An answer as the decision component draws it; `contract` names the one that governs, "" for none."""

    sentence: str
    tone: str
    clause: str
    contract: str
    checks: list[dict[str, Any]]
    others: list[dict[str, str]]


def answer(
    details: Mapping[str, Any], contract: str | None, others: Sequence[tuple[str, Mapping[str, Any]]] = ()
) -> Answer:
    """`others` are other contracts' answers by number, for the staff."""
    return Answer(
        sentence=sentence(details),
        tone=tone(details),
        clause=details["clause"],
        contract=contract or "",
        checks=checks(details),
        others=[{"name": number, "sentence": sentence(said)} for number, said in others],
    )


def panel(running: Sequence[Running], cover: Cover | None) -> dict[str, Any]:
    """What templates/tickets/_promises.html wants."""
    said = answer(cover.details, cover.contract_number, cover.others) if cover else None
    return {"promises": [promise(r) for r in running], "answer": said}
