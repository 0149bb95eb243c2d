"""What one worker takes in: from raw bytes to the committed ticket or reply, new requests and replies mixed."""

import base64
import email
import email.policy
import json
import random
import time
from collections.abc import Iterator

from flask import Flask

from tests.support.queries import counted

MESSAGES = 200
WARM = 20
REPEATS = 3


def lines(app: Flask, engine: str, tickets: int) -> Iterator[str]:
    """A JSON line without and one with attachments: messages a second, the CPU of taking in and of the job (this process's alone:
    the reading child and the database server have their own), statements of a new ticket and of a reply."""
    from portal.infra.db import db

    addresses = _addresses()
    for files in (False, True):
        runs = []
        for repeat in range(REPEATS):
            raws = list(messages(addresses, MESSAGES + WARM, files=files, mark=f"{files}-{repeat}"))
            _take_in(app, raws[:WARM])
            runs.append(_take_in(app, raws[WARM:]))
        per_s, take_ms, job_ms = (sorted(figures)[REPEATS // 2] for figures in zip(*runs, strict=True))
        statements = []
        for raw in messages(addresses, 2, files=files, mark=f"{files}-counted"):
            with counted() as found:
                _take_in(app, [raw])
            statements.append(len(found))
        db.session.remove()
        yield json.dumps(
            {
                "op": f"mail to committed ticket, {'with' if files else 'without'} attachments", "database": engine,
                "tickets": tickets, "n": MESSAGES * REPEATS, "per_s": round(per_s, 1), "take_in_cpu_ms": round(take_ms, 2),
                "job_cpu_ms": round(job_ms, 2), "queries_new": statements[0], "queries_reply": statements[1],
                "standard_library_per_s": round(_parse_only(raws), 1),
            }
        )  # fmt: skip


def messages(addresses: list[str], count: int, *, files: bool, mark: str) -> Iterator[bytes]:
    """By turns a request and a reply to it, from ever other people; with files a picture of 60 KB, each a different one."""
    dice = random.Random(mark)
    picture = base64.encodebytes(dice.randbytes(60_000)).decode()
    who = ""
    for i in range(count):
        if i % 2 == 0:  # the same person answers
            who = addresses[dice.randrange(len(addresses))]
        head = [
            f"From: Person <{who}>",
            "To: support@portal.example",
            "Date: Mon, 16 Nov 2026 10:00:00 +0800",
            f"Message-ID: <bench-{mark}-{i}@client.example>",
            "MIME-Version: 1.0",
        ]
        if i % 2:
            head += [
                "Subject: =?utf-8?B?UmU6IOaJk+WNsOacuuWNoee6uA==?=",
                f"In-Reply-To: <bench-{mark}-{i - 1}@client.example>",
            ]
            history = (
                "在 2026年11月16日 10:00,Support <support@portal.example> 写道:\n> 请重新开机。\n> 谢谢!\n"
            )
            words = f"还是卡纸,第 {i} 次。\n\n{history}"
        else:
            head.append("Subject: =?utf-8?B?5omT5Y2w5py65Y2h57q4?=")
            words = f"打印机卡纸,每隔十页停一次。Attempt {i}.\n"
        if files:
            own = picture[:-12] + base64.b64encode(i.to_bytes(8, "big")).decode() + "\n"
            body = (
                f'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain; charset=utf-8\n\n{words}\n--b\n'
                f'Content-Type: image/jpeg; name="{i}.jpg"\nContent-Transfer-Encoding: base64\n'
                f'Content-Disposition: attachment; filename="{i}.jpg"\n\n{own}\n--b--\n'
            )
        else:
            body = f"Content-Type: text/plain; charset=utf-8\n\n{words}"
        yield ("\n".join(head) + "\n" + body).replace("\n", "\r\n").encode()


def _take_in(app: Flask, raws: list[bytes]) -> tuple[float, float, float]:
    """Messages a second, CPU milliseconds a message of taking in, and of the job."""
    from portal import worker
    from portal.infra.db import db
    from portal.intake.doors.taking import accept
    from portal.intake.service.arrival import KIND

    begun, cpu = time.perf_counter(), time.process_time()
    for raw in raws:
        assert accept(raw, "lmtp")
    taken = time.process_time()
    done = 0
    while ran := worker.run_next([KIND]):
        done += ran
        db.session.remove()
    assert done >= len(raws)
    ended = time.process_time()
    seconds = time.perf_counter() - begun
    return len(raws) / seconds, (taken - cpu) * 1000 / len(raws), (ended - taken) * 1000 / len(raws)


def _parse_only(raws: list[bytes]) -> float:
    """The same messages, only parsed with the standard library, each text and attachment decoded: messages a second."""
    begun = time.perf_counter()
    for raw in raws:
        for part in email.message_from_bytes(raw, policy=email.policy.default).walk():
            if not part.is_multipart():
                part.get_content()
    return len(raws) / (time.perf_counter() - begun)


def _addresses() -> list[str]:
    from sqlalchemy import select

    from portal.infra.db import db
    from portal.people.models import ContactEmail, Membership

    query = select(ContactEmail.address).join(Membership, Membership.contact_id == ContactEmail.contact_id)
    found = list(db.session.scalars(query.order_by(ContactEmail.id)))
    db.session.remove()
    return found
