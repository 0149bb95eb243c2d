"""IMAP mailboxes: a thread for each folder, so that a slow server delays no other.

Owns that a message is neither marked nor moved before it is committed. Refuses to read one.
A message below the watermark is committed, so it may be moved away at any later look; one above it was never touched.
"""

import dataclasses
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from flask import Flask

from portal.config import BadSetting, Settings
from portal.infra.transaction import transaction
from portal.intake import queries
from portal.intake.doors import mail_server
from portal.intake.doors.mail_server import MailServer, SignInRefused
from portal.intake.doors.oauth import Refused, Tokens
from portal.intake.doors.taking import accept
from portal.intake.rules.mailboxes import Imap, Mailbox
from portal.intake.service import arrival, mailboxes
from portal.intake.service.arrival import Place

log = structlog.get_logger()

LARGEST_FETCHED = 256 << 20
"""Of a larger message the headers alone are kept, and it is held: it stays on the server, in the archive folder."""
IDLE_SECONDS = 240.0
"""Then the folder is looked into all the same; well below the 29 minutes of RFC 2177."""
LONGEST_PAUSE = 300.0
"""Seconds between two tries of a server that fails."""


@dataclass
class Watch:
    """One folder of one mailbox. `failures` in a row make the pauses longer."""

    box: Mailbox
    imap: Imap
    folder: str
    tokens: Tokens | None
    failures: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def place(self) -> str:
        return self.imap.place(self.folder)

    def stand(self, app: Flask, stopping: threading.Event) -> None:
        """Look, wait for news, look again, until stopped."""
        self.stopping = stopping
        while not stopping.is_set():
            stopping.wait(self.round(app))

    def round(self, app: Flask) -> float:
        """One connection: looks, and waits in it where the server can tell of news. Returns the seconds until the next."""
        try:
            with mail_server.signed_in(self.imap, self.tokens) as server:
                server.choose(self.folder)
                with app.app_context():
                    self.look(server)
                self.failures = 0
                while self.imap.idle and server.can_idle and not self.stopping.is_set():
                    server.idle(IDLE_SECONDS, self.stopping)
                    if not self.stopping.is_set():
                        with app.app_context():
                            self.look(server)
            return float(self.imap.poll_seconds)
        except (SignInRefused, Refused, BadSetting) as error:
            return self._failed(app, error, refused=True)
        except mail_server.Failure as error:
            return self._failed(app, error, refused=False)

    def _failed(self, app: Flask, error: Exception, *, refused: bool) -> float:
        log.warning("imap.failed", mailbox=self.place, error=repr(error)[:500])
        with app.app_context(), transaction():
            arrival.note_failure(
                self.place, self.box.name, str(error) or type(error).__name__, refused=refused
            )
        pause = min(self.imap.poll_seconds * 2.0**self.failures, LONGEST_PAUSE)
        self.failures = min(self.failures + 1, 16)
        return float(max(pause, self.imap.poll_seconds))

    def look(self, server: MailServer) -> None:
        """Take in everything above the watermark, then move away what is committed."""
        with transaction():
            arrival.note_look(self.place, self.box.name, server.validity)
        state = queries.mailbox(self.place)
        last = state.last_uid if state else 0
        uids = server.uids()
        done = [u for u in uids if u <= last]
        new = [u for u in uids if u > last]
        sizes = server.sizes(new)
        for uid in new:
            if self.stopping.is_set():
                break
            if uid in sizes and self._take(
                server, uid, sizes[uid]
            ):  # else somebody deleted it in the meantime
                done.append(uid)
        if self.imap.archive and done:
            server.move(done, self.imap.archive)

    def _take(self, server: MailServer, uid: int, size: int) -> bool:
        whole = size <= LARGEST_FETCHED
        raw = server.fetch(uid, size) if whole else server.header_block(uid)
        if raw is None:
            return False
        place = Place(self.place, server.validity, uid)
        accept(raw, "imap", mailbox=self.box.name, place=place, left_behind=None if whole else size)
        return True


def look_once(app: Flask, boxes: tuple[Mailbox, ...], var_dir: Path) -> list[str]:
    """Look once into each folder, one after the other; returns the places. How it went is noted as by the worker."""
    found = [
        dataclasses.replace(w, imap=dataclasses.replace(w.imap, idle=False)) for w in watches(boxes, var_dir)
    ]
    for watch in found:
        watch.round(app)
    return [watch.place for watch in found]


def watches(boxes: tuple[Mailbox, ...], var_dir: Path) -> list[Watch]:
    """One for each folder; the folders of a mailbox share its access token."""
    found: list[Watch] = []
    for box in boxes:
        if box.imap:
            tokens = Tokens(box.imap.oauth, var_dir) if box.imap.oauth else None
            found += [Watch(box, box.imap, folder, tokens) for folder in box.imap.folders]
    return found


def doors(app: Flask, settings: Settings) -> dict[str, Callable[[threading.Event], None]]:
    """A thread's work for each folder that is fetched."""
    with app.app_context():
        found = watches(mailboxes.known(), settings.var_dir)
    return {f"imap {w.place}": lambda stopping, w=w: w.stand(app, stopping) for w in found}  # type: ignore[misc]
