"""`flask people …`: set up the provider and its first administrator, invite again from the server."""

import click
from flask.cli import AppGroup

from portal.infra.transaction import transaction
from portal.kernel.actor import StaffRole
from portal.kernel.errors import Refused
from portal.people import queries
from portal.people.models import OrganisationKind
from portal.people.service import contacts, links, organisations, users
from portal.web import languages

group = AppGroup("people", help="The provider's own people.")


@group.command("setup")
@click.option("--provider", prompt="Name of your company, as clients know it")
@click.option("--phone", prompt="Phone number of the desk", default="", show_default=False)
@click.option("--name", prompt="Name of the first administrator")
@click.option("--email", prompt="E-mail address of the first administrator")
@click.option("--language", type=click.Choice(list(languages.LANGUAGES)), default="en", show_default=True)
@click.option("--time-zone", default=languages.DEFAULT_ZONE, show_default=True)
def setup(provider: str, phone: str, name: str, email: str, language: str, time_zone: str) -> None:
    """Create the provider and its first administrator, and print the link that sets the password."""
    if not languages.is_zone(time_zone):
        raise click.BadParameter("not a time zone such as Asia/Shanghai", param_hint="--time-zone")
    try:
        with transaction():
            organisations.create_organisation(
                provider.strip(), kind=OrganisationKind.PROVIDER, language=language, time_zone=time_zone,
                phone=phone.strip() or None,
            )  # fmt: skip
            person = contacts.create_contact(
                name.strip(), emails=[email], language=language, time_zone=time_zone
            )
            link = users.invite(users.create_user(person, staff_role=StaffRole.ADMINISTRATOR))
            url = links.url_of(link.id)
    except Refused as refused:
        raise click.ClickException(str(refused.sentence)) from None
    click.echo(f"Open this link within seven days to set the password:\n{url}")


@group.command("invite")
@click.argument("email")
def invite(email: str) -> None:
    """Print a new invitation link for somebody who has an account; links sent before work no more."""
    with transaction():
        user = queries.user_by_email(email)
        if user is None:
            raise click.ClickException(f"nobody signs in as {email}")
        url = links.url_of(users.invite(user).id)
    click.echo(url)
