"""What happened to contracts and calendars, for those above: ids and plain values only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CalendarChanged:
    """Days of a year were changed by a notice; open clocks that cross it want to be reckoned again."""

    jurisdiction: str
    year: int
