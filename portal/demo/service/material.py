"""The demo's files as they lie in data/: who there is, what is looked after, what was said, the attachments and the mail."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

from portal.infra import files
from portal.intake.service import arrival

DATA = Path(__file__).resolve().parent.parent / "data"
CONTRACTS = DATA.parent.parent / "contracts" / "data"
_TYPES = {".png": "image/png", ".txt": "text/plain", ".log": "text/plain"}


@dataclass(frozen=True)
class StoredFile:
    """An attachment whose bytes are in the file store."""

    name: str
    content_type: str
    size: int
    sha256: str


@cache
def people() -> dict[str, Any]:
    """Provider, teams, staff, organisations with their sites, and the people of the clients."""
    return _read(DATA / "people.toml")


@cache
def devices() -> dict[str, dict[str, Any]]:
    """By organisation and name."""
    return _read(DATA / "devices.toml")


@cache
def tickets() -> dict[str, list[dict[str, Any]]]:
    """The stories by organisation: a file each."""
    return {path.stem: _read(path)["ticket"] for path in sorted((DATA / "tickets").glob("*.toml"))}


def desk() -> dict[str, list[dict[str, Any]]]:
    """Views, canned replies and macros."""
    return _read(DATA / "desk.toml")


@cache
def contracts() -> list[dict[str, Any]]:
    """What was agreed with whom."""
    found: list[dict[str, Any]] = _read(DATA / "contracts.toml")["contract"]
    return found


@cache
def ladder() -> dict[str, Any]:
    """Checklists, tools, promised calls, questions for consent."""
    return _read(DATA / "ladder.toml")


def form_text(key: str) -> str:
    """A contract form as it lies in the data of the contracts."""
    return (CONTRACTS / "forms" / f"{key}.toml").read_text(encoding="utf-8")


def calendars() -> list[str]:
    """The notices of days off that come with the portal, oldest first."""
    return [path.read_text(encoding="utf-8") for path in sorted((CONTRACTS / "calendars").glob("*.csv"))]


def store_files() -> dict[str, StoredFile]:
    """Put every attachment into the file store; call it before the transaction."""
    stored = {}
    for path in sorted((DATA / "files").iterdir()):
        with path.open("rb") as stream:
            sha256, size = files.put(stream, 1_000_000)
        stored[path.name] = StoredFile(path.name, _TYPES[path.suffix], size, sha256)
    return stored


def store_mail(at: datetime) -> list[arrival.Kept]:
    """Keep the messages that wait for staff, as if written at that instant; call it before the transaction."""
    raw = [path.read_bytes() for path in sorted((DATA / "mail").iterdir())]
    return [arrival.keep(message.replace(b"{date}", format_datetime(at).encode())) for message in raw]


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))
