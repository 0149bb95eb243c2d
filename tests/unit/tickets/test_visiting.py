"""Nobody goes there before the phone and the remote session were tried, the contracts' exceptions apart."""

import pytest

from portal.tickets.rules.visiting import Attempt, Tried, Why, tried, visit_refusal
from portal.tickets.rules.words import Outcome, Phase

CALL = Attempt(Phase.PHONE, Outcome.NOT_SOLVABLE)
REMOTE_TRIED = Attempt(Phase.REMOTE, Outcome.CALL_AGAIN)
REMOTE_FAILED = Attempt(Phase.REMOTE, Outcome.NOT_SOLVABLE)


@pytest.mark.rule("TS-23", "TS-27")
@pytest.mark.parametrize(
    ("attempts", "why"),
    [
        ([], Why.CALL_FIRST),
        ([REMOTE_FAILED], Why.CALL_FIRST),
        ([CALL], Why.REMOTE_FIRST),
        ([CALL, REMOTE_TRIED], Why.REMOTE_FIRST),
        ([CALL, REMOTE_FAILED], None),
    ],
)
def test_invariant_14_first_by_phone_then_remotely_then_there(attempts, why):
    assert visit_refusal(tried(attempts)) is why


@pytest.mark.parametrize(
    "fact",
    [
        {"emergency": True},
        {"planned": True},
        {"phone_first": False},
        {"override_reason": "The server hall burns"},
    ],
)
def test_an_emergency_a_round_a_contract_without_the_clause_and_a_managers_reason_lead_there_at_once(fact):
    assert visit_refusal(Tried(False, False), **fact) is None


def test_an_empty_reason_is_none():
    assert visit_refusal(Tried(False, False), override_reason="  ") is Why.CALL_FIRST
