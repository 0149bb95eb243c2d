"""The file that describes the mailboxes: TOML, checked whole; docs/mail.md shows one.

Owns every fault with its line. Refuses secrets written in it: it names where they are.
"""

import re
import tomllib
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from portal.intake.rules.mailboxes import Imap, Mailbox, MailboxDefaults, OAuth, Secret, bare
from portal.tickets.rules.words import Kind, Urgency

LANGUAGES = ("en", "zh_Hans")
_ADDRESS = re.compile(r"[^\s@<>,;+]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")


@dataclass(frozen=True)
class Fault:
    """What is wrong, and on which line."""

    line: int
    reason: str


class BadMailboxes(ValueError):
    """The file is not used."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(f"line {f.line}: {f.reason}" for f in faults))
        self.faults = faults


def read(text: str) -> tuple[Mailbox, ...]:
    """Read and check the whole file. Raises BadMailboxes with every fault."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        raise BadMailboxes(
            [Fault(int(line.group(1)) if line else len(text.splitlines()), str(error))]
        ) from None
    return _Reader(text, raw).mailboxes()


class _Reader:
    """Collects the faults of one file while it reads."""

    def __init__(self, text: str, raw: dict[str, Any]) -> None:
        self.raw, self.faults = raw, list[Fault]()
        self.places = _places(text)

    def fault(self, place: tuple[Any, ...], reason: str) -> None:
        """`place`: ("mailbox", number, key …); the line is that of the nearest part that stands in the file by itself."""
        while place and place not in self.places:
            place = place[:-1]
        self.faults.append(Fault(self.places.get(place, 1), reason))

    def mailboxes(self) -> tuple[Mailbox, ...]:
        for key in self.raw:
            if key != "mailbox":
                self.fault((key,), f"nobody knows {key!r}; each mailbox is a [[mailbox]]")
        tables = self.raw.get("mailbox", [])
        if not isinstance(tables, list) or not tables or not all(isinstance(t, dict) for t in tables):
            self.fault(("mailbox",), "a mailbox is described under [[mailbox]]")
            raise BadMailboxes(self.faults)
        boxes = [self.mailbox(("mailbox", n), table) for n, table in enumerate(tables)]
        for n, box in enumerate(boxes):
            before = boxes[:n]
            if box.name and any(box.name == other.name for other in before):
                self.fault(("mailbox", n, "name"), f"two mailboxes are called {box.name!r}")
            for address in box.addresses:
                if any(address in other.addresses for other in before):
                    self.fault(("mailbox", n, "addresses"), f"{address} belongs to another mailbox")
        if self.faults:
            raise BadMailboxes(sorted(self.faults, key=lambda f: f.line))
        return tuple(boxes)

    def mailbox(self, place: tuple[Any, ...], table: dict[str, Any]) -> Mailbox:
        known = {"name", "addresses", "imap", *_DEFAULTS}
        self._strangers(place, table, known)
        name = self._text(place, table, "name", needed=True)
        if len(name) > 80:
            self.fault((*place, "name"), "a mailbox's name has 80 characters at most")
        addresses = self._texts(place, table, "addresses")
        if not addresses:
            self.fault(
                (*place, "addresses"), 'name the addresses whose mail arrives here: addresses = ["support@…"]'
            )
        for address in addresses:
            if not _ADDRESS.fullmatch(address):
                self.fault((*place, "addresses"), f"{address!r} is not a plain address")
        imap = table.get("imap")
        if imap is not None and not isinstance(imap, dict):
            self.fault((*place, "imap"), "imap is a table: [mailbox.imap]")
            imap = None
        return Mailbox(
            name,
            tuple(dict.fromkeys(bare(a) for a in addresses)),
            self._defaults(place, table),
            self._imap((*place, "imap"), imap) if imap is not None else None,
        )

    def _defaults(self, place: tuple[Any, ...], table: dict[str, Any]) -> MailboxDefaults:
        plain = MailboxDefaults()
        organisation = self._number(place, table, "organisation", 0, 1, 2**62)
        closed = self._number(place, table, "closed_days", 0, 1, 3650)
        return MailboxDefaults(
            team=self._text(place, table, "team") or None,
            organisation_id=organisation or None,
            kind=Kind(self._one_of(place, table, "kind", plain.kind, tuple(Kind))),
            urgency=Urgency(self._one_of(place, table, "urgency", plain.urgency, tuple(Urgency))),
            language=self._one_of(place, table, "language", "", LANGUAGES) or None,
            acknowledge=self._flag(place, table, "acknowledge", plain.acknowledge),
            join_by_subject=self._flag(place, table, "join_by_subject", plain.join_by_subject),
            trust_reply_to=self._flag(place, table, "trust_reply_to", plain.trust_reply_to),
            closed_days=closed or None,
            authserv_id=self._text(place, table, "authserv_id").lower(),
        )

    def _imap(self, place: tuple[Any, ...], table: dict[str, Any]) -> Imap:
        known = {
            "host",
            "user",
            "password",
            "oauth",
            "port",
            "tls",
            "folders",
            "archive",
            "poll_seconds",
            "idle",
        }
        self._strangers(place, table, known)
        tls = self._one_of(place, table, "tls", "tls", ("tls", "starttls", "none"))
        oauth = table.get("oauth")
        if oauth is not None and not isinstance(oauth, dict):
            self.fault((*place, "oauth"), "oauth is a table: [mailbox.imap.oauth]")
            oauth = None
        password = self._secret(place, table, "password")
        if (oauth is None) == (password is None) and "password" not in table:
            self.fault(place, "say how to sign in: a password, or [mailbox.imap.oauth]")
        elif oauth is not None and "password" in table:
            self.fault((*place, "password"), "a password and oauth: one of them is enough")
        if oauth is not None and tls == "none":
            self.fault((*place, "tls"), "an access token is not sent without TLS")
        return Imap(
            host=self._text(place, table, "host", needed=True),
            user=self._text(place, table, "user", needed=True),
            password=password,
            oauth=self._oauth((*place, "oauth"), oauth) if oauth is not None else None,
            port=self._number(place, table, "port", 993 if tls == "tls" else 143, 1, 65535),
            tls=tls,
            folders=tuple(self._texts(place, table, "folders")) or ("INBOX",),
            archive=self._text(place, table, "archive", default="Archive"),
            poll_seconds=self._number(place, table, "poll_seconds", 20, 1, 3600),
            idle=self._flag(place, table, "idle", True),
        )

    def _oauth(self, place: tuple[Any, ...], table: dict[str, Any]) -> OAuth:
        self._strangers(place, table, {"token_url", "client_id", "client_secret", "refresh_token", "scope"})
        url = self._text(place, table, "token_url", needed=True)
        parts = urlsplit(url)
        if url and (parts.scheme != "https" or not parts.hostname):
            self.fault((*place, "token_url"), "the address of the token endpoint begins with https://")
        refresh = self._secret(place, table, "refresh_token")
        if "refresh_token" not in table:
            self.fault((*place, "refresh_token"), "refresh_token is missing")
        return OAuth(
            url,
            self._text(place, table, "client_id", needed=True),
            refresh or Secret("given", ""),
            self._secret(place, table, "client_secret"),
            self._text(place, table, "scope"),
        )

    def _strangers(self, place: tuple[Any, ...], table: dict[str, Any], known: set[str]) -> None:
        for key in table.keys() - known:
            self.fault((*place, key), f"nobody knows {key!r}; known are {', '.join(sorted(known))}")

    def _text(
        self,
        place: tuple[Any, ...],
        table: dict[str, Any],
        key: str,
        *,
        needed: bool = False,
        default: str = "",
    ) -> str:
        value = table.get(key, default)
        if not isinstance(value, str) or re.search(r"[\x00-\x1f\x7f]", value):
            self.fault((*place, key), f"{key} is one line of text in quotes")
            return ""
        if needed and not value.strip():
            self.fault((*place, key), f"{key} is missing")
        return value.strip()

    def _texts(self, place: tuple[Any, ...], table: dict[str, Any], key: str) -> list[str]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            self.fault((*place, key), f"{key} is a list of texts in quotes")
            return []
        return [v.strip() for v in value]

    def _flag(self, place: tuple[Any, ...], table: dict[str, Any], key: str, default: bool) -> bool:
        value = table.get(key, default)
        if not isinstance(value, bool):
            self.fault((*place, key), f"{key} is true or false")
            return default
        return value

    def _number(
        self, place: tuple[Any, ...], table: dict[str, Any], key: str, default: int, least: int, most: int
    ) -> int:
        value = table.get(key)
        if value is None:
            return default
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            self.fault((*place, key), f"{key} is a number from {least} on, {most} at most")
            return default
        return value

    def _one_of(
        self, place: tuple[Any, ...], table: dict[str, Any], key: str, default: str, choices: tuple[str, ...]
    ) -> str:
        value = table.get(key, default)
        if value != default and value not in choices:
            self.fault((*place, key), f"{key} is one of {', '.join(choices)}")
            return default
        return str(value)

    def _secret(self, place: tuple[Any, ...], table: dict[str, Any], key: str) -> Secret | None:
        value = table.get(key)
        if value is None:
            return None
        source, _, name = value.partition(":") if isinstance(value, str) else ("", "", "")
        if source not in ("env", "file") or not name.strip():
            self.fault((*place, key), f'{key} names where the secret is: "env:NAME" or "file:/path"')
            return None
        return Secret(source, name.strip())


_DEFAULTS = frozenset(
    "team organisation kind urgency language acknowledge join_by_subject trust_reply_to closed_days authserv_id".split()
)


def _places(text: str) -> dict[tuple[Any, ...], int]:
    """On which line each table and key stands, as far as they are written the plain way."""
    places: dict[tuple[Any, ...], int] = {}
    number, table = -1, tuple[Any, ...]()
    for line_number, line in enumerate(text.splitlines(), 1):
        if head := re.match(r"\s*\[\[?\s*([\w.-]+)\s*\]\]?\s*(?:#.*)?$", line):
            names = head.group(1).split(".")
            if names == ["mailbox"]:
                number += 1
            table = (names[0], number, *names[1:]) if names[0] == "mailbox" else tuple(names)
            places.setdefault(table, line_number)
            places.setdefault((names[0],), line_number)
        elif key := re.match(r"\s*([\w-]+)\s*=", line):
            places.setdefault((*table, key.group(1)), line_number)
    return places
