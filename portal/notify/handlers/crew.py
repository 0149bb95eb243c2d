"""What the staff are told about themselves: a certificate that ends."""

from typing import Any

from portal.dispatch.queries import crew
from portal.kernel import clock
from portal.notify import render, service
from portal.notify.queries import telling
from portal.notify.rules import Message


def certificate_ends(payload: dict[str, Any]) -> None:
    """The person and the managers, once for each end. Not when a new end was written down meanwhile, or it was taken away."""
    row = crew.certificate(payload["certificate_id"])
    if row is None or row.told_on is None or row.expires_on is None:
        return
    people = [row.user.contact_id, *telling.staff_managers()]
    for reader in telling.readers(dict.fromkeys(people)).values():
        words = render.mail(
            Message.CERTIFICATE_ENDS, reader, name=row.name, who=row.user.name, ends_on=row.expires_on,
            over=row.expires_on < clock.now().date(),
            action_url=render.link_to("dispatch_staff.crew_member", staff_id=row.user_id),
        )  # fmt: skip
        cause = f"certificate:{row.id}:{row.expires_on}"
        service.add(cause, Message.CERTIFICATE_ENDS, reader, words, auto_submitted="auto-generated")
