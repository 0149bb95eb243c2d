"""Visits in the client's words: how one stands, what a time takes, what calling off costs, the calendar file, a frozen sheet."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from portal.contracts.render import amounts
from portal.dispatch.models import Visit
from portal.dispatch.render import visits as words
from portal.dispatch.rules import invitation
from portal.dispatch.rules.invitation import Event
from portal.dispatch.rules.offering import CallOff, Cost, Takes, WhyNot
from portal.dispatch.rules.visiting import PLANNED, VisitStatus
from portal.dispatch.service.offering import Option
from portal.kernel import refs
from portal.people import queries as people
from portal.web import filters, languages
from portal.web.context import settings

KIND, span, price_word, where, reason_words = (
    words.KIND,
    words.span,
    words.price_word,
    words.where,
    words.reason_words,
)
"""What is the same for everybody."""


def day_of(at: datetime) -> str:
    """The day alone, in the person's zone."""
    return filters.day(at)


TAKES = {
    Takes.NOTHING: _l("Included in your contract"),
    Takes.UNIT: _l("Uses one of the visits that your contract includes"),
    Takes.MONEY: _l("Costs %(price)s"),
    Takes.AGREED: _l("As agreed in the quote"),
}


def cost(found: Cost) -> str:
    """What a time takes, in words; the clause stands beside it."""
    words = str(TAKES[found.takes])
    return (
        words % {"price": amounts.money(found.price)} if found.takes is Takes.MONEY and found.price else words
    )


def option(one: Option) -> str:
    """A time to choose."""
    return span(one.starts_at, one.ends_at)


def option_hint(one: Option, *, may_agree: bool) -> str:
    """What a time takes, by clause, and who has to agree to it."""
    said = cost(one.cost)
    if one.cost.clause:
        said = _("%(words)s (%(clause)s)", words=said, clause=one.cost.clause)
    if one.cost.takes is Takes.MONEY and not one.agreed:
        who = (
            _("By choosing it you agree.")
            if may_agree
            else _("A manager of your organisation agrees to it afterwards.")
        )
        said = _("%(words)s. %(more)s", words=said, more=who)
    return said


GONE = {
    WhyNot.PAST: _l("%(when)s has passed."),
    WhyNot.TAKEN: _l("%(when)s was given to somebody else meanwhile."),
}


def gone(one: Option) -> str:
    """Why a time cannot be had any more."""
    assert one.why_not is not None
    return str(GONE[one.why_not]) % {"when": span(one.starts_at, one.ends_at)}


def if_called_off(follows: CallOff, price: Decimal | None) -> str:
    """What follows when the client calls off now."""
    return {
        CallOff.FREE: _("It costs you nothing: what was reserved for the visit is given back."),
        CallOff.COUNTS: _("Somebody is on the way already: the visit counts as made and uses one that your contract includes."),
        CallOff.CHARGED: _(
            "Somebody is on the way already: the visit counts as made and costs %(price)s.",
            price=amounts.money(price or Decimal(0)),
        ),
        CallOff.TOO_LATE: _("Somebody is with you already, or the visit is over: it cannot be called off any more."),
    }[follows]  # fmt: skip


CLIENT = {
    VisitStatus.PROPOSED: (_l("Foreseen"), "plain", "calendar3"),
    VisitStatus.SCHEDULED: (_l("Please confirm"), "soon", "calendar3"),
    VisitStatus.FINISHED: (_l("Carried out, to be signed"), "soon", "pencil-square"),
    VisitStatus.SIGNED: (_l("Carried out"), "good", "check-circle-fill"),
}
"""States that are other words for the client than for staff."""


def badge_for_client(visit: Visit) -> tuple[str, str, str]:
    """The state as the client reads it: words, tone, icon. A round needs no confirmation."""
    if visit.wish and visit.status in PLANNED:
        return _("We look for another time"), "soon", "calendar3"
    if visit.status is VisitStatus.SCHEDULED and visit.round_id is not None:
        return _("Planned"), "accent", "calendar-check"
    said, tone, icon = CLIENT.get(visit.status, words.STATUS[visit.status])
    return str(said), tone, icon


