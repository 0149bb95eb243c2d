"""A visit on the engineer's phone: the steps of the day, the service sheets, the signatures.

One address takes every act (`act`), each with a random `key` that makes it happen once. A browser without scripts gets pages;
a phone that kept acts while the network was gone asks for JSON and gets sentences.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import Response, flash, g, jsonify, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from portal.assets import queries as assets
from portal.contracts.render import amounts
from portal.contracts.rules.terms import Cause
from portal.dispatch.forms import SheetForm
from portal.dispatch.queries import day, visits
from portal.dispatch.render import visits as render
from portal.dispatch.rules.visiting import PLANNED, VisitStatus
from portal.dispatch.service import planning, sheets, site, solved, visiting
from portal.dispatch.service.sheets import NotComplete
from portal.dispatch.views_staff.door import blueprint
from portal.infra import files
from portal.infra.transaction import transaction
from portal.kernel import refs
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound, Refused, Stale
from portal.web import guards, languages, pictures

Step = Callable[[Actor, Any], object]
MOST_PHOTOS = 12


@dataclass
class Typed:
    """What was sent and could not be taken: it is drawn again. `notes`: taken, with something to say about it."""

    act: str = ""
    device_id: int | None = None
    form: SheetForm | None = None
    wrong: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@blueprint.route("/visits/<int:visit_number>/site", methods=["GET", "POST"])
@guards.redraws_stale_form
def site_page(visit_number: int) -> ResponseReturnValue:
    """The visit as the engineer has it in the hand; POST takes one act."""
    if request.method == "GET":
        return _page(visit_number, Typed())
    typed = Typed(act=request.form.get("act", ""))
    make = _ACTS.get(typed.act)
    try:
        if make is None:
            raise Refused(_("This step is not known."))
        step = make(visit_number, typed)
        if g.get("stale_form") and not typed.wrong:
            raise Stale(_("This page was open for too long, so nothing was sent. Please send it again."))
        if typed.wrong:
            return _not_done(visit_number, typed, 422)
        slot = request.form.get("slot") if typed.act in ("set_out", "arrive") else None
        key = request.form.get("key", "")[:40]
        actor = guards.actor()
        with transaction():
            visit = visits.visit_for(actor, visit_number, lock=True)
            if site.begins(actor, visit, typed.act, key, slot):
                step(actor, visit)
    except NotComplete as refused:
        found = day.whole(guards.actor(), visit_number)
        typed.wrong = [
            str(refused.sentence),
            *render.not_done(refused.lacking, found.sheets, render.lacking),
        ]
        return _not_done(visit_number, typed, 422)
    except Refused as refused:
        typed.wrong = [str(refused.sentence)]
        return _not_done(visit_number, typed, 409 if isinstance(refused, Stale) else 422)
    return _done(visit_number, typed)


def _done(number: int, typed: Typed) -> ResponseReturnValue:
    """It is taken, now or before."""
    if typed.act == "sign":
        waits = solved.left_open(visits.visit_for(guards.actor(), number))
        typed.notes += [
            _("Signed and kept. %(ticket)s stays open: %(why)s", ticket=refs.ticket_number(t.number), why=why)
            for t, why in waits
        ]
    if _by_script():
        found = day.whole(guards.actor(), number)
        versions = {str(s.device_id or ""): s.version for s in found.sheets}
        return jsonify(done=True, said=typed.notes, slot=site.slot_of(found), versions=versions)
    for note in typed.notes:
        flash(note, "warning")
    return redirect(url_for("dispatch_staff.site_page", visit_number=number), 303)


def _not_done(number: int, typed: Typed, code: int) -> ResponseReturnValue:
    if _by_script():
        found = visits.visit_for(guards.actor(), number)
        versions = {str(s.device_id or ""): s.version for s in found.sheets}
        return jsonify(done=False, said=typed.wrong, slot=site.slot_of(found), versions=versions), code
    return _page(number, typed, code)


def _by_script() -> bool:
    return request.headers.get("X-Kept-On-Phone") == "1"


# --- Acts: each reads its form first, stores files outside of the transaction, and gives back the step ----------------------


def _set_out(_number: int, _typed: Typed) -> Step:
    at = _when()
    return lambda actor, visit: visiting.set_out(actor, visit, at)


def _arrive(_number: int, _typed: Typed) -> Step:
    at = _when()
    return lambda actor, visit: visiting.arrive(actor, visit, at)


def _finish(_number: int, _typed: Typed) -> Step:
    at, solved = _when(), request.form.get("solved")
    if solved not in ("yes", "no"):
        raise Refused(_("Say whether it is solved."))
    cause = request.form.get("cause") or None
    if cause is not None and cause not in set(Cause):
        raise Refused(_("Choose one of the list."))
    hours = _hours(request.form.get("labour_hours"))
    known = Cause(cause) if cause else None
    return lambda actor, visit: visiting.finish(
        actor, visit, solved=solved == "yes", at=at, cause=known, labour_hours=hours
    )


def _go_on(_number: int, _typed: Typed) -> Step:
    return visiting.go_on


def _no_access(_number: int, _typed: Typed) -> Step:
    reason = request.form.get("reason", "")
    return lambda actor, visit: visiting.no_access(actor, visit, reason)


def _times(_number: int, _typed: Typed) -> Step:
    told = [_local(request.form.get(name)) for name in ("en_route_at", "arrived_at", "finished_at")]
    return lambda actor, visit: visiting.correct(actor, visit, *told)


def _another(_number: int, _typed: Typed) -> Step:
    device_id = _device_id()
    if device_id is None:
        raise Refused(_("Choose a device."))
    return lambda actor, visit: sheets.sheet_for(visit, device_id)


def _drop(_number: int, _typed: Typed) -> Step:
    device_id = _device_id()

    def step(_actor: Actor, visit: Any) -> None:
        found = next((s for s in visit.sheets if s.device_id == device_id), None)
        if found is not None:
            sheets.drop(found)

    return step


def _sheet(number: int, typed: Typed) -> Step:
    visits.visit_for(guards.actor(), number)
    typed.device_id = _device_id()
    typed.form = form = SheetForm(prefix=_prefix(typed.device_id))
    if not form.validate():
        typed.wrong = form.sentences()
    entry, version = form.entry(), form.seen_version()
    photos = _photos(typed) if not typed.wrong else []
    return lambda actor, visit: site.fill(visit, typed.device_id, version, entry, photos)


def _photos(typed: Typed) -> list[Any]:
    """What was taken, stored; a sentence for each that could not be taken, and the rest is kept."""
    kept: list[Any] = []
    for sent in request.files.getlist("photos"):
        if not sent.filename:
            continue
        if len(kept) >= MOST_PHOTOS:
            typed.notes.append(_("At most %(n)s photos can be sent at once.", n=MOST_PHOTOS))
            break
        try:
            kept.append(pictures.photo(sent.stream, sent.filename))
        except Refused as refused:
            typed.notes.append(str(refused.sentence))
    return kept


def _sign(number: int, _typed: Typed) -> Step:
    visits.visit_for(guards.actor(), number)
    given = {}
    for side in ("engineer", "client"):
        name, drawn = request.form.get(f"{side}_name", ""), request.form.get(f"{side}_signature", "")
        sent = request.files.get(f"{side}_picture")
        stream = sent.stream if sent and sent.filename else None
        if (drawn or stream) and not name.strip():
            raise Refused(_("A signature needs the name of the person who signs."))
        given[side] = (name, pictures.signature(drawn, stream, f"{side}-signature"))
    signed = site.Signatures(*given["engineer"], *given["client"], request.form.get("unsigned_reason", ""))
    return lambda actor, visit: site.sign(actor, visit, signed)


_ACTS: dict[str, Callable[[int, Typed], Step]] = {
    "set_out": _set_out, "arrive": _arrive, "finish": _finish, "go_on": _go_on, "no_access": _no_access,
    "times": _times, "another": _another, "drop": _drop, "sheet": _sheet, "sign": _sign,
}  # fmt: skip


def _device_id() -> int | None:
    text = request.form.get("device", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None


def _prefix(device_id: int | None) -> str:
    return f"d{device_id or ''}-"


def _when() -> datetime | None:
    """The instant of a step: the one that was written, else the one at which the button was pressed, else now."""
    return _local(request.form.get("at_local")) or site.told_at(request.form.get("at"))


def _local(text: str | None) -> datetime | None:
    """A time as it was written into a field, by the person's own clock."""
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=languages.zone()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(_("That time cannot be read.")) from None


