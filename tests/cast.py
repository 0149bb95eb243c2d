"""The people of the tests, as plain rows: whoever a test needs is here, with a side, a role and an organisation.

Harbour Logistics is the client; Elm Dental is the stranger's organisation: nothing of the one may reach the other.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portal.assets.models import Device
    from portal.kernel.actor import Actor
    from portal.people.models import Organisation, Site, Team, User

BORN = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
PASSWORD = "correct horse battery staple"


@dataclass
class Cast:
    """Users carry their contact: `cast.owner.contact.emails[0].address`."""

    provider: "Organisation"
    harbour: "Organisation"
    elm: "Organisation"
    warehouse: "Site"
    surgery: "Site"
    till: "Device"
    website: "Device"
    chair: "Device"
    team: "Team"
    owner: "User"
    """A member of Harbour, who raises tickets; Chinese, on the phone's time."""
    colleague: "User"
    """Another member of Harbour, who may not see the owner's tickets."""
    client_manager: "User"
    """Harbour's manager, who sees all of Harbour's tickets; English."""
    stranger: "User"
    """A manager of Elm, who may see nothing of Harbour's."""
    agent: "User"
    engineer: "User"
    manager: "User"
    administrator: "User"

    @property
    def clients(self) -> "dict[str, User]":
        names = ("owner", "colleague", "client_manager", "stranger")
        return {name: getattr(self, name) for name in names}

    @property
    def staff(self) -> "dict[str, User]":
        names = ("agent", "engineer", "manager", "administrator")
        return {name: getattr(self, name) for name in names}


def make() -> Cast:
    """Add them all in one transaction of its own; needs an application context."""
    from portal.assets.models import Device, DeviceKind
    from portal.infra.db import db
    from portal.infra.transaction import transaction
    from portal.kernel.actor import ClientRole, StaffRole
    from portal.people.models import (
        Contact,
        ContactEmail,
        ContactPhone,
        DeskWindow,
        Membership,
        Organisation,
        OrganisationKind,
        Site,
        Team,
        User,
    )
    from portal.people.queries import provider as present_provider

    def organisation(name: str, kind: OrganisationKind, language: str) -> Organisation:
        return Organisation(
            name=name,
            kind=kind,
            language=language,
            time_zone="Asia/Shanghai",
            phone="+86 21 5555 0100",
            created_at=BORN,
        )

    def person(
        name: str, address: str, phone: str, *, language: str = "en", of: Organisation | None = None,
        role: ClientRole | None = None, staff_role: StaffRole | None = None, team: Team | None = None,
    ) -> User:  # fmt: skip
        contact = Contact(name=name, language=language, time_zone="Asia/Shanghai", created_at=BORN)
        contact.emails.append(ContactEmail(address=address, verified_at=BORN))
        contact.phones.append(ContactPhone(number=phone, digits="".join(c for c in phone if c.isdigit())))
        if of and role:
            contact.memberships.append(Membership(organisation=of, role=role))
        user = User(
            contact=contact,
            email=address,
            session_token=f"token-of-{address}",
            staff_role=staff_role,
            team=team,
            created_at=BORN,
        )
        db.session.add(user)
        return user

    def staff(name: str, address: str, role: StaffRole, team: Team | None = None) -> User:
        return person(name, address, "+86 21 5555 0101", staff_role=role, team=team)

    with transaction():
        provider = present_provider() or organisation("Lantern Support", OrganisationKind.PROVIDER, "en")
        harbour = organisation("海港物流 Harbour Logistics", OrganisationKind.CLIENT, "zh_Hans")
        elm = organisation("Elm Dental", OrganisationKind.CLIENT, "en")
        warehouse = Site(
            organisation=harbour,
            name="Warehouse 3",
            address="上海市浦东新区港华路 3 号",
            phone="+86 21 5555 0133",
        )
        surgery = Site(organisation=elm, name="Surgery", address="4 Elm Street")
        team = Team(name="First line")
        till = Device(
            organisation=harbour, site=warehouse, kind=DeviceKind.TERMINAL, name="Till 2", tag="HL-0002",
            serial="SN-88412", created_at=BORN,
        )  # fmt: skip
        website = Device(
            organisation=harbour,
            kind=DeviceKind.WEBSITE,
            name="harbour.example",
            address="https://harbour.example",
            created_at=BORN,
        )
        chair = Device(
            organisation=elm,
            site=surgery,
            kind=DeviceKind.DESKTOP,
            name="Chair 1 PC",
            serial="SN-1",
            created_at=BORN,
        )
        db.session.add_all([provider, harbour, elm, warehouse, surgery, team, till, website, chair])
        db.session.add_all(DeskWindow(weekday=day, opens=time(9), closes=time(18)) for day in range(5))
        member, chief = ClientRole.MEMBER, ClientRole.MANAGER
        return Cast(
            provider=provider, harbour=harbour, elm=elm, warehouse=warehouse, surgery=surgery, team=team,
            till=till, website=website, chair=chair,
            owner=person("王小明", "owner@harbour.example", "+86 138 0013 8000", language="zh_Hans", of=harbour, role=member),
            colleague=person("Li Na", "colleague@harbour.example", "+86 139 0013 9000", of=harbour, role=member),
            client_manager=person("Chen Bo", "manager@harbour.example", "+86 137 0013 7000", of=harbour, role=chief),
            stranger=person("Una Stranger", "stranger@elm.example", "+44 20 7946 0991", of=elm, role=chief),
            agent=staff("Ada Agent", "agent@portal.example", StaffRole.AGENT, team),
            engineer=staff("Eno Engineer", "engineer@portal.example", StaffRole.ENGINEER, team),
            manager=staff("Mia Manager", "desk-manager@portal.example", StaffRole.MANAGER),
            administrator=staff("Ann Administrator", "admin@portal.example", StaffRole.ADMINISTRATOR),
        )  # fmt: skip


def actor(user: "User") -> "Actor":
    """A user as queries and services know them."""
    from portal.kernel.actor import Actor, ClientRole

    roles = {m.organisation_id: ClientRole(m.role) for m in user.contact.memberships if m.active}
    return Actor(user.id, user.contact_id, user.contact.name, user.staff_role, roles)
