"""The ticket page of the desk, its live timeline and the unread mark of who looks.

Opening a page writes nothing: the mark is set by a form of its own once the page is seen.
"""

from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.contracts.render import answers
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.actor import StaffRole
from portal.tickets.queries import merged, promises, scope
from portal.tickets.queries import staff as queries
from portal.tickets.queries.staff import Sheet
from portal.tickets.render import timeline as render
from portal.tickets.rules.words import ENDED, OPEN, WAITING, Phase, Status
from portal.tickets.service import following, status
from portal.tickets.views_staff.door import blueprint
from portal.web import guards, htmx, languages
from portal.web.fields import Form


@blueprint.get("/tickets/<int:number>")
def ticket(number: int) -> ResponseReturnValue:
    """One ticket. ?before= shows older lines of its timeline."""
    return page(number)


def page(
    number: int,
    what: str = "",
    form: Form | None = None,
    code: int = 200,
    **more: Any,
) -> ResponseReturnValue:
    """The whole page, or for htmx only the part with the form of a step. `what` names the form in templates/tickets/staff/do/."""
    if htmx.is_htmx():
        found = scope.ticket_for(guards.actor(), number)
        told = queries.told(found) if what in ("reply", "resolve", "wait", "call") else []
        more |= {"may_override": may_override()}
        fragment = render_template("tickets/_do.html", ticket=found, what=what, form=form, told=told, **more)
        return fragment, code
    sheet = queries.sheet(guards.actor(), number)
    before = request.args.get("before", type=int)
    return (
        render_template(
            "tickets/staff/ticket.html",
            nav="tickets_staff.queue",
            what=what,
            form=form,
            told=sheet.told,
            may_override=may_override(),
            before=before,
            **around(sheet),
            **_timeline(sheet, before),
            **more,
        ),
        code,
    )


def around(sheet: Sheet) -> dict[str, Any]:
    """What the page says beside the timeline."""
    found, requester = sheet.ticket, sheet.requester
    known = languages.known(requester.language)
    there = clock.now().astimezone(ZoneInfo(requester.time_zone or languages.DEFAULT_ZONE))
    return {
        "ticket": found,
        "sheet": sheet,
        "requester": requester,
        "requester_language": languages.LANGUAGES.get(known or "", requester.language),
        "their_time": f"{there:%H:%M}",
        "elsewhere": there.utcoffset() != clock.now().astimezone(languages.zone()).utcoffset(),
        "is_open": found.status in OPEN,
        "has_ended": found.status in ENDED,
        "waits": found.status in WAITING,
        "is_resolved": found.status is Status.RESOLVED,
        "steps": _steps(sheet),
        "is_mine": found.assignee_id == guards.actor().user_id,
        "closure_words": render.CLOSURE,
        "merged_here": merged.merged_here(guards.actor(), found),
        **answers.panel(promises.running_of(guards.actor(), found), promises.cover_of(guards.actor(), found)),
    }


def may_override() -> bool:
    return guards.actor().staff_role in (StaffRole.MANAGER, StaffRole.ADMINISTRATOR)


def _steps(sheet: Sheet) -> list[dict[str, Any]]:
    """The ladder with the next step's button, or the reason why not yet."""
    found = sheet.ticket
    steps = render.ladder_steps(found.phase, found.status, sheet.attempts, reader_is_staff=True)
    if found.status not in OPEN:
        return steps
    forms = {
        Phase.REMOTE: ("log_remote", _("Log remote session")),
        Phase.ON_SITE: ("change_phase", _("Go on-site")),
    }
    phone_first = cache(lambda: status.asks_phone_first(found))
    for step in steps:
        then = Phase(step["phase"])
        if then not in forms:
            continue  # a call is logged beside the number, above
        endpoint, verb = forms[then]
        reason = None
        if step["state"] not in ("done", "now"):
            reason = status.why_not_yet(found, then, sheet.attempts, phone_first)
        if reason:
            step["reason"] = reason
            if not may_override():
                continue
            endpoint, verb = "change_phase", _("Leave out a step")
        elif step["state"] == "done" or (step["state"] == "now" and then is Phase.ON_SITE):
            continue
        step["verb"] = verb
        step["href"] = url_for(f"tickets_staff.{endpoint}", number=found.number, phase=then.value)
    return steps


def _timeline(sheet: Sheet, before: int | None) -> dict[str, Any]:
    entries, earlier = queries.entries(guards.actor(), sheet.ticket, before)
    lines = render.timeline_lines(
        entries, reader_is_staff=True, seen_entry_id=sheet.seen_entry_id, home=sheet.ticket
    )
    number, newest = sheet.ticket.number, sheet.ticket.last_entry_id
    announcement = ""
    if lines and lines[0].unread:
        announcement = _("%(name)s wrote something new.", name=lines[0].author or _("Somebody"))
    return {
        "lines": lines,
        "earlier": earlier,
        "reader_is_staff": True,
        "timeline_url": "" if before else url_for("tickets_staff.timeline", number=number, version=newest),
        "announcement": announcement,
    }


@blueprint.get("/tickets/<int:number>/timeline")
def timeline(number: int) -> ResponseReturnValue:
    """The newest lines, for polling: 204 while there is none after ?version=. The ticket's state comes along."""
    if request.args.get("version", type=int) == queries.last_entry_id(guards.actor(), number):
        return "", 204
    sheet = queries.sheet(guards.actor(), number)
    lines = _timeline(sheet, None)
    return (
        render_template("tickets/_timeline.html", **lines)
        + render_template("tickets/_state.html", apart=True, **around(sheet))
        + _seen_form(number, sheet.ticket.last_entry_id, unread=sheet.unread, apart=True)
    )


def _seen_form(number: int, newest: int, *, unread: bool, apart: bool = False) -> str:
    return render_template(
        "tickets/_seen.html", number=number, newest=newest, unread=unread, apart=apart, once=not apart
    )


@blueprint.post("/tickets/<int:number>/seen")
def seen(number: int) -> ResponseReturnValue:
    """The page was seen up to an entry; the unread mark of this person goes away."""
    entry_id = request.form.get("entry", type=int) or 0
    with transaction():
        found = scope.ticket_for(guards.actor(), number)
        following.mark_seen(guards.actor(), found, min(entry_id, found.last_entry_id))
    if htmx.is_htmx():
        return _seen_form(number, found.last_entry_id, unread=entry_id < found.last_entry_id)
    return redirect(url_for("tickets_staff.ticket", number=number), 303)


@blueprint.post("/tickets/<int:number>/unread")
def unread(number: int) -> ResponseReturnValue:
    """Read, but to be looked at again: back to the queue, where it is marked."""
    with transaction():
        following.mark_unread(guards.actor(), scope.ticket_for(guards.actor(), number))
    return htmx.go(url_for("tickets_staff.queue", view="mine"))
