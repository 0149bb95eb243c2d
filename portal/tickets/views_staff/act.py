"""How every step on a ticket goes: the form, one transaction on the locked ticket, a word of what was done, the page again.

A form is a fragment for htmx and the ticket page with that form open for a plain link. A refusal is 422 with the form,
and what was typed stays in it.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue

from portal.infra.transaction import transaction
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.tickets.queries import merged, scope
from portal.tickets.service import following
from portal.tickets.views_staff import ticket as pages
from portal.web import filters, guards, htmx, uploads
from portal.web.fields import Form

Step = Callable[[Actor, Any, list[uploads.StoredFile]], Any]
"""Actor, the locked ticket, the files that were sent."""


def ticket_url(number: int) -> str:
    return url_for("tickets_staff.ticket", number=number)


def carry_out(number: int, step: Step, files: list[uploads.StoredFile], also: Iterable[int] = ()) -> None:
    """The step in its transaction; the actor's own lines are not news to the actor. `also`: tickets that are locked with it."""
    actor = guards.actor()
    with transaction():
        merged.locked(actor, {number, *also} if also else ())
        ticket = scope.ticket_for(actor, number, lock=True)
        newest_before = ticket.last_entry_id
        step(actor, ticket, files)
        following.keep_read(actor, ticket, newest_before)


def by_form(
    number: int,
    what: str,
    form: Form,
    step: Step,
    done: str,
    *,
    then: Callable[[], str] | None = None,
    also: Callable[[], Iterable[int]] = tuple,
    show: Callable[[], dict[str, Any]] = dict,
    stale: Callable[[Refused], dict[str, Any]] | None = None,
    offered: Callable[[], dict[str, Any]] = dict,
) -> ResponseReturnValue:
    """A step with a form: shown by GET, taken by POST. `then`: where to go after it. `also`: other tickets that it
    needs, by number. `show`: what else the form is drawn with; `offered`: at first. `stale`: what it
    shows beside the refusal."""
    if request.method == "GET":
        return pages.page(number, what, form, **show(), **offered())
    files, refused_files = uploads.receive(request.files.getlist("files"), request.form.getlist("kept_files"))
    more: dict[str, Any] = {"kept": kept(files)}
    valid = form.validate()
    for refused in refused_files:
        form.refuse(refused)
    if valid and not refused_files:
        try:
            carry_out(number, step, files, also())
        except Refused as refused:
            form.refuse(refused)
            more |= stale(refused) if stale else {}
        else:
            flash(done, "success")
            return htmx.go(then() if then else ticket_url(number))
    return pages.page(number, what, form, 422, **show(), **more)


def kept(files: list[uploads.StoredFile]) -> list[dict[str, str]]:
    """Files that a refused form gives back, so that nobody uploads twice."""
    return [
        {"name": file.name, "size_text": filters.file_size(file.size), "token": uploads.token(file)}
        for file in files
    ]


def by_button(number: int, step: Step, done: str, *, also: Iterable[int] = ()) -> ResponseReturnValue:
    """A step that is one button."""
    try:
        carry_out(number, step, [], also)
    except Refused as refused:
        return pages.page(number, code=422, mistakes=[str(refused.sentence)])
    flash(done, "success")
    return htmx.go(ticket_url(number))
