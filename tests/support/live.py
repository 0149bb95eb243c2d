"""The portal as it runs: gunicorn and the worker as processes of their own, over a database and a var folder of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.support import databases

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Portal:
    """`url` answers after `start_web()`; jobs run after `start_worker()`. `stop()` ends both."""

    folder: Path
    database_url: str
    settings: dict[str, str] = field(default_factory=dict)
    url: str = ""
    web: "subprocess.Popen[bytes] | None" = None
    worker: "subprocess.Popen[bytes] | None" = None

    def environment(self) -> dict[str, str]:
        kept = {
            k: v
            for k, v in os.environ.items()
            if k in ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")
        }
        return kept | {
            "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "DATABASE_URL": self.database_url,
            "VAR_DIR": str(self.folder / "var"), "SECRET_KEY": databases.SECRET, "PUBLIC_URL": self.url or "http://portal.test",
            "WORKER_POLL_SECONDS": "0.05", "LOG_LEVEL": "INFO", **self.settings,
        }  # fmt: skip

    def application(self):
        """The portal inside the test's process over the same database and files, for preparing and for looking."""
        from portal.app import create_app
        from portal.config import Settings

        return create_app(Settings.from_environ(self.environment()))

    def start_web(self, seconds: float = 30) -> "Portal":
        """Serve pages on a free port; returns once they answer."""
        listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        command = [
            sys.executable, "-m", "gunicorn", "--bind", f"fd://{listening.fileno()}", "--worker-class", "gthread",
            "--threads", "4", "--no-control-socket", "--graceful-timeout", "5", "--log-level", "warning", "wsgi:app",
        ]  # fmt: skip
        self.web = self._start(command, "web.log", pass_fds=(listening.fileno(),))
        listening.close()
        deadline = time.monotonic() + seconds
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/readyz", timeout=5).close()
                return self
            except OSError:
                if self.web.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"the web process did not answer\n{self.log('web.log')}") from None
                time.sleep(0.05)

    def start_worker(self) -> "Portal":
        self.worker = self._start([sys.executable, "-m", "portal.worker"], "worker.log")
        return self

    def kill_worker(self) -> None:
        """kill -9: nothing of it is finished politely."""
        if self.worker:
            self.worker.kill()
            self.worker.wait(10)
            self.worker = None

    def stop(self) -> None:
        # gunicorn's quick end: a browser's open connections are not waited for.
        for process, ending in ((self.web, signal.SIGINT), (self.worker, signal.SIGTERM)):
            if process and process.poll() is None:
                process.send_signal(ending)
        for process in (self.web, self.worker):
            if process:
                try:
                    process.wait(15)
                except subprocess.TimeoutExpired:
                    with suppress(ProcessLookupError):
                        os.killpg(process.pid, signal.SIGKILL)
                    process.wait(5)
        self.web = self.worker = None

    def log(self, name: str) -> str:
        """The end of what a process said: web.log or worker.log."""
        path = self.folder / name
        return path.read_text(errors="replace")[-6000:] if path.exists() else ""

    def _start(
        self, command: list[str], log: str, pass_fds: tuple[int, ...] = ()
    ) -> "subprocess.Popen[bytes]":
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / log).open("ab") as output:
            return subprocess.Popen(
                command, cwd=ROOT, env=self.environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                pass_fds=pass_fds, start_new_session=True,
            )  # fmt: skip
