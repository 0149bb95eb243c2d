"""Timers: a call begins with one click, is visible on every page of the desk, and ends in the form that logs it."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.errors import NotFound, Refused
from portal.ladder.views_staff.door import blueprint
from portal.tickets.queries import running as queries
from portal.tickets.queries import scope
from portal.tickets.rules.words import Phase
from portal.tickets.service import running
from portal.tickets.service.running import Start
from portal.web import guards, htmx
from portal.web.fields import one_line

DIGITS = 18
_LONGEST_NUMBER = 64


def _sent(name: str) -> int | None:
    typed = request.form.get(name, "")
    if typed and (not typed.isdecimal() or len(typed) > DIGITS):
        raise NotFound
    return int(typed) if typed else None


@blueprint.post("/calls/start")
def start_new() -> ResponseReturnValue:
    """A call about something new: the timer runs, and the short form opens."""
    organisation_id, contact_id = _sent("organisation"), _sent("contact")
    if organisation_id is None or contact_id is None:
        raise NotFound
    begun = Start(
        Phase.PHONE,
        organisation_id,
        contact_id,
        _sent("device"),
        (one_line(request.form.get("number")) or "")[:_LONGEST_NUMBER] or None,
    )
    target = url_for(
        "tickets_staff.create", organisation=organisation_id, contact=contact_id, device=begun.device_id
    )
    return _start(begun, None, target)


@blueprint.post("/tickets/<int:number>/call/start")
def start_call(number: int) -> ResponseReturnValue:
    """A call on a ticket: the timer runs, and the form to log it opens."""
    begun = Start(
        Phase.PHONE,
        contact_id=_sent("contact"),
        number=(one_line(request.form.get("number")) or "")[:_LONGEST_NUMBER] or None,
    )
    return _start(begun, number, url_for("tickets_staff.log_call", number=number))


@blueprint.post("/tickets/<int:number>/remote/start")
def start_remote(number: int) -> ResponseReturnValue:
    """A remote session on a ticket."""
    return _start(Start(Phase.REMOTE), number, url_for("tickets_staff.log_remote", number=number))


def _start(begun: Start, number: int | None, target: str) -> ResponseReturnValue:
    actor = guards.actor()
    try:
        with transaction():
            ticket = scope.ticket_for(actor, number, lock=True) if number is not None else None
            running.start(actor, begun, ticket)
    except Refused as refused:
        flash(str(refused.sentence), "warning")
        present = queries.running_of(actor)
        return htmx.go(_log_url(present) if present else target)
    return htmx.go(target)


@blueprint.post("/calls/stop")
def stop() -> ResponseReturnValue:
    """The talk is over: on to the form, with the minutes filled in."""
    with transaction():
        row = running.stop(guards.actor())
        target = _log_url(row) if row else url_for("ladder_staff.calls")
    return htmx.go(target)


@blueprint.post("/calls/put-away")
def put_away() -> ResponseReturnValue:
    """Nothing is logged."""
    with transaction():
        running.put_away(guards.actor())
    flash(_("The timer is put away; nothing was logged."), "success")
    return htmx.go(url_for("ladder_staff.calls"))


@blueprint.get("/calls/running")
def mark() -> ResponseReturnValue:
    """The mark in the bar of every page; empty when nothing runs."""
    row = queries.running_of(guards.actor())
    given: dict[str, Any] = {"timer": row}
    if row is not None:
        given |= {"minutes": running.minutes(row, clock.now()), "log_url": _log_url(row)}
    return render_template("ladder/_running.html", **given)


def _log_url(row: Any) -> str:
    if row.ticket is None:
        return url_for(
            "tickets_staff.create",
            organisation=row.organisation_id,
            contact=row.contact_id,
            device=row.device_id,
        )
    endpoint = "log_remote" if row.phase is Phase.REMOTE else "log_call"
    return url_for(f"tickets_staff.{endpoint}", number=row.ticket.number)
