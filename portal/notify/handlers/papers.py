"""A document was drawn: the signed sheet goes to the client's people by mail, with its PDF."""

from typing import Any

from portal.dispatch.queries import visits
from portal.notify import render, service
from portal.notify.queries import deliveries as queries
from portal.notify.rules import Message


def paper_made(payload: dict[str, Any]) -> None:
    """Of a service sheet: the people of the visit's tickets; of a planned round without any, those who answer for the
    organisation. A quote's document stands on its page."""
    what, _colon, number = payload["ref"].partition(":")
    if what != "sheet":
        return
    sheet = visits.sheet_numbered(int(number))
    visit = sheet.visit
    told: dict[int, Any] = {}
    for row in visit.tickets:
        ticket = queries.ticket(row.ticket_id)
        known = queries.facts(ticket)
        for contact_id in (known.requester, *known.participants):
            if contact_id in known.reachable:
                told.setdefault(contact_id, ticket)
    if not told:
        told = dict.fromkeys(queries.client_managers(visit.organisation_id))
    readers = queries.readers(told)
    for contact_id, reader in readers.items():
        ticket, device = told[contact_id], sheet.device.name if sheet.device else ""
        words = render.mail(
            Message.SHEET_MADE, reader, ticket=ticket, sheet=sheet, device=device,
            action_url=render.link_to("dispatch_member.sheet_pdf", sheet_number=sheet.number),
        )  # fmt: skip
        service.add(
            f"sheet_made:{sheet.number}", Message.SHEET_MADE, reader, words, ticket=ticket, auto_submitted="auto-generated",
            paper_id=payload["paper_id"],
        )  # fmt: skip
