"""The mailboxes that this portal was started with, and whose defaults hold for a message.

Owns that a file that cannot be understood stops the start, naming file, line and fault.
"""

from collections.abc import Iterable
from pathlib import Path

from flask import Flask, current_app

from portal.config import BadSetting, Settings
from portal.intake.rules import mailbox_file
from portal.intake.rules import mailboxes as rules
from portal.intake.rules.mailboxes import Imap, Mailbox, MailboxDefaults, Secret

SIMPLE = "support"
"""The name of the one mailbox that the plain settings describe."""


def init_app(app: Flask) -> None:
    """Read the description once. Raises BadSetting."""
    app.extensions["portal_mailboxes"] = described_by(app.extensions["portal_settings"])


def described_by(settings: Settings) -> tuple[Mailbox, ...]:
    """Every mailbox of these settings: those of the file, else the one of IMAP_…, which may have no server at all."""
    if not settings.mailboxes_file:
        return (_simple(settings),)
    if settings.imap_host:
        raise BadSetting("IMAP_HOST and MAILBOXES_FILE are both set: move the mailbox into the file")
    try:
        text = Path(settings.mailboxes_file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"MAILBOXES_FILE={settings.mailboxes_file} cannot be read: {error}") from None
    try:
        return mailbox_file.read(text)
    except mailbox_file.BadMailboxes as error:
        lines = [f"{settings.mailboxes_file}:{fault.line}: {fault.reason}" for fault in error.faults]
        raise BadSetting("\n".join(lines)) from None


def _simple(settings: Settings) -> Mailbox:
    imap = None
    if settings.imap_host:
        folders = tuple(f.strip() for f in settings.imap_mailbox.split(",") if f.strip())
        imap = Imap(
            host=settings.imap_host, user=settings.imap_user, password=Secret("given", settings.imap_password),
            port=settings.imap_port, tls=settings.imap_tls, folders=folders, archive=settings.imap_archive,
            poll_seconds=settings.imap_poll_seconds, idle=settings.imap_idle,
        )  # fmt: skip
    plain = MailboxDefaults(authserv_id=settings.authserv_id.lower())
    return Mailbox(SIMPLE, (rules.bare(settings.support_address),), plain, imap)


def known() -> tuple[Mailbox, ...]:
    """All of them, in the order of the file; at least one."""
    found: tuple[Mailbox, ...] = current_app.extensions["portal_mailboxes"]
    return found


def own_addresses() -> frozenset[str]:
    """Every address that is ours, in lower case, without sub-addresses."""
    sends_from: Settings = current_app.extensions["portal_settings"]
    return frozenset([rules.bare(sends_from.support_address), *(a for box in known() for a in box.addresses)])


def chosen_for(recipients: Iterable[str]) -> Mailbox:
    """The mailbox that one of these addresses belongs to, else the first: no message is without one."""
    return rules.of_recipients(known(), recipients) or known()[0]


def named(name: str | None) -> Mailbox | None:
    return next((box for box in known() if box.name == name), None)


def defaults_of(name: str | None) -> MailboxDefaults:
    """What holds for mail of that mailbox; plain defaults for one that is described no more."""
    box = named(name)
    return box.defaults if box else MailboxDefaults()
