"""What happened to visits, quotes, parts and time, as lines on the ticket that they are for.

The floors above write the facts of the first three (`details`); the words are here, where the timeline is read.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.kernel import refs
from portal.web import filters

Details = Mapping[str, Any]


def sentence(details: Details, who: str) -> str:
    """The line of a visit, a quote or a part; "" for another."""
    make = _LINES.get(str(details.get("what")))
    return make(details, who) if make else ""


def _at(details: Details, key: str = "starts_at") -> str:
    value = details.get(key)
    return filters.when_text(datetime.fromisoformat(value)) if value else ""


def _visit(details: Details, who: str) -> str:
    visit, became, when = refs.visit_number(details["visit"]), str(details["became"]), _at(details)
    engineer = str(details.get("engineer") or "")
    if became in ("scheduled", "moved", "assigned") and when:
        moved = became != "scheduled" or details.get("moved")
        line = (
            _("Visit %(visit)s moved to %(when)s", visit=visit, when=when)
            if moved
            else _("Visit %(visit)s planned for %(when)s", visit=visit, when=when)
        )
        return _("%(line)s, %(engineer)s comes", line=line, engineer=engineer) if engineer else line
    words = {
        "proposed": _("Visit %(visit)s is proposed", visit=visit),
        "scheduled": _("Visit %(visit)s is planned", visit=visit),
        "confirmed": _("%(name)s confirmed the visit %(visit)s", name=details.get("name") or who, visit=visit),
        "agreed": _(
            "%(name)s agreed to %(price)s for the visit %(visit)s",
            name=details.get("name"), price=details.get("price"), visit=visit,
        ),
        "en_route": _("The engineer is on the way (%(visit)s)", visit=visit),
        "on_site": _("The engineer has arrived (%(visit)s)", visit=visit),
        "signed": _("The service sheet of visit %(visit)s is signed by both sides", visit=visit),
        "cancelled": _("Visit %(visit)s is called off", visit=visit),
        "no_access": _("Visit %(visit)s: nobody was there", visit=visit),
        "no_show": _("We could not come to the visit %(visit)s", visit=visit),
        "offered": _("Other times were proposed for the visit %(visit)s", visit=visit),
        "wished": _(
            "%(name)s asks for another time for the visit %(visit)s: %(words)s",
            name=details.get("name") or who, visit=visit, words=details.get("words", ""),
        ),
        "joined": _("This request is dealt with at the planned round %(visit)s, %(when)s", visit=visit, when=when),
        "left": _("This request is no longer part of the planned round %(visit)s", visit=visit),
        "left_open": _(
            "Visit %(visit)s solved it, but the ticket stays open: something has to be filled in or ended first", visit=visit
        ),
        "corrected": _("The times of visit %(visit)s are corrected", visit=visit),
        "undone": _("Visit %(visit)s was signed by mistake; what it used and charged was given back", visit=visit),
    }  # fmt: skip
    if became == "finished":
        solved = details.get("solved") == "yes"
        line = (
            _("The work of visit %(visit)s is done", visit=visit)
            if solved
            else _("Visit %(visit)s is over; it is not solved yet", visit=visit)
        )
    else:
        line = words.get(became, _("Visit %(visit)s changed", visit=visit))
    reason = REASONS.get(str(details.get("reason")), details.get("reason"))
    return _("%(line)s: %(reason)s", line=line, reason=reason) if reason else line


REASONS: dict[str, Any] = {
    "day_over": _l("the day of the contract was over"),
    "ticket_cancelled": _l("the request was withdrawn"),
    "later_that_week": _l("moved within its week because of days off"),
    "earlier_that_week": _l("moved within its week because of days off"),
    "next_workday": _l("moved to the next working day"),
    "whole_week_off": _l("the whole week is off"),
    "day_off": _l("that day is off"),
    "after_the_term": _l("the contract is over by then"),
    "left_out": _l("it is left out"),
}


def _quote(details: Details, who: str) -> str:
    quote = refs.quote_number(details["quote"])
    if int(details.get("revision", 1)) > 1:
        quote = _("%(quote)s, revision %(number)s", quote=quote, number=details["revision"])
    name = details.get("name") or who
    words = {
        "draft": _("%(name)s is preparing the quote %(quote)s", name=who, quote=quote),
        "revised": _("%(name)s is preparing a new revision of the quote %(quote)s", name=who, quote=quote),
        "sent": _("Quote %(quote)s over %(total)s was sent", quote=quote, total=details.get("total")),
        "client_confirmed": _("%(name)s confirmed the quote %(quote)s for the client", name=name, quote=quote),
        "provider_confirmed": _("%(name)s confirmed the quote %(quote)s for us", name=name, quote=quote),
        "confirmed": _("Both sides have confirmed the quote %(quote)s; the work can begin", quote=quote),
        "change_asked": _("%(name)s wants the quote %(quote)s changed", name=name, quote=quote),
        "rejected": _("The quote %(quote)s was turned down", quote=quote),
        "withdrawn": _("The quote %(quote)s was withdrawn", quote=quote),
        "expired": _("Nobody answered the quote %(quote)s in time", quote=quote),
        "in_progress": _("The work under the quote %(quote)s has begun", quote=quote),
        "delivered": _("The work under the quote %(quote)s was handed over; please look at it", quote=quote),
        "defects": _("Something is wrong with what was handed over (%(quote)s)", quote=quote),
        "accepted": _("%(name)s accepted the work under the quote %(quote)s", name=name, quote=quote),
        "deemed_accepted": _(
            "The work under the quote %(quote)s counts as accepted: nothing was heard in time (%(clause)s)",
            quote=quote, clause=details.get("clause"),
        ),
        "published": _(
            "What was made under the quote %(quote)s is live: %(where)s", quote=quote, where=details.get("where")
        ),
        "done": _("The work under the quote %(quote)s is done", quote=quote),
        "extension_asked": _(
            "%(name)s asks for more time for the quote %(quote)s, until %(day)s",
            name=who, quote=quote, day=details.get("until"),
        ),
        "extension_agreed": _(
            "More time was agreed for the quote %(quote)s, until %(day)s", quote=quote, day=details.get("until")
        ),
        "extension_refused": _("More time was not agreed for the quote %(quote)s", quote=quote),
    }  # fmt: skip
    line = words.get(str(details["became"]), _("The quote %(quote)s changed", quote=quote))
    reason = REASONS.get(str(details.get("reason")), details.get("reason") or details.get("words"))
    return _("%(line)s: %(reason)s", line=line, reason=reason) if reason else line


def _parts(details: Details, who: str) -> str:
    return _(
        "%(name)s sent parts: %(parts)s (%(charged)s, %(clause)s)",
        name=who, parts=details["parts"], charged=details["charged"], clause=details["clause"],
    )  # fmt: skip


def _shipment(details: Details, who: str) -> str:
    device, fetched = details["device"], details["handling"] == "pickup"
    words = {
        "arranged": _("We fetch %(device)s (%(clause)s)", device=device, clause=details["clause"])
        if fetched
        else _("%(device)s is sent to us (%(clause)s)", device=device, clause=details["clause"]),
        "tracked": _("%(device)s is on its way to us", device=device),
        "received": _("%(device)s is with us", device=device),
        "returned": _("%(device)s goes back to the client", device=device),
        "called_off": _("%(device)s does not come to us after all", device=device),
    }
    line = words[str(details["became"])]
    freight = " ".join(filter(None, (details.get("carrier"), details.get("tracking"))))
    more = details.get("reason") if details["became"] == "called_off" else freight
    return _("%(line)s: %(reason)s", line=line, reason=more) if more else line


def _time(details: Details, who: str) -> str:
    spent = filters.minutes_text(int(details["minutes"]))
    return _("%(name)s spent %(time)s: %(what)s", name=who, time=spent, what=details["for"])


def _upgrade(details: Details, who: str) -> str:
    what = _("%(kind)s %(version)s", kind=details["kind"], version=details["version"])
    if details.get("worked"):
        line = _("%(what)s was installed and works", what=what)
    else:
        line = _("%(what)s was installed and fell short: %(lacking)s", what=what, lacking=details["lacking"])
    if details.get("free"):
        line = _("%(line)s. Not charged (%(clause)s)", line=line, clause=details["free"])
    if details.get("again"):
        line = _(
            "%(line)s. The next one of this kind is not charged (%(clause)s)",
            line=line,
            clause=details["again"],
        )
    return line


def _training(details: Details, who: str) -> str:
    what = _("%(kind)s %(version)s", kind=details["kind"], version=details["version"])
    if details.get("given"):
        return _(
            "%(name)s trained people on %(what)s: %(words)s", name=who, what=what, words=details["words"]
        )
    return _("No training is needed for %(what)s: %(words)s", what=what, words=details["words"])


_LINES: dict[str, Callable[[Details, str], str]] = {
    "visit": _visit,
    "quote": _quote,
    "parts": _parts,
    "time": _time,
    "shipment": _shipment,
    "upgrade": _upgrade,
    "training": _training,
}
