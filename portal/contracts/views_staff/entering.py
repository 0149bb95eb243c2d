"""A contract is entered from a form, or amended from a day on; what is wrong stands beside its blank."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.assets import queries as assets
from portal.assets.forms import KINDS
from portal.contracts.forms import entering as forms
from portal.contracts.forms.acts import StartForm
from portal.contracts.forms.entering import Filling
from portal.contracts.queries import formbook, pages
from portal.contracts.render import overview
from portal.contracts.rules.compiling import Warning
from portal.contracts.rules.forms import Form as Printed
from portal.contracts.service import entering
from portal.contracts.service.entering import BlanksRefused, NewContract
from portal.contracts.views_staff import words
from portal.contracts.views_staff.door import blueprint, for_managers
from portal.infra.transaction import transaction
from portal.kernel.errors import NotFound, Refused
from portal.people import queries as people
from portal.web import guards, htmx
from portal.web.fields import Form


class Unseen(Refused):
    """The contract contradicts itself, and nobody has said yet that this was seen."""

    def __init__(self, warnings: tuple[Warning, ...]) -> None:
        super().__init__(_l("Look at the warning first, and confirm it below."), field="acknowledged")
        self.warnings = warnings


@blueprint.route("/contracts/new", methods=["GET", "POST"])
@for_managers
@guards.redraws_stale_form
def create() -> ResponseReturnValue:
    """First the organisation and the form, then the form's own blanks."""
    actor = guards.actor()
    key, organisation_id = request.args.get("form"), request.args.get("organisation", type=int)
    if key is None or organisation_id is None:
        return _start()
    organisation = people.client_organisation(actor, organisation_id)
    printed = formbook.printed(key)
    form = forms.new_filling(printed.form)
    form.offer(assets.device_choices(actor, organisation_id), KINDS)
    if request.method == "GET":
        return _drawn(form, printed.form, organisation=organisation)
    if not form.validate():
        return _drawn(form, printed.form, 422, organisation=organisation)
    new = NewContract(
        form.number.data or "", organisation_id, printed.text, form.blanks(), form.settings(),
        device_ids=tuple(form.device_ids.data or ()),
        device_classes=tuple(kind for kind in KINDS if kind.value in (form.device_classes.data or ())),
    )  # fmt: skip
    warnings: tuple[Warning, ...] = ()
    try:
        with transaction():
            record, compiled = entering.enter(actor, new)
            contract_id = record.id
            _look_at(compiled.warnings, form)
    except Refused as refused:
        warnings = _tell(form, refused)
        return _drawn(form, printed.form, 422, organisation=organisation, warnings=warnings)
    flash(_("Entered as a draft. Both signatures come next."), "success")
    return htmx.go(url_for(".contract", contract_id=contract_id))


@blueprint.route("/contracts/<int:contract_id>/amend", methods=["GET", "POST"])
@for_managers
@guards.redraws_stale_form
def amend(contract_id: int) -> ResponseReturnValue:
    """A new version from a day on; it counts once both have signed it."""
    actor = guards.actor()
    record = pages.record_for(actor, contract_id)
    last = record.versions[-1]
    printed, organisation = formbook.read(last.form.text), record.organisation
    form = forms.amendment(printed, last.blanks, last.settings)
    given: dict[str, Any] = {"organisation": organisation, "record": record}
    if request.method == "GET":
        return _drawn(form, printed, **given)
    if not form.validate():
        return _drawn(form, printed, 422, **given)
    try:
        with transaction():
            held = pages.record_for(actor, contract_id)
            assert form.effective_from.data is not None
            entering.amend(actor, held, form.effective_from.data, form.blanks(), form.settings())
            _look_at(pages.newest(held).warnings, form)
    except Refused as refused:
        warnings = _tell(form, refused)
        given = {"organisation": record.organisation, "record": record}
        return _drawn(form, printed, 422, warnings=warnings, **given)
    flash(_("The amendment is kept. It counts once both have signed it."), "success")
    return htmx.go(url_for(".contract", contract_id=contract_id))


def _look_at(warnings: tuple[Warning, ...], form: Filling) -> None:
    """Nothing is kept of a contradictory contract until somebody has seen it."""
    if warnings and not form.acknowledged.data:
        raise Unseen(warnings)


def _tell(form: Filling, refused: Refused) -> tuple[Warning, ...]:
    """Put a refusal where it belongs; returns the warnings that want to be seen."""
    if isinstance(refused, BlanksRefused):
        form.refuse_blanks(refused.faults)
        return ()
    if refused.field == "ends_on":
        refused.field = forms.BLANK + "ends_on"
    form.refuse(refused)
    return refused.warnings if isinstance(refused, Unseen) else ()


def _start() -> ResponseReturnValue:
    if request.method != "GET":
        raise NotFound
    form = StartForm(request.args)
    form.organisation.choices = [(o.id, o.name) for o in pages.organisations_of(guards.actor())]
    form.form.choices = [(key, overview.reading(p.form.name)) for key, p in formbook.all_forms().items()]
    return render_template("contracts/staff/start.html", form=form, nav="contracts_staff.listing")


def _drawn(form: Form, printed: Printed, status: int = 200, **given: Any) -> ResponseReturnValue:
    template = "_entry" if status == 422 and htmx.is_htmx() else "entry"
    body = render_template(
        f"contracts/staff/{template}.html",
        form=form,
        printed=printed,
        hints=forms.HINTS,
        render=overview,
        warning=words.warning,
        nav="contracts_staff.listing",
        **{"warnings": (), "record": None} | given,
    )
    return body, status
