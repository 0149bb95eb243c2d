"""The LMTP door (RFC 2033): a mail server on this machine hands messages over, and gets one answer for each recipient.

Owns that 250 is said after the commit and never before; any trouble of ours is a 451, so that the server keeps the message.
Refuses TCP addresses other than loopback: LMTP knows no sign-in.
"""

import asyncio
import ipaddress
import os
import re
import socket
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog
from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope as Told
from aiosmtpd.smtp import Session
from flask import Flask

from portal.config import BadSetting, Settings
from portal.intake.doors.taking import accept
from portal.intake.rules import mailboxes as rules
from portal.intake.service import mailboxes
from portal.intake.service.arrival import Envelope

log = structlog.get_logger()

TAKEN = "250 2.0.0 Taken"
LATER = "451 4.3.0 Not taken, try again later"
TOO_LARGE = "552 5.3.4 Larger than this server takes"
NO_ADDRESS = "501 5.1.3 A recipient has an address"
UNKNOWN = "550 5.1.1 Nobody here has this address"
AT_ONCE = 4
"""Messages that are being committed at the same time; others wait for their turn."""
LAST_WORDS = 10.0
"""Seconds that a stop waits for what is being committed."""
TRY_AGAIN = 30.0


class Door:
    """What the protocol asks: is this recipient ours, and take this message. Its methods run in the server's loop."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self.pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="lmtp")
        self.hands = 0

    async def handle_RCPT(
        self, _server: LMTP, _session: Session, told: Told, address: str, _options: list[str]
    ) -> str:
        if address == "<>":
            return NO_ADDRESS
        if self.settings.lmtp_refuse_unknown:
            with self.app.app_context():
                if rules.bare(address) not in mailboxes.own_addresses():
                    return UNKNOWN
        told.rcpt_tos.append(address)
        return "250 2.1.5 Recipient ok"

    async def take(self, raw: bytes, sender: str, recipients: list[str]) -> str:
        """The answer that every recipient gets: the message is one, and so is its commit."""
        self.hands += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self.pool, self._take, raw, sender, recipients)
        finally:
            self.hands -= 1

    def _take(self, raw: bytes, sender: str, recipients: list[str]) -> str:
        try:
            with self.app.app_context():
                accept(raw, "lmtp", envelope=Envelope(sender, tuple(recipients)))
            return TAKEN
        except Exception as error:
            # Whatever it was: the mail server still has the message, and it must neither bounce nor vanish.
            log.warning("lmtp.not_taken", error=repr(error)[:500])
            return LATER


class Protocol(LMTP):
    """aiosmtpd's LMTP with the answers that RFC 2033 wants, lines of any length, and senders however they are spelt."""

    line_length_limit = 1 << 16
    command_size_limit = 4096

    def __init__(self, door: Door) -> None:
        super().__init__(
            door,
            data_size_limit=door.settings.lmtp_max_bytes,
            enable_SMTPUTF8=True,
            hostname=socket.gethostname(),
            ident="LMTP",
            loop=asyncio.get_running_loop(),
        )
        self.door = door
        self._plain_answers = True

    async def smtp_LHLO(self, arg: str) -> None:
        self._plain_answers = True
        await super().smtp_LHLO(arg)
        self._plain_answers = False

    async def push(self, status: Any) -> None:
        """Every answer but the greeting's bears an enhanced code (RFC 2034), also where aiosmtpd has none."""
        text = status.decode() if isinstance(status, bytes) else str(status)
        if self._plain_answers and text == "250 HELP":
            text = "250-PIPELINING\r\n250 ENHANCEDSTATUSCODES"
        elif not self._plain_answers:
            text = re.sub(r"^([245])(\d\d) (?!\d\.\d)", r"\1\2 \1.0.0 ", text)
        await super().push(text)

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """What stands between the angles, whatever a strict reader says of it: "<>" for the empty sender."""
        found = re.match(r"\s*<((?:\"(?:[^\"\\]|\\.)*\"|[^>\s\"])*)>(.*)", arg, re.DOTALL) or re.match(
            r"\s*(\S+)(.*)", arg, re.DOTALL
        )
        if found is None:
            return "", ""
        address = found.group(1).rpartition(":")[2] if found.group(1).startswith("@") else found.group(1)
        return address or "<>", found.group(2)

    async def smtp_DATA(self, arg: str | None) -> None:
        """RFC 2033, 4.2: after the dot as many answers as there were good recipients, in their order."""
        if await self.check_helo_needed():
            return
        told = self.envelope
        if told is None or not told.rcpt_tos:
            await self.push("503 5.5.1 Need a good recipient first")
            return
        if arg:
            await self.push("501 5.5.4 DATA stands alone")
            return
        await self.push("354 End with a dot on a line of its own")
        raw = await self._until_the_dot()
        answer = TOO_LARGE
        if raw is not None:
            sender = "" if told.mail_from == "<>" else str(told.mail_from)
            answer = await self.door.take(raw, sender, list(told.rcpt_tos))
        for _recipient in told.rcpt_tos:
            await self.push(answer)
        self._set_post_data_state()  # type: ignore[no-untyped-call]

    async def _until_the_dot(self) -> bytes | None:
        """The message with its dots unstuffed (RFC 5321, 4.5.2); None if it is larger than the limit. Only CR LF ends a line."""
        data = bytearray()
        fits, begins = True, True
        while True:
            try:
                part = await self._reader.readuntil(b"\r\n")
            except asyncio.LimitOverrunError as error:
                part = await self._reader.readexactly(error.consumed)
            if begins and part == b".\r\n":
                return bytes(data) if fits else None
            if begins and part.startswith(b"."):
                part = part[1:]
            begins = part.endswith(b"\r\n")
            fits = fits and len(data) + len(part) <= self.door.settings.lmtp_max_bytes
            if fits:
                data += part
            else:
                data.clear()


