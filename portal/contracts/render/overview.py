"""A contract in a person's words: where it stands, what it includes and what was used of it, prices, how it goes on."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from portal.contracts.models import LedgerEntry
from portal.contracts.queries.pages import Left, Shown
from portal.contracts.render.amounts import amount, each, money, units
from portal.contracts.rules import upgrades
from portal.contracts.rules.forms import Words
from portal.contracts.rules.ledger import LineKind, Period
from portal.contracts.rules.rounds import Moved
from portal.contracts.rules.standing import Standing, State
from portal.contracts.rules.terms import Entitlement, Kind, Lifecycle, RenewalMode, Service
from portal.kernel import refs
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
    unit = each(price.unit)
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


def numbers(left: Left) -> dict[str, int | float]:
    """What was granted, used, reserved and is left, as the ledger component draws it."""
    return {name: amount(getattr(left, name)) for name in ("granted", "used", "reserved", "left")}


Link = Callable[[str, int], str | None]
"""Makes an address of the kind of a thing ("ticket", "visit") and its number; None where the reader has no such page."""
_THINGS = {"ticket": refs.ticket_number, "visit": refs.visit_number}


def entries(lines: Sequence[LedgerEntry], code: str, link: Link) -> list[dict[str, str]]:
    """The lines of one entitlement as the ledger component draws them. A reservation belongs to its ticket until a visit has
    used it: then it names the visit, too."""
    uses = {line.closes_id: line.ref for line in lines if line.closes_id and line.kind is LineKind.CONSUME}
    found = []
    for line in lines:
        if line.bucket.entitlement != code:
            continue
        kind, _colon, number = (uses.get(line.id) or line.ref or "").partition(":")
        thing = _THINGS.get(kind) if number.isdigit() else None
        words = [
            str(_LINES[line.kind]),
            line.bucket.key,
            line.reason,
            f"({line.clause})" if line.clause else "",
            thing(int(number)) if thing else "",
        ]
        change = line.posted_delta or -line.held_delta
        sign = "+" if change > 0 else "−"
        found.append({
            "on": filters.day(line.effective_at), "text": " · ".join(filter(None, words)),
            "change": f"{sign}{units(abs(change))}", "href": (link(kind, int(number)) if thing else None) or "",
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
         "unit": each(p.unit)}
        for p in shown.compiled.version.prices
    ]  # fmt: skip
