"""One folder for a whole test run, shared by its processes, and the things that are made in it only once.

The first pytest process makes it and names it in the environment, which the xdist workers inherit; it ends with that process.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.keeper import alive

VARIABLE = "PORTAL_TEST_RUN"
OWNER = "PORTAL_TEST_RUN_OWNER"


def make() -> Path:
    """The folder of a new run, owned by this process. Folders of runs that were killed are removed."""
    for old in Path("/tmp").glob("portal-tests-*-*"):
        pid = old.name.split("-")[2]
        if pid.isdecimal() and not alive(int(pid)):
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"portal-tests-{os.getpid()}-", dir="/tmp"))
    os.environ[VARIABLE] = str(folder)
    os.environ[OWNER] = str(os.getpid())
    return folder


def folder() -> Path:
    """The present run's folder."""
    return Path(os.environ[VARIABLE])


def owner() -> int:
    """The process whose end is the run's end."""
    return int(os.environ[OWNER])


def remove() -> None:
    """Delete it, if this process made it."""
    if os.environ.get(OWNER) == str(os.getpid()):
        shutil.rmtree(folder(), ignore_errors=True)
        del os.environ[VARIABLE], os.environ[OWNER]


@contextmanager
def locked(name: str) -> Iterator[None]:
    """One process of the run at a time."""
    with (folder() / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def once(name: str, make_it: Callable[[], str]) -> str:
    """What `make_it` returned to the first process that asked; a failure is told to the others, not tried again."""
    done, failed = folder() / f"{name}.done", folder() / f"{name}.failed"
    with locked(name):
        if failed.exists():
            raise RuntimeError(failed.read_text())
        if not done.exists():
            try:
                done.write_text(make_it())
            except BaseException as error:
                failed.write_text(f"{name}: {type(error).__name__}: {error}")
                raise
        return done.read_text()
