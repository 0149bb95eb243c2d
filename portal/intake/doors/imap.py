"""IMAP mailboxes that the worker looks into.

Owns that a message is neither marked nor moved before it is committed. Refuses to read one.
A message below the watermark is committed, so it may be moved away at any later look; one above it was never touched.
"""

import imaplib
import re
import ssl
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import structlog

from portal.config import BadSetting, Settings, secret
from portal.infra.transaction import transaction
from portal.intake import queries
from portal.intake.doors.taking import accept
from portal.intake.rules.mailboxes import Imap, Mailbox
from portal.intake.service import arrival, mailboxes
from portal.intake.service.arrival import Place

log = structlog.get_logger()

TIMEOUT = 60
IDLE_WITHOUT_MAILBOX = 300.0


def poll(_settings: Settings) -> float:
    """Look into every mailbox; returns the seconds until the next look."""
    return look_into(mailboxes.known())


def look_into(boxes: Iterable[Mailbox]) -> float:
    """Look into these mailboxes once; returns the seconds until the next look. A failing server is noted for staff."""
    fetched = [(box, box.imap) for box in boxes if box.imap]
    for box, imap in fetched:
        for folder in imap.folders:
            name = f"{imap.user}@{imap.host}/{folder}"[:300]
            try:
                _look(box, imap, folder, name)
            except (OSError, imaplib.IMAP4.error, ssl.SSLError, EOFError, BadSetting) as error:
                log.warning("imap.failed", mailbox=name, error=repr(error))
                words = str(error) or type(error).__name__
                with transaction():
                    arrival.note_failure(name, words)
    return float(min((imap.poll_seconds for _, imap in fetched), default=IDLE_WITHOUT_MAILBOX))


def connect(imap: Imap) -> imaplib.IMAP4:
    """A signed-in connection."""
    context = ssl.create_default_context()
    if imap.tls == "tls":
        server: imaplib.IMAP4 = imaplib.IMAP4_SSL(imap.host, imap.port, ssl_context=context, timeout=TIMEOUT)
    else:
        server = imaplib.IMAP4(imap.host, imap.port, timeout=TIMEOUT)
    try:
        if imap.tls == "starttls":
            server.starttls(context)
        assert imap.password is not None
        server.login(imap.user, secret(imap.password.source, imap.password.name))
    except BaseException:
        _leave(server)
        raise
    return server


def _leave(server: imaplib.IMAP4) -> None:
    """End a connection in whatever state it is."""
    with suppress(OSError, imaplib.IMAP4.error):
        server.logout()
    with suppress(OSError):
        server.shutdown()


def _look(box: Mailbox, imap: Imap, folder: str, name: str) -> None:
    server = connect(imap)
    try:
        _ok(server.select(_quoted(folder)))
        validity = _number(server.response("UIDVALIDITY")[1])
        with transaction():
            arrival.note_look(name, validity)
        state = queries.mailbox(name)
        last = state.last_uid if state else 0
        uids = sorted({int(u) for u in b" ".join(x for x in _ok(server.uid("SEARCH", "ALL")) if x).split()})
        done = [u for u in uids if u <= last]
        for uid in (u for u in uids if u > last):
            raw = _fetch(server, uid)
            if raw is not None:  # else somebody deleted it in the meantime
                accept(raw, "imap", mailbox=box.name, place=Place(name, validity, uid))
                done.append(uid)
        if imap.archive:
            _move(server, done, imap.archive)
    finally:
        _leave(server)


def _fetch(server: imaplib.IMAP4, uid: int) -> bytes | None:
    for item in _ok(server.uid("FETCH", str(uid), "(BODY.PEEK[])")):
        if isinstance(item, tuple) and len(item) == 2:
            return bytes(item[1])
    return None


def _move(server: imaplib.IMAP4, uids: list[int], archive: str) -> None:
    """Move committed messages out of the way. Without MOVE: copy, then delete just these; without UIDPLUS they stay, marked as
    seen, for a plain EXPUNGE would delete what other people marked."""
    if not uids:
        return
    capabilities = {
        c.decode("ascii", "replace").upper()
        for c in b" ".join(x for x in _ok(server.capability()) if x).split()
    }
    target = _quoted(archive)
    for start in range(0, len(uids), 200):
        span = ",".join(map(str, uids[start : start + 200]))
        if "MOVE" in capabilities:
            status, _answer = server.uid("MOVE", span, target)
            if status != "OK":
                server.create(target)
                _ok(server.uid("MOVE", span, target))
        elif "UIDPLUS" in capabilities:
            status, _answer = server.uid("COPY", span, target)
            if status != "OK":
                server.create(target)
                _ok(server.uid("COPY", span, target))
            _ok(server.uid("STORE", span, "+FLAGS.SILENT", r"(\Seen \Deleted)"))
            _ok(server.uid("EXPUNGE", span))
        else:
            _ok(server.uid("STORE", span, "+FLAGS.SILENT", r"(\Seen)"))


def _ok(answer: tuple[str, list[Any]]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise imaplib.IMAP4.error(f"{status} {data!r}"[:500])
    return data


def _number(data: list[Any] | None) -> int:
    found = re.search(rb"\d+", data[0]) if data and data[0] else None
    return int(found.group(0)) if found else 0


def _quoted(folder: str) -> str:
    """A folder's name as IMAP wants it: modified UTF-7 (RFC 3501 5.1.3), quoted."""
    out: list[str] = []
    for run in re.findall(r"[\x20-\x7e]+|[^\x20-\x7e]+", folder):
        if run.isascii() and run.isprintable():
            out.append(run.replace("&", "&-"))
        else:
            packed = run.encode("utf-7").decode("ascii")
            out.append("&" + packed.strip("+-").replace("/", ",") + "-")
    name = "".join(out).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{name}"'
