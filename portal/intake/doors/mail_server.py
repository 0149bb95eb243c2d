"""One signed-in connection to an IMAP server (RFC 3501): what intake asks of it, and nothing else.

Owns the protocol: signing in by password or XOAUTH2, fetching in parts, moving, waiting by IDLE (RFC 2177). Knows no database.
"""

import imaplib
import re
import select
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from portal.config import secret
from portal.intake.doors.oauth import Tokens
from portal.intake.rules.mailboxes import Imap

TIMEOUT = 60
WHOLE = 8 << 20
"""A larger message is fetched in parts of this size, each within the timeout."""
AT_ONCE = 200
"""Messages named in one command."""

_NEWS = re.compile(rb"\* \d+ (?:EXISTS|RECENT)")

Failure = (OSError, imaplib.IMAP4.error, ssl.SSLError, EOFError)
"""What a server that is away or confused raises here."""


class SignInRefused(Exception):
    """The server is there and does not let us in: it takes a person to mend that."""


class MailServer:
    """A connection with one folder selected. `validity` is the folder's UIDVALIDITY."""

    def __init__(self, connection: imaplib.IMAP4, imap: Imap) -> None:
        self.connection, self.imap = connection, imap
        self.validity = 0
        self.capabilities = {
            c.decode("ascii", "replace").upper()
            for c in b" ".join(x for x in _ok(connection.capability()) if x).split()
        }

    def choose(self, folder: str) -> None:
        """Select a folder."""
        _ok(self.connection.select(_quoted(folder)))
        self.validity = _number(self.connection.response("UIDVALIDITY")[1])

    def uids(self) -> list[int]:
        """Of all messages in the folder, ascending."""
        found = _ok(self.connection.uid("SEARCH", "ALL"))
        return sorted({int(u) for u in b" ".join(x for x in found if x).split()})

    def sizes(self, uids: list[int]) -> dict[int, int]:
        """Of these messages, in bytes as the server counts; one that is gone has none."""
        found: dict[int, int] = {}
        for start in range(0, len(uids), AT_ONCE):
            span = ",".join(map(str, uids[start : start + AT_ONCE]))
            for item in _ok(self.connection.uid("FETCH", span, "(UID RFC822.SIZE)")):
                text = item[0] if isinstance(item, tuple) else item or b""
                uid, size = re.search(rb"UID (\d+)", text), re.search(rb"RFC822\.SIZE (\d+)", text)
                if uid and size:
                    found[int(uid.group(1))] = int(size.group(1))
        return found

    def fetch(self, uid: int, size: int) -> bytes | None:
        """The message's bytes, its flags untouched; None if somebody deleted it in the meantime."""
        if size <= WHOLE:
            return self._part(uid, "BODY.PEEK[]")
        data = bytearray()
        # Until the server has no more, for the sizes that servers tell are not always those that they send.
        while True:
            part = self._part(uid, f"BODY.PEEK[]<{len(data)}.{WHOLE}>")
            if part is None:
                return None
            data += part
            if len(part) < WHOLE:
                return bytes(data)

    def header_block(self, uid: int) -> bytes | None:
        """The message's headers alone, with the empty line."""
        return self._part(uid, "BODY.PEEK[HEADER]")

    def _part(self, uid: int, what: str) -> bytes | None:
        for item in _ok(self.connection.uid("FETCH", str(uid), f"({what})")):
            if isinstance(item, tuple) and len(item) == 2:
                return bytes(item[1])
            if isinstance(item, bytes) and re.search(rb'BODY\[[^\]]*\](?:<\d+>)? (?:""|NIL)', item):
                return b""
        return None

    def move(self, uids: list[int], archive: str) -> None:
        """Move committed messages out of the way. Without MOVE: copy, then delete just these; without UIDPLUS they stay, marked
        as seen, for a plain EXPUNGE would delete what other people marked."""
        target = _quoted(archive)
        for start in range(0, len(uids), AT_ONCE):
            span = ",".join(map(str, uids[start : start + AT_ONCE]))
            if "MOVE" in self.capabilities:
                self._into("MOVE", span, target)
            elif "UIDPLUS" in self.capabilities:
                self._into("COPY", span, target)
                _ok(self.connection.uid("STORE", span, "+FLAGS.SILENT", r"(\Seen \Deleted)"))
                _ok(self.connection.uid("EXPUNGE", span))
            else:
                _ok(self.connection.uid("STORE", span, "+FLAGS.SILENT", r"(\Seen)"))

    def _into(self, command: str, span: str, target: str) -> None:
        status, _answer = self.connection.uid(command, span, target)
        if status != "OK":
            self.connection.create(target)
            _ok(self.connection.uid(command, span, target))

    @property
    def can_idle(self) -> bool:
        return "IDLE" in self.capabilities

    def idle(self, seconds: float, stopping: threading.Event) -> None:
        """Return when the server has news of the folder, after so many seconds, or when it is time to stop.

        Raises what a broken connection raises.
        """
        connection = self.connection
        tag = connection._new_tag()  # imaplib knows IDLE from 3.14 on
        connection.tagged_commands.pop(tag, None)
        connection.send(tag + b" IDLE\r\n")
        news, line = False, b""
        while not line.startswith(b"+"):
            line = self._line()
            news = news or bool(_NEWS.match(line))
            if line.startswith(tag):  # offered, and not taken: look every so often instead
                self.capabilities.discard("IDLE")
                return
        deadline = time.monotonic() + seconds
        while not news and not stopping.is_set() and (left := deadline - time.monotonic()) > 0:
            if self._has_words(min(0.5, left)):
                news = bool(_NEWS.match(self._line()))
        connection.send(b"DONE\r\n")
        while not self._line().startswith(tag):
            pass

    def _line(self) -> bytes:
        line = self.connection.readline()
        if not line or line.startswith(b"* BYE"):
            raise imaplib.IMAP4.abort(line.decode("utf-8", "replace").strip() or "the server hung up")
        return line

    def _has_words(self, seconds: float) -> bool:
        """Whether a line waits to be read. A TLS connection may hold decrypted bytes that the socket no longer shows, and so may
        the buffer of imaplib."""
        connection = self.connection
        sock = connection.socket()
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            return True
        held: Any = getattr(connection, "_file", None) or connection.file
        if _buffered(held, sock):
            return True
        return bool(select.select([sock], [], [], max(seconds, 0))[0])


