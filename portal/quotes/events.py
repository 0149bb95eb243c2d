"""What happened to a quote, for those above: ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class QuoteSent:
    quote_id: int


@dataclass(frozen=True)
class QuoteEndsSoon:
    """Its last day is near, and the client has not answered."""

    quote_id: int


@dataclass(frozen=True)
class QuoteChangeAsked:
    """The client wants it otherwise."""

    quote_id: int


@dataclass(frozen=True)
class QuoteAnswered:
    """The client confirmed (`confirmed`) or turned it down."""

    quote_id: int
    confirmed: bool


@dataclass(frozen=True)
class QuoteConfirmed:
    """Both sides have confirmed: work may begin."""

    quote_id: int


@dataclass(frozen=True)
class QuoteDelivered:
    quote_id: int
    handover_id: int


@dataclass(frozen=True)
class DefectsFound:
    quote_id: int
    handover_id: int


@dataclass(frozen=True)
class AcceptanceNear:
    """So many days are left in which silence does not yet accept."""

    quote_id: int
    handover_id: int
    days: int


@dataclass(frozen=True)
class QuoteAccepted:
    quote_id: int
    deemed: bool


@dataclass(frozen=True)
class ExtensionAsked:
    quote_id: int
    extension_id: int


@dataclass(frozen=True)
class ExtensionAnswered:
    quote_id: int
    extension_id: int
