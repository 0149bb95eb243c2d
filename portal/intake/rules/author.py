"""Who really wrote a mail: behind a mailing list that put its own address into From, or in Reply-To where a setting says so.

Owns the headers by which lists keep the writer. Refuses to trust: whether the author may do anything is route.py's.
"""

import re
from collections.abc import Mapping, Sequence

from portal.intake.rules import headers
from portal.intake.rules.mail import Address, ParsedMail

# Written by Google Groups, Exchange Online and other lists that rewrite From because of the writer's DMARC policy.
_ORIGINAL = ("x-original-from", "x-original-sender", "x-google-original-from", "original-from")
_VIA = re.compile(r"(?i)^(?P<name>.*?)\s+(?:via|durch|über|通过|经由|經由)\s+\S.*$")
_WRAPPED = re.compile(r"(?i)^(?P<local>[^@\s=]{1,64})=(?:40)?(?P<domain>[a-z0-9.-]{1,200}\.[a-z]{2,20})@")
_LIST_HEADERS = ("list-id", "list-post", "mailing-list", "x-beenthere", "x-mailman-version")


def behind_list(sender: Address, fields: Mapping[str, Sequence[str]]) -> tuple[Address, str]:
    """The writer and what named them: "original_from", "list", or "from" where nothing was rewritten.

    `fields`: header values by lower-case name, as they came.
    """
    for name in _ORIGINAL:
        for value in fields.get(name, ())[:1]:
            found = next((a for a in headers.addresses(value, 2) if "@" in a.email), None)
            if found is not None and found.email.lower() != sender.email.lower():
                return found if found.name else Address(
                    found.email, _plain_name(sender.name)
                ), "original_from"
    if not any(name in fields for name in _LIST_HEADERS):
        return sender, "from"
    wrapped = _WRAPPED.match(sender.email)
    if wrapped is not None:
        return Address(f"{wrapped['local']}@{wrapped['domain'].lower()}", _plain_name(sender.name)), "list"
    via = _VIA.match(sender.name)
    if via is None or not _is_list_address(sender.email, fields):
        return sender, "from"
    for name in ("reply-to", "cc"):  # Mailman puts the writer there, beside the list itself
        for value in fields.get(name, ())[:1]:
            others = [
                a
                for a in headers.addresses(value, 10)
                if "@" in a.email and not _is_list_address(a.email, fields)
            ]
            named = [a for a in others if a.name and a.name.lower() == via["name"].strip("'\" ").lower()]
            if named or (name == "reply-to" and len(others) == 1):
                found = (named or others)[0]
                return Address(found.email, found.name or via["name"].strip("'\" ")), "list"
    return sender, "from"


def _plain_name(name: str) -> str:
    via = _VIA.match(name)
    return via["name"].strip("'\" ") if via else name


def _is_list_address(email: str, fields: Mapping[str, Sequence[str]]) -> bool:
    """The list's posting address, or one on the list's own domain."""
    wanted = email.lower()
    if not wanted:
        return False
    local, _, domain = wanted.partition("@")
    for name in _LIST_HEADERS:
        for value in fields.get(name, ())[:2]:
            said = value.lower()
            if wanted in said or f"{local}.{domain}" in said:
                return True
    return False


def who(mail: ParsedMail, *, reply_to_wins: bool) -> Address:
    """Whose words these are, and who is answered. `reply_to_wins`: a mailbox fed by a web form, where From is the form's own
    address and the person stands in Reply-To. A list's Reply-To is the list, never a person."""
    if reply_to_wins and mail.author_by == "from" and not mail.flags.via_list:
        for address in mail.reply_to:
            if "@" in address.email:
                return address
    return mail.author
