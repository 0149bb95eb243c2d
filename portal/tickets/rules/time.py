"""Minutes that count: from the time that was really spent to the time that is accounted for."""

UNIT = 15
"""Minutes. No contract form says in which steps work is counted, so each quarter of an hour that was begun counts in full;
another unit is set here, and holds for what is logged from then on."""


def accounted(minutes: int, unit: int = UNIT, *, reached: bool = True) -> int:
    """Rounded up to whole units. What reached nobody counts nothing, and no time is no unit."""
    return -(-max(minutes, 0) // unit) * unit if reached else 0
