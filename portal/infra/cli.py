"""`flask jobs …`: what the worker gave up on."""

import click
from flask.cli import AppGroup

from portal.infra import jobs
from portal.infra.transaction import transaction

group = AppGroup("jobs", help="Background jobs.")


@group.command("dead")
def list_dead() -> None:
    """List jobs that gave up."""
    for job in jobs.dead():
        click.echo(f"{job.id}\t{job.kind}\t{job.attempts}\t{(job.last_error or '').splitlines()[-1:]}")


@group.command("retry")
@click.argument("job_id", type=int)
def retry(job_id: int) -> None:
    """Let a dead job try again."""
    with transaction():
        found = jobs.revive(job_id)
    if not found:
        raise click.ClickException(f"no dead job {job_id}")
