"""A document was drawn: the mail about a signed visit waits for the last one of its sheets."""

from typing import Any

from portal.dispatch.queries import visits
from portal.notify.handlers.visits import visit_signed


def paper_made(payload: dict[str, Any]) -> None:
    """Of a service sheet. A quote's document stands on its page."""
    what, _colon, number = payload["ref"].partition(":")
    if what == "sheet":
        visit_signed({"visit_id": visits.sheet_numbered(int(number)).visit_id})
