"""The search by itself, without the page around it: words that many tickets have, that one has, that none has; and likeness.

Before it measures, it gives every ticket words of a vocabulary in which few words are frequent and most are rare, as in any
language, so that the index has the size of a real one.
"""

import random
from collections.abc import Callable
from datetime import date
from itertools import accumulate
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import select, text

from bench import filling
from bench.filling import Filled
from bench.measure import Operation

VOCABULARY = 20_000
WORDS_OF_A_TICKET = 40
CHUNK = 50_000
ZONE = ZoneInfo("Asia/Shanghai")


def operations(app: Flask, filled: Filled, _bare: object) -> list[Operation]:
    """In the open application context."""
    from portal.infra.db import db
    from portal.kernel import clock
    from portal.kernel.actor import Actor, ClientRole, StaffRole
    from portal.tickets.models.ticket import Ticket
    from portal.tickets.queries import client, search, similar
    from portal.tickets.rules.searching import understood

    _enrich()
    newest = db.session.scalar(select(Ticket.id).order_by(Ticket.id.desc()).limit(1)) or 0
    agent = Actor(filled.agent_user_id, filled.agent_user_id, "Agent", StaffRole.AGENT)
    manager = Actor(
        filled.member_user_id,
        filled.member_contact_id,
        "Manager",
        None,
        {filled.organisation_id: ClientRole.MANAGER},
    )

    def staff(name: str, typed: str, some: bool = True) -> Operation:
        asked = understood(typed, date(2026, 11, 16))

        def run(_i: int) -> None:
            db.session.remove()
            found = search.found(agent, asked, clock.now(), ZONE)
            assert bool(found.page.rows) is some, f"{typed}: {len(found.page.rows)} rows"

        return Operation(f"search: {name}", run)

    def by_client(name: str, typed: str) -> Operation:
        def run(_i: int) -> None:
            db.session.remove()
            client.requests_for(manager, client.Wish(client.Filter.ALL, typed=typed))

        return Operation(f"search by a client: {name}", run)

    def likeness(name: str, who: Actor, **more: Any) -> Operation:
        words = "打印机又卡纸了,每隔十页停一次,从星期一开始 the till shows an error and word77 word4321"

        def run(_i: int) -> None:
            db.session.remove()
            assert similar.similar(who, words, **more)

        return Operation(f"similar tickets, {name}", run)

    return [
        staff("打印", "打印"),
        staff("a word of most tickets", "word0"),
        staff("a rare serial", f"SN{newest // 2:06d}"),
        staff("a common and a rare word", "word0 word19000"),
        staff("two common words", "打印 word0"),
        staff("two common words that never meet", "打印 scanner", some=False),
        staff("a word that is nowhere", "税务局", some=False),
        staff("one character", "打"),
        staff("a beginning", "scan"),
        staff("a phrase", '"打印机卡纸,每隔十页"'),
        staff("fields", "is:open kind:fault 打印"),
        by_client("a common word", "打印"),
        by_client("a common word it does not have", "scanner"),
        by_client("a rare serial of another", f"SN{newest // 2:06d}"),
        likeness("for staff", agent),
        likeness("for a client", manager),
        likeness("of one organisation", agent, organisation_id=filled.organisation_id),
        Operation("index a message of 100 words", _index_message(), n=40),
    ]


def _enrich() -> None:
    from portal.infra import search
    from portal.infra.db import db
    from portal.infra.transaction import transaction
    from portal.tickets.models.ticket import Ticket

    dice = random.Random(2)
    weights = list(accumulate(1 / (n + 1) for n in range(VOCABULARY)))
    tokens = [search.tokens(f"word{n}") for n in range(VOCABULARY)]
    rows: list[tuple[str, int]] = []
    for ticket_id in db.session.scalars(select(Ticket.id)).all():
        words = dice.choices(tokens, cum_weights=weights, k=WORDS_OF_A_TICKET)
        rows.extend((token, ticket_id) for token in set().union(*words))
    rows.sort()  # as they lie on the disk
    with transaction():
        connection = db.session.connection()
        for at in range(0, len(rows), CHUNK):
            some = rows[at : at + CHUNK]
            if db.engine.dialect.name == "sqlite":
                connection.exec_driver_sql(
                    "INSERT INTO ticket_token (token, ticket_id, internal) VALUES (?, ?, 0)", some
                )
            else:
                statement = (
                    "INSERT INTO ticket_token (token, ticket_id, internal)"
                    " SELECT t, i, false FROM unnest(CAST(:t AS text[]), CAST(:i AS bigint[])) AS pairs (t, i)"
                )
                connection.execute(text(statement), {"t": [t for t, _ in some], "i": [i for _, i in some]})
    filling.rest()


def _index_message() -> Callable[[int], None]:
    """What a message adds to its ticket; the commit of it would be there without the index, too."""
    from portal.infra.db import db
    from portal.infra.transaction import transaction
    from portal.tickets.models.ticket import Ticket
    from portal.tickets.service import indexing

    dice = random.Random(3)
    ids = db.session.scalars(select(Ticket.id).order_by(Ticket.id.desc()).limit(5000)).all()
    texts = [
        " ".join(
            f"fresh{dice.randrange(10_000)} {dice.choice(('打印机卡纸', '网站打不开', 'till'))}"
            for _ in range(50)
        )
        for _ in range(400)
    ]

    def run(i: int) -> None:
        with transaction():
            indexing.add_line(dice.choice(ids), texts[i % len(texts)], 1, with_files=False, internal=False)

    return run
