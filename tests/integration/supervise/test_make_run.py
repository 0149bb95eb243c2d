"""`make run` starts two processes, stops both, and never leaves one alone."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from portal import supervise
from portal.config import Settings
from tests.architecture.source import ROOT
from tests.support import databases
from tests.support.keeper import alive


class Run:
    """One `make run` over a var folder of its own, without the demo."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.said = folder / "said.txt"
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "LANG")}
        environment = kept | {
            "VAR_DIR": str(folder / "var"),
            "PORT": str(self.port),
            "DEMO": "0",
            "PYTHONUNBUFFERED": "1",
            **settings,
        }
        with self.said.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "portal.supervise"], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True,
            )  # fmt: skip

    def wait_until_up(self, seconds: float = 40) -> float:
        """Seconds until it told its address."""
        begun = time.monotonic()
        while "The portal is at" not in self.said.read_text():
            assert self.process.poll() is None, self.said.read_text()
            assert time.monotonic() - begun < seconds, self.said.read_text()
            time.sleep(0.02)
        return time.monotonic() - begun

    def children(self) -> dict[str, int]:
        """The web and the worker process, by what they run."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and alive(int(entry.name)):
                parent = re.search(r"^PPid:\s+(\d+)", (entry / "status").read_text(), re.MULTILINE)
                if parent and int(parent[1]) == self.process.pid:
                    words = (entry / "cmdline").read_bytes().decode()
                    found["worker" if "portal.worker" in words else "web"] = int(entry.name)
        return found

    def answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5).close()
        except OSError:
            return False
        return True


@pytest.fixture
def migrated(worker_name) -> str:
    """The URL of a database at the newest revision, as a second start finds it."""
    return databases.fresh("sqlite", f"run_{worker_name}")


@pytest.fixture
def started(tmp_path, migrated) -> Iterator[Run]:
    run = Run(tmp_path, DATABASE_URL=migrated)
    run.wait_until_up()
    yield run
    if run.process.poll() is None:
        run.process.terminate()
        run.process.wait(20)


def gone(pids: list[int], seconds: float = 10) -> bool:
    """Whether all of them end; a process of the operating system has no event to wait for."""
    deadline = time.monotonic() + seconds
    while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(alive(pid) for pid in pids)


def test_a_second_start_prepares_nothing_and_an_interrupt_stops_both_and_all_is_well(started):
    children = started.children()
    assert set(children) == {"web", "worker"}
    assert started.answers()
    assert "Preparing the database" not in started.said.read_text()
    started.process.send_signal(signal.SIGINT)
    assert started.process.wait(20) == 0
    assert gone(list(children.values()))
    assert not started.answers()


@pytest.mark.parametrize("which", ["web", "worker"])
def test_when_one_of_them_dies_the_other_is_stopped(started, which):
    children = started.children()
    os.kill(children[which], signal.SIGKILL)
    assert started.process.wait(20) == 1
    assert gone(list(children.values()))
    assert f"The {which} process ended by itself" in started.said.read_text()


def test_when_it_is_killed_itself_no_orphan_keeps_the_port(started):
    children = started.children()
    started.process.kill()
    started.process.wait(5)
    assert gone(list(children.values()))
    assert not started.answers()


def test_a_first_start_makes_the_tables_and_a_request_to_terminate_stops_both(tmp_path):
    run = Run(tmp_path)
    run.wait_until_up()
    children = run.children()
    assert set(children) == {"web", "worker"}
    assert run.answers()
    run.process.send_signal(signal.SIGTERM)
    assert run.process.wait(20) == 0
    assert gone(list(children.values()))
    assert not run.answers()
    assert "Preparing the database" in run.said.read_text()


def test_a_port_that_is_taken_is_a_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        run = Run(tmp_path, PORT=str(taken.getsockname()[1]))
        assert run.process.wait(20) == 1
    said = run.said.read_text()
    assert "cannot be used" in said
    assert "Traceback" not in said


def test_a_setting_that_makes_no_sense_is_a_sentence(tmp_path):
    run = Run(tmp_path, WEB_THREADS="many")
    assert run.process.wait(20) == 1
    assert "WEB_THREADS='many'" in run.said.read_text()
    assert "Traceback" not in run.said.read_text()


def test_the_newest_migration_is_the_one_that_alembic_names(tmp_path):
    settings = Settings(database_url=f"sqlite:///{tmp_path}/new.sqlite3", var_dir=tmp_path)
    head = ScriptDirectory(str(ROOT / "migrations")).get_current_head()
    assert supervise._revisions(settings) == (None, head)
