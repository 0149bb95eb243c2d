"""Visits in words: states, grounds, what one is by the contract, and what happened to it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.contracts.render import amounts, answers
from portal.contracts.rules import plain
from portal.contracts.rules.decision import Decision
from portal.contracts.rules.terms import Cause
from portal.dispatch.models import ServiceSheet, Visit, VisitChange
from portal.dispatch.rules.sheet import Lacking
from portal.dispatch.rules.visiting import Basis, VisitKind, VisitStatus
from portal.dispatch.service import asking, reckoning, sheets
from portal.dispatch.service.asking import Ground
from portal.people.models import Site
from portal.tickets.render import work
from portal.web import filters, languages

STATUS: Mapping[VisitStatus, tuple[Any, str, str]] = {
    VisitStatus.PROPOSED: (_l("To be planned"), "soon", "calendar3"),
    VisitStatus.SCHEDULED: (_l("Planned"), "accent", "calendar-check"),
    VisitStatus.CONFIRMED: (_l("Confirmed"), "good", "calendar-check"),
    VisitStatus.EN_ROUTE: (_l("On the way"), "accent", "car-front"),
    VisitStatus.ON_SITE: (_l("On-site now"), "accent", "geo-alt"),
    VisitStatus.FINISHED: (_l("To be signed"), "soon", "pencil-square"),
    VisitStatus.SIGNED: (_l("Signed"), "good", "check-circle-fill"),
    VisitStatus.CANCELLED: (_l("Called off"), "plain", "slash-circle"),
    VisitStatus.NO_ACCESS: (_l("Nobody was there"), "late", "x-circle"),
    VisitStatus.NO_SHOW: (_l("We did not come"), "late", "exclamation-octagon-fill"),
}
"""Word, tone and shape of each state."""
KIND = {
    VisitKind.ON_SITE: _l("A visit"),
    VisitKind.EMERGENCY: _l("An emergency visit"),
    VisitKind.ROUND: _l("A planned round"),
}
BASIS = {
    Basis.TRIAGE: _l("Phone and remote help could not solve it"),
    Basis.EMERGENCY: _l("An emergency"),
    Basis.ROUND: _l("Planned by the contract"),
    Basis.OVERRIDE: _l("A manager's decision"),
}
LACKING = {
    Lacking.FOUND: _l("what was found"),
    Lacking.DONE: _l("what was done"),
    Lacking.TIMES: _l("when the engineer arrived and finished"),
    Lacking.ENGINEER_NAME: _l("the engineer's name"),
    Lacking.ENGINEER_SIGNATURE: _l("the engineer's signature"),
    Lacking.CLIENT_NAME: _l("the name of whoever signs for the client"),
    Lacking.CLIENT_SIGNATURE: _l("the client's signature"),
    Lacking.CLIENT_TEST: _l("the client's own test, passed"),
    Lacking.UNSIGNED_REASON: _l("why the client did not sign"),
}


def badge(visit: Visit) -> tuple[str, str, str]:
    """The state as a badge: words, tone, icon."""
    words, tone, icon = STATUS[visit.status]
    return str(words), tone, icon


def span(start: datetime, end: datetime) -> str:
    """today 09:00–11:00, in the person's zone."""
    zone = languages.zone()
    first, last = start.astimezone(zone), end.astimezone(zone)
    if first.date() == last.date():
        return f"{filters.when_text(start)}–{last:%H:%M}"
    return f"{filters.when_text(start)} – {filters.when_text(end)}"


def answer(decision: Decision, ground: Ground) -> dict[str, Any]:
    """What a visit is by the contracts: a sentence with its clause, and the checks behind it."""
    details = plain.of_decision(decision)
    found = ground.known.get(decision.contract_id or 0)
    shown = answers.answer(details, found.record.number if found else None)
    return {"sentence": shown.sentence, "tone": shown.tone, "clause": shown.clause, "checks": shown.checks}


def choices(ground: Ground) -> list[dict[str, Any]]:
    """What the contract offers instead, where the asked hour is not included: later and included, or now and charged."""
    out: list[dict[str, Any]] = []
    later, charged = ground.included_later, ground.charged_now
    if later is not None and later.service_at is not None:
        words = _("Included from %(when)s on", when=filters.when_text(later.service_at))
        out.append({"words": words, "at": later.service_at, "pay": False})
    if charged is not None and charged.price is not None:
        words = _("At this time, for %(price)s", price=amounts.money(charged.price))
        out.append({"words": words, "at": None, "pay": True})
    return out


def history(changes: list[VisitChange], number: int) -> list[dict[str, Any]]:
    """What happened to a visit, the newest first."""
    return [
        {
            "at": row.at,
            "who": row.contact.name if row.contact else "",
            "words": work.sentence(
                {"what": "visit", "visit": number, "became": row.what, **row.details},
                row.contact.name if row.contact else "",
            ),
        }
        for row in reversed(changes)
    ]


