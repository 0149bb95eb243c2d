"""What is measured: the ways that people and mails take every day, through the whole application."""

from collections.abc import Callable
from typing import Any

from flask import Flask, url_for

from bench.bare import Bare
from bench.filling import Filled
from bench.measure import Operation

MAIL = """From: Person <{address}>
To: support@portal.example
Subject: =?utf-8?B?5omT5Y2w5py65Y2h57q4?= {i}
Message-ID: <bench-{i}@client.example>
Date: Mon, 16 Nov 2026 10:00:00 +0800
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8

打印机卡纸,每隔十页停一次。Attempt {i}.
"""


def pages(app: Flask, filled: Filled, bare: Bare) -> list[Operation]:
    """Reading, each page beside its bare one. Rows: of the list, or of the timeline."""
    member, agent = browser(app, filled.member_user_id), browser(app, filled.agent_user_id)
    with app.test_request_context():
        found = [
            ("client home", member, url_for("tickets_client.home"), 'class="request"'),
            ("client list", member, url_for("tickets_client.listing", show="all"), 'class="request"'),
            ("client ticket page", member, url_for("tickets_client.ticket", number=filled.number), 'class="entry'),
            ("desk queue", agent, url_for("tickets_staff.queue"), 'class="num no-cut" id="queue-'),
            ("desk queue, all open", agent, url_for("tickets_staff.queue", view="open"), 'class="num no-cut" id="queue-'),
            ("desk ticket page", agent, url_for("tickets_staff.ticket", number=filled.number), 'class="entry'),
        ]  # fmt: skip
    made = []
    for name, client, path, row in found:
        text = client.get(path).text
        like = bare.like(len(text.encode()), text.count(row) or 1)  # a home without open requests has no row
        made.append(Operation(name, get(client, path), like=like))
    return made


def writing(app: Flask, filled: Filled, _bare: Bare) -> list[Operation]:
    """What adds tickets comes last, so that the readings see the size asked for."""
    member = browser(app, filled.member_user_id)
    with app.test_request_context():
        new = url_for("tickets_client.create")
    return [
        Operation("open ticket by web", post_ticket(member, new, filled)),
        Operation("mail to ticket", take_mail(app, filled), n=20),
    ]


def browser(app: Flask, user_id: int) -> Any:
    """A browser in which this user is signed in."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = f"{user_id}:t{user_id}"
        session["_fresh"] = True
    return client


def get(client: Any, path: str) -> Callable[[int], None]:
    def run(_i: int) -> None:
        answer = client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status}"

    return run


def post_ticket(client: Any, path: str, filled: Filled) -> Callable[[int], None]:
    def run(i: int) -> None:
        form = {
            "organisation_id": filled.organisation_id, "device_id": filled.device_id, "kind": "fault", "urgency": "normal",
            "subject": f"打印机卡纸 {i}", "symptoms": "每隔十页停一次。It stops every ten pages.", "submission": f"bench-{i}",
        }  # fmt: skip
        answer = client.post(path, data=form)
        assert answer.status_code == 303, f"{path}: {answer.status}"

    return run


def take_mail(app: Flask, filled: Filled) -> Callable[[int], None]:
    """From the raw bytes to the ticket and its acknowledgement in the outbox, as the worker does it."""
    from portal import worker
    from portal.infra.db import db
    from portal.intake.doors.taking import accept

    worker.drain()
    db.session.remove()

    def run(i: int) -> None:
        accept(MAIL.format(address=filled.member_address, i=i).replace("\n", "\r\n").encode(), "pipe")
        assert worker.drain() > 0

    return run
