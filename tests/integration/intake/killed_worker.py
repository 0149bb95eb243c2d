"""Runs the real worker again and again and kills it (SIGKILL) at its first, second, third … step; then lets it finish.

A step is the moment before or after a commit, a command to the IMAP server, or an answer of the LMTP door. Each round brings a
new request and an answer to the request of the round before, by IMAP or, where LMTP_LISTEN is set, by LMTP. Started by
test_kill.py with the portal's settings in its environment: killed_worker.py ROUNDS FIRST_STEP STRIDE.
"""

import imaplib
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import ClassVar

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from portal import worker
from portal.app import create_app
from portal.config import Settings
from portal.infra import jobs
from portal.infra.db import db
from portal.intake.doors import lmtp as door
from portal.intake.models import InboundMessage
from portal.intake.rules.state import InboundState
from tests.integration.intake.mails import mail
from tests.support import lmtp

jobs.LEASE = timedelta(seconds=1)  # so that the next worker need not wait two minutes for a dead one's job
jobs.BACKOFF = [timedelta(milliseconds=200)] * 7
jobs.MAX_ATTEMPTS = 1000
PATIENCE = 12.0
EXPECTED = 0


def messages(round_: int) -> list[bytes]:
    senders = ("owner@harbour.example", "colleague@harbour.example")  # two, for too many of one are held
    request = mail(
        f"Request {round_}",
        message_id=f"<t{round_}@h.example>",
        subject=f"Request {round_}",
        sender=senders[round_ % 2],
    )
    if round_ > 1:
        parent = f"In-Reply-To: <t{round_ - 1}@h.example>"
        answer = mail(
            f"Answer {round_}", parent, message_id=f"<r{round_}@h.example>", sender=senders[(round_ - 1) % 2]
        )
        return [request, answer]
    return [request]


def put_into_mailbox(settings: Settings, raws: list[bytes]) -> None:
    server = imaplib.IMAP4(settings.imap_host, settings.imap_port)
    server.login(settings.imap_user, settings.imap_password)
    for raw in raws:
        server.append("INBOX", "", None, raw)  # type: ignore[arg-type]
    server.logout()


class MailServer(threading.Thread):
    """Keeps each message until it was answered with 250, and tries again meanwhile, as every mail server does."""

    queue: ClassVar[list[bytes]] = []

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.over = path, threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.02):
            with suppress(OSError):
                while self.queue:
                    answers = lmtp.bring(
                        self.path, self.queue[0], "support@portal.example", sender="owner@harbour.example"
                    )
                    if [a[:3] for a in answers] != ["250"]:
                        break
                    self.queue.pop(0)


def die_at(step: int) -> None:
    """Count steps in this process; at the given one it is gone."""
    lock, steps = threading.Lock(), count(1)

    def here(*_: object) -> None:
        with lock:
            if next(steps) == step:
                os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Session, "before_commit", here)
    event.listen(Session, "after_commit", here)
    plain = imaplib.IMAP4._simple_command

    def command(self: imaplib.IMAP4, name: str, *args: object) -> object:
        here()
        answer = plain(self, name, *args)
        here()
        return answer

    imaplib.IMAP4._simple_command = command
    push = door.Protocol.push

    async def answer(self: door.Protocol, status: str) -> None:
        if status == door.TAKEN:
            here()
        await push(self, status)
        if status == door.TAKEN:
            here()

    door.Protocol.push = answer


def run(app: Flask, settings: Settings, step: int | None) -> bool:
    """One worker; True if it died at its step, False if it was stopped politely because nothing was left to do."""
    pid = os.fork()
    if pid == 0:
        if step is not None:
            die_at(step)
        made = worker.Worker(app, settings)
        signal.signal(signal.SIGTERM, made.stop)
        made.run()
        os._exit(0)
    courier = MailServer(Path(settings.lmtp_listen.removeprefix("unix:"))) if settings.lmtp_listen else None
    if courier:
        courier.start()
    try:
        return _watch(pid, settings, step)
    finally:
        if courier:
            courier.over.set()
            courier.join()


def _watch(pid: int, settings: Settings, step: int | None) -> bool:
    deadline = time.monotonic() + (PATIENCE if step is not None else PATIENCE * 5)
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if step is None and all_is_done(settings):
            break
        time.sleep(0.02 if step is not None else 0.5)
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)
    return False


def all_is_done(settings: Settings) -> bool:
    """Asked from a process of its own, so that this one never opens a connection that its children would share."""
    pid = os.fork()
    if pid == 0:
        app = create_app(settings)
        with app.app_context():
            waiting = db.session.scalar(
                select(func.count()).where(InboundMessage.state == InboundState.RECEIVED)
            )
            fetched = db.session.scalar(select(func.count(InboundMessage.id)))
        os._exit(0 if waiting == 0 and fetched == EXPECTED else 1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def main(rounds: int, first: int, stride: int) -> None:
    global EXPECTED
    EXPECTED = 2 * rounds - 1
    settings = Settings.from_environ()
    app = create_app(settings)
    killed = 0
    for round_ in range(1, rounds + 1):
        if settings.lmtp_listen:
            MailServer.queue += messages(round_)
        else:
            put_into_mailbox(settings, messages(round_))
        killed += run(app, settings, first + stride * (round_ - 1))
    run(app, settings, None)
    print(f"killed {killed}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
