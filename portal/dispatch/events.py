"""What happened to a visit, for those above: ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class VisitScheduled:
    """A slot was taken, or taken anew (`moved`)."""

    visit_id: int
    moved: bool


@dataclass(frozen=True)
class SlotsOffered:
    visit_id: int


@dataclass(frozen=True)
class VisitConfirmed:
    """The client confirmed the slot, and its price if it has one."""

    visit_id: int


@dataclass(frozen=True)
class EngineerSetOut:
    visit_id: int


@dataclass(frozen=True)
class VisitCancelled:
    """`by_client`: so staff are told; else the client is."""

    visit_id: int
    by_client: bool


@dataclass(frozen=True)
class VisitMissed:
    """Nobody was there (`by_us` false), or we did not come."""

    visit_id: int
    by_us: bool


@dataclass(frozen=True)
class VisitOverDay:
    """The day of the clause ended before the work did; `follow_up_id` is the visit that is proposed."""

    visit_id: int
    follow_up_id: int


@dataclass(frozen=True)
class VisitSigned:
    """All sheets are signed: documents are made, billing and the client are told. `agreed_ref`: the quote that it rests on."""

    visit_id: int
    at: str
    agreed_ref: str | None
