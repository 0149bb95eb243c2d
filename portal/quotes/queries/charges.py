"""What was charged under a quote; the caller has seen to it that the reader may know the quote."""

from collections.abc import Sequence

from sqlalchemy import select

from portal.contracts.models import Charge
from portal.infra.db import db
from portal.quotes.models import Quote
from portal.quotes.rules.quoting import Act


def of_quote(quote: Quote) -> Sequence[Charge]:
    """Its charges; asked for only where there can be any."""
    if quote.act not in (Act.ACCEPTED, Act.DONE):
        return []
    query = select(Charge).where(
        Charge.organisation_id == quote.organisation_id, Charge.ref == f"quote:{quote.number}"
    )
    return db.session.scalars(query.order_by(Charge.id)).all()
