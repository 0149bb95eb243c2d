"""Keeps one server alive for as long as the process that asked for it lives.

Python tests may end by Ctrl-C, a crash or kill -9; a server that they started must end all the same. So it runs under
this small process in a session of its own, which ends it when the asker is gone or when the stop file appears.

    python -m tests.support.keeper FOLDER ASKER_PID STOP_SIGNAL USER COMMAND...

FOLDER is removed at the end. USER is "-" for the present one.
"""

import atexit
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

LOOK_EVERY = 0.2
_started: "list[subprocess.Popen[bytes]]" = []


@atexit.register
def _let_go() -> None:
    """This process ends before its keepers, as is meant: Python shall not report them as forgotten."""
    for kept in _started:
        if kept.poll() is None:
            kept.returncode = 0


def start(
    folder: Path, asker: int, stop: signal.Signals, user: str, command: list[str]
) -> subprocess.Popen[bytes]:
    """Start a server under a keeper; its output goes to FOLDER/server.log."""
    line = [
        sys.executable,
        "-m",
        "tests.support.keeper",
        str(folder),
        str(asker),
        str(int(stop)),
        user,
        *command,
    ]
    root = Path(__file__).resolve().parents[2]
    kept = subprocess.Popen(
        line,
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _started.append(kept)
    return kept


def end(folder: Path, keeper: subprocess.Popen[bytes], seconds: float = 15) -> None:
    """Ask the keeper to stop its server and wait until it has."""
    folder.with_suffix(".stop").touch()
    try:
        keeper.wait(seconds)
    except subprocess.TimeoutExpired:
        keeper.kill()
    folder.with_suffix(".stop").unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def alive(pid: int) -> bool:
    """Whether a process lives; one that waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def as_user(user: str) -> dict[str, Any]:
    """Arguments of Popen that run a command as that user."""
    return {} if user == "-" else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def keep(folder: Path, asker: int, stop: signal.Signals, user: str, command: list[str]) -> int:
    for name in (signal.SIGINT, signal.SIGHUP):
        signal.signal(name, signal.SIG_IGN)
    stop_file = folder.with_suffix(".stop")
    with (folder / "server.log").open("ab") as log:
        server = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **as_user(user)
        )
    while server.poll() is None and alive(asker) and not stop_file.exists():
        time.sleep(LOOK_EVERY)
    if server.poll() is None:
        server.send_signal(stop)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
    if not os.environ.get("KEEP_TEST_SERVERS"):
        shutil.rmtree(folder, ignore_errors=True)
    stop_file.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(
        keep(Path(sys.argv[1]), int(sys.argv[2]), signal.Signals(int(sys.argv[3])), sys.argv[4], sys.argv[5:])
    )
