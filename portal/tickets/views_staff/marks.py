"""What staff mark tickets with: out of sight for a while, tags; and the tags' own page, where managers put them in order."""

from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel.actor import StaffRole
from portal.kernel.errors import Refused
from portal.tickets.forms.marks import SnoozeForm, TagForm, TagsForm
from portal.tickets.queries import scope, tags
from portal.tickets.service import snoozing, tagging
from portal.tickets.views_staff import act
from portal.tickets.views_staff.door import blueprint
from portal.web import guards, htmx

BOTH = ["GET", "POST"]


@blueprint.route("/tickets/<int:number>/snooze", methods=BOTH)
def snooze(number: int) -> ResponseReturnValue:
    """Out of the queue's views until a time or until the client writes; earlier if a promise comes near."""
    form = SnoozeForm()

    def step(actor: Any, locked: Any, _files: Any) -> None:
        snoozing.snooze(actor, locked, form.chosen())

    done = _("Out of sight. The ticket says when it comes back.")
    return act.by_form(number, "snooze", form, step, done)


@blueprint.post("/tickets/<int:number>/wake")
def wake(number: int) -> ResponseReturnValue:
    """Back into the queue at once."""

    def step(actor: Any, locked: Any, _files: Any) -> None:
        snoozing.wake(actor, locked)

    return act.by_button(number, step, _("The ticket is in the queue again."))


@blueprint.route("/tickets/<int:number>/tags", methods=BOTH, endpoint="ticket_tags")
def ticket_tags(number: int) -> ResponseReturnValue:
    """All tags of a ticket, separated by commas."""
    form, actor = TagsForm(), guards.actor()

    def step(actor: Any, locked: Any, _files: Any) -> None:
        tagging.set_tags(actor, locked, form.tags.data or "")

    def show() -> dict[str, Any]:
        if form.tags.data is None and not form.errors:
            found = scope.ticket_for(actor, number)
            form.tags.data = ", ".join(tags.of_tickets([found.id]).get(found.id, []))
        return {"suggested": tags.suggested(actor)}

    return act.by_form(number, "tags", form, step, _("The tags are kept."), show=show)


@blueprint.get("/tags")
def all_tags() -> ResponseReturnValue:
    """Every tag and how often it is used."""
    return _tags(TagForm(formdata=None), None, 200)


@blueprint.post("/tags/<int:tag_id>/rename")
@guards.needs(StaffRole.MANAGER)
def rename_tag(tag_id: int) -> ResponseReturnValue:
    """Another name; that of another tag makes the two one."""
    form, actor = TagForm(), guards.actor()
    if not form.validate():
        return _tags(form, tag_id, 422)
    try:
        with transaction():
            became_one = tagging.rename(actor, tags.tag(actor, tag_id), form.name.data or "")
    except Refused as refused:
        form.refuse(refused)
        return _tags(form, tag_id, 422)
    flash(_("The two tags are one now.") if became_one else _("The tag is renamed."), "success")
    return htmx.go(url_for(".all_tags"))


@blueprint.post("/tags/<int:tag_id>/remove")
@guards.needs(StaffRole.MANAGER)
def remove_tag(tag_id: int) -> ResponseReturnValue:
    """Off every ticket."""
    actor = guards.actor()
    with transaction():
        tagging.remove(actor, tags.tag(actor, tag_id))
    flash(_("The tag is removed from all tickets."), "success")
    return htmx.go(url_for(".all_tags"))


def _tags(form: TagForm, tag_id: int | None, code: int) -> ResponseReturnValue:
    actor = guards.actor()
    page = render_template(
        "tickets/staff/tags.html", found=tags.all_used(actor), form=form, tag_id=tag_id,
        may_change=actor.staff_role in (StaffRole.MANAGER, StaffRole.ADMINISTRATOR), nav="tickets_staff.queue",
    )  # fmt: skip
    return page, code
