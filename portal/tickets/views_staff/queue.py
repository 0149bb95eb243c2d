"""The queue by need and the search of the desk. It only reads; a poll that finds nothing new is a 204."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.kernel import refs
from portal.tickets.queries import queue as queries
from portal.tickets.queries.queue import View
from portal.tickets.views_staff.door import blueprint
from portal.web import guards


def _words() -> dict[View, str]:
    return {
        View.UNANSWERED: _("Unanswered"),
        View.MINE: _("Mine"),
        View.TEAM: _("My team's"),
        View.UNASSIGNED: _("Unassigned"),
        View.WAITING: _("Waiting"),
        View.RESOLVED: _("To be confirmed"),
        View.OPEN: _("All open"),
    }


def _asked() -> tuple[View, str, str | None]:
    """View, words of a search, key of the page."""
    name = request.args.get("view", "")
    view = View(name) if name in set(View) else View.UNANSWERED
    return view, request.args.get("q", "").strip(), request.args.get("after")


def _table(view: View, typed: str, after: str | None) -> dict[str, Any]:
    actor = guards.actor()
    version = queries.version()  # before the rows: what changes between the two is asked for again
    page = queries.found(actor, typed, after) if typed else queries.rows(actor, view, after)
    counts = queries.counts(actor)
    return {
        "view": view,
        "typed": typed,
        "after": after,
        "version": version,
        "page": page,
        "words": _words(),
        "counts": {v: f"{queries.CAP}+" if n > queries.CAP else n for v, n in counts.items()},
        "unanswered": counts[View.UNANSWERED],
    }


@blueprint.get("/queue")
def queue() -> ResponseReturnValue:
    """?view= chooses what is looked for, ?q= searches all tickets; the number of a ticket leads straight to it."""
    view, typed, after = _asked()
    number = refs.parse_ticket_number(typed)
    if number is not None and not after and queries.number_of(guards.actor(), number):
        return redirect(url_for("tickets_staff.ticket", number=number))
    table = _table(view, typed, after)
    counts = {"tickets_staff.queue": table["counts"][View.UNANSWERED] or None}
    return render_template("tickets/staff/queue.html", nav_counts=counts, **table)


@blueprint.get("/queue/rows")
def queue_rows() -> ResponseReturnValue:
    """The table alone, for polling: 204 while nothing changed since ?version=."""
    view, typed, after = _asked()
    if request.args.get("version") == queries.version():
        return "", 204
    return render_template("tickets/_queue_rows.html", **_table(view, typed, after))
