"""A device that comes to us instead of somebody going there (HW-10): what is not urgent may be sent in, or is fetched."""

from enum import StrEnum


class Handling(StrEnum):
    """How a device comes to us; on_site is a visit."""

    SHIP = "ship"
    """The client sends it by freight."""
    PICKUP = "pickup"
    """We fetch it."""


class ShipmentState(StrEnum):
    AWAITED = "awaited"
    WITH_US = "with_us"
    RETURNED = "returned"
    CALLED_OFF = "called_off"


class Why(StrEnum):
    """Why a device is not sent in."""

    NO_CLAUSE = "no_clause"
    URGENT = "urgent"
    NO_DEVICE = "no_device"
    ON_ITS_WAY = "on_its_way"


_NEXT = {
    ShipmentState.AWAITED: frozenset({ShipmentState.WITH_US, ShipmentState.CALLED_OFF}),
    ShipmentState.WITH_US: frozenset({ShipmentState.RETURNED}),
    ShipmentState.RETURNED: frozenset[ShipmentState](),
    ShipmentState.CALLED_OFF: frozenset[ShipmentState](),
}


def may_become(now: ShipmentState, then: ShipmentState) -> bool:
    """Whether the table of states has this step."""
    return then in _NEXT[now]


def refusal(*, clause: str, urgent: bool, has_device: bool, has_open: bool) -> Why | None:
    """Why this device may not be sent in or fetched; None if it may."""
    if not clause:
        return Why.NO_CLAUSE
    if urgent:
        return Why.URGENT
    if not has_device:
        return Why.NO_DEVICE
    return Why.ON_ITS_WAY if has_open else None
