"""What happened to a visit, for those above: ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class VisitScheduled:
    """A slot was taken, or taken anew (`moved`). `same_slot`: only the engineer is another; `former_engineer_id`: who had it.
    `by_contact_id`: who did it."""

    visit_id: int
    moved: bool
    same_slot: bool = False
    former_engineer_id: int | None = None
    by_contact_id: int | None = None
    change_id: int = 0
    """The line of its history."""


@dataclass(frozen=True)
class SlotsOffered:
    """Other times were proposed beside the planned one."""

    visit_id: int


@dataclass(frozen=True)
class OtherTimeWished:
    """None of the times suits the client, or not any more; `change_id` is the line with the words."""

    visit_id: int
    change_id: int


@dataclass(frozen=True)
class RoundsAnnounced:
    """Planned rounds of one contract came into sight, four weeks ahead."""

    contract_id: int
    visit_ids: list[int]


@dataclass(frozen=True)
class RoundMoved:
    """The days off moved a round that was announced."""

    visit_id: int


@dataclass(frozen=True)
class VisitConfirmed:
    """The client confirmed the slot."""

    visit_id: int
    by_contact_id: int | None = None


@dataclass(frozen=True)
class EngineerSetOut:
    visit_id: int


@dataclass(frozen=True)
class VisitFinished:
    """The work of the day is over; the sheets are to be signed."""

    visit_id: int


@dataclass(frozen=True)
class VisitCancelled:
    """`by_client`: so staff are told; else the client is."""

    visit_id: int
    by_client: bool
    by_contact_id: int | None = None


@dataclass(frozen=True)
class VisitMissed:
    """Nobody was there (`by_us` false), or we did not come. `by_client`: they called off when somebody was on the way."""

    visit_id: int
    by_us: bool
    by_client: bool = False


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


@dataclass(frozen=True)
class CertificateEnds:
    """A certificate of one of the staff ends within sixty days, or has ended."""

    certificate_id: int
