"""`flask calendars …`: days off and make-up workdays."""

from pathlib import Path

import click
from flask.cli import AppGroup

from portal.contracts.queries import calendars as known
from portal.contracts.rules import notices
from portal.contracts.rules.notices import BadNotice, Notice
from portal.contracts.service import calendars
from portal.infra.transaction import transaction

group = AppGroup("calendars", help="Days off and make-up workdays of a jurisdiction.")

_REASONS = {
    "head": "the first line must be date,kind,name",
    "columns": "three columns are needed",
    "date": "that is no date of the calendar (YYYY-MM-DD)",
    "kind": "the kind must be statutory, bridge, weekend, makeup or workday",
    "twice": "the date was named before",
    "makeup_on_weekday": "a make-up workday falls on a Saturday or Sunday",
    "bridge_on_weekend": "a bridge day falls on a weekday",
    "published": "the day of publication is no date",
    "one_year": "a notice names the days of one year",
}


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--jurisdiction", default="CN", show_default=True)
@click.option("--apply", "applying", is_flag=True, help="Take it; without this the changes are only shown.")
def import_notice(file: Path, jurisdiction: str, applying: bool) -> None:
    """Show what a notice would change, and with --apply take it. A file with a fault is refused whole, each line named."""
    try:
        notice = notices.parse(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise click.ClickException(f"{file}: the file is not UTF-8") from None
    except BadNotice as bad:
        lines = [f"{file}:{b.number}: {_REASONS[b.reason]}: {b.text}" for b in bad.lines]
        raise click.ClickException("nothing was taken\n" + "\n".join(lines)) from None
    _show_or_take(jurisdiction, notice, applying=applying, provisional=False)


@group.command("library")
@click.argument("year", type=click.IntRange(2004, 2100))
@click.option("--apply", "applying", is_flag=True, help="Take it; without this the changes are only shown.")
def import_from_libraries(year: int, applying: bool) -> None:
    """The same for a year of China as the libraries know it; a year without a notice is a guess and stays provisional."""
    from portal.contracts.service import libraries  # two packages that only this command wants

    notice, guessed = libraries.china(year)
    _show_or_take(libraries.JURISDICTION, notice, applying=applying, provisional=guessed)
    if guessed:
        click.echo(
            f"{year}: no notice is known yet; these are the statutory days alone, and every deadline says so"
        )


def _show_or_take(jurisdiction: str, notice: Notice, *, applying: bool, provisional: bool) -> None:
    if applying:
        with transaction():
            changes = calendars.take(jurisdiction, notice, provisional=provisional)
    else:
        changes = calendars.compare(jurisdiction, notice)
    for change in changes:
        before, after = (kind.value if kind else "plain" for kind in (change.before, change.after))
        click.echo(f"{change.day}  {before} → {after}  {notice.names.get(change.day, '')}")
    tail = "" if applying else ", not taken (--apply takes them)"
    click.echo(f"{notice.year}: {len(changes)} changes{tail}")


@group.command("show")
@click.option("--jurisdiction", default="CN", show_default=True)
def show(jurisdiction: str) -> None:
    """List the years that are known, and whether each is certain."""
    for notice in known.latest_notices(jurisdiction):
        state = "provisional" if notice.provisional else f"published {notice.published_on}"
        click.echo(f"{notice.year}\t{state}\t{notice.source}")
