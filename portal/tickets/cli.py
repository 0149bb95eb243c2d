"""`flask tickets …`: the search index, made anew by hand."""

import click
from flask.cli import AppGroup

from portal.infra.transaction import transaction
from portal.tickets.service import indexing

group = AppGroup("tickets", help="Tickets and their search index.")


@group.command("reindex")
@click.option("--batch", default=500, show_default=True, help="Tickets a transaction.")
def reindex(batch: int) -> None:
    """Index all tickets again, the newest first. Searches go on meanwhile; what was stopped is gone on with by the worker."""
    with transaction():
        indexing.begin_again()
    done = 0
    while True:
        with transaction():
            indexed = indexing.go_on(batch)
        done += indexed
        if not indexed:
            break
        click.echo(f"{done} tickets", err=True)
    click.echo(f"{done} tickets are indexed.")
