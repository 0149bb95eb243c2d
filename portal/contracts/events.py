"""What happened to contracts and calendars, for those above: ids and plain values only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CalendarChanged:
    """Days of a year were changed by a notice; open clocks that cross it want to be reckoned again."""

    jurisdiction: str
    year: int


@dataclass(frozen=True)
class ContractWentOn:
    """A pause of the contract is over: requests that waited for it want their promises."""

    contract_id: int


@dataclass(frozen=True)
class RenewalNear:
    """So many days are left of a term that no other follows."""

    contract_id: int
    term: int
    days: int


@dataclass(frozen=True)
class ContractExpired:
    """A term is over and no other follows it."""

    contract_id: int
    term: int
