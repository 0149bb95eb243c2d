"""Somebody calls: finding the person, the organisation, the device or the number among 100,000 people and devices, and the
caller's card. It adds those people first, so that the search is measured on more than the tickets alone bring along.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, url_for

from bench import filling, operations
from bench.bare import Bare
from bench.filling import Filled
from bench.measure import Operation

PEOPLE = 100_000
LARGE, MEMBERS = "Large Hospital", 5_000
FAMILY, GIVEN = (
    "王李张刘陈杨赵黄周吴",
    ("伟", "芳", "娜", "敏", "静", "丽", "强", "磊", "洋", "艳", "建国", "小明", "Lei", "Anna"),
)


def finding(app: Flask, filled: Filled, bare: Bare) -> list[Operation]:
    """In the open application context. Each must find somebody."""
    from portal.infra.db import db
    from portal.kernel.actor import Actor, StaffRole
    from portal.tickets.queries import callers

    _add_people()
    agent = Actor(filled.agent_user_id, filled.agent_user_id, "Agent", StaffRole.AGENT)

    def find(typed: str) -> Callable[[int], None]:
        def run(_i: int) -> None:
            db.session.remove()
            assert len(callers.find(agent, typed)), typed

        return run

    middle = PEOPLE // 2
    found = [
        Operation(f"caller: {name}", find(typed), n=10)
        for name, typed in (
            ("a name", f"{_name(middle)}"), ("a common family name", "王"), ("three letters of 7,000", "Lei"),
            ("four letters of 7,000", "Anna"), ("an organisation", "Client 1"), ("an organisation of 5,000", LARGE),
            ("a mobile number", f"+86 138 {middle:08d}"), ("its last digits", f"{middle:08d}"),
            ("a serial", f"snx-{middle}"), ("the beginning of a serial", f"SNX{middle // 100}"),
        )
    ]  # fmt: skip
    with app.test_request_context():
        card = url_for(
            "ladder_staff.card", organisation=filled.organisation_id, contact=filled.member_contact_id
        )
    browser = operations.browser(app, filled.agent_user_id)
    size = len(browser.get(card).data)
    return [*found, Operation("caller's card", operations.get(browser, card), like=bare.like(size, 10))]


def _name(n: int) -> str:
    return f"{FAMILY[n % 10]}{GIVEN[n % len(GIVEN)]}{n}"


def _add_people() -> None:
    from sqlalchemy import func, select

    from portal.assets.models import Device, DeviceKind
    from portal.infra.db import db
    from portal.infra.transaction import transaction
    from portal.kernel import clock
    from portal.kernel.actor import ClientRole
    from portal.people.models import Contact, ContactPhone, Membership, Organisation, OrganisationKind
    from portal.people.service import names

    now = clock.now()
    clients = db.session.scalars(
        select(Organisation.id).where(Organisation.kind == OrganisationKind.CLIENT)
    ).all()
    last_contact = db.session.scalar(select(func.max(Contact.id))) or 0
    large = (db.session.scalar(select(func.max(Organisation.id))) or 0) + 1
    rows: dict[Any, list[dict[str, Any]]] = {
        m.__table__: [] for m in (Organisation, Contact, ContactPhone, Membership, Device)
    }
    rows[Organisation.__table__].append(
        {"id": large, "name": LARGE, "kind": OrganisationKind.CLIENT, "created_at": now}
    )
    for n in range(PEOPLE):
        contact = last_contact + 1 + n
        digits = f"86138{n:08d}"
        rows[Contact.__table__].append({"id": contact, "name": _name(n), "created_at": now})
        rows[ContactPhone.__table__].append(
            {"contact_id": contact, "number": f"138 {n:08d}", "digits": digits, "tail": digits[::-1]}
        )
        rows[Membership.__table__].append(
            {"organisation_id": clients[n % len(clients)], "contact_id": contact, "role": ClientRole.MEMBER}
        )
        if n % (PEOPLE // MEMBERS) == 0:
            rows[Membership.__table__].append(
                {"organisation_id": large, "contact_id": contact, "role": ClientRole.MEMBER}
            )
        rows[Device.__table__].append({
            "organisation_id": clients[n % len(clients)], "kind": DeviceKind.DESKTOP, "name": f"Device {n}",
            "serial": f"SNX-{n}", "serial_key": f"SNX{n}", "created_at": now,
        })  # fmt: skip
    with transaction():
        for table, some in rows.items():
            filling.insert_all(table, some)
        names.anew(
            db.session.connection(),
            db.session.scalars(select(Contact.id)).all(),
            db.session.scalars(select(Organisation.id)).all(),
        )
    filling.catch_up()
