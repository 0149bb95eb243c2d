"""`flask demo load`: fills a new database with the demo, and leaves any other alone."""

import click
from flask.cli import AppGroup

from portal.demo import queries, render
from portal.demo.service import load as loading
from portal.demo.service import material
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.people.service import passwords
from portal.web.context import settings

group = AppGroup("demo", help="The demo: a provider, three clients and their tickets.")


@group.command("load")
def load() -> None:
    """Load the demo into an empty database; elsewhere nothing is done."""
    if not queries.is_empty():
        click.echo("There are people in this database already; the demo is loaded into a new one only.")
        return
    password_hash = passwords.hash_of(material.people()["password"])
    files, mail = material.store_files(), material.store_mail(clock.now())
    with transaction():
        count = loading.load(password_hash, files, mail, tell=not settings().smtp_host)
    click.echo(f"The demo is loaded: {count} tickets.")


@group.command("sign-ins")
def sign_ins() -> None:
    """Show the demo's addresses and their password."""
    for line in render.sign_ins():
        click.echo(line)
