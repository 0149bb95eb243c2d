"""A device is sent in or fetched instead of a visit (HW-10): asked for, followed by its freight number, given back.

Owns that a device on its way holds its ticket open, and that the promise to come is kept when it reaches us. Refuses what is
urgent, and what no clause allows.
"""

from flask_babel import lazy_gettext as _l

from portal.contracts.queries import decisions, facts
from portal.dispatch.models import Shipment
from portal.dispatch.queries import shipments
from portal.dispatch.rules import shipping as rules
from portal.dispatch.rules.shipping import Handling, ShipmentState, Why
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused, Stale
from portal.tickets.models.ticket import Ticket
from portal.tickets.rules.holds import HoldKind, Work
from portal.tickets.rules.words import ENDED, Urgency
from portal.tickets.service import clocks, holds, record, status

_REFUSALS = {
    Why.NO_CLAUSE: _l(
        "No clause of the contract says that a device is sent in or fetched; plan a visit instead."
    ),
    Why.URGENT: _l("This is urgent: somebody comes. Only what is not urgent is sent in or fetched."),
    Why.NO_DEVICE: _l("Say first which device it is: correct the ticket."),
    Why.ON_ITS_WAY: _l("The device is on its way to us, or with us, already."),
}
_MOVED_ON = _l("The device has moved on since this page was opened; that step is not possible any more.")


def clause_of(ticket: Ticket) -> str:
    """The clause of the ticket's contract by which its device may be sent in or fetched; "" without one."""
    governs = decisions.last_of(f"ticket:{ticket.id}")
    if governs is None or governs.contract_id is None or governs.version_number is None:
        return ""
    (known,) = facts.contracts_by_id({governs.contract_id}, clock.now())
    return known.compiled[governs.version_number].visit.shipping_clause


def why_not(ticket: Ticket) -> str | None:
    """Why its device may not be sent in or fetched now, in words; None if it may."""
    why = rules.refusal(
        clause=clause_of(ticket), urgent=ticket.urgency is Urgency.CRITICAL, has_device=ticket.device_id is not None,
        has_open=shipments.open_one(ticket.id) is not None,
    )  # fmt: skip
    return str(_REFUSALS[why]) if why else None


def arrange(
    actor: Actor, ticket: Ticket, handling: Handling, carrier: str = "", tracking: str = ""
) -> Shipment:
    """The device of a locked ticket comes to us. Raises Refused."""
    if ticket.status in ENDED:
        raise Refused(_l("This ticket has ended. Reopen it before you log work on it."))
    if (why := why_not(ticket)) is not None:
        raise Refused(why)
    assert ticket.device_id is not None
    made = Shipment(
        ticket_id=ticket.id, device_id=ticket.device_id, handling=handling, state=ShipmentState.AWAITED,
        clause=clause_of(ticket), carrier=_short(carrier), tracking=_short(tracking), asked_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    holds.hold(ticket.id, _work(made))
    _say(actor, ticket, made, "arranged")
    return made


def follow(actor: Actor, ticket: Ticket, shipment: Shipment, carrier: str, tracking: str) -> None:
    """The freight number is known by now."""
    if shipment.state is not ShipmentState.AWAITED:
        raise Stale(_MOVED_ON)
    if not tracking.strip():
        raise Refused(_l("Write the freight number."), field="tracking")
    shipment.carrier, shipment.tracking = _short(carrier), _short(tracking)
    _say(actor, ticket, shipment, "tracked")


def receive(actor: Actor, ticket: Ticket, shipment: Shipment) -> None:
    """It is with us: what was promised for our coming is kept by this."""
    _become(shipment, ShipmentState.WITH_US)
    shipment.received_at = clock.now()
    for metric in ("arrive", "action"):
        clocks.stop(ticket, metric, shipment.received_at)
    _say(actor, ticket, shipment, "received")


def give_back(
    actor: Actor, ticket: Ticket, shipment: Shipment, carrier: str = "", tracking: str = ""
) -> None:
    """It goes back to the client; the ticket is held by it no more."""
    _become(shipment, ShipmentState.RETURNED)
    shipment.ended_at = clock.now()
    shipment.back_carrier, shipment.back_tracking = _short(carrier), _short(tracking)
    holds.let_go(_work(shipment).ref)
    _say(actor, ticket, shipment, "returned")


def call_off(actor: Actor, ticket: Ticket, shipment: Shipment, reason: str) -> None:
    """It does not come after all."""
    if not reason.strip():
        raise Refused(_l("Say why, so that everybody knows."), field="reason")
    _become(shipment, ShipmentState.CALLED_OFF)
    shipment.ended_at, shipment.reason = clock.now(), reason.strip()[:300]
    holds.let_go(_work(shipment).ref)
    _say(actor, ticket, shipment, "called_off")


def _work(shipment: Shipment) -> Work:
    return Work(HoldKind.SHIPMENT, shipment.id, shipment.device.name)


def _become(shipment: Shipment, then: ShipmentState) -> None:
    if not rules.may_become(shipment.state, then):
        raise Stale(_MOVED_ON)
    shipment.state = then


def _short(text: str) -> str | None:
    return text.strip()[:80] or None


def _say(actor: Actor, ticket: Ticket, shipment: Shipment, became: str) -> None:
    back = became == "returned"
    details = {
        "what": "shipment", "became": became, "handling": shipment.handling.value, "device": shipment.device.name,
        "carrier": (shipment.back_carrier if back else shipment.carrier) or "",
        "tracking": (shipment.back_tracking if back else shipment.tracking) or "", "clause": shipment.clause,
        "reason": shipment.reason or "",
    }  # fmt: skip
    now = clock.now()
    record.add_change(ticket, actor, now, details, internal=False)
    status.touch_by_staff(ticket, actor, now)
