"""Fills a database with organisations, people and tickets that look like a desk's, by plain bulk inserts."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert, text

TICKETS_OF_AN_ORGANISATION = 50
ENTRIES_OF_A_TICKET = 4
CHUNK = 2000
SYMPTOMS = (
    "打印机卡纸,每隔十页停一次", "The till shows error 3021 after the update", "网站打不开,显示 502", "无法登录系统,密码正确",
    "Scanner reads every second code", "屏幕闪烁,重启后好一会儿", "Report of last month is empty", "接收机没有信号",
)  # fmt: skip
STAFF = 12


@dataclass(frozen=True)
class Filled:
    """Whom and what the operations use."""

    member_user_id: int
    agent_user_id: int
    organisation_id: int
    member_contact_id: int
    member_address: str
    device_id: int
    number: int
    """A ticket of the member's, in progress."""


def fill(tickets: int, now: datetime) -> Filled:
    """Needs an application context over an empty, migrated database; commits."""
    from portal.infra import search
    from portal.infra.db import db
    from portal.infra.transaction import transaction
    from portal.kernel.actor import ClientRole, StaffRole
    from portal.people.models import Organisation, OrganisationKind
    from portal.tickets.models.ticket import NumberSeries, Ticket, TimelineEntry
    from portal.tickets.rules.words import Channel, EntryKind, Kind, Phase, Status, Urgency

    dice = random.Random(1)  # the same data in each run
    organisations = max(3, tickets // TICKETS_OF_AN_ORGANISATION)
    with transaction():
        db.session.add(Organisation(name="Provider", kind=OrganisationKind.PROVIDER, created_at=now))
        db.session.flush()
        first = 2
        people = _People(now, first, organisations, ClientRole, StaffRole)
        for table, rows in people.rows().items():
            insert_all(table, rows)
        ticket_rows, entry_rows, word_rows = [], [], []
        entry_id = 0
        for i in range(tickets):
            organisation = i % organisations
            requester = people.contact_id(organisation, dice.randrange(3))
            at = now - timedelta(minutes=7 * (tickets - i))
            ended = i < tickets * 0.9
            status = (
                Status.CLOSED
                if ended
                else dice.choice([Status.NEW, Status.IN_PROGRESS, Status.WAITING_CUSTOMER])
            )
            symptom = SYMPTOMS[i % len(SYMPTOMS)]
            ticket_rows.append({
                "id": i + 1, "number": 1001 + i, "organisation_id": first + organisation, "requester_id": requester,
                "device_id": organisation + 1, "subject": symptom, "symptoms": symptom, "kind": Kind.FAULT,
                "urgency": Urgency.NORMAL, "channel": Channel.WEB, "phase": Phase.PHONE, "status": status,
                "received_at": at, "created_at": at, "status_since": at,
                "assignee_id": people.staff_user_id(i % STAFF) if i % 3 else None,
                "unanswered_since": at if status is Status.NEW else None,
                "closed_at": at if ended else None, "last_activity_at": at, "changed_at": at,
                "queue_rank": None if ended else 1 if status is Status.NEW else 3 if status is Status.WAITING_CUSTOMER else 2,
                "queue_at": None if ended else at, "waits_since": at if status is Status.WAITING_CUSTOMER else None,
                "last_entry_id": entry_id + ENTRIES_OF_A_TICKET, "last_word": symptom, "last_word_side": "client",
            })  # fmt: skip
            for k in range(ENTRIES_OF_A_TICKET):
                entry_id += 1
                entry_rows.append({
                    "id": entry_id, "ticket_id": i + 1, "internal": k == 2,
                    "kind": EntryKind.NOTE if k == 2 else EntryKind.MESSAGE,
                    "side": "client" if k % 2 == 0 else "staff", "contact_id": requester, "at": at + timedelta(minutes=k),
                    "text": f"{symptom} ({k})", "channel": Channel.WEB,
                })  # fmt: skip
            word_rows.append((i + 1, search.tokens(f"{symptom} PC-{organisation} SN{i:06d}")))
        columns = set(Ticket.__table__.columns.keys())
        insert_all(Ticket.__table__, [{k: v for k, v in row.items() if k in columns} for row in ticket_rows])
        insert_all(TimelineEntry.__table__, entry_rows)
        _index(word_rows)
        insert_all(NumberSeries.__table__, [{"name": "ticket", "last": 1000 + tickets}])
    catch_up()
    mine = next(
        r
        for r in reversed(ticket_rows)
        if r["organisation_id"] == first and r["requester_id"] == people.contact_id(0, 0)
    )
    return Filled(
        member_user_id=people.user_id(0, 0), agent_user_id=people.staff_user_id(0), organisation_id=first,
        member_contact_id=people.contact_id(0, 0), member_address=people.address(0, 0), device_id=1, number=mine["number"],
    )  # fmt: skip


class _People:
    """Three people an organisation and twelve of the staff, with ids that can be worked out."""

    def __init__(
        self, now: datetime, first: int, organisations: int, client_role: Any, staff_role: Any
    ) -> None:
        self.now, self.first, self.organisations = now, first, organisations
        self.client_role, self.staff_role = client_role, staff_role

    def contact_id(self, organisation: int, which: int) -> int:
        return organisation * 3 + which + 1

    user_id = contact_id

    def staff_user_id(self, which: int) -> int:
        return self.organisations * 3 + which + 1

    def address(self, organisation: int, which: int) -> str:
        return f"person{which}@client{organisation}.example"

    def rows(self) -> dict[Table, list[dict[str, Any]]]:
        from portal.assets.models import Device, DeviceKind
        from portal.people.models import (
            Contact,
            ContactEmail,
            Membership,
            Organisation,
            OrganisationKind,
            User,
        )

        found: dict[Any, list[dict[str, Any]]] = {
            m.__table__: [] for m in (Organisation, Contact, ContactEmail, Membership, User, Device)
        }
        for o in range(self.organisations):
            client = {
                "id": self.first + o,
                "name": f"Client {o}",
                "kind": OrganisationKind.CLIENT,
                "created_at": self.now,
            }
            found[Organisation.__table__].append(client)
            device = {
                "id": o + 1,
                "organisation_id": self.first + o,
                "kind": DeviceKind.DESKTOP,
                "name": f"PC-{o}",
                "created_at": self.now,
            }
            found[Device.__table__].append(device)
            for which in range(3):
                role = self.client_role.MANAGER if which == 2 else self.client_role.MEMBER
                self._person(found, self.contact_id(o, which), self.address(o, which), None)
                membership = {
                    "organisation_id": self.first + o,
                    "contact_id": self.contact_id(o, which),
                    "role": role,
                }
                found[Membership.__table__].append(membership)
        for which in range(STAFF):
            self._person(
                found, self.staff_user_id(which), f"agent{which}@portal.example", self.staff_role.AGENT
            )
        return found

    def _person(
        self, found: dict[Any, list[dict[str, Any]]], id_: int, address: str, staff_role: Any
    ) -> None:
        from portal.people.models import Contact, ContactEmail, User

        found[Contact.__table__].append({"id": id_, "name": f"Person {id_}", "created_at": self.now})
        found[ContactEmail.__table__].append({"contact_id": id_, "address": address, "verified_at": self.now})
        user = {
            "id": id_,
            "contact_id": id_,
            "email": address,
            "session_token": f"t{id_}",
            "staff_role": staff_role,
            "created_at": self.now,
        }
        found[User.__table__].append(user)


def insert_all(table: Any, rows: list[dict[str, Any]]) -> None:
    from portal.infra.db import db

    for chunk in _chunks(rows):
        db.session.execute(insert(table), chunk)


def _index(tokens_of_tickets: Iterable[tuple[int, list[str]]]) -> None:
    """Sorted, as the index lies on the disk."""
    from portal.tickets.models.search import TicketToken

    rows = sorted((token, ticket_id) for ticket_id, tokens in tokens_of_tickets for token in tokens)
    insert_all(TicketToken.__table__, [{"token": t, "ticket_id": i, "internal": False} for t, i in rows])


def catch_up() -> None:
    """Ids were given by hand: PostgreSQL's sequences must follow; then the database rests."""
    from portal.infra.db import db

    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if db.engine.dialect.name == "postgresql":
            for table in db.metadata.sorted_tables:
                if "id" in table.columns and table.columns["id"].autoincrement:
                    after = f"(SELECT coalesce(max(id), 0) + 1 FROM {table.name})"
                    sequence = f"pg_get_serial_sequence('{table.name}', 'id')"
                    connection.execute(text(f"SELECT setval({sequence}, {after}, false)"))
    rest()


def rest() -> None:
    """What a database does in a quiet minute: it learns the new sizes, and PostgreSQL notes which rows all may see, without which
    a list read for the first time costs several times as much."""
    from portal.infra.db import db

    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if db.engine.dialect.name == "postgresql" else "ANALYZE"))


def _chunks(rows: list[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    return (rows[i : i + CHUNK] for i in range(0, len(rows), CHUNK))
