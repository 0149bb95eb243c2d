"""A mail server that hands a message over by LMTP (RFC 2033), for the tests; smtplib.LMTP reads one answer only."""

import socket
from pathlib import Path


class Talk:
    """The bare protocol."""

    def __init__(self, path: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile("rb")
        self.read()

    def read(self) -> str:
        """One answer, all its lines."""
        said = []
        while True:
            line = self.lines.readline().decode().rstrip()
            if not line:
                raise ConnectionError("the server hung up")
            said.append(line)
            if line[3:4] != "-":
                return "\n".join(said)

    def say(self, text: str | bytes) -> None:
        self.socket.sendall(text if isinstance(text, bytes) else text.encode())

    def ask(self, text: str) -> str:
        self.say(text + "\r\n")
        return self.read()

    def close(self) -> None:
        self.lines.close()
        self.socket.close()


def bring(path: Path, raw: bytes, *recipients: str, sender: str = "") -> list[str]:
    """Hand one message over. The answers to the recipients that were accepted, in their order; raises OSError."""
    server = Talk(path)
    try:
        server.ask("LHLO mx.test")
        server.ask(f"MAIL FROM:<{sender}>")
        good = [r for r in recipients if server.ask(f"RCPT TO:<{r}>").startswith("250")]
        if not server.ask("DATA").startswith("354"):
            return []
        stuffed = raw.replace(b"\r\n.", b"\r\n..")
        server.say(stuffed + (b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n"))
        return [server.read() for _ in good]
    finally:
        server.close()
