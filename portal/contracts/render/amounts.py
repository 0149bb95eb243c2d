"""Money, units of an entitlement, and what a price is for one of."""

from decimal import Decimal

from flask_babel import gettext as _

from portal.contracts.rules import units as rules
from portal.contracts.rules.ledger import UNIT


def money(amount: Decimal | str) -> str:
    """Yuan with two places and parted thousands."""
    return f"{Decimal(amount):,.2f}"


def units(quantity: int) -> str:
    """Hundredths of a unit as people read them: 1, 0.5."""
    parts = f"{Decimal(quantity) / UNIT:f}".rstrip("0").rstrip(".")
    return parts if quantity % UNIT else str(quantity // UNIT)


def amount(quantity: int) -> int | float:
    """Hundredths of a unit as a number, for what is drawn."""
    return quantity / UNIT if quantity % UNIT else quantity // UNIT


def each(code: str) -> str:
    """After a price: "an hour"; an unknown unit as it stands."""
    unit = rules.UNITS.get(code)
    return _(unit.each) if unit and unit.each else code
