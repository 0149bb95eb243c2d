"""The service sheet (HW-16): one a device, what must be on it before it is signed, and what its parts cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from portal.contracts.rules.decision import CENT, Decision, PriceLine
from portal.contracts.rules.terms import VisitTerms


class Lacking(StrEnum):
    """What a sheet still lacks."""

    FOUND = "found"
    DONE = "done"
    TIMES = "times"
    ENGINEER_NAME = "engineer_name"
    ENGINEER_SIGNATURE = "engineer_signature"
    CLIENT_NAME = "client_name"
    CLIENT_SIGNATURE = "client_signature"
    CLIENT_TEST = "client_test"
    UNSIGNED_REASON = "unsigned_reason"


@dataclass(frozen=True)
class SheetFacts:
    """What is on a sheet. `unsigned_reason`: why the client did not sign, where no clause demands it."""

    found: str
    done: str
    engineer_name: str
    engineer_signed: bool
    client_name: str
    client_signed: bool
    client_test_passed: bool | None
    unsigned_reason: str = ""
    has_times: bool = True
    solved: bool = True


def lacking(sheet: SheetFacts, terms: VisitTerms) -> list[Lacking]:
    """What must be added before the visit counts as signed. Names go with signatures: neither stands alone.

    Where the contract wants the sheet (HW-16) both sign; elsewhere the client's signature may be replaced by the reason why it
    is missing. A repair that the client must test (HW-15) is not signed as solved before the test passed.
    """
    out = [
        code
        for code, there in (
            (Lacking.FOUND, bool(sheet.found.strip())),
            (Lacking.DONE, bool(sheet.done.strip())),
            (Lacking.TIMES, sheet.has_times),
            (Lacking.ENGINEER_NAME, bool(sheet.engineer_name.strip())),
            (Lacking.ENGINEER_SIGNATURE, sheet.engineer_signed),
        )
        if not there
    ]
    excused = bool(sheet.unsigned_reason.strip()) and not terms.sheet_clause and not sheet.client_signed
    if not excused:
        if not sheet.client_name.strip():
            out.append(Lacking.CLIENT_NAME)
        if not sheet.client_signed:
            out.append(Lacking.CLIENT_SIGNATURE)
    if terms.client_test_clause and sheet.solved and sheet.client_test_passed is not True:
        out.append(Lacking.CLIENT_TEST)
    return out


@dataclass(frozen=True)
class Part:
    """A part or consumable that was put in; `list_price` in yuan for one, `quantity` how many."""

    name: str
    list_price: Decimal
    quantity: Decimal = Decimal(1)


def part_line(part: Part, factor: Decimal, clause: str) -> PriceLine:
    """What the client pays: list price × the contract's fraction (HW-02: 折 is the fraction that is paid), by the piece,
    rounded half up to the cent."""
    return PriceLine("part", part.quantity, (part.list_price * factor).quantize(CENT, ROUND_HALF_UP), clause)


def owed_lines(
    answer: Decision, parts: Sequence[Part], factor: Decimal, part_clause: str, *, held: bool
) -> list[tuple[PriceLine, str]]:
    """What is charged for a visit that was made: the answer's own lines (a visit's price, labour under an excluded cause, an
    emergency's fee) unless a reserved unit pays for it, and each part by name. Travel has no line: where a clause names it
    the provider bears it (TS-28), elsewhere no price was agreed."""
    own = [] if held else [(line, "") for line in answer.price_lines if line.code != "part"]
    return own + [(part_line(p, factor, part_clause), p.name) for p in parts]
