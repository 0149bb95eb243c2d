"""Whether somebody may go there: only what cannot be solved by phone and remotely is visited (TS-23, TS-27).

The one rule for the ticket's phase and for a visit that is planned. Exceptions are those of the contracts: an emergency, a round
that comes by plan, a contract that does not ask for the phone first, and a manager's reason. Whether the visit is included or
costs something is not asked here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from portal.tickets.rules.words import Outcome, Phase


class Why(StrEnum):
    """Why a step is refused."""

    NOT_FROM_HERE = "not_from_here"
    CALL_FIRST = "call_first"
    REMOTE_FIRST = "remote_first"
    REASON_NEEDED = "reason_needed"


@dataclass(frozen=True)
class Attempt:
    """A call or a remote session that was logged: on which step of the ladder, and what came of it."""

    phase: Phase
    outcome: Outcome


@dataclass(frozen=True)
class Tried:
    """What the ladder of a ticket knows: the phone was tried; neither phone nor remote work could solve it."""

    by_phone: bool
    not_solvable_remotely: bool


def tried(attempts: Iterable[Attempt]) -> Tried:
    """What a ticket's calls and sessions come to. A remote session that did not fail is no ground for a visit."""
    known = list(attempts)
    return Tried(
        by_phone=any(a.phase is Phase.PHONE for a in known),
        not_solvable_remotely=any(
            a.phase is Phase.REMOTE and a.outcome is Outcome.NOT_SOLVABLE for a in known
        ),
    )


def visit_refusal(
    done: Tried,
    *,
    phone_first: bool = True,
    emergency: bool = False,
    planned: bool = False,
    override_reason: str = "",
) -> Why | None:
    """Why nobody may go there yet; None if somebody may (invariant 14).

    A call alone is not enough: a remote session must have failed as well. `phone_first`: the contract has such a clause; without
    one the ladder is advice.
    """
    if emergency or planned or not phone_first or override_reason.strip():
        return None
    if not done.by_phone:
        return Why.CALL_FIRST
    return None if done.not_solvable_remotely else Why.REMOTE_FIRST
