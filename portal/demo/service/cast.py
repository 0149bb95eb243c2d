"""The people of the demo: the provider and its staff, the clients with their sites, devices and people."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from portal.assets.models import Device, DeviceKind
from portal.demo.service import material
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor, ClientRole, StaffRole
from portal.people import queries as people
from portal.people.models import Contact, Organisation, OrganisationKind, Site, Team, User
from portal.people.service import contacts, desk, organisations, users

BORN = timedelta(days=400)
"""How long the provider has known everybody."""


@dataclass
class Cast:
    """Who and what the stories speak of, by the keys of the data files."""

    provider: Organisation
    teams: dict[str, Team] = field(default_factory=dict)
    staff: dict[str, User] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    devices: dict[tuple[str, str], Device] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)

    def actor(self, key: str) -> Actor:
        """One of the staff, or a client's person, as who acts."""
        if key in self.staff:
            user = self.staff[key]
            return Actor(
                user_id=user.id, contact_id=user.contact_id, name=user.name, staff_role=user.staff_role
            )
        return people.actor_of(self.contacts[key])


def make(now: datetime, password_hash: str) -> Cast:
    """Enter them all as if it were long ago; every sign-in gets the same password."""
    with clock.told(now - BORN):
        cast = _provider(password_hash)
        for key, about in material.people()["organisations"].items():
            _organisation(cast, key, about)
        for key, about in material.people()["people"].items():
            _person(cast, key, about, password_hash)
        for organisation, devices in material.devices().items():
            for key, about in devices.items():
                cast.devices[organisation, key] = _device(cast, organisation, about)
        db.session.flush()
    return cast


def _provider(password_hash: str) -> Cast:
    about = dict(material.people()["provider"])
    hours = about.pop("desk")
    cast = Cast(organisations.create_organisation(**about, kind=OrganisationKind.PROVIDER))
    opens, closes = _time(hours["opens"]), _time(hours["closes"])
    desk.set_desk_hours((weekday, opens, closes) for weekday in hours["weekdays"])
    for key, name in material.people()["teams"].items():
        cast.teams[key] = users.create_team(name)
    for key, one in material.people()["staff"].items():
        contact = contacts.create_contact(
            one["name"], emails=[one["email"]], phones=[one["phone"]], language=one["language"]
        )
        team = cast.teams[one["team"]] if "team" in one else None
        cast.staff[key] = users.create_user(
            contact, password_hash=password_hash, staff_role=StaffRole(one["role"]), team=team
        )
        _verify(contact)
    return cast


def _time(value: Any) -> time:
    assert isinstance(value, time)
    return value


def _organisation(cast: Cast, key: str, about: dict[str, Any]) -> None:
    about = dict(about)
    sites = about.pop("sites")
    organisation = cast.organisations[key] = organisations.create_organisation(**about)
    for site in sites:
        words = {name: value for name, value in site.items() if name != "key"}
        cast.sites[site["key"]] = organisations.create_site(organisation, **words)


def _person(cast: Cast, key: str, about: dict[str, Any], password_hash: str) -> None:
    contact = cast.contacts[key] = contacts.create_contact(
        about["name"],
        emails=[about["email"]] if "email" in about else [],
        phones=about["phones"],
        language=about["language"],
        note=about.get("note"),
    )
    for of in about["memberships"]:
        membership = contacts.join(
            contact, cast.organisations[of["organisation"]], ClientRole(of["role"]), of["title"]
        )
        if "site" in of:
            membership.site_id = cast.sites[of["site"]].id
    _verify(contact)
    if about["sign_in"]:
        users.create_user(contact, password_hash=password_hash)


def _verify(contact: Contact) -> None:
    for email in contact.emails:
        email.verified_at = clock.now()


def _device(cast: Cast, organisation: str, about: dict[str, Any]) -> Device:
    about = dict(about)
    site = about.pop("site", None)
    device = Device(
        organisation=cast.organisations[organisation],
        site=cast.sites[site] if site else None,
        kind=DeviceKind(about.pop("kind")),
        installed_on=about.pop("installed", None),
        created_at=clock.now(),
        **about,
    )
    db.session.add(device)
    return device
