"""What a phone sends from the site, done once: each act on the locked visit, noted under its random key.

Refuses an act for a visit that the desk moved or gave to somebody else meanwhile; the phone keeps what was typed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l

from portal.dispatch.models import ServiceSheet, Visit
from portal.dispatch.service import sheets
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused, Stale
from portal.tickets.service.record import File

AHEAD = timedelta(minutes=10)
"""How far a phone's clock may be ahead of ours before a time is refused as one of the future."""


@dataclass(frozen=True)
class Signatures:
    """Names with the stored pictures of both sides, as they were given; `reason`: why the client did not sign."""

    engineer_name: str
    engineer: File | None
    client_name: str
    client: File | None
    reason: str = ""


def slot_of(visit: Visit) -> str:
    """What the page showed of the plan: when and who."""
    return f"{visit.starts_at.isoformat()}|{visit.engineer_id or ''}"


def begins(actor: Actor, visit: Visit, what: str, key: str, slot: str | None = None) -> bool:
    """Whether an act on the locked visit is to be done; False if this key was done before, and nothing changes then.

    `slot`: the plan that the page showed; raises Stale when it is another one by now.
    """
    if key and sheets.seen_before(f"{visit.id}:{key}", visit, actor, what):
        return False
    if slot and slot != slot_of(visit):
        raise Stale(
            _l(
                "The desk moved this visit or gave it to somebody else meanwhile. Look at it before you go on."
            )
        )
    return True


def told_at(text: str | None) -> datetime | None:
    """The instant at which a button was pressed on the phone; None for nothing. A clock a little ahead means now."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(_l("That time cannot be read."), field="at") from None
    if at.tzinfo is None:
        raise Refused(_l("That time cannot be read."), field="at")
    now = clock.now()
    return now if now < at <= now + AHEAD else at


def fill(
    visit: Visit, device_id: int | None, version: int | None, entry: sheets.SheetEntry, photos: Sequence[File]
) -> ServiceSheet:
    """Take a sheet as it was typed; raises Stale if somebody else wrote on it since. `version` 0: there was none yet."""
    there = next((s.version for s in visit.sheets if s.device_id == device_id), 0)
    sheet = sheets.sheet_for(visit, device_id)
    if version is not None and there != version:
        raise Stale(
            _l("Somebody else wrote on this sheet meanwhile. What you typed is still here."), field="version"
        )
    sheets.write(sheet, entry)
    for photo in photos:
        sheets.add_photo(sheet, photo)
    return sheet


def sign(actor: Actor, visit: Visit, given: Signatures) -> None:
    """Both signatures onto each sheet of the visit, then it is complete; nothing of it happens if something lacks."""
    pairs = (("engineer", given.engineer_name, given.engineer), ("client", given.client_name, given.client))
    for side, name, picture in pairs:
        if picture is not None and not name.strip():
            raise Refused(_l("A signature needs the name of the person who signs."), field=f"{side}_name")
    if not visit.sheets:
        first = visit.tickets[0].ticket.device_id if visit.tickets else None
        sheets.sheet_for(visit, first)
    for sheet in visit.sheets:
        if given.engineer is not None:
            sheets.sign_engineer(sheet, given.engineer_name, given.engineer.sha256)
        if given.client is not None:
            sheets.sign_client(sheet, given.client_name, given.client.sha256)
        elif given.reason.strip():
            sheets.excuse_client(sheet, given.reason)
    sheets.complete(actor, visit)