def lacking(codes: list[Lacking]) -> str:
    """What a sheet still lacks, as a list in a sentence."""
    return _(", ").join(str(LACKING[code]) for code in codes)


def map_link(address: str | None) -> str | None:
    """Where a map shows the address; opened by the phone's own map where it has one (RFC 5870 says nothing of names)."""
    from urllib.parse import quote

    return f"https://uri.amap.com/search?keyword={quote(address)}" if address else None


# --- The engineer on the spot ------------------------------------------------------------

CHECKS = {
    "rf_test": _l("RF function tested"),
    "inside_cleaned": _l("Cleaned inside"),
    "body_maintained": _l("Body maintained"),
    "updates_installed": _l("Updates installed"),
    "virus_protection": _l("Virus protection up to date"),
    "disk_health": _l("Disks without errors"),
    "backup_checked": _l("Backup checked"),
    "logs_read": _l("Logs looked through"),
    "power_backup": _l("Uninterruptible power tested"),
    "test_print": _l("Test page printed"),
    "firmware": _l("Firmware up to date"),
    "cables": _l("Cables and plugs checked"),
    "certificate": _l("Certificate valid"),
}
"""Words of rules/checks; an item that was written by hand is its own words."""
CAUSE = {
    Cause.MISUSE: _l("Misuse"),
    Cause.NOT_BY_MANUAL: _l("Not used by the manual"),
    Cause.OTHER_EQUIPMENT: _l("Other equipment"),
    Cause.NATURAL_DISASTER: _l("A natural disaster"),
    Cause.WAR: _l("War"),
    Cause.THIRD_PARTY_WORK: _l("Somebody else worked on it"),
    Cause.VIRUS: _l("A virus"),
    Cause.HARDWARE: _l("Hardware that is not ours"),
    Cause.UNAUTHORISED_OPERATION: _l("Operated without permission"),
}


def check_words(item: str) -> str:
    """An item of a checklist as it is read."""
    return str(CHECKS.get(item, item))


def asked_at_end(visit: Visit) -> tuple[list[tuple[str, str, str]], bool]:
    """The causes that the contract excludes, with their clause (HW-19), and whether labour is charged by the hour then."""
    _answer, known = asking.answer_for(visit)
    if visit.contract_id is None or visit.version_number is None:
        return [], False
    version = known[visit.contract_id].compiled[visit.version_number].version
    causes = [(c.value, str(CAUSE.get(c, c.value)), clause) for c, clause in version.excluded_causes.items()]
    return causes, bool(version.labour_rate)


def price_lines(visit: Visit) -> list[dict[str, Any]]:
    """What would be charged if it were signed now: words, amount, clause."""
    _answer, known = asking.answer_for(visit)
    found = sheets.owed(visit, known, held=reckoning.held_by(visit) is not None)
    return [
        {
            "words": name or _LINE.get(line.code, line.code),
            "part": bool(name),
            "quantity": line.quantity,
            "amount": amounts.money(line.amount),
            "clause": line.clause,
        }
        for line, name in found
    ]


_LINE = {"visit": _l("The visit"), "labour": _l("Labour"), "emergency": _l("Emergency fee")}


def where(visit: Visit) -> str:
    """Site and address in a line; "" where neither is known."""
    site = place(visit)
    address = (site.address if site else "") or visit.organisation.address
    return _(", ").join(part for part in (site.name if site else "", address) if part)


def price_word(code: str) -> str:
    """What a charged line is for."""
    return str(_LINE.get(code, code))


def reason_words(reason: str | None) -> str:
    """Why something was moved or called off: the calendar's reasons in words, a person's as they were written."""
    return str(work.REASONS.get(reason or "", reason or ""))


def place(visit: Visit) -> Site | None:
    """Where one goes: the visit's site, else the one where the ticket's device stands."""
    of_device = (row.ticket.device.site for row in visit.tickets if row.ticket.device)
    return visit.site or next((s for s in of_device if s), None)


def step_of(visit: Visit) -> int:
    """How far the day has come: 0 planned, 1 on the way, 2 there, 3 done, 4 signed."""
    order = (VisitStatus.EN_ROUTE, VisitStatus.ON_SITE, VisitStatus.FINISHED, VisitStatus.SIGNED)
    return order.index(visit.status) + 1 if visit.status in order else 0


def past(found: Sequence[ServiceSheet], but: Visit | None = None) -> list[dict[str, Any]]:
    """What a device went through, the newest first; `but`: without that visit itself."""
    return [
        {"number": s.number, "on": s.visit.finished_at or s.visit.starts_at, "found": s.found, "done": s.done}
        for s in found
        if but is None or s.visit_id != but.id
    ]


def not_done(lacking: dict[int, list[Any]], found: Sequence[ServiceSheet], words: Any) -> list[str]:
    """What each device's sheet still lacks, a sentence a device."""
    names = {s.id: s.device.name if s.device else _("The visit") for s in found}
    return [
        _("%(device)s lacks: %(what)s.", device=names.get(key, _("The visit")), what=words(codes))
        for key, codes in lacking.items()
    ]
