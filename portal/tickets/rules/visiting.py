"""Whether somebody may go there: only what cannot be solved by phone and remotely is visited (TS-23, TS-27).

Exceptions are those of the contracts: an emergency, a round that comes by plan, a contract that does not ask for the phone first,
and a manager's reason. Whether the visit is included or costs something is not asked here.
"""

from collections.abc import Iterable

from portal.tickets.rules.transitions import Attempt, Why
from portal.tickets.rules.words import Outcome, Phase


def visit_refusal(
    attempts: Iterable[Attempt],
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
    tried = list(attempts)
    if not any(a.phase is Phase.PHONE for a in tried):
        return Why.CALL_FIRST
    failed = any(a.phase is Phase.REMOTE and a.outcome is Outcome.NOT_SOLVABLE for a in tried)
    return None if failed else Why.REMOTE_FIRST