def _hours(text: str | None) -> Decimal | None:
    if not text or not text.strip():
        return None
    try:
        hours = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise Refused(_("Write a number, such as 1.5.")) from None
    if not hours.is_finite() or not 0 <= hours <= 100:
        raise Refused(_("Write a number, such as 1.5."))
    return hours


# --- Drawing ---------------------------------------------------------------------------------------------------------------


def _page(number: int, typed: Typed, code: int = 200) -> ResponseReturnValue:
    actor = guards.actor()
    visit = day.whole(actor, number)
    causes, labour = render.asked_at_end(visit)
    shown = _sheets(visit, typed)
    devices = [f["device"].id for f in shown if f["device"]]
    page = render_template(
        "dispatch/staff/site.html",
        visit=visit,
        typed=typed,
        shown=shown,
        step=render.step_of(visit),
        planned=visit.status in PLANNED,
        over=visit.status not in (*PLANNED, VisitStatus.EN_ROUTE, VisitStatus.ON_SITE, VisitStatus.FINISHED),
        signed=visit.status is VisitStatus.SIGNED,
        price_open=planning.price_open(visit),
        causes=causes,
        labour=labour,
        prices=render.price_lines(visit) if visit.status not in PLANNED else [],
        others=[d for d in assets.devices_of(actor, visit.organisation_id) if d.id not in devices],
        history=day.history(actor, devices),
        slot=site.slot_of(visit),
        left_open=solved.left_open(visit),
        new_key=refs.new_secret,
        local=lambda at: at.astimezone(languages.zone()).strftime("%Y-%m-%dT%H:%M") if at else "",
        render=render,
        site=render,
        money=amounts.money,
        person_name=actor.name,
    )
    return page, code


