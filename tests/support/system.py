"""What the tests need from the system: installed where that is allowed (Debian, as root or by sudo), else named.

Standard library only: it runs before the virtual environment exists.

    python tests/support/system.py          install what is missing, or say what is and fail
    python tests/support/system.py --check  only say
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Need:
    """A thing, Debian's packages for it, and whether it is here."""

    what: str
    packages: tuple[str, ...]
    here: Callable[[], bool]


def _program(*names: str) -> Callable[[], bool]:
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    return lambda: any(shutil.which(name, path=path) for name in names)


def _venv() -> bool:
    return (
        subprocess.run(
            [sys.executable, "-c", "import ensurepip, venv"], capture_output=True, check=False
        ).returncode
        == 0
    )


def _chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    found = subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip())


def _postgres() -> bool:
    return any(Path("/usr/lib/postgresql").glob("*/bin/initdb")) or shutil.which("initdb") is not None


def _imap() -> bool:
    return _program("dovecot")() and any(
        p.exists() for p in map(Path, ("/usr/lib/dovecot/imap", "/usr/libexec/dovecot/imap"))
    )


def _pango() -> bool:
    """The C libraries that documents are drawn with; the loader knows where they lie."""
    names = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
    try:
        for name in names:
            ctypes.CDLL(name)
    except OSError:
        return False
    return True


NEEDS = [
    Need("Python's venv", ("python3-venv",), _venv),
    Need("Chromium", ("chromium",), _program("chromium", "chromium-browser")),
    Need("a Chinese font", ("fonts-noto-cjk", "fontconfig"), _chinese_font),
    Need("Pango", ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"), _pango),
    Need("PostgreSQL's server programs", ("postgresql",), _postgres),
    Need("Dovecot's IMAP server", ("dovecot-imapd",), _imap),
]


def missing() -> list[Need]:
    return [need for need in NEEDS if not need.here()]


def _root_prefix() -> list[str] | None:
    """What makes a command run as root; None where that is not possible without asking."""
    if os.geteuid() == 0:
        return []
    if (
        shutil.which("sudo")
        and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return ["sudo", "-n"]
    return None


@contextmanager
def _quietly(root: list[str]) -> Iterator[None]:
    """No service is started and no database cluster is made by an installation: the tests bring their own."""
    files = {
        Path("/usr/sbin/policy-rc.d"): "#!/bin/sh\nexit 101\n",
        Path("/etc/postgresql-common/createcluster.d/portal-tests.conf"): "create_main_cluster = false\n",
    }
    made = [path for path in files if not path.exists()]
    for path in made:
        subprocess.run([*root, "mkdir", "-p", str(path.parent)], check=True)
        subprocess.run(
            [*root, "tee", str(path)], input=files[path], text=True, stdout=subprocess.DEVNULL, check=True
        )
        subprocess.run([*root, "chmod", "755", str(path)], check=True)
    try:
        yield
    finally:
        subprocess.run([*root, "rm", "-f", *map(str, made)], check=False)
        if Path("/run/systemd/system").is_dir():
            services = ["dovecot.socket", "dovecot.service", "postgresql.service"]
            subprocess.run(
                [*root, "systemctl", "disable", "--quiet", *services], capture_output=True, check=False
            )


def install(needs: list[Need], root: list[str]) -> bool:
    packages = sorted({package for need in needs for package in need.packages})
    print(f"Installing {' '.join(packages)} …", flush=True)
    options = ["-q", "-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=300"]
    apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *options]
    with _quietly(root):
        for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            done = subprocess.run(
                [*apt, *command], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
            )
            if done.returncode:
                print((done.stdout + done.stderr)[-4000:])
                return False
    return True


def main(argv: list[str]) -> int:
    needs = missing()
    if needs and "--check" not in argv and Path("/etc/debian_version").exists() and shutil.which("apt-get"):
        root = _root_prefix()
        if root is not None:
            install(needs, root)
            needs = missing()
    for need in needs:
        print(f"{need.what} is missing. On Debian: apt-get install {' '.join(need.packages)}")
    return 1 if needs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
