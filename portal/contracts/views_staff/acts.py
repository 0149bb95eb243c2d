"""What managers do to one contract: signatures, its paper, coverage, pauses, and a correction that a second person approves."""

from collections.abc import Callable
from datetime import datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.assets import queries as assets
from portal.assets.forms import KINDS
from portal.contracts.forms import acts
from portal.contracts.queries import pages
from portal.contracts.rules.ledger import UNIT
from portal.contracts.service import entering, keeping, lifecycle
from portal.contracts.views_staff import contract as page
from portal.contracts.views_staff.door import blueprint, for_managers
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.errors import NotFound, Refused
from portal.people import queries as people
from portal.people.service import accounts, limits, passwords
from portal.web import filters, guards, htmx, uploads
from portal.web.context import settings
from portal.web.fields import Form


@blueprint.post("/contracts/<int:contract_id>/versions/<int:number>/sign")
@for_managers
@guards.redraws_stale_form
def sign(contract_id: int, number: int) -> ResponseReturnValue:
    """One side's signature under a version."""
    form = acts.SignForm()

    def act(record: Any) -> None:
        day = form.on.data
        assert day is not None
        zone = ZoneInfo(record.time_zone)
        if day > clock.now().astimezone(zone).date():
            raise Refused(_("Nobody has signed in the future yet."), field="on")
        keeping.sign(
            _version(record, number),
            form.side.data,
            form.name.data or "",
            datetime.combine(day, time(), tzinfo=zone),
        )

    return _step(contract_id, "sign_form", form, act, _("The signature is kept."), signing=number)


@blueprint.post("/contracts/<int:contract_id>/versions/<int:number>/scan")
@for_managers
@guards.redraws_stale_form
def scan(contract_id: int, number: int) -> ResponseReturnValue:
    """The scan of the signed paper."""
    _version(pages.record_for(guards.actor(), contract_id), number)
    form = acts.ScanForm()
    kept, bad = uploads.receive(request.files.getlist("files"))
    for refusal in bad:
        form.refuse(refusal)
    if len(kept) != 1 and not bad:
        form.refuse(Refused(_("Choose one file: the scan of this version."), field="files"))
    if form.errors:
        return page.drawn(contract_id, 422, scan_form=form, scanning=number)

    def act(record: Any) -> None:
        keeping.keep_scan(_version(record, number), kept[0].sha256, kept[0].name)

    return _step(contract_id, "scan_form", form, act, _("The scan is kept."), scanning=number)


@blueprint.post("/contracts/<int:contract_id>/coverage")
@for_managers
@guards.redraws_stale_form
def add_coverage(contract_id: int) -> ResponseReturnValue:
    """Cover a device, a kind of device or the whole organisation from a day on."""
    form = page.cover_form(pages.contract_for(guards.actor(), contract_id))

    def act(record: Any) -> None:
        what, _colon, key = str(form.what.data).partition(":")
        device_id = assets.device_of(record.organisation_id, int(key)).id if what == "device" else None
        kind = next((k for k in KINDS if k.value == key), None) if what == "kind" else None
        assert form.valid_from.data is not None
        entering.cover(
            record, form.valid_from.data, device_id=device_id, device_class=kind, reason=form.reason.data
        )

    return _step(contract_id, "cover_form", form, act, _("It is covered."))


@blueprint.post("/contracts/<int:contract_id>/coverage/<int:line_id>/end")
@for_managers
@guards.redraws_stale_form
def end_coverage(contract_id: int, line_id: int) -> ResponseReturnValue:
    """End a line of coverage; the line stays to be read."""
    form = acts.UncoverForm()

    def act(record: Any) -> None:
        assert form.valid_to.data is not None
        keeping.end_coverage(record, line_id, form.valid_to.data, form.reason.data or "")

    return _step(contract_id, "uncover_form", form, act, _("The coverage ends."), ending=line_id)


@blueprint.post("/contracts/<int:contract_id>/suspend")
@for_managers
@guards.redraws_stale_form
def suspend(contract_id: int) -> ResponseReturnValue:
    """Pause the service, by the right that a clause gives; without such a clause it is refused."""
    form = acts.PauseForm()

    def act(record: Any) -> None:
        lifecycle.suspend(guards.actor(), record, form.reason.data or "")

    return _step(contract_id, "pause_form", form, act, _("The service is suspended."))


@blueprint.post("/contracts/<int:contract_id>/resume")
@for_managers
def resume(contract_id: int) -> ResponseReturnValue:
    """End the pause; tickets that waited go on."""
    with transaction():
        lifecycle.go_on(pages.record_for(guards.actor(), contract_id))
    flash(_("The service goes on."), "success")
    return htmx.go(url_for(".contract", contract_id=contract_id))


@blueprint.post("/contracts/<int:contract_id>/ledger")
@for_managers
@guards.redraws_stale_form
def correct(contract_id: int) -> ResponseReturnValue:
    """Correct the ledger by hand; a second person approves with their own password."""
    actor = guards.actor()
    form = page.correct_form(pages.contract_for(actor, contract_id))
    if not form.validate() or not _approved(form):
        return page.drawn(contract_id, 422, correct_form=form)

    def act(record: Any) -> None:
        approver = people.staff_user(form.approver.data)
        quantity = int(Decimal(form.quantity.data or 0) * UNIT)
        key = f"adjust:{actor.user_id}:{(form.submission.data or '')[:64]}"
        keeping.correct(
            actor, record, form.bucket.data, quantity, key, form.reason.data or "", approver.contact_id
        )

    return _step(contract_id, "correct_form", form, act, _("The ledger is corrected."))


def _approved(form: acts.CorrectForm) -> bool:
    """Whether the second person typed their password; tries are limited as at the sign-in. Outside of any transaction."""
    key = limits.key_of_account("approve", str(form.approver.data))
    with transaction():
        verdict = limits.hit(key, limits.rule(settings().sign_in_tries))
    if not verdict.allowed:
        wait = filters.duration_text(verdict.until - clock.now())
        form.refuse(Refused(_("Too many tries. You can try again in %(span)s.", span=wait), field="password"))
        return False
    stored = accounts.credentials_of(form.approver.data).password_hash
    if not passwords.matches(stored, form.password.data or ""):
        form.refuse(Refused(_("This is not their password."), field="password"))
        return False
    with transaction():
        limits.forget(key)
    return True


def _version(record: Any, number: int) -> Any:
    found = next((v for v in record.versions if v.number == number), None)
    if found is None:
        raise NotFound
    return found


def _step(
    contract_id: int, name: str, form: Form, act: Callable[[Any], None], done: str, **given: Any
) -> ResponseReturnValue:
    """One act in one transaction; a refusal is told beside its field on the contract's page."""
    actor = guards.actor()
    pages.record_for(actor, contract_id)
    if not form.validate():
        return page.drawn(contract_id, 422, **{name: form}, **given)
    try:
        with transaction():
            act(pages.record_for(actor, contract_id))
    except Refused as refused:
        form.refuse(refused)
        return page.drawn(contract_id, 422, **{name: form}, **given)
    flash(done, "success")
    return htmx.go(url_for(".contract", contract_id=contract_id))