def steps(visit: Visit) -> list[dict[str, Any]]:
    """Planned → confirmed → on the way → there → finished, each with when it was; none for a visit that did not come about."""
    if visit.status in (VisitStatus.CANCELLED, VisitStatus.NO_ACCESS, VisitStatus.NO_SHOW):
        return []
    found = [
        (_("Planned"), visit.created_at, True),
        (_("Confirmed"), visit.confirmed_at, visit.confirmed_at is not None),
        (_("On the way"), visit.en_route_at, visit.en_route_at is not None),
        (_("With you"), visit.arrived_at, visit.arrived_at is not None),
        (_("Finished"), visit.finished_at, visit.finished_at is not None),
    ]
    last = max(i for i, (_word, _at, done) in enumerate(found) if done)
    rows = [{"word": w, "at": at, "done": done, "now": i == last} for i, (w, at, done) in enumerate(found)]
    return [r for i, r in enumerate(rows) if r["done"] or i > last]


def round_moved(visit: Visit) -> str:
    """Why a round does not fall on the day of the clause."""
    assert visit.round is not None
    moved = visit.round.moved
    return _(
        "Planned for %(day)s; %(reason)s",
        day=filters.day(visit.round.planned_on),
        reason=reason_words(moved and moved.value),
    )


def frozen(facts: dict[str, Any]) -> dict[str, Any]:
    """The fields of a signed sheet as they are read, from the frozen facts alone (HW-16)."""

    def at(value: str | None) -> Markup | str:
        return filters.when(datetime.fromisoformat(value)) if value else ""

    def signed(by: dict[str, Any]) -> Markup:
        return Markup(" · ").join(w for w in (by.get("name"), at(by.get("at"))) if w)

    device, contact = facts.get("device") or {}, facts.get("contact") or {}
    ours, theirs = facts.get("engineer_signature") or {}, facts.get("client_signature") or {}
    tested = {True: _("Passed"), False: _("Failed"), None: ""}[facts.get("client_test_passed")]
    named = _(", ").join(p for p in (device.get("name"), device.get("tag"), device.get("serial")) if p)
    reached = _(", ").join(p for p in (contact.get("name"), contact.get("phone")) if p)
    number = facts.get("ticket")
    return {
        "about": [
            (_("Organisation"), facts.get("organisation")), (_("Site"), facts.get("site")), (_("Address"), facts.get("address")),
            (_("Contract"), facts.get("contract")), (_("Request"), refs.ticket_number(number) if number else ""),
            (_("Device"), named), (_("Contact on the spot"), reached), (_("Symptoms"), facts.get("symptoms")),
            (_("Engineer"), facts.get("engineer")), (_("Arrived"), at(facts.get("arrived_at"))),
            (_("Finished"), at(facts.get("finished_at"))),
            (_("Solved"), _("Yes") if facts.get("solved") else _("No")), (_("The client's own test"), tested),
        ],
        "found": facts.get("found"), "done": facts.get("done"),
        "parts": [
            {
                "name": p["name"], "serial": p["serial"], "quantity": f"{Decimal(p['quantity']).normalize():f}",
                "price": amounts.money(p["list_price"]),
                "words": "" if p["ours"] else _("The client's own part, not ours"),
            }
            for p in facts.get("parts", ())
        ],
        "checks": [(words.check_words(c[0]), _checked(*c[1:])) for c in facts.get("checklist", ())],
        "signed": [
            (_("Our engineer"), signed(ours)),
            (_("The client"), signed(theirs)),
            (_("Not signed because"), theirs.get("unsigned_reason")),
        ],
    }  # fmt: skip


def _checked(answer: str, remark: str) -> str:
    said = {"yes": _("Yes"), "no": _("No"), "n/a": _("n.a.")}.get(answer, answer)
    return _(", ").join(w for w in (said, remark) if w)


def calendar_file(visit: Visit, language: str, time_zone: str) -> str:
    """The visit as a file for the reader's calendar, in their language."""
    address = settings().public_url.rstrip("/")
    provider = people.provider()
    with languages.spoken(language, time_zone):
        name = settings().support_name or (provider.name if provider else _("Support"))
        lines = [str(KIND[visit.kind])]
        lines += [f"{refs.ticket_number(row.ticket.number)} {row.ticket.subject}" for row in visit.tickets]
        if visit.engineer is not None:
            lines.append(_("%(engineer)s comes", engineer=visit.engineer.name))
        event = Event(
            uid=f"visit-{visit.number}@{urlsplit(address).hostname}", sequence=visit.version, stamp=visit.changed_at,
            starts_at=visit.starts_at, ends_at=visit.ends_at,
            summary=_("Visit %(visit)s by %(provider)s", visit=refs.visit_number(visit.number), provider=name),
            location=where(visit),
            description="\n".join(lines), url=f"{address}/visits/{visit.number}",
            cancelled=visit.status is VisitStatus.CANCELLED, tentative=visit.confirmed_at is None,
        )  # fmt: skip
        return invitation.written(event, name)
