"""The queue by need, narrowed and saved. It only reads; a poll that finds nothing new is a 204."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.errors import Refused
from portal.people import queries as people
from portal.tickets.forms.queue import NarrowForm, SavedViewForm
from portal.tickets.queries import presence, tags
from portal.tickets.queries import queue as queries
from portal.tickets.queries import views as saved_views
from portal.tickets.queries.views import Saved
from portal.tickets.render import queue as render
from portal.tickets.rules import views as rules
from portal.tickets.rules.views import Sought, View
from portal.tickets.service import views as service
from portal.tickets.views_staff.door import blueprint
from portal.web import guards, htmx
from portal.web.look import address as address_of


def _asked(saved: list[Saved]) -> tuple[Sought, Saved | None]:
    """What is sought, and the saved view that it is, if it is one."""
    chosen = request.args.get("saved", type=int)
    for one in saved:
        if one.id == chosen:
            return one.sought, one
    return rules.sought(request.args), None


def _table(saved: list[Saved], what: Sought, chosen: Saved | None) -> dict[str, Any]:
    actor, after = guards.actor(), request.args.get("after")
    there = presence.everywhere(actor)
    version = queries.version(there)  # before the rows: what changes between the two is asked for again
    page = queries.rows(actor, what, after)
    counts, saved_counts = saved_views.counts(actor, saved)
    address = {"saved": chosen.id} if chosen else rules.plain(what)
    now, cap = clock.now(), saved_views.CAP
    return {
        "what": what,
        "view": what.view,
        "typed": what.words,
        "after": after,
        "version": version,
        "page": page,
        "tags": tags.of_tickets(r.id for r in page.rows),
        "words": render.VIEWS,
        "address": address,
        "filter_address": rules.plain(what),
        "narrowed": render.narrowed(what),
        "ticket_href": address_of("tickets_staff.ticket", number=0).removesuffix("0"),
        "counts": {v: f"{cap}+" if n > cap else n for v, n in counts.items()},
        "saved": [(one, f"{cap}+" if n > cap else n) for one, n in zip(saved, saved_counts, strict=True)],
        "chosen": chosen,
        "unanswered": counts[View.UNANSWERED],
        "due": {r.id: render.due(r.due_at, r.due_metric, now) for r in page.rows if r.due_at},
        "there": {i: render.onlookers(them) for i, them in there.items()},
    }


@blueprint.get("/queue")
def queue() -> ResponseReturnValue:
    """?view= chooses what is looked for. ?q= is of the search's own page; a view that was kept with words still has them."""
    typed = request.args.get("q", "").strip()
    if typed and "saved" not in request.args:
        return redirect(url_for("tickets_staff.search", q=render.as_search(rules.sought(request.args))))
    saved = saved_views.saved(guards.actor())
    what, chosen = _asked(saved)
    table = _table(saved, what, chosen)
    counts = {"tickets_staff.queue": table["counts"][View.UNANSWERED] or None}
    return render_template("tickets/staff/queue.html", nav_counts=counts, **table)


@blueprint.get("/queue/rows")
def queue_rows() -> ResponseReturnValue:
    """The table alone, for polling: 204 while nothing changed since ?version=."""
    if request.args.get("version") == queries.version(presence.everywhere(guards.actor())):
        return "", 204
    saved = saved_views.saved(guards.actor())
    return render_template("tickets/_queue_rows.html", **_table(saved, *_asked(saved)))


@blueprint.get("/queue/narrow")
def narrow() -> ResponseReturnValue:
    """Filters of what is sought now, and the name to keep it under; a page of its own, or a fragment above the rows."""
    return _narrow(SavedViewForm(), 200)


def _narrow(save: SavedViewForm, code: int) -> ResponseReturnValue:
    what = rules.sought(request.args)
    form = NarrowForm.of(what)
    form.offer(people.staff(), people.teams(), [(o.value, word) for o, word in render.ORDERS.items()])
    parts = {"form": form, "save": save, "what": what, "address": rules.plain(what), "words": render.VIEWS}
    if htmx.is_htmx():
        return render_template("tickets/_queue_narrow.html", **parts), code
    return render_template("tickets/staff/narrow.html", nav="tickets_staff.queue", **parts), code


@blueprint.post("/queue/save")
def save_view() -> ResponseReturnValue:
    """Keep the filter of the address under a name."""
    form = SavedViewForm()
    if not form.validate():
        return _narrow(form, 422)
    try:
        with transaction():
            kept = service.save(
                guards.actor(), form.name.data or "", rules.sought(request.args), shared=form.shared.data
            )
            view_id = kept.id
    except Refused as refused:
        form.refuse(refused)
        return _narrow(form, 422)
    flash(_("The view is kept."), "success")
    return htmx.go(url_for("tickets_staff.queue", saved=view_id))


@blueprint.post("/queue/views/<int:view_id>/remove")
def remove_view(view_id: int) -> ResponseReturnValue:
    """The owner removes it, for everybody it was shared with, too."""
    with transaction():
        service.remove(guards.actor(), view_id)
    flash(_("The view is removed."), "success")
    return htmx.go(url_for("tickets_staff.queue"))
