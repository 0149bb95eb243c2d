"""Mail domains of organisations, as staff verified them.

Owns that a domain belongs to one organisation, and that one where anybody gets an address belongs to none.
"""

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.people import queries
from portal.people.models import Organisation, OrganisationDomain
from portal.people.rules.domains import domain_of
from portal.people.rules.free_mail import is_free_mail


def add(actor: Actor, organisation_id: int, typed: str) -> OrganisationDomain:
    """Take a domain as an organisation's own. Raises NotFound, and Refused for one that cannot be."""
    queries.client_organisation(actor, organisation_id)
    domain = domain_of(typed)
    if domain is None:
        raise Refused(_l("Write a domain such as example.com."), field="domain")
    if is_free_mail(domain):
        raise Refused(
            _l("Anybody can get an address at %(domain)s, so it is no organisation's own.", domain=domain),
            field="domain",
        )
    taken = db.session.scalar(select(OrganisationDomain).where(OrganisationDomain.domain == domain))
    if taken is not None:
        owner = db.session.get_one(Organisation, taken.organisation_id)
        raise Refused(
            _l("%(domain)s belongs to %(name)s already.", domain=domain, name=owner.name), field="domain"
        )
    row = OrganisationDomain(
        organisation_id=organisation_id, domain=domain, verified_at=clock.now(), verified_by_id=actor.user_id
    )
    db.session.add(row)
    db.session.flush()
    return row


def remove(actor: Actor, organisation_id: int, domain_id: int) -> None:
    """It is the organisation's no more; who was found by it stays a contact. Raises NotFound."""
    queries.client_organisation(actor, organisation_id)
    db.session.execute(
        delete(OrganisationDomain).where(
            OrganisationDomain.id == domain_id, OrganisationDomain.organisation_id == organisation_id
        )
    )
