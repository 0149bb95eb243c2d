"""`flask contracts rehearse FILE…`: plays scenario files and prints one JSON line for each."""

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from portal.rehearsal import doors
from portal.rehearsal.rules.reading import BadScenario

group = AppGroup("contracts", help="Contracts.")


@group.command("rehearse")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
def rehearse(files: tuple[Path, ...]) -> None:
    """Play scenario files against the real services in a scratch database.

    One JSON line a scenario: {"id", "ok", "differences"}. Ends with 1 if anything differs, with 2 if a file cannot be read:
    then nothing is played, and each fault is named with its line. The format is described in docs/scenarios.md.
    """
    loaded, unreadable = [], False
    for file in files:
        try:
            loaded.append(doors.load(file))
        except BadScenario as bad:
            unreadable = True
            for fault in bad.faults:
                click.echo(f"{file}:{fault.line}: {fault.reason}", err=True)
        except OSError as error:
            unreadable = True
            click.echo(f"{file}:1: {error.strerror}", err=True)
    if unreadable:
        raise SystemExit(2)
    differs = False
    with doors.scratch() as theatre:
        for one in loaded:
            result = theatre.play(one)
            differs = differs or not result.ok
            line = {"id": result.id, "ok": result.ok, "differences": result.differences}
            click.echo(json.dumps(line, ensure_ascii=False))
    if differs:
        raise SystemExit(1)