def _sheets(visit: Any, typed: Typed) -> list[dict[str, Any]]:
    """Each device of the visit with its form: the sheets there are, else the devices of its tickets."""
    there: dict[int | None, tuple[Any, Any]] = {}
    for row in visit.tickets:
        there.setdefault(row.ticket.device_id, (row.ticket.device, None))
    for written in visit.sheets:
        there[written.device_id] = (written.device, written)
    if len(there) > 1 and None in there and there[None][1] is None:
        del there[None]
    requester = visit.tickets[0].ticket.requester if visit.tickets else None
    contact = (requester.name, requester.phone) if requester else (None, None)
    out = []
    for device_id, (device, sheet) in (there or {None: (None, None)}).items():
        form = typed.form if typed.form is not None and typed.device_id == device_id else None
        if form is None:
            form = SheetForm(formdata=None, prefix=_prefix(device_id))
            form.show(sheet, device.kind.value if device else None, contact)
        else:
            form.parts.offer_one()
        out.append({"device": device, "sheet": sheet, "form": form, "id": device_id})
    return out


@blueprint.get("/visits/<int:visit_number>/pictures/<sha256>")
def picture(visit_number: int, sha256: str) -> Response:
    """A photo or a signature of a visit, inside the page."""
    found = day.whole(guards.actor(), visit_number)
    kinds = {p.sha256: p.content_type for s in found.sheets for p in s.photos}
    for sheet in found.sheets:
        kinds |= {h: "image/png" for h in (sheet.engineer_signature, sheet.client_signature) if h}
    path = files.path_of(sha256) if sha256 in kinds else None
    if path is None or not path.is_file():
        raise NotFound
    return send_file(path, mimetype=kinds[sha256], etag=sha256, max_age=86400)
