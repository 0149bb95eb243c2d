"""Whose a message is, from its first lines alone, before anything reads it.

Owns what a door needs of the bytes. Refuses the parser: a door that starts for each message must not load it.
"""

import re

from portal.intake.rules import headers, structure
from portal.intake.rules.mail import Address


def message_id_of(raw: bytes) -> str:
    """The Message-ID alone, before anything is read: by it a later answer knows that its first mail is still waiting."""
    block = re.split(rb"\r?\n\r?\n", raw[: 1 << 20], maxsplit=1)[0]
    found = re.search(rb"(?im)^message-id[ \t]*:\s*(<[^<>\s]{1,510}>)", block)
    return next(iter(headers.ids(found.group(1).decode("ascii", "replace"))), "") if found else ""


def glimpse(raw: bytes) -> tuple[Address, str]:
    """Sender and subject of a mail that is not read, from the first lines alone, so that staff see whose it is."""
    block = re.split(rb"\r?\n\r?\n", structure.without_envelope(raw[: 1 << 20]), maxsplit=1)[0]
    found: dict[bytes, str] = {}
    for match in re.finditer(
        rb"(?im)^(from|subject)[ \t]*:([^\r\n]{0,1000}(?:\r?\n[ \t][^\r\n]{0,500}){0,3})", block
    ):
        found.setdefault(match.group(1).lower(), match.group(2).decode("ascii", "surrogateescape"))
    sender = next(iter(headers.addresses(found.get(b"from", ""), 2)), Address(""))
    return sender, headers.text(found.get(b"subject", ""), 200)
