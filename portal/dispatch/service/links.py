"""The mailed link of one person for one visit: works without a sign-in, expires, and answers once.

Its secret is derived from the installation's key and a random salt, as for other one-time links: the mail can be written
later, and the secret is never stored.
"""

from flask_babel import lazy_gettext as _l

from portal.dispatch.models import Visit, VisitLink
from portal.dispatch.queries import offers
from portal.dispatch.rules import offering as rules
from portal.dispatch.rules.visiting import PLANNED
from portal.dispatch.service.offering import Option
from portal.infra.db import db
from portal.kernel import clock, refs
from portal.kernel.errors import Refused
from portal.web.context import settings

PATH = "/visit/"


def issue(visit: Visit, contact_id: int, options: list[Option]) -> VisitLink:
    """A link for one person to these times."""
    now, salt = clock.now(), refs.new_secret()
    link = VisitLink(
        visit_id=visit.id, contact_id=contact_id, salt=salt, created_at=now,
        token_hash=refs.hash_of(_token(visit.id, contact_id, salt)),
        expires_at=rules.answer_until(max(o.starts_at for o in options), now),
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    return link


def url_of(link_id: int) -> str:
    """The whole secret address, from the configured address of the portal."""
    link = offers.link(link_id)
    token = _token(link.visit_id, link.contact_id, link.salt)
    return f"{settings().public_url.rstrip('/')}{PATH}{token}"


def still_works(link_id: int) -> bool:
    """Whether its question can still be answered."""
    link = offers.link(link_id)
    in_time = link.used_at is None and link.expires_at > clock.now()
    return in_time and link.visit.status in PLANNED


def still_shows(link: VisitLink) -> bool:
    """Whether it still shows its visit, answered or not."""
    return link.expires_at > clock.now()


def use(link: VisitLink) -> None:
    """Take a locked link for its one answer; raises Refused for one that was used or has expired."""
    if link.used_at is not None:
        raise Refused(_l("This link was used already. How things stand now is written below."))
    if link.expires_at <= clock.now():
        raise Refused(
            _l("This link has expired. Open the newest mail from us, or find the visit in the portal.")
        )
    link.used_at = clock.now()


def _token(visit_id: int, contact_id: int, salt: str) -> str:
    return refs.keyed_secret(settings().secret_key, f"visit:{visit_id}:{contact_id}:{salt}")
