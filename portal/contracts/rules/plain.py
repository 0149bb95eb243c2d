"""Answers and promises as plain values, to be kept as JSON and shown again as they were."""

from datetime import datetime
from typing import Any

from portal.contracts.rules.deadlines import AfterHours, ClockRule, CloseAt, SpanKind
from portal.contracts.rules.decision import Decision


def of_rule(rule: ClockRule) -> dict[str, Any]:
    """A promised span; `rule_of` reads it back."""
    return {
        "kind": rule.kind.value,
        "amount": rule.amount,
        "close_at": rule.close_at.value,
        "after_hours": rule.after_hours.value,
        "roll": rule.roll,
    }


def rule_of(plain: dict[str, Any]) -> ClockRule:
    """The span that `of_rule` wrote."""
    return ClockRule(
        SpanKind(plain["kind"]),
        plain["amount"],
        CloseAt(plain["close_at"]),
        AfterHours(plain["after_hours"]),
        plain["roll"],
    )


def of_decision(decision: Decision) -> dict[str, Any]:
    """An answer with its checks, prices and alternatives; amounts as text, instants in ISO form."""
    return {
        "outcome": decision.outcome.value,
        "reason": decision.reason and decision.reason.value,
        "clause": decision.clause,
        "contract_id": decision.contract_id,
        "version": decision.version,
        "term": decision.term,
        "entitlement": decision.entitlement,
        "service_at": _instant(decision.service_at),
        "price": None if decision.price is None else str(decision.price),
        "price_lines": [
            {
                "code": line.code,
                "quantity": str(line.quantity),
                "unit_price": str(line.unit_price),
                "amount": str(line.amount),
                "clause": line.clause,
            }
            for line in decision.price_lines
        ],
        "takes": decision.ledger
        and {
            "bucket_id": decision.ledger.bucket_id,
            "entitlement": decision.ledger.entitlement,
            "quantity": decision.ledger.quantity,
        },
        "checks": [
            {
                "number": c.number,
                "code": c.code,
                "passed": c.passed,
                "clause": c.clause,
                "reason": c.reason and c.reason.value,
            }
            for c in decision.checks
        ],
        "alternatives": [of_decision(a) for a in decision.alternatives],
    }


def _instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
