"""Work that holds a ticket: what it is, and who may read of it."""

from dataclasses import dataclass
from enum import StrEnum


class HoldKind(StrEnum):
    VISIT = "visit"
    QUOTE = "quote"
    SHIPMENT = "shipment"
    """A device on its way to us, or with us."""
    TRAINING = "training"
    PUBLISH = "publish"
    """What was made and accepted has to go live."""


@dataclass(frozen=True)
class Work:
    """What waits. `number` with its kind names it among the floors above, and people say that of a visit and a quote; `name` is
    what the work is about, in the words of whoever wrote them. `shown`: the client may read of it."""

    kind: HoldKind
    number: int
    name: str = ""
    shown: bool = True

    @property
    def ref(self) -> str:
        return f"{self.kind}:{self.number}"
