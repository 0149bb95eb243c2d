"""What contracts do by themselves: keep buckets, plan rounds, and compare the books at night."""

from typing import Any

import structlog

from portal.contracts.service import buckets, rounds_ahead, term_ends
from portal.infra import jobs
from portal.kernel import clock

log = structlog.get_logger()


def keep_buckets(_payload: dict[str, Any]) -> None:
    """One job for each contract in force, so that a fault in one stops no other."""
    for contract_id in buckets.contracts_in_force():
        jobs.enqueue("contracts.keep", {"contract_id": contract_id}, slot=f"contracts.keep:{contract_id}")


def keep(payload: dict[str, Any]) -> None:
    """Open and close one contract's buckets."""
    buckets.keep(payload["contract_id"], clock.now())


def plan_rounds(_payload: dict[str, Any]) -> None:
    """Each day, and when days off change: one job for each contract."""
    for contract_id in rounds_ahead.contracts_to_plan():
        jobs.enqueue("contracts.plan", {"contract_id": contract_id}, slot=f"contracts.plan:{contract_id}")


def plan(payload: dict[str, Any]) -> None:
    """Write one contract's rounds of the next four weeks."""
    rounds_ahead.plan(payload["contract_id"], clock.now())


def watch_terms(_payload: dict[str, Any]) -> None:
    """One job for each contract: notices before the end, and the end."""
    for contract_id in buckets.contracts_in_force():
        slot = f"contracts.watch_term:{contract_id}"
        jobs.enqueue("contracts.watch_term", {"contract_id": contract_id}, slot=slot)


def watch_term(payload: dict[str, Any]) -> None:
    """Record what fell due at the end of one contract's terms."""
    term_ends.look(payload["contract_id"], clock.now())


def reconcile(_payload: dict[str, Any]) -> None:
    """Raises when a bucket and its lines differ: the job then stays on the staff's page until somebody has looked."""
    found = buckets.mismatches()
    if found:
        log.error("ledger.mismatch", buckets=[m.bucket_id for m in found])
        raise RuntimeError(f"ledger and buckets differ: {found[:5]}")
