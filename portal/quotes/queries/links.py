"""The mailed links to quotes."""

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.infra.db import db
from portal.kernel import refs
from portal.kernel.errors import NotFound
from portal.quotes.models import Quote, QuoteLink


def by_token(token: str, *, lock: bool = False) -> QuoteLink | None:
    """The link of a secret, with its quote and its person; None for a secret that was never given."""
    query = (
        select(QuoteLink)
        .where(QuoteLink.token_hash == refs.hash_of(token))
        .options(joinedload(QuoteLink.contact), joinedload(QuoteLink.quote).joinedload(Quote.organisation))
    )
    if lock:
        query = query.with_for_update(of=QuoteLink).execution_options(populate_existing=True)
    return db.session.scalar(query)


def link(link_id: int) -> QuoteLink:
    """One link for the mail that carries it; raises NotFound."""
    found = db.session.get(QuoteLink, link_id, options=[joinedload(QuoteLink.quote)], populate_existing=True)
    if found is None:
        raise NotFound
    return found


def of_person(quote_id: int, contact_id: int) -> QuoteLink | None:
    """The link that a person has for a revision and has not used."""
    query = select(QuoteLink).where(
        QuoteLink.quote_id == quote_id, QuoteLink.contact_id == contact_id, QuoteLink.used_at.is_(None)
    )
    return db.session.scalar(query.order_by(QuoteLink.id.desc()).limit(1))
