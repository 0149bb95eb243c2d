"""`make run`: one command for the whole portal. Migrates, fills a new database with the demo, runs web and worker, stops both.

It refuses to outlive one of them: when the web or the worker ends, the other is stopped, and the exit code says that
something was wrong. For production use a real supervisor and start the two commands apart (docs/operations.md).
"""

import ctypes
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from types import FrameType

from portal.config import ROOT, BadSetting, Settings
from portal.intake.doors import lmtp
from portal.intake.service import mailboxes

PATIENCE = 12.0
"""Seconds that a child gets to end after SIGTERM."""
LOADED = "loaded"
_PR_SET_PDEATHSIG = 1


class Interrupted(Exception):
    """Somebody pressed Ctrl-C or sent SIGTERM."""


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise Interrupted


def _end_with_parent() -> None:
    """In a child: Linux sends SIGTERM when the supervisor itself is killed, so that no orphan keeps the port."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _start(*command: str) -> "subprocess.Popen[bytes]":
    # A session of its own: the terminal's Ctrl-C reaches the supervisor alone, which then ends both in order.
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=_end_with_parent,  # noqa: PLW1509 - there are no threads here
    )


def web_command(settings: Settings) -> tuple[str, ...]:
    """gunicorn with threads. Its control socket would lie in the home folder, shared by all installations."""
    return (
        "gunicorn", "--bind", f"{settings.host}:{settings.port}", "--worker-class", "gthread",
        "--workers", str(settings.web_workers), "--threads", str(settings.web_threads),
        "--no-control-socket", "--log-level", "warning", "--graceful-timeout", "8", "wsgi:app",
    )  # fmt: skip


def _revisions(settings: Settings) -> tuple[str | None, str]:
    """Where the database is and where the migrations lead. Alembic and the portal would say the same, a second later."""
    from sqlalchemy import create_engine, inspect, text

    scripts = [path.read_text() for path in (ROOT / "migrations" / "versions").glob("*.py")]
    names, ancestors = (
        {match for script in scripts for match in re.findall(rf'^{word}\b.*= "(\w+)"', script, re.MULTILINE)}
        for word in ("revision", "down_revision")
    )
    (newest,) = names - ancestors
    engine = create_engine(settings.sqlalchemy_url)
    present = None
    with engine.connect() as connection:
        if inspect(connection).has_table("alembic_version"):
            present = connection.scalar(text("SELECT version_num FROM alembic_version"))
    engine.dispose()
    return present, newest


def _flask(*command: str) -> None:
    done = _start("flask", "--app", "wsgi", *command)
    if done.wait():
        raise subprocess.CalledProcessError(done.returncode, ["flask", *command])


def prepare(settings: Settings) -> None:
    """Bring the database to the newest tables; one that was empty gets the demo, if the settings want it.

    A note in var_dir says how far the demo is, so that a first start that was broken off is continued.
    """
    present, newest = _revisions(settings)
    note = _note(settings)
    if present is None and settings.demo:
        note.write_text("to be loaded")
    if present != newest:
        print("Preparing the database …", flush=True)
        _flask("db", "upgrade")
    if note.exists() and note.read_text() != LOADED:
        print("Loading the demo …", flush=True)
        _flask("demo", "load")
        note.write_text(LOADED)


def _note(settings: Settings) -> Path:
    return settings.var_dir / "demo"


def _free(settings: Settings) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            print(f"Port {settings.port} on {settings.host} cannot be used: {error.strerror}.")
            print("Choose another: make run PORT=8001")
            return False
    return True


def _answers(settings: Settings) -> bool:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "") else settings.host  # noqa: S104 - compared, not bound
    try:
        urllib.request.urlopen(f"http://{host}:{settings.port}/healthz", timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _stop(*children: "subprocess.Popen[bytes]") -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + PATIENCE
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _welcome(settings: Settings) -> None:
    print(f"\nThe portal is at {settings.public_url}")
    if _note(settings).exists():
        from portal.demo import render

        print("", *render.sign_ins(), "", sep="\n")
    print("Ctrl-C stops it.\n", flush=True)


def watch(settings: Settings) -> int:
    """Run web and worker until interrupted (0) or until one of them ends (1)."""
    children = {"web": _start(*web_command(settings)), "worker": _start("portal.worker")}
    try:
        welcomed = False
        while True:
            for name, child in children.items():
                if child.poll() is not None:
                    print(
                        f"The {name} process ended by itself (exit code {child.returncode}); stopping.",
                        flush=True,
                    )
                    return 1
            if not welcomed and _answers(settings):
                welcomed = True
                _welcome(settings)
            time.sleep(0.5 if welcomed else 0.05)
    except Interrupted:
        print("\nStopping …", flush=True)
        return 0
    finally:
        for signal_ in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signal_, signal.SIG_IGN)
        _stop(*children.values())


def _suit_a_terminal() -> None:
    """What was not set: links lead to where it listens, and the terminal shows warnings only."""
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    everywhere = host in ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
    os.environ.setdefault("PUBLIC_URL", f"http://{'127.0.0.1' if everywhere else host}:{port}")
    os.environ.setdefault("LOG_LEVEL", "WARNING")


def main() -> int:
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _interrupt)
    try:
        _suit_a_terminal()
        settings = Settings.from_environ()
        mailboxes.described_by(settings)
        lmtp.place(settings)
        if not _free(settings):
            return 1
        prepare(settings)
        return watch(settings)
    except BadSetting as error:
        print(f"Setting {error}")
    except subprocess.CalledProcessError as error:
        print(f"`{' '.join(error.cmd)}` failed (exit code {error.returncode}); its words are above.")
    except Interrupted:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
