"""The desk's search: tickets in which the words stand, and people, organisations, devices and contracts of the name."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kernel import clock, refs
from portal.tickets.queries import queue, things
from portal.tickets.queries import search as queries
from portal.tickets.rules.searching import LONGEST, Asked, Fault, understood
from portal.tickets.views_staff.door import blueprint
from portal.web import guards, languages

ECHO = 2000
"""Characters that are given back into the field."""


@blueprint.get("/search")
def search() -> ResponseReturnValue:
    """?q= is what was typed; the number of a ticket leads straight to it. ?before= is the key of a later page."""
    typed = request.args.get("q", "").replace("\0", " ").strip()
    actor, before = guards.actor(), request.args.get("before", type=int)
    number = refs.parse_ticket_number(typed)
    if number is not None and before is None and queue.number_of(actor, number):
        return redirect(url_for("tickets_staff.ticket", number=number))
    now, zone = clock.now(), languages.zone()
    asked = understood(typed, now.astimezone(zone).date())
    result = queries.found(actor, asked, now, zone, before if before and 0 < before < 2**62 else None)
    beside = {} if asked.has_fields or asked.phrases or before else things.things(actor, asked.words)
    return render_template(
        "tickets/staff/search.html", typed=typed[:ECHO], asked=asked, result=result, things=beside,
        before=before, hints=_hints(asked), shortcuts=_shortcuts(typed[:ECHO]), fields=_fields(),
    )  # fmt: skip


def _hints(asked: Asked) -> list[str]:
    """What of the words was not understood as it looks."""
    hints = [
        _("There is no field “%(text)s”: it was looked for as words.", text=slip.text)
        if slip.fault is Fault.FIELD
        else _("“%(text)s” says nothing that this field knows: it was looked for as words.", text=slip.text)
        for slip in asked.misread
    ]
    if asked.cut:
        hints.append(_("Only the first %(num)s characters were looked for.", num=LONGEST))
    return hints


def _fields() -> list[tuple[str, str]]:
    """An example of each field and what it finds."""
    return [
        (_('"out of paper"'), _("these words together, in one message")),
        (_("org:harbour"), _("of organisations of this name")),
        (_("is:unanswered"), _("also is:open, is:waiting, is:resolved, is:closed, is:unassigned, is:mine")),
        (_("due:<2h"), _("a promise ends within two hours; also 30m, 3d, due:late")),
        (_("by:me"), _("with a line of yours; or by:name, of anybody")),
        (_("device:SN-88412"), _("a device of this name, sticker or serial number")),
        (_("tag:printer"), _("with this tag, or one that begins so")),
        (_("kind:fault"), _("also kind:question, kind:change, kind:update, kind:training")),
        (_("has:file"), _("with a file")),
        (_("after:2026-01-31"), _("received since that day; also after:7d, before:2026-03")),
    ]


def _shortcuts(typed: str) -> list[dict[str, Any]]:
    """Fields that are one click: each adds itself to what was typed, or takes itself out again."""
    offered = [
        (_("Open"), _("is:open")), (_("Unanswered"), _("is:unanswered")), (_("Waiting"), _("is:waiting")),
        (_("Mine"), _("is:mine")),
        (_("I wrote in"), _("by:me")), (_("Due within 2 hours"), _("due:<2h")), (_("With a file"), _("has:file")),
        (_("Last 7 days"), _("after:7d")),
    ]  # fmt: skip
    made, today = [], clock.now().date()
    pieces = [(piece, understood(piece, today)) for piece in typed.split()]
    for word, field in offered:
        meant = understood(field, today)
        rest = [piece for piece, means in pieces if means != meant]
        there = len(rest) < len(pieces)
        made.append(
            {
                "label": word,
                "active": there,
                "href": url_for("tickets_staff.search", q=" ".join(rest if there else [*rest, field])),
            }
        )
    return made
