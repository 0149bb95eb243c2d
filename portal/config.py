"""Settings: everything that may differ between two installations, read once from the environment.

No other module reads os.environ. docs/operations.md lists each field; a test compares the two.
"""

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class BadSetting(ValueError):
    """A setting that cannot be understood; the text names it and says what it should be."""


@dataclass(frozen=True)
class Settings:
    """Each field is read from the environment variable of the same name in capitals."""

    database_url: str = ""
    """SQLAlchemy URL; empty: an SQLite file in var_dir."""
    var_dir: Path = ROOT / "var"
    """Where files, kept mail and the SQLite database live."""
    secret_key: str = ""
    """Signs sessions and reply addresses; empty: made once and kept in var_dir."""
    public_url: str = "http://127.0.0.1:8000"
    """The address people use; every link in a mail begins with it, whatever Host a request bears."""
    host: str = "127.0.0.1"
    port: int = 8000
    web_threads: int = 8
    web_workers: int = 1
    development: bool = False
    """Shows /styleguide and reloads templates."""
    demo: bool = True
    """`make run` fills a new database with the demo."""
    secure_cookies: bool = False
    """Cookies over HTTPS only; switch on wherever public_url is https."""
    trusted_proxies: int = 0
    """How many proxies in front set X-Forwarded-For and -Proto."""
    log_level: str = "INFO"

    support_address: str = "support@portal.example"
    """The mailbox that clients write to; outgoing mail comes from it."""
    support_name: str = ""
    """The name beside it; empty: the provider's name."""
    smtp_host: str = ""
    """Empty: outgoing mail is kept in var_dir/mail and on the page of outgoing mail."""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_tls: str = "starttls"
    """starttls, tls or none."""
    smtp_timeout: int = 30
    """Seconds."""

    imap_host: str = ""
    """Empty: no mailbox is polled."""
    imap_port: int = 993
    imap_user: str = ""
    imap_password: str = ""
    imap_tls: str = "tls"
    """tls, starttls or none."""
    imap_mailbox: str = "INBOX"
    imap_archive: str = "Archive"
    """Messages are moved there once they are committed here."""
    imap_poll_seconds: int = 20
    imap_idle: bool = True
    """Between two looks, wait for the server's word where it offers that (RFC 2177)."""
    authserv_id: str = ""
    """The name under which our own mail server writes Authentication-Results; empty: no verdict is believed."""
    mailboxes_file: str = ""
    """A TOML file that describes several mailboxes; instead of imap_host."""

    lmtp_listen: str = ""
    """unix:/path or 127.0.0.1:port; empty: the worker takes nothing in by LMTP."""
    lmtp_max_bytes: int = 100_000_000
    """A larger message is refused there (SIZE, RFC 1870)."""
    lmtp_refuse_unknown: bool = False
    """Whether recipients that no mailbox names are refused."""

    alarm_unfetched_minutes: int = 15
    """A mailbox that nobody could look into for so long is an alarm."""
    alarm_backlog_minutes: int = 15
    """A mail that nobody read for so long is an alarm."""
    heartbeat_minutes: int = 0
    """How often the portal writes to support_address to see the mail come back; 0: never."""
    heartbeat_late_minutes: int = 15
    """One that takes longer is an alarm."""

    max_file_bytes: int = 25_000_000
    """The largest attachment."""
    max_request_bytes: int = 250_000_000
    """The largest request by web, all files together."""
    max_mail_bytes: int = 40_000_000
    """A larger message is kept and held for staff, not read."""
    session_hours: int = 24 * 14
    """How long a sign-in lasts without use."""
    sign_in_tries: str = "10 per 15 minutes"
    """Tries per address and per account, shared by all processes."""
    worker_poll_seconds: float = 1.0
    """How long an idle worker waits before it looks again."""

    @property
    def sqlalchemy_url(self) -> str:
        url = self.database_url or f"sqlite:///{self.var_dir / 'portal.sqlite3'}"
        for plain in ("postgresql://", "postgres://"):
            if url.startswith(plain):
                return "postgresql+psycopg://" + url.removeprefix(plain)
        return url

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Settings from the environment; raises BadSetting naming the first one that makes no sense."""
        environ = os.environ if environ is None else environ
        given: dict[str, Any] = {
            f.name: _read(f.name, f.type, environ[f.name.upper()])
            for f in fields(cls)
            if f.name.upper() in environ
        }
        settings = cls(**given)
        settings.var_dir.mkdir(parents=True, exist_ok=True)
        return (
            settings if settings.secret_key else cls(**given | {"secret_key": _kept_secret(settings.var_dir)})
        )


def _read(name: str, kind: object, text: str) -> object:
    try:
        if kind is bool:
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}[
                text.lower()
            ]
        if kind is Path:
            return Path(text).resolve()
        return kind(text) if callable(kind) else text
    except (ValueError, KeyError):
        raise BadSetting(f"{name.upper()}={text!r} is not a {getattr(kind, '__name__', kind)}") from None


def secret(source: str, name: str) -> str:
    """What a reference in a file of settings means: ("env", variable), ("file", path) or ("given", the value itself).

    Read anew each time, so that a secret that was changed in its file is taken. Raises BadSetting.
    """
    if source == "given":
        return name
    if source == "env":
        if not os.environ.get(name):
            raise BadSetting(f"the environment has no {name}")
        return os.environ[name]
    try:
        return Path(name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"the secret in {name} cannot be read: {error}") from None


def _kept_secret(var_dir: Path) -> str:
    """The key of this installation, made at the first start; two processes that start together agree on one."""
    path = var_dir / "secret_key"
    if not path.exists():
        draft = var_dir / f"secret_key.{os.getpid()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()
