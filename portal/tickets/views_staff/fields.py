"""The fields of tickets: administrators define, order and retire them; and the part of a form that follows the kind."""

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.infra.transaction import transaction
from portal.kernel.actor import StaffRole
from portal.kernel.errors import Refused
from portal.tickets.forms import custom
from portal.tickets.forms.custom import FieldForm
from portal.tickets.forms.staff import AboutForm
from portal.tickets.queries import fields as queries
from portal.tickets.queries import scope
from portal.tickets.render import fields as render
from portal.tickets.rules import fields as rules
from portal.tickets.rules.fields import Label, Moment
from portal.tickets.rules.words import Kind
from portal.tickets.service import fields as service
from portal.tickets.views_staff.door import blueprint
from portal.web import guards, htmx

BOTH = ["GET", "POST"]


def had_on(number: int) -> dict[int, tuple[Label, str]]:
    """What a ticket has, by field: in words and as it is kept."""
    found = queries.values_of(guards.actor(), scope.ticket_for(guards.actor(), number))
    return {one.definition.id: (rules.words(one.definition, one.value), one.value) for one in found}


@blueprint.get("/tickets/fields")
def fields() -> ResponseReturnValue:
    """The fields of ?kind=, with what was typed so far; ?number= those of a ticket that is corrected."""
    number = request.args.get("number", type=int)
    kind = Kind(request.args["kind"]) if request.args.get("kind") in set(Kind) else Kind.FAULT
    moment = Moment.CORRECTING if number else Moment.STAFF_OPEN
    asked = rules.asked(queries.definitions(), kind, moment)
    form = custom.with_fields(AboutForm, asked, moment, had_on(number) if number else None)(formdata=None)
    for one in asked:
        if one.name in request.args:
            form[one.name].data = request.args[one.name]
    return render_template("tickets/_fields.html", custom=custom.drawn(form))


@blueprint.get("/fields")
@guards.needs(StaffRole.ADMINISTRATOR)
def all_fields() -> ResponseReturnValue:
    """Every field that was ever defined, in the order in which they are asked."""
    return render_template(
        "tickets/staff/fields.html", found=queries.all_of(guards.actor()), types=custom.TYPES, needed=custom.NEEDED,
        render=render, nav="tickets_staff.all_fields",
    )  # fmt: skip


@blueprint.route("/fields/new", methods=BOTH)
@guards.needs(StaffRole.ADMINISTRATOR)
def new_field() -> ResponseReturnValue:
    """Define one."""
    return _edited(None)


@blueprint.route("/fields/<int:field_id>", methods=BOTH)
@guards.needs(StaffRole.ADMINISTRATOR)
def field(field_id: int) -> ResponseReturnValue:
    """Change one; what was answered stays as it was answered."""
    return _edited(field_id)


def _edited(field_id: int | None) -> ResponseReturnValue:
    actor, form = guards.actor(), FieldForm()
    now = queries.now_of(queries.field_for(actor, field_id)) if field_id is not None else None
    form.show(now)
    if now is not None:
        del form.type
    code = 200
    if request.method == "POST":
        code = 422
        if form.validate():
            try:
                with transaction():
                    known = queries.field_for(actor, field_id, lock=True) if field_id is not None else None
                    service.define(actor, form.drawn(now.type if now else None), known)
            except Refused as refused:
                form.refuse(refused)
            else:
                flash(_("The field is kept."), "success")
                return htmx.go(url_for(".all_fields"))
    page = render_template(
        "tickets/staff/field.html", form=form, now=now, types=custom.TYPES, nav="tickets_staff.all_fields"
    )
    return page, code


@blueprint.post("/fields/<int:field_id>/retire")
@guards.needs(StaffRole.ADMINISTRATOR)
def retire_field(field_id: int) -> ResponseReturnValue:
    """Asked no more."""
    actor = guards.actor()
    with transaction():
        service.retire(actor, queries.field_for(actor, field_id, lock=True))
    flash(_("It is asked no more. What was filled in stays on its tickets."), "success")
    return htmx.go(url_for(".all_fields"))


@blueprint.post("/fields/<int:field_id>/bring-back")
@guards.needs(StaffRole.ADMINISTRATOR)
def bring_back_field(field_id: int) -> ResponseReturnValue:
    """Asked again."""
    actor = guards.actor()
    with transaction():
        service.bring_back(actor, queries.field_for(actor, field_id, lock=True))
    flash(_("It is asked again."), "success")
    return htmx.go(url_for(".all_fields"))


@blueprint.post("/fields/<int:field_id>/move")
@guards.needs(StaffRole.ADMINISTRATOR)
def move_field(field_id: int) -> ResponseReturnValue:
    """One place up, or down."""
    actor = guards.actor()
    with transaction():
        service.move(actor, queries.field_for(actor, field_id), up=request.form.get("to") == "up")
    return htmx.go(url_for(".all_fields"))
