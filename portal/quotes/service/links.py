"""The mailed link by which one person answers one revision of a quote: no sign-in, one answer, over with the quote's last day.

Its secret is derived from the installation's key and a random salt, as for other one-time links: the mail can be written later,
and the secret is never stored.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from portal.infra.db import db
from portal.kernel import clock, refs
from portal.kernel.errors import Refused
from portal.quotes.models import Quote, QuoteLink
from portal.quotes.queries import links
from portal.quotes.rules import quoting
from portal.quotes.rules.quoting import Side
from portal.quotes.service import record
from portal.web.context import settings

PATH = "/quote/"


def issue(quote: Quote, contact_id: int) -> QuoteLink:
    """A link for one person to this revision; the one that they have and did not use is given again."""
    known = links.of_person(quote.id, contact_id)
    if known is not None:
        return known
    salt = refs.new_secret()
    link = QuoteLink(
        quote_id=quote.id, contact_id=contact_id, salt=salt, created_at=clock.now(), expires_at=_last_instant(quote),
        token_hash=refs.hash_of(_token(quote.id, contact_id, salt)),
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    return link


def _last_instant(quote: Quote) -> datetime:
    """The end of its last day, by the organisation's wall clock."""
    after = datetime.combine(
        quote.valid_until + timedelta(days=1), time(), ZoneInfo(quote.organisation.time_zone)
    )
    return after.astimezone(UTC)


def url_of(link_id: int) -> str:
    """The whole secret address, from the configured address of the portal."""
    link = links.link(link_id)
    return f"{settings().public_url.rstrip('/')}{PATH}{_token(link.quote_id, link.contact_id, link.salt)}"


def still_works(link_id: int) -> bool:
    """Whether it can still be answered by it."""
    return why_not(links.link(link_id)) is None


def why_not(link: QuoteLink) -> Refused | None:
    """Why the link answers nothing any more; None if it does."""
    if link.used_at is not None:
        return Refused(_l("This link was used already. How the quote stands is written in the portal."))
    quote = link.quote
    why = quoting.why_not_confirm(record.stage_of(quote), record.sides_of(quote), Side.CLIENT)
    if why is not None:
        return record.QuoteRefused(why)
    if link.expires_at <= clock.now():
        return record.QuoteRefused(quoting.Why.QUOTE_EXPIRED)
    return None


def use(link: QuoteLink) -> None:
    """Take a locked link for its one answer; raises Refused."""
    refused = why_not(link)
    if refused is not None:
        raise refused
    link.used_at = clock.now()


def _token(quote_id: int, contact_id: int, salt: str) -> str:
    return refs.keyed_secret(settings().secret_key, f"quote:{quote_id}:{contact_id}:{salt}")