def place(settings: Settings) -> tuple[str, int] | Path | None:
    """Where to listen: a path, or host and port; None when the door is shut. Raises BadSetting."""
    text = settings.lmtp_listen
    if not text:
        return None
    if text.startswith("unix:"):
        return Path(text.removeprefix("unix:"))
    host, _, port = text.rpartition(":")
    try:
        address = ipaddress.ip_address({"localhost": "127.0.0.1"}.get(host, host.strip("[]")))
        number = int(port)
    except ValueError:
        raise BadSetting(f"LMTP_LISTEN={text!r} is neither unix:/path nor 127.0.0.1:port") from None
    if not address.is_loopback or not 0 < number < 65536:
        raise BadSetting(
            f"LMTP_LISTEN={text!r}: LMTP knows no sign-in, it listens on loopback or on a path alone"
        )
    return str(address), number


def doors(app: Flask, settings: Settings) -> dict[str, Callable[[threading.Event], None]]:
    """The listener, if the settings want one."""
    where = place(settings)
    return {"lmtp": lambda stopping: stand_open(app, settings, stopping)} if where else {}


def stand_open(app: Flask, settings: Settings, stopping: threading.Event) -> None:
    """Listen until stopped. While another worker holds the address, wait to take its place."""
    while not stopping.is_set():
        try:
            asyncio.run(_serve(app, settings, stopping))
        except OSError as error:
            log.warning("lmtp.cannot_listen", listen=settings.lmtp_listen, error=str(error))
            stopping.wait(TRY_AGAIN)


async def _serve(app: Flask, settings: Settings, stopping: threading.Event) -> None:
    door, open_ = Door(app, settings), set[Protocol]()

    def meet() -> Protocol:
        protocol = Protocol(door)
        open_.add(protocol)
        return protocol

    where = place(settings)
    loop = asyncio.get_running_loop()
    if isinstance(where, Path):
        _make_room(where)
        server = await loop.create_unix_server(meet, str(where))
        where.chmod(0o660)
    else:
        assert where is not None
        server = await loop.create_server(meet, *where)
    log.info("lmtp.listening", listen=settings.lmtp_listen)
    try:
        while not stopping.is_set():
            await asyncio.sleep(0.2)
            open_ = {p for p in open_ if p.transport is None or not p.transport.is_closing()}
    finally:
        server.close()
        deadline = loop.time() + LAST_WORDS
        while door.hands and loop.time() < deadline:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.05)  # the answers of what was just committed
        for protocol in open_:
            if protocol.transport is not None:
                protocol.transport.close()
        door.pool.shutdown(wait=False)
        if isinstance(where, Path):
            with suppress(OSError):
                where.unlink()


def _make_room(path: Path) -> None:
    """A socket that somebody listens on is left alone; one that a killed worker left behind is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        return
    if not stat.S_ISSOCK(os.stat(path).st_mode):
        raise OSError(f"{path} is there and is no socket")
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        if probe.connect_ex(str(path)) == 0:
            raise OSError(f"another process listens on {path}")
    path.unlink()
