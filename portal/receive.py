"""The pipe for a mail server: `python -m portal.receive [--sender ADDRESS] [RECIPIENT …] < message`.

Owns the answer by exit code (sysexits.h): 0 the message is committed; 75 not taken, the server keeps it and tries again;
67 refused, because LMTP_REFUSE_UNKNOWN is set and no mailbox names a recipient. Whatever goes wrong here, settings and
imports included, is a 75: another code would bounce the message.
"""

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

COMMITTED = 0
UNKNOWN = 67
"""EX_NOUSER."""
LATER = 75
"""EX_TEMPFAIL."""


def _application() -> "Flask":
    """The settings, the tables and the mailboxes, without a page: a process for each message must start quickly."""
    from importlib import import_module

    from flask import Flask

    from portal import registry
    from portal.config import Settings
    from portal.infra import db
    from portal.intake.service import mailboxes

    settings = Settings.from_environ()
    app = Flask("portal", static_folder=None)
    app.extensions["portal_settings"] = settings
    for module in registry.MODELS:
        import_module(module)
    db.init_app(app, settings.sqlalchemy_url)
    mailboxes.init_app(app)
    return app


def main(arguments: list[str]) -> int:
    """Take the message on standard input; returns the exit code."""
    sender: str | None = None
    recipients: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--sender":
            sender = next(rest, "")
        elif argument.startswith("--sender="):
            sender = argument.partition("=")[2]
        elif argument != "--":
            recipients.append(argument)
    app = _application()
    with app.app_context():
        from portal.intake.doors import pipe

        return COMMITTED if pipe.take(sys.stdin.buffer.read(), sender, recipients) else UNKNOWN


def _guarded() -> int:
    try:
        return main(sys.argv[1:])
    except BaseException as error:
        with suppress(OSError):  # perhaps nobody listens; the code says it all
            sys.stderr.write(f"not taken, try again: {type(error).__name__}: {error}"[:500] + "\n")
            sys.stderr.flush()
        return LATER


if __name__ == "__main__":
    code = _guarded()
    # No destructor may change the answer.
    os._exit(code)
