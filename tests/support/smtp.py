"""A real SMTP server on loopback that collects messages and misbehaves when asked to."""

import asyncio
import email
import email.message
import socket
import threading
import time
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Received:
    """One message as it arrived."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> email.message.Message:
        return email.message_from_bytes(self.raw)


@dataclass
class Listener:
    """`received` grows as messages arrive. `refuse` and `cut_after_data` change the next answers."""

    host: str = "127.0.0.1"
    port: int = 0
    received: list[Received] = field(default_factory=list)
    _answers: dict[str, list[str]] = field(default_factory=lambda: {"MAIL": [], "RCPT": [], "DATA": []})
    _cuts: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None

    def refuse(self, answer: str = "451 4.3.0 Try again later", *, at: str = "RCPT", times: int = 1) -> None:
        """Give `answer` to the next `times` commands named `at` (MAIL, RCPT or DATA)."""
        self._answers[at].extend([answer] * times)

    def cut_after_data(self, times: int = 1) -> None:
        """Take the next `times` messages, and break the connection instead of answering 250."""
        self._cuts += times

    def wait_for(self, count: int, seconds: float = 15) -> list[Received]:
        """The messages once there are at least `count`; fails with what did arrive."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while len(self.received) < count:
                left = deadline - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise AssertionError(f"{len(self.received)} of {count} messages within {seconds} s")
        return self.received

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._answers["MAIL"]:
            return self._answers["MAIL"].pop(0)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender ok"

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self._answers["RCPT"]:
            return self._answers["RCPT"].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient ok"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        if self._answers["DATA"]:
            return self._answers["DATA"].pop(0)
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        with self._changed:
            self.received.append(Received(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
            self._changed.notify_all()
        if self._cuts:
            self._cuts -= 1
            server.transport.abort()
        return "250 2.0.0 Taken"

    def start(self) -> None:
        """Listen on a free port."""
        ready = threading.Event()
        sock = socket.create_server((self.host, 0))
        self.port = sock.getsockname()[1]

        def serve() -> None:
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
            server = self._loop.run_until_complete(
                self._loop.create_server(
                    lambda: SMTP(self, hostname="listener.test", enable_SMTPUTF8=True, loop=self._loop),
                    sock=sock,
                )
            )
            ready.set()
            self._loop.run_forever()
            server.close()
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

        self._thread = threading.Thread(target=serve, daemon=True, name="smtp-listener")
        self._thread.start()
        ready.wait(10)

    def stop(self) -> None:
        if self._loop and self._thread:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
