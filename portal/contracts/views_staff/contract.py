"""The list of contracts and one contract with everything that can be done to it."""

from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.assets import queries as assets
from portal.assets.forms import KINDS
from portal.contracts.forms import acts
from portal.contracts.queries import pages
from portal.contracts.queries.pages import ENDED, IN_FORCE, OPEN, Shown
from portal.contracts.render import amounts, overview
from portal.contracts.views_staff import words
from portal.contracts.views_staff.door import blueprint
from portal.kernel.actor import StaffRole
from portal.people import queries as people
from portal.web import filters, guards, look, uploads
from portal.web.context import settings
from portal.web.paging import page_of

PAGE = 50
SHOWN = {"": _l("All"), IN_FORCE: _l("In force"), OPEN: _l("Not signed yet"), ENDED: _l("Ended")}


@blueprint.get("/contracts")
def listing() -> ResponseReturnValue:
    """All contracts, newest first, by organisation and state."""
    asked = request.args
    state = asked.get("state", "") if asked.get("state", "") in SHOWN else ""
    organisation, after = asked.get("organisation", type=int), asked.get("after", type=int)
    rows = pages.contracts_page(guards.actor(), organisation, state, after, PAGE)
    return render_template(
        "contracts/staff/listing.html",
        page=page_of(rows, PAGE, lambda s: s.record.id),
        organisations=pages.organisations_of(guards.actor()),
        organisation=organisation,
        state=state,
        states=SHOWN,
        after=after,
        render=overview,
    )


@blueprint.get("/contracts/<int:contract_id>")
def contract(contract_id: int) -> ResponseReturnValue:
    """One contract: as the client sees it, and what staff do with it."""
    return drawn(contract_id)


@blueprint.get("/contracts/<int:contract_id>/papers/<int:number>")
def paper(contract_id: int, number: int) -> ResponseReturnValue:
    """The scan of what was signed, as a download."""
    found = pages.version_with_scan(guards.actor(), contract_id, number)
    return uploads.as_download(found.scan_sha256, found.scan_name or "contract")


def drawn(contract_id: int, status: int = 200, **refused: Any) -> tuple[str, int]:
    """The whole page; `refused` are the forms that were sent and not taken, by their names."""
    actor = guards.actor()
    shown = pages.contract_for(actor, contract_id)
    lines = pages.lines_of(shown)
    body = render_template(
        "contracts/staff/contract.html",
        shown=shown,
        newest=pages.newest(shown.record),
        card=overview.card(shown),
        why=overview.why(shown.standing),
        figures=[(left, overview.entries(lines, left.entitlement.code, _link)) for left in shown.left if left.entitlement],
        coverage=pages.coverage_of(shown),
        rounds=pages.next_rounds(shown),
        prices=overview.prices(shown),
        steps=overview.renewal_steps(shown.compiled.lifecycle),
        max_text=filters.file_size(settings().max_file_bytes),
        max_bytes=settings().max_file_bytes,
        refused_files=",".join(sorted(uploads.REFUSED_ENDINGS)),
        device_kinds=KINDS,
        render=overview,
        warning=words.warning,
        nav="contracts_staff.listing",
        **_forms(shown) | refused,
    )  # fmt: skip
    return body, status


def _forms(shown: Shown) -> dict[str, Any]:
    return {
        "sign_form": acts.SignForm(formdata=None),
        "scan_form": acts.ScanForm(formdata=None),
        "cover_form": cover_form(shown, blank=True),
        "uncover_form": acts.UncoverForm(formdata=None),
        "pause_form": acts.PauseForm(formdata=None),
        "correct_form": correct_form(shown, blank=True),
    }


def cover_form(shown: Shown, *, blank: bool = False) -> acts.CoverForm:
    """With what this organisation has."""
    form = acts.CoverForm(formdata=None) if blank else acts.CoverForm()
    kinds = [(kind.value, word) for kind, word in KINDS.items()]
    form.offer(assets.device_choices(guards.actor(), shown.record.organisation_id), kinds)
    return form


def correct_form(shown: Shown, *, blank: bool = False) -> acts.CorrectForm:
    """With the open buckets and the others who may approve: managers and administrators."""
    form = acts.CorrectForm(formdata=None) if blank else acts.CorrectForm()
    named = {
        left.entitlement.code: overview.named(left.entitlement) for left in shown.left if left.entitlement
    }
    buckets = []
    for b in pages.open_buckets(shown):
        what, left = named.get(b.entitlement, b.entitlement), amounts.units(b.posted - b.held)
        buckets.append((b.id, _("%(what)s, %(key)s: %(left)s left", what=what, key=b.key, left=left)))
    may = (StaffRole.MANAGER, StaffRole.ADMINISTRATOR)
    others = [u for u in people.staff() if u.staff_role in may and u.id != guards.actor().user_id]
    form.offer(buckets, [(u.id, u.contact.name) for u in others])
    return form


def _link(kind: str, number: int) -> str | None:
    """The page of a ticket or a visit that a line of the ledger names."""
    if kind == "visit":
        return look.link_if("dispatch_staff.visit", visit_number=number)
    return look.link_if("tickets_staff.ticket", number=number)