def _buffered(file: Any, sock: Any) -> bytes:
    """What a buffered reader holds already. peek() reads when it holds nothing, so it is asked with the socket not waiting."""
    before = sock.gettimeout()
    sock.settimeout(0)
    try:
        return bytes(file.peek(1))
    except (BlockingIOError, ssl.SSLWantReadError):
        return b""
    finally:
        sock.settimeout(before)


@contextmanager
def signed_in(imap: Imap, tokens: Tokens | None) -> Iterator[MailServer]:
    """A connection for the time of the block. Raises SignInRefused, oauth.Refused, BadSetting and the members of Failure."""
    connection = _connect(imap)
    try:
        _sign_in(connection, imap, tokens)
        yield MailServer(connection, imap)
    finally:
        with suppress(*Failure):
            connection.logout()
        with suppress(OSError):
            connection.shutdown()


def _connect(imap: Imap) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if imap.tls == "tls":
        return imaplib.IMAP4_SSL(imap.host, imap.port, ssl_context=context, timeout=TIMEOUT)
    connection = imaplib.IMAP4(imap.host, imap.port, timeout=TIMEOUT)
    if imap.tls == "starttls":
        try:
            connection.starttls(context)
        except BaseException:
            connection.shutdown()
            raise
    return connection


def _sign_in(connection: imaplib.IMAP4, imap: Imap, tokens: Tokens | None) -> None:
    if tokens is None:
        assert imap.password is not None
        password = secret(imap.password.source, imap.password.name)
        try:
            connection.login(imap.user, password)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise SignInRefused(_words(error)) from error
        return
    was_kept = tokens.kept
    try:
        _present(connection, imap.user, tokens.access())
    except SignInRefused:
        tokens.forget()
        if not was_kept:
            raise
        # It may have been revoked before its time: one try with a new one.
        _present(connection, imap.user, tokens.access())


def _present(connection: imaplib.IMAP4, user: str, token: str) -> None:
    """XOAUTH2: the token at first, an empty line when the server answers with the reason of its refusal."""
    said: list[bytes] = []

    def answer(challenge: bytes) -> bytes:
        said.append(challenge)
        return f"user={user}\x01auth=Bearer {token}\x01\x01".encode() if len(said) == 1 else b""

    try:
        connection.authenticate("XOAUTH2", answer)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        reason = said[1].decode("utf-8", "replace") if len(said) > 1 else ""
        raise SignInRefused(f"{_words(error)} {reason}".strip()[:500]) from error


def _words(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)


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
