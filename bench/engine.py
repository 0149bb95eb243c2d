"""The contract engine alone: pure rules, no database, with a bare loop beside them; and a sweep over open promises."""

from datetime import timedelta
from typing import Any

from flask import Flask

from bench.measure import Operation
from portal.contracts.rules.deadlines import ClockRule, Pause, SpanKind, due
from portal.contracts.rules.decide import decide
from portal.contracts.rules.decision import Question
from portal.contracts.rules.ledger import UNIT, Line, LineKind, replay
from portal.contracts.rules.terms import Service
from tests.unit.contracts.calendars import at, calendar
from tests.unit.contracts.contracts import CLIENT, HW, NOW, PC, PC_DEVICE, SS, with_week

CLOCKS = 10_000


def pure() -> list[Operation]:
    """What a ticket asks of the engine, without the way to the database."""
    contracts = [with_week(PC, "2026-03-10", 1), HW, SS]
    question = Question(CLIENT, Service.ON_SITE, at("2026-03-10 09:30"), device_id=PC_DEVICE)
    start, days = at("2026-09-25 10:00"), calendar()
    pauses = [Pause(start + timedelta(days=n), start + timedelta(days=n, hours=5)) for n in (1, 4, 8, 15)]
    eighty = ClockRule(SpanKind.BUSINESS_HOURS, 80 * 60)
    year: list[Line] = []
    for week in range(0, 52 * 3, 3):
        year += [
            Line(week + 1, LineKind.GRANT, UNIT),
            Line(week + 2, LineKind.RESERVE, UNIT),
            Line(week + 3, LineKind.CONSUME, UNIT, closes=week + 2),
        ]
    return [
        Operation(
            "bare loop over 1,000 additions",
            lambda _i: sum(n for n in range(1000)),
            500,
            counts_queries=False,
        ),
        Operation(
            "decide among three contracts",
            lambda _i: decide(question, contracts, NOW),
            500,
            counts_queries=False,
        ),
        Operation(
            "deadline of 80 hours, four pauses",
            lambda _i: due(eighty, start, days, pauses),
            500,
            counts_queries=False,
        ),
        Operation("replay a year's ledger", lambda _i: replay(year), 500, counts_queries=False),
    ]


def sweep(app: Flask) -> list[Operation]:
    """Ten thousand running promises reckoned again, as after an import of days off; in the open application context."""
    from portal.infra.transaction import transaction
    from portal.kernel import clock
    from portal.tickets.service import clocks

    _fill(app)

    def run(_i: int) -> None:
        with transaction():
            clocks.follow_calendar("CN", clock.now())

    return [Operation(f"reckon {CLOCKS:,} promises again", run, 1, counts_queries=False)]


def _fill(app: Flask) -> Any:
    """One contract and its promises, on the tickets that are there."""
    from itertools import cycle, islice
    from pathlib import Path

    from sqlalchemy import insert, select

    import portal.contracts.rules
    from portal.contracts.rules import plain
    from portal.contracts.service import entering
    from portal.infra.db import db
    from portal.infra.transaction import transaction
    from portal.kernel import clock
    from portal.kernel.actor import SYSTEM
    from portal.people.models import Organisation, OrganisationKind
    from portal.tickets.models.ticket import Ticket, TicketClock

    form = Path(portal.contracts.rules.__file__).parent.parent / "data" / "forms" / "annual_support.toml"
    blanks = {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "visit_price": "800"}
    with transaction():
        client = db.session.scalar(
            select(Organisation.id).where(Organisation.kind == OrganisationKind.CLIENT).limit(1)
        )
        assert client is not None
        record, _ = entering.enter(SYSTEM, entering.NewContract("BENCH-1", client, form.read_text(), blanks))
        for side in ("client", "provider"):
            entering.sign(record.versions[0], side, "Bench", clock.now())
        tickets = db.session.scalars(select(Ticket.id).limit(CLOCKS)).all()
        rule = plain.of_rule(ClockRule(SpanKind.BUSINESS_HOURS, 16 * 60))
        row = {
            "metric": "response", "contract_id": record.id, "version_number": 1, "clause": "二.2.1", "rule": rule,
            "internal": False, "started_at": clock.now(), "provisional": False, "warned": 0,
        }  # fmt: skip
        db.session.execute(
            insert(TicketClock), [row | {"ticket_id": t} for t in islice(cycle(tickets), CLOCKS)]
        )
    db.session.remove()
