"""An engineer's visits as a calendar that a phone subscribes to: whom, where, what for, how to get in."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from flask_babel import gettext as _

from portal.dispatch.models import Visit
from portal.dispatch.render import visits as render
from portal.dispatch.rules import invitation
from portal.dispatch.rules.invitation import Event
from portal.dispatch.rules.visiting import VisitStatus
from portal.kernel import refs
from portal.people.models import User
from portal.web import languages
from portal.web.context import settings


def file(found: Sequence[Visit], reader: User, provider: str) -> str:
    """The whole file, in the reader's language, instants in UTC."""
    address = settings().public_url.rstrip("/")
    contact = reader.contact
    with languages.spoken(contact.language, contact.time_zone):
        name = _("Visits of %(name)s", name=contact.name)
        return invitation.together([_event(v, address) for v in found], provider, name)


def _event(visit: Visit, address: str) -> Event:
    spot = render.place(visit)
    where = (spot.address if spot else None) or visit.organisation.address or ""
    lines = [render.badge(visit)[0]]
    lines += [f"{refs.ticket_number(row.ticket.number)} {row.ticket.subject}" for row in visit.tickets]
    if spot is not None and spot.access_note:
        lines.append(_("Access: %(note)s", note=spot.access_note))
    if visit.note:
        lines.append(visit.note)
    return Event(
        uid=f"visit-{visit.number}@{urlsplit(address).hostname}", sequence=visit.version, stamp=visit.changed_at,
        starts_at=visit.starts_at, ends_at=visit.ends_at,
        summary=f"{refs.visit_number(visit.number)} {visit.organisation.name}",
        location=", ".join(part for part in (spot.name if spot else "", where) if part),
        description="\n".join(lines), url=f"{address}/desk/visits/{visit.number}/site",
        cancelled=visit.status is VisitStatus.CANCELLED, tentative=visit.status is VisitStatus.PROPOSED,
    )  # fmt: skip
