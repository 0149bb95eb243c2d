"""Client organisations, the provider, and their sites."""

from typing import TypeVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.errors import NotFound, Refused, Stale
from portal.people import queries
from portal.people.models import Contact, Organisation, OrganisationKind, Site

Edited = TypeVar("Edited", Organisation, Site, Contact)


def hold(kind: type[Edited], id_: int, version: int | None = None) -> Edited:
    """Lock a row for an edit. Raises NotFound, and Stale if it has changed since the form with `version` was opened."""
    found = db.session.scalar(
        select(kind).where(kind.id == id_).with_for_update(of=kind).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    if version is not None and found.version != version:
        raise Stale(
            _l(
                "Somebody else changed this while your form was open. Your text is still here: compare it, then save again."
            )
        )
    found.version += 1
    return found


def create_organisation(
    name: str, *, kind: OrganisationKind = OrganisationKind.CLIENT, language: str = "en", time_zone: str = "Asia/Shanghai",
    phone: str | None = None, address: str | None = None, note: str | None = None,
) -> Organisation:  # fmt: skip
    """A client company, unless `kind` says otherwise. Raises Refused for a second provider or a name that is taken."""
    if kind is OrganisationKind.PROVIDER and queries.provider() is not None:
        raise Refused(_l("The provider is set up already."))
    _refuse_taken_name(name)
    organisation = Organisation(
        name=name, kind=kind, language=language, time_zone=time_zone, phone=phone, address=address, note=note,
        active=True, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(organisation)
    db.session.flush()
    return organisation


def change_organisation(
    organisation_id: int, version: int | None, *, name: str, language: str, time_zone: str, phone: str | None,
    address: str | None, note: str | None, active: bool = True,
) -> Organisation:  # fmt: skip
    """Edit an organisation. An inactive one is hidden, and its people see nothing of it. Raises Stale, Refused."""
    organisation = hold(Organisation, organisation_id, version)
    _refuse_taken_name(name, but=organisation_id)
    organisation.name, organisation.language, organisation.time_zone = name, language, time_zone
    organisation.phone, organisation.address, organisation.note = phone, address, note
    organisation.active = active
    return organisation


def _refuse_taken_name(name: str, but: int = 0) -> None:
    if db.session.scalar(
        select(Organisation.id).where(Organisation.name == name, Organisation.id != but).limit(1)
    ):
        raise Refused(_l("There is an organisation of this name already."), field="name")


def create_site(
    organisation: Organisation, name: str, *, address: str | None = None, phone: str | None = None,
    access_note: str | None = None,
) -> Site:  # fmt: skip
    """A place of an organisation where devices stand."""
    site = Site(
        organisation=organisation,
        name=name,
        address=address,
        phone=phone,
        access_note=access_note,
        active=True,
    )
    db.session.add(site)
    db.session.flush()
    return site


def change_site(
    site_id: int, version: int | None, *, name: str, address: str | None, phone: str | None, access_note: str | None,
    active: bool = True,
) -> Site:  # fmt: skip
    """Edit a site. Raises Stale."""
    site = hold(Site, site_id, version)
    site.name, site.address, site.phone, site.access_note, site.active = (
        name,
        address,
        phone,
        access_note,
        active,
    )
    return site
