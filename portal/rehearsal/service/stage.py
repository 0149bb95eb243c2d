"""The stage of one scenario: its people, devices, days off and contracts, and the names by which its steps speak of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from portal.assets.models import Device, DeviceKind
from portal.contracts.models import ContractRecord, LedgerEntry
from portal.contracts.queries import facts
from portal.contracts.queries.facts import Known
from portal.contracts.rules import notices
from portal.contracts.rules.decision import Decision
from portal.contracts.rules.notices import Notice
from portal.contracts.service import calendars, entering
from portal.contracts.service.entering import NewContract
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor, ClientRole, StaffRole
from portal.people import queries as people
from portal.people.models import Contact, Organisation, OrganisationKind
from portal.people.service import contacts, organisations, users
from portal.rehearsal.rules.reading import Scenario
from portal.tickets.models.ticket import Ticket

DATA = Path(__file__).resolve().parents[2] / "contracts" / "data"
BEFORE = timedelta(days=7)
"""How long before the first step contracts were entered and signed, where the file does not say."""


@dataclass
class Stage:
    """What has been made so far, by the scenario's own names."""

    scenario: Scenario
    texts: dict[str, str]
    """Each contract's form."""
    staff: Actor = field(default_factory=Actor)
    manager: Actor = field(default_factory=Actor)
    clients: dict[str, int] = field(default_factory=dict)
    contacts: dict[str, int] = field(default_factory=dict)
    devices: dict[str, int] = field(default_factory=dict)
    contracts: dict[str, int] = field(default_factory=dict)
    tickets: dict[str, int] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)
    """Reservations of the ledger alone, by the name of their visit."""
    planned: dict[str, int] = field(default_factory=dict)
    """Visits by their number."""
    quotes: dict[str, int] = field(default_factory=dict)
    answers: dict[str, Decision] = field(default_factory=dict)
    parallel: dict[str, tuple[int, int]] = field(default_factory=dict)

    def client_id(self, given: dict[str, object]) -> int:
        return self.clients[str(given.get("client", "client"))]

    def contract(self, name: str) -> ContractRecord:
        return db.session.get_one(ContractRecord, self.contracts[name], populate_existing=True)

    def ticket(self, name: str) -> Ticket:
        """Locked and read anew, as every page that writes has it."""
        query = select(Ticket).where(Ticket.id == self.tickets[name]).with_for_update(of=Ticket)
        return db.session.scalars(query.execution_options(populate_existing=True)).one()

    def entry(self, name: str) -> LedgerEntry:
        return db.session.get_one(LedgerEntry, self.visits[name])

    def known(self, name: str, at: datetime) -> Known:
        (found,) = facts.contracts_by_id({self.contracts[name]}, at)
        return found

    def name_of_contract(self, contract_id: int | None) -> str | None:
        return next((n for n, i in self.contracts.items() if i == contract_id), None)


def form_text(name: str, folder: Path) -> str:
    """A form that comes with the portal, or (with a dot in its name) a file beside the scenario. Raises OSError."""
    path = folder / name if "." in name else DATA / "forms" / f"{name}.toml"
    return path.read_text(encoding="utf-8")


def calendar_text(name: str) -> str:
    """A notice that comes with the portal. Raises OSError."""
    return (DATA / "calendars" / f"{name}.csv").read_text(encoding="utf-8")


def notice_of(given: Mapping[str, Any]) -> Notice:
    """The notice that a step takes: by its name, or by its own days. Raises OSError, BadNotice."""
    if "calendar" in given:
        return notices.parse(calendar_text(given["calendar"]))
    rows = "\n".join(f"{day},{kind}," for day, kind in given.get("days", {}).items())
    return notices.parse(f"# Rehearsal\ndate,kind,name\n{rows}\n")


def set_up(stage: Stage) -> None:
    """Make everybody and everything, inside the caller's transaction, as if it were a week before the first step."""
    scenario = stage.scenario
    with clock.told(scenario.first_at - BEFORE):
        _people(stage)
        for name, about in scenario.devices.items():
            device = Device(
                organisation_id=stage.client_id(dict(about)),
                kind=DeviceKind(about["kind"]),
                name=name,
                created_at=clock.now(),
            )
            db.session.add(device)
            db.session.flush()
            stage.devices[name] = device.id
        for calendar in scenario.head.get("calendars", ()):
            calendars.take("CN", notices.parse(calendar_text(calendar)))
    for name in scenario.contracts:
        _contract(stage, name)


def _people(stage: Stage) -> None:
    if people.provider() is None:
        organisations.create_organisation("Rehearsal provider", kind=OrganisationKind.PROVIDER)
    for name, role in (("staff", StaffRole.AGENT), ("manager", StaffRole.MANAGER)):
        contact = contacts.create_contact(f"Rehearsal {name}", emails=[f"{name}@rehearsal.example"])
        user = users.create_user(contact, staff_role=role)
        db.session.flush()
        actor = Actor(user_id=user.id, contact_id=contact.id, name=contact.name, staff_role=role)
        setattr(stage, name, actor)
    about = [*stage.scenario.contracts.values(), *stage.scenario.devices.values()]
    for name in dict.fromkeys(["client", *(str(a.get("client", "client")) for a in about)]):
        organisation: Organisation = organisations.create_organisation(f"Rehearsal {name}")
        db.session.flush()
        contact = contacts.create_contact(
            f"Someone at {name}",
            emails=[address_of(name)],
            memberships={organisation.id: ClientRole.MANAGER},
        )
        for email in contact.emails:
            email.verified_at = clock.now()
        db.session.flush()
        stage.clients[name], stage.contacts[name] = organisation.id, contact.id


def address_of(client: str) -> str:
    """From which address a client's person writes."""
    return f"{''.join(c for c in client.lower() if c.isascii() and c.isalnum()) or 'someone'}@client.example"


def client_actor(stage: Stage, client_id: int) -> Actor:
    """The person of a client, as who acts."""
    name = next(n for n, i in stage.clients.items() if i == client_id)
    return people.actor_of(db.session.get_one(Contact, stage.contacts[name]))


def _contract(stage: Stage, name: str) -> None:
    about = stage.scenario.contracts[name]
    entered = about.get("entered") or stage.scenario.first_at - BEFORE
    new = NewContract(
        number=name,
        organisation_id=stage.client_id(dict(about)),
        form_text=stage.texts[name],
        blanks=dict(about.get("blanks", {})),
        settings=dict(about.get("settings", {})),
        jurisdiction=about.get("jurisdiction", "CN"),
        time_zone=str(stage.scenario.zone),
        device_ids=tuple(stage.devices[d] for d in about.get("devices", ())),
        device_classes=tuple(DeviceKind(c) for c in about.get("classes", ())),
    )
    with clock.told(entered):
        record, _ = entering.enter(stage.staff, new)
        stage.contracts[name] = record.id
        for side in ("client", "provider"):
            at = about.get(f"signed_{side}") or (clock.now() if about.get("signed", True) else None)
            if at is not None:
                entering.sign(record.versions[0], side, f"Signatory of the {side}", at)
