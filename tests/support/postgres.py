"""A private PostgreSQL: its own folder under /tmp, a Unix socket, no fsync; never a server of the system's.

initdb refuses to run as root, so there it runs as another user.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.support import keeper

SETTINGS = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200",
    "shared_buffers": "128MB", "wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "on", "timezone": "UTC",
}  # fmt: skip


class NoPostgres(RuntimeError):
    """The server's programs are missing or it did not start; the text says which and why."""


@dataclass
class Server:
    """A running private server."""

    folder: Path
    keeper: "subprocess.Popen[bytes] | None" = None

    def url(self, database: str = "postgres") -> str:
        """A SQLAlchemy URL of one of its databases."""
        return f"postgresql+psycopg://portal@/{database}?host={self.folder}"

    def conninfo(self, database: str = "postgres") -> str:
        """The same for psycopg itself."""
        return f"host={self.folder} user=portal dbname={database}"

    def execute(self, *statements: str, database: str = "postgres") -> None:
        """Run statements outside of a transaction."""
        import psycopg

        with psycopg.connect(self.conninfo(database), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def stop(self) -> None:
        """Stop it and remove its folder."""
        if self.keeper:
            keeper.end(self.folder, self.keeper)


def programs() -> Path | None:
    """The folder of initdb and postgres: Debian keeps them out of PATH; None if there are none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    if found:
        return found[-1].parent
    here = shutil.which("initdb")
    return Path(here).resolve().parent if here else None


def start(asker: int | None = None) -> Server:
    """A new server that ends with the process `asker` at the latest (this one if None). Takes two seconds or so."""
    bin_ = programs()
    if bin_ is None:
        raise NoPostgres("PostgreSQL's initdb is not installed; on Debian: apt-get install postgresql")
    user = "-" if os.geteuid() else ("postgres" if _exists("postgres") else "nobody")
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-", dir="/tmp"))
    if user != "-":
        shutil.chown(folder, user)
    made = subprocess.run(
        [bin_ / "initdb", "-D", folder / "data", "-U", "portal", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
        cwd=folder, capture_output=True, text=True, check=False, **keeper.as_user(user),
    )  # fmt: skip
    if made.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        raise NoPostgres(f"initdb failed: {made.stderr or made.stdout}")
    options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    command = [
        str(bin_ / "postgres"),
        "-D",
        str(folder / "data"),
        "-k",
        str(folder),
        "-c",
        "listen_addresses=",
        *options,
    ]
    server = Server(folder, keeper.start(folder, asker or os.getpid(), signal.SIGINT, user, command))
    _await(server)
    return server


def _await(server: Server, seconds: float = 30) -> None:
    import psycopg

    deadline = time.monotonic() + seconds
    while True:
        try:
            server.execute("SELECT 1")
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline or (server.keeper and server.keeper.poll() is not None):
                log = server.folder / "server.log"
                said = log.read_text()[-2000:] if log.exists() else ""
                server.stop()
                raise NoPostgres(f"PostgreSQL did not start: {error}\n{said}") from None
            time.sleep(0.05)


def _exists(user: str) -> bool:
    import pwd

    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
