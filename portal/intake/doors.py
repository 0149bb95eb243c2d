"""The doors: an IMAP mailbox that the worker polls, and the pipe behind `flask intake receive`.

Owns the order that loses nothing: bytes on disk, commit, and only then a word to the server. Refuses to read a message.
A message below the watermark is committed, so it may be moved away at any later look; one above it was never touched.
"""

import imaplib
import re
import ssl
from contextlib import suppress
from typing import Any

import structlog

from portal.config import Settings
from portal.infra.transaction import transaction
from portal.intake import queries
from portal.intake.service import arrival
from portal.intake.service.arrival import Place

log = structlog.get_logger()

TIMEOUT = 60
IDLE_WITHOUT_MAILBOX = 300.0


def accept(raw: bytes, door: str, place: Place | None = None) -> bool:
    """Take one message in: when this returns, it is committed. False if it was here already."""
    kept = arrival.keep(raw)
    with transaction():
        new = arrival.receive(kept, door, place)
        if place is not None:
            arrival.note_read_up_to(place)
    return new


def poll(settings: Settings) -> float:
    """Look into every mailbox once; returns the seconds until the next look. A failing server is noted for staff."""
    if not settings.imap_host:
        return IDLE_WITHOUT_MAILBOX
    for folder in [f.strip() for f in settings.imap_mailbox.split(",") if f.strip()]:
        name = f"{settings.imap_user}@{settings.imap_host}/{folder}"[:300]
        try:
            _look(settings, folder, name)
        except (OSError, imaplib.IMAP4.error, ssl.SSLError, EOFError) as error:
            log.warning("imap.failed", mailbox=name, error=repr(error))
            words = str(error) or type(error).__name__
            with transaction():
                arrival.note_failure(name, words)
    return float(settings.imap_poll_seconds)


def connect(settings: Settings) -> imaplib.IMAP4:
    """A signed-in connection."""
    context = ssl.create_default_context()
    if settings.imap_tls == "tls":
        server: imaplib.IMAP4 = imaplib.IMAP4_SSL(
            settings.imap_host, settings.imap_port, ssl_context=context, timeout=TIMEOUT
        )
    else:
        server = imaplib.IMAP4(settings.imap_host, settings.imap_port, timeout=TIMEOUT)
    try:
        if settings.imap_tls == "starttls":
            server.starttls(context)
        server.login(settings.imap_user, settings.imap_password)
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


def _look(settings: Settings, folder: str, name: str) -> None:
    server = connect(settings)
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
                accept(raw, "imap", Place(name, validity, uid))
                done.append(uid)
        if settings.imap_archive:
            _move(server, done, settings.imap_archive)
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
