"""One-time links: an invitation or a reset, random, kept as a hash, used once, expiring.

The secret is derived from the installation's key and a random salt, so that the mail that carries it can be written later,
by another process, without the secret ever being stored.
"""

import hmac
from datetime import datetime

from sqlalchemy import delete, select, update

from portal.infra.db import db
from portal.kernel import clock, refs
from portal.kernel.errors import NotFound
from portal.people.models import OneTimeLink, User
from portal.people.rules.links import LASTS, LinkPurpose
from portal.web.context import settings

PATHS = {LinkPurpose.INVITATION: "/welcome/", LinkPurpose.RESET: "/reset/"}


def issue(user: User, purpose: LinkPurpose) -> OneTimeLink:
    """A new link for a user; earlier ones of the same purpose work no more."""
    void(user, purpose)
    salt, now = refs.new_secret(), clock.now()
    link = OneTimeLink(
        user_id=user.id, purpose=purpose, salt=salt, token_hash=refs.hash_of(_token(purpose, user.id, salt)),
        created_at=now, expires_at=now + LASTS[purpose],
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    return link


def url_of(link_id: int) -> str:
    """The whole address of a link, from the configured address of the portal; raises NotFound once it is pruned."""
    link = db.session.get(OneTimeLink, link_id)
    if link is None:
        raise NotFound
    token = _token(link.purpose, link.user_id, link.salt)
    return f"{settings().public_url.rstrip('/')}{PATHS[link.purpose]}{token}"


def find(token: str, purpose: LinkPurpose, *, lock: bool = False) -> OneTimeLink | None:
    """The link of a token with its user and contact, if it can still be used. `lock` holds it until the transaction ends."""
    digest = refs.hash_of(token)
    query = (
        select(OneTimeLink)
        .join(User, OneTimeLink.user_id == User.id)
        .where(OneTimeLink.token_hash == digest, OneTimeLink.purpose == purpose, User.active)
        .where(OneTimeLink.used_at.is_(None), OneTimeLink.expires_at > clock.now())
    )
    if lock:
        query = query.with_for_update(of=OneTimeLink).execution_options(populate_existing=True)
    link = db.session.scalar(query)
    return link if link and hmac.compare_digest(link.token_hash, digest) else None


def void(user: User, *purposes: LinkPurpose) -> None:
    """Make a user's unused links useless; without purposes, all of them."""
    db.session.execute(
        update(OneTimeLink)
        .where(OneTimeLink.user_id == user.id, OneTimeLink.used_at.is_(None))
        .where(OneTimeLink.purpose.in_(purposes or LinkPurpose))
        .values(used_at=clock.now())
        .execution_options(synchronize_session="fetch")
    )


def prune(before: datetime) -> None:
    """Delete links that expired before an instant."""
    db.session.execute(
        delete(OneTimeLink)
        .where(OneTimeLink.expires_at < before)
        .execution_options(synchronize_session=False)
    )


def _token(purpose: LinkPurpose, user_id: int, salt: str) -> str:
    return refs.keyed_secret(settings().secret_key, f"link:{purpose}:{user_id}:{salt}")
