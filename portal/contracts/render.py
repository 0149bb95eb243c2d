"""What contracts say, in a person's words: outcomes with price and clause, checks, promises, entitlements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.contracts.queries.pages import Left, Shown
from portal.contracts.rules import upgrades
from portal.contracts.rules.decision import Outcome, Reason
from portal.contracts.rules.forms import Words
from portal.contracts.rules.ledger import UNIT, LineKind, Period
from portal.contracts.rules.rounds import Moved
from portal.contracts.rules.running import Cover, Running
from portal.contracts.rules.standing import Standing, State
from portal.contracts.rules.terms import Entitlement, Kind, Lifecycle, RenewalMode, Service
from portal.kernel import clock, refs
from portal.web import filters, languages

SERVICES = {
    Service.CONSULT: _l("Answers to questions"),
    Service.HOTLINE: _l("Help by phone"),
    Service.REMOTE: _l("Remote help"),
    Service.ON_SITE: _l("A visit"),
    Service.EMERGENCY_ON_SITE: _l("An emergency visit"),
    Service.PREVENTIVE: _l("A planned round"),
    Service.HARDWARE_DIAGNOSIS: _l("Finding a hardware fault"),
    Service.HARDWARE_REPAIR: _l("Repair of hardware"),
    Service.PART: _l("Parts"),
    Service.UPGRADE: _l("An upgrade"),
    Service.IMPROVEMENT: _l("An improvement"),
    Service.DATA_ENTRY: _l("Entering data"),
    Service.UPDATE: _l("An update"),
}
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


def money(amount: Decimal | str) -> str:
    """Yuan with two places and parted thousands."""
    return f"{Decimal(amount):,.2f}"


def units(quantity: int) -> str:
    """Hundredths of a unit as people read them: 1, 0.5."""
    parts = f"{Decimal(quantity) / UNIT:f}".rstrip("0").rstrip(".")
    return parts if quantity % UNIT else str(quantity // UNIT)


def amount(quantity: int) -> int | float:
    """Hundredths of a unit as a number, for what is drawn."""
    return quantity / UNIT if quantity % UNIT else quantity // UNIT


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


STATES = {
    State.NOT_SIGNED: (_l("Not signed yet"), "soon"),
    State.UPCOMING: (_l("Upcoming"), "plain"),
    State.ACTIVE: (_l("In force"), "good"),
    State.EXPIRING: (_l("Ends soon"), "soon"),
    State.SUSPENDED: (_l("Suspended"), "late"),
    State.RUN_OFF: (_l("Ended, finishing work"), "plain"),
    State.EXPIRED: (_l("Ended"), "plain"),
    State.TERMINATED: (_l("Ended early"), "plain"),
}
RENEWAL: dict[RenewalMode, list[Any]] = {
    RenewalMode.NONE: [_l("It ends on its last day. Going on takes a new contract.")],
    RenewalMode.TACIT: [_l("It goes on by itself unless one side says otherwise before the end.")],
    RenewalMode.FEE_AND_SETTLED: [
        _l("Both sides agree on another term."),
        _l("Everything that is open under this contract is paid."),
        _l("The next term's fee is paid. From that day the contract goes on."),
    ],
    RenewalMode.EXCHANGE: [_l("Both sides confirm the next term to each other in writing before the end.")],
    RenewalMode.NEW_CONTRACT: [_l("Both sides sign a new contract before the end.")],
    RenewalMode.AGREEMENT: [_l("Both sides agree on what follows before the end.")],
}
UNITS = {
    "visit": _l("a visit"), "person_day": _l("a person-day"), "hour": _l("an hour"), "month": _l("a month"),
    "year": _l("a year"), "page": _l("a page"), "period": _l("a period"), "record": _l("a record"),
    "incident": _l("an incident"), "instalment": _l("an instalment"),
}  # fmt: skip
MOVES = {
    Moved.LATER_THAT_WEEK: _l("moved to a later day of that week: the day is off"),
    Moved.EARLIER_THAT_WEEK: _l("moved to an earlier day of that week: the days after it are off"),
    Moved.NEXT_WORKDAY: _l("moved to the next working day"),
    Moved.WHOLE_WEEK_OFF: _l("left out: the whole week is off"),
    Moved.DAY_OFF: _l("left out: the day is off"),
    Moved.AFTER_THE_TERM: _l("left out: it would fall after the end"),
}
_LINES = {
    LineKind.GRANT: _l("Granted"), LineKind.ROLLOVER: _l("Carried over"), LineKind.RESERVE: _l("Reserved"),
    LineKind.RELEASE: _l("Given back"), LineKind.CONSUME: _l("Used"), LineKind.REVERSE: _l("Use undone"),
    LineKind.EXPIRE: _l("Expired unused"), LineKind.ADJUST: _l("Corrected by hand"),
}  # fmt: skip
_PERIODS = {Period.WEEK: _l("this week"), Period.MONTH: _l("this month"), Period.TERM: _l("in this term")}


def reading(words: Words) -> str:
    """A form's words in the reader's language."""
    return words.zh if languages.language() == "zh_Hans" else words.en


def named(entitlement: Entitlement) -> str:
    """What an entitlement is for."""
    if entitlement.code.startswith(upgrades.PREFIX):
        name = entitlement.code.removeprefix(upgrades.PREFIX)
        return _("An upgrade of “%(kind)s” that is free, because the last one fell short", kind=name)
    return " · ".join(str(word) for service, word in SERVICES.items() if service in entitlement.services)


def why(standing: Standing) -> str:
    """Where a contract stands, with its dates and the reason, in a sentence."""
    start, end = filters.day(standing.term.start), filters.day(standing.term.end)
    match standing.state:
        case State.NOT_SIGNED:
            return _(
                "It counts once both sides have signed; then from %(start)s to %(end)s.", start=start, end=end
            )
        case State.UPCOMING:
            return _("It begins on %(start)s and ends on %(end)s.", start=start, end=end)
        case State.SUSPENDED:
            since = filters.when_text(standing.since) if standing.since else start
            return _(
                "The service is suspended since %(since)s. The contract ends on %(end)s.",
                since=since,
                end=end,
            )
        case State.RUN_OFF:
            return _(
                "It ended on %(end)s. Work that was asked for before is finished without labour charge.",
                end=end,
            )
        case State.EXPIRED:
            return _("It ended on %(end)s and was not renewed.", end=end)
        case State.TERMINATED:
            return _("It was ended before its time; its last day was %(end)s.", end=end)
        case _:
            return _("It is signed by both sides and runs from %(start)s to %(end)s.", start=start, end=end)


def days_left(standing: Standing) -> str:
    if standing.days_left is None:
        return ""
    if standing.days_left == 0:
        return _("The last day is today")
    return ngettext("%(num)s day left", "%(num)s days left", standing.days_left)


def renewal_steps(lifecycle: Lifecycle) -> list[str]:
    """What it takes to go on, one step after the other; the clause stands beside them."""
    steps = [str(step) for step in RENEWAL[lifecycle.renewal]]
    if lifecycle.notice_months:
        told = ngettext(
            "We talk about it at least %(num)s month before the end.",
            "We talk about it at least %(num)s months before the end.",
            lifecycle.notice_months,
        )
        steps.insert(0, told)
    return steps


def figure(left: Left, shown: Shown) -> dict[str, str]:
    """One line of what is left, as the cover card draws it."""
    e = left.entitlement
    assert e is not None
    if e.kind is Kind.QUOTA:
        then = _("again from %(day)s", day=filters.day(left.resets_at)) if _resets(left) else ""
        of = _("of %(granted)s", granted=units(left.granted))
        period = str(_PERIODS[e.period]) if e.period else ""
        return {"figure": units(left.left), "of": of, "text": f"{named(e)} · {period}", "then": then}
    if e.kind is Kind.UNLIMITED:
        return {"figure": "∞", "of": "", "text": named(e), "then": ""}
    price = shown.compiled.version.price(e.rate, shown.standing.term.end) if e.kind is Kind.METERED else None
    if price is None:
        return {"figure": "–", "of": "", "text": named(e), "then": _("after a quote")}
    unit = str(UNITS.get(price.unit, price.unit))
    return {"figure": money(price.amount), "of": "", "text": f"{named(e)} · {unit}", "then": ""}


def _resets(left: Left) -> bool:
    e = left.entitlement
    return bool(left.resets_at and e and e.period is not Period.TERM)


def card(shown: Shown) -> dict[str, Any]:
    """A contract as the cover card draws it."""
    word, tone_ = STATES[shown.standing.state]
    left = [e for e in shown.left if e.entitlement and e.entitlement.kind is not Kind.QUOTED]
    state = shown.standing.state
    steps = renewal_steps(shown.compiled.lifecycle) if state is State.EXPIRING else []
    return {
        "name": f"{shown.record.number} · {reading(shown.form.name)}",
        "pin": refs.spoken_pin(shown.record.pin) if shown.standing.in_force else "",
        "standing": " · ".join(filter(None, (str(word), days_left(shown.standing)))),
        "start": filters.day(shown.standing.term.start),
        "end": filters.day(shown.standing.term.end),
        "at": shown.at,
        "today": _("today") if shown.standing.days_left is not None else "",
        "left": [figure(e, shown) for e in left] if shown.standing.in_force else [],
        "open": [_("A signature is missing.")] if state is State.NOT_SIGNED else steps,
        "tone": tone_,
    }


def entries(lines: Sequence[Any], code: str, link: Any) -> list[dict[str, str]]:
    """The lines of one entitlement as the ledger component draws them; `link` makes an address of a ticket's number or None."""
    found = []
    for line in lines:
        if line.bucket.entitlement != code:
            continue
        kind, _colon, number = (line.ref or "").partition(":")
        ticket = int(number) if kind == "ticket" and number.isdigit() else None
        words = [
            str(_LINES[line.kind]),
            line.bucket.key,
            line.reason,
            f"({line.clause})" if line.clause else "",
        ]
        text = " · ".join(filter(None, words))
        change = line.posted_delta or -line.held_delta
        sign = "+" if change > 0 else "−"
        text = f"{text} · {_('ticket')} {ticket}" if ticket else text
        found.append({
            "on": filters.day(line.effective_at), "text": text, "change": f"{sign}{units(abs(change))}",
            "href": (link(ticket) if ticket else None) or "",
        })  # fmt: skip
    return found


def prices(shown: Shown) -> list[dict[str, str]]:
    """What was agreed, named as the form's blank is."""
    labels = {}
    for raw in shown.form.parts.get("price", []):
        key = raw["amount"].get("blank", "") if isinstance(raw["amount"], Mapping) else ""
        blank = shown.form.blanks.get(key)
        labels[raw["code"]] = reading(blank.label) if blank else raw["code"]
    return [
        {"name": labels.get(p.code, p.code), "amount": money(p.amount), "clause": p.clause,
         "unit": str(UNITS.get(p.unit, p.unit))}
        for p in shown.compiled.version.prices
    ]  # fmt: skip
