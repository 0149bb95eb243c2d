"""What a ticket has to do with others: links, parts and the whole, and a part of its conversation as a ticket of its own."""

from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.tickets.forms.operations import LinkForm, SplitForm
from portal.tickets.queries import fields, links, picks, scope, tags
from portal.tickets.render import fields as fields_render
from portal.tickets.render import operations as render
from portal.tickets.service import holds, linking
from portal.tickets.views_staff import act
from portal.tickets.views_staff.door import blueprint
from portal.tickets.views_staff.merging import other_ticket
from portal.web import guards, htmx

BOTH = ["GET", "POST"]


@blueprint.get("/tickets/<int:number>/more")
def more(number: int) -> ResponseReturnValue:
    """What belongs to a ticket and is not looked at each time: its fields, tags and links."""
    actor = guards.actor()
    found = scope.ticket_for(actor, number)
    template = "tickets/_more.html" if htmx.is_htmx() else "tickets/staff/more.html"
    return render_template(
        template, ticket=found, links=links.links_of(actor, found), ways=render.WAYS,

        filled=fields_render.facts(fields.values_of(actor, found)),
        tags=tags.of_tickets([found.id]).get(found.id, []), held=holds.of(found.id), nav="tickets_staff.queue",
    )  # fmt: skip


@blueprint.route("/tickets/<int:number>/link", methods=BOTH)
def link(number: int) -> ResponseReturnValue:
    """Say how it has to do with another ticket."""
    form, actor = LinkForm(), guards.actor()
    form.offer(render.WAYS)

    def step(actor: Any, locked: Any, _files: Any) -> None:
        linking.link(actor, locked, other_ticket(actor, form.other()), form.chosen())

    return act.by_form(
        number, "link", form, step, _("Linked. Both tickets show it."),
        also=lambda: (form.other(),), show=lambda: {"picks": picks.picks(actor, scope.ticket_for(actor, number), "")},
    )  # fmt: skip


@blueprint.post("/tickets/<int:number>/links/<int:link_id>/remove")
def unlink(number: int, link_id: int) -> ResponseReturnValue:
    """The two have nothing to do with each other."""

    def step(actor: Any, locked: Any, _files: Any) -> None:
        linking.unlink(actor, locked, link_id)

    return act.by_button(number, step, _("The link is removed."))


@blueprint.route("/tickets/<int:number>/split", methods=BOTH)
def split(number: int) -> ResponseReturnValue:
    """Chosen messages go on in a ticket of their own."""
    form, actor = SplitForm(), guards.actor()
    opened: list[int] = []

    def step(actor: Any, locked: Any, _files: Any) -> None:
        opened.append(linking.split(actor, locked, form.chosen(), form.subject.data or "").number)

    def show() -> dict[str, Any]:
        found = scope.ticket_for(actor, number)
        if form.subject.data is None and not form.errors:
            form.subject.data = found.subject
        return {"entries": links.messages_of(actor, found), "chosen": form.chosen()}

    return act.by_form(
        number, "split", form, step, _("The new ticket is open. The old one keeps its conversation."),
        then=lambda: act.ticket_url(opened[-1]), show=show,
    )  # fmt: skip
