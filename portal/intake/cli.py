"""`flask intake …`: the pipe door for a mail server, and the parser as a measuring instrument."""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from portal.intake import queries
from portal.intake.doors import imap, pipe
from portal.intake.rules import author
from portal.intake.rules.mail import ParsedMail, Unreadable
from portal.intake.service import mailboxes, reading

TEMPORARY = 75
"""sysexits EX_TEMPFAIL: the mail server keeps the message and tries again."""
NO_USER = 67
"""sysexits EX_NOUSER."""

group = AppGroup("intake", help="Incoming mail.")


@group.command("receive")
@click.option("--sender", help="Who the mail server says sends it; empty for a report.")
@click.argument("recipients", nargs=-1)
def receive(sender: str | None, recipients: tuple[str, ...]) -> None:
    """Take one message from standard input. Exit 0: committed. 75: try again later. 67: no such recipient, where the
    settings refuse those. For a mail server better `python -m portal.receive`, which says 75 of broken settings, too."""
    try:
        taken = pipe.take(sys.stdin.buffer.read(), sender, recipients)
    except Exception as error:
        # Whatever it was, the server still has the message: it must neither bounce nor vanish.
        click.echo(f"not taken, try again: {type(error).__name__}", err=True)
        sys.exit(TEMPORARY)
    if not taken:
        sys.exit(NO_USER)


@group.command("fetch")
def fetch() -> None:
    """Look once into every IMAP mailbox and say how it went; a way to try the settings. Exit 1 if one failed."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    places = imap.look_once(app, mailboxes.known(), reading.settings().var_dir)
    if not places:
        click.echo("no mailbox is fetched by IMAP")
    failed = False
    for place in places:
        state = queries.mailbox(place)
        bad = state is None or state.failing
        failed = failed or bad
        words = (
            state.last_error
            if state and bad
            else f"read up to UID {state.last_uid}"
            if state
            else "not looked into"
        )
        click.echo(f"{place}: {words}")
    sys.exit(1 if failed else 0)


@group.command("parse")
def parse() -> None:
    """Read paths of messages from standard input and write what was understood, one JSON object a line."""
    for line in sys.stdin:
        path = line.rstrip("\n")
        if path:
            click.echo(json.dumps(_described(path), ensure_ascii=False))


def _described(path: str) -> dict[str, Any]:
    try:
        mail = reading.parse(Path(path).read_bytes())
    except (Unreadable, OSError) as error:
        return {"file": path, "error": str(error)}
    return {"file": path, **described(mail)}


def described(mail: ParsedMail) -> dict[str, Any]:
    """A mail in the field names of the measure."""
    flags = mail.flags
    return {
        "subject": mail.subject,
        "from": mail.sender.email,
        "from_name": mail.sender.name,
        "to": [a.email for a in mail.to if a.email],
        "cc": [a.email for a in mail.cc if a.email],
        "reply_to": [a.email for a in mail.reply_to if a.email],
        "message_id": mail.message_id,
        "in_reply_to": " ".join(mail.in_reply_to),
        "references": list(mail.references),
        "body": mail.body_text,
        "reply": mail.reply_text,
        "attachments": [
            {
                "name": a.name,
                "type": a.type,
                "size": a.size,
                "sha256": hashlib.sha256(a.data).hexdigest(),
                "sha256_lf": hashlib.sha256(a.data.replace(b"\r\n", b"\n").rstrip(b"\n")).hexdigest(),
                "inline": a.role != "file",
            }
            for a in mail.attachments
        ],
        "auto": flags.auto,
        "no_autoreply": flags.no_autoreply,
        "bounce": flags.bounce,
        "bounce_recipients": list(flags.bounce_recipients),
        "bounce_status": flags.bounce_status,
        "bounce_temporary": flags.bounce_temporary,
        "feedback_report": flags.feedback_report,
        "ignored": flags.looped,
        "author": mail.author.email,
        "author_if_reply_to_wins": author.who(mail, reply_to_wins=True).email,
        "forwarded_from": mail.forwarded.sender.email if mail.forwarded else "",
        "spam": flags.spam,
        "auth_fail": flags.auth_fail,
        "no_sender": not mail.sender.email,
    }
