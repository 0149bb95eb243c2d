"""Somebody calls: one box that finds who it is, the list of promised calls, and the caller's card."""

from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.contracts.render import answers, overview
from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.ladder import render
from portal.ladder.queries import callbacks as callback_queries
from portal.ladder.queries import card as queries
from portal.ladder.views_staff.door import blueprint
from portal.tickets.queries import ahead, running
from portal.tickets.queries import callers as caller_queries
from portal.tickets.rules.words import Kind, Urgency
from portal.web import guards, languages
from portal.web.fields import one_line

DIGITS = 18


def whole_number(name: str) -> int | None:
    """An id in the address; None for none. Raises NotFound for what is no number."""
    typed = request.args.get(name, "")
    if not typed:
        return None
    if not typed.isdecimal() or len(typed) > DIGITS:
        raise NotFound
    return int(typed)


@blueprint.get("/calls")
def calls() -> ResponseReturnValue:
    """?who= finds the caller: one who is the only one found is shown at once."""
    actor = guards.actor()
    typed = one_line(request.args.get("who")) or ""
    found = caller_queries.find(actor, typed)
    if len(found) == 1:
        return redirect(_way(found))
    return render_template(
        "ladder/staff/calls.html",
        typed=typed,
        found=found,
        most=caller_queries.MOST,
        promised=render.promised(callback_queries.waiting(actor)),
    )


def _way(found: caller_queries.Found) -> str:
    if found.people:
        place = found.people[0]
        return url_for(".card", organisation=place.organisation_id, contact=place.contact_id)
    thing = found.things[0]
    device = thing.id if thing.kind == "device" else None
    return url_for(".card", organisation=thing.organisation_id, device=device)


@blueprint.get("/calls/promised")
def promised() -> ResponseReturnValue:
    """The list alone, for polling."""
    rows = render.promised(callback_queries.waiting(guards.actor()))
    return render_template("ladder/_promised.html", promised=rows)


@blueprint.get("/calls/card")
def card() -> ResponseReturnValue:
    """?organisation= with ?contact= or ?device=: everything about the caller on one page."""
    actor = guards.actor()
    organisation_id = whole_number("organisation")
    if organisation_id is None:
        return redirect(url_for(".calls"))
    found = queries.card(actor, organisation_id, whole_number("contact"), whole_number("device"))
    zone = found.contact.time_zone if found.contact else found.organisation.time_zone
    spoken = found.contact.language if found.contact else found.organisation.language
    there, elsewhere = render.their_time(zone)
    return render_template(
        "ladder/staff/card.html",
        card=found,
        contracts=[
            overview.card(s) | {"href": url_for("contracts_staff.contract", contract_id=s.record.id)}
            for s in found.contracts
        ],
        their_time=there,
        elsewhere=elsewhere,
        spoken=languages.LANGUAGES.get(languages.known(spoken) or "", spoken),
        timer=running.running_of(actor),
        nav="ladder_staff.calls",
    )


@blueprint.get("/calls/cover")
def cover() -> ResponseReturnValue:
    """What the contracts say to the request that is being written: ?organisation=, and what the form has chosen."""
    actor = guards.actor()
    organisation_id = whole_number("organisation")
    if organisation_id is None:
        return "", 204
    contact_id = whole_number("contact")
    found = queries.devices_by_id(actor, organisation_id)
    asked = request.args
    kind = Kind(asked["kind"]) if asked.get("kind") in list(Kind) else Kind.FAULT
    urgency = Urgency(asked["urgency"]) if asked.get("urgency") in list(Urgency) else Urgency.NORMAL
    device = found.get(int(asked["device_id"])) if asked.get("device_id", "").isdecimal() else None
    told = ahead.cover_ahead(actor, organisation_id, device, kind, urgency, clock.now())
    panel: dict[str, Any] = answers.panel(told.promises, told.cover) | {"ended_on": told.ended_on}
    url = url_for(".cover") + "?" + urlencode({"organisation": organisation_id, "contact": contact_id or ""})
    return render_template("ladder/_cover.html", ahead=panel, url=url)
