"""No test talks to the outside by accident: SMTP and IMAP only to listeners it asked for, all else only to this machine."""

import sys
from collections.abc import Callable
from typing import Any

allowed_ports: set[int] = set()
seen: list[str] = []
_installed = False


class Unasked(RuntimeError):
    """A test opened a connection that no fixture of its own stands for."""


def _watcher() -> Callable[[str, tuple[Any, ...]], None]:
    """The hook. It outlives this module, whose names are None when the interpreter ends: so it holds what it asks each time."""
    mail = {"smtplib.connect": "SMTP", "imaplib.open": "IMAP"}

    def watch(event: str, args: tuple[Any, ...]) -> None:
        if event in mail:
            _self, host, port = args[:3]
            if int(port or 0) not in allowed_ports:
                _refuse(f"{mail[event]} to {host}:{port}")
        elif event == "socket.connect" and isinstance(args[1], tuple):
            host = str(args[1][0])
            if not (host.startswith("127.") or host in ("localhost", "::1", "")):
                _refuse(f"a connection to {args[1]}")

    return watch


def _refuse(what: str) -> None:
    seen.append(what)
    raise Unasked(f"{what}, which this test has not asked for (fixtures: smtp, mailbox)")


def install() -> None:
    """Watch this process; it cannot be undone."""
    global _installed
    if not _installed:
        sys.addaudithook(_watcher())
        _installed = True
