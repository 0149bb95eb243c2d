"""Limits on tries, counted in the database, so that all processes and machines share them.

A window is fixed: it begins with the first try and ends after its time. One upsert a try, so no two processes count the same.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from ipaddress import IPv6Address, ip_address
from typing import Any

from sqlalchemy import bindparam, case, delete, update

from portal.infra.db import Instant, db, insert_into, on_postgresql, ready, run
from portal.kernel import clock
from portal.people.models import RateCounter

_RULE = re.compile(r"\s*(\d+)\s*(?:per|/)\s*(\d*)\s*(second|minute|hour|day)s?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Rule:
    """So many tries in so long."""

    tries: int
    window: timedelta


@dataclass(frozen=True)
class Verdict:
    """`until`: when tries count from zero again."""

    allowed: bool
    until: datetime


def rule(text: str) -> Rule:
    """A rule as settings write it, "10 per 15 minutes"; raises ValueError."""
    match = _RULE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a limit such as '10 per 15 minutes'")
    tries, many, unit = match.groups()
    return Rule(int(tries), timedelta(**{f"{unit.lower()}s": int(many or 1)}))


def key_of_address(purpose: str, address: str | None) -> str:
    """The counter of whoever sends from an address; of IPv6 its /64, which one household or server has for itself."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return f"{purpose}:address:unknown"
    if isinstance(parsed, IPv6Address):
        parsed = parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64)
    return f"{purpose}:address:{parsed}"


def key_of_account(purpose: str, name: str) -> str:
    """The counter of an account by what was typed, whether such an account exists or not."""
    return f"{purpose}:account:{hashlib.sha256(name.strip().lower().encode()).hexdigest()[:40]}"


def hit(key: str, rule: Rule) -> Verdict:
    """Count one try and say whether it is within the rule."""
    now = clock.now()
    values = {"key": key, "now": now, "ends": now + rule.window}
    counted = run(_counting(on_postgresql()), values, apart=True).one()
    return Verdict(counted.tries <= rule.tries, counted.expires_at)


@cache
def _counting(postgres: bool) -> Any:
    now, ends = bindparam("now", type_=Instant), bindparam("ends", type_=Instant)
    counter = RateCounter.__table__.c
    over = counter.expires_at <= now
    statement = insert_into(RateCounter, postgres=postgres).values(
        key=bindparam("key"), count=1, expires_at=ends
    )
    counting = statement.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "count": case((over, 1), else_=counter["count"] + 1),
            "expires_at": case((over, ends), else_=counter.expires_at),
        },
    )
    return ready(counting.returning(counter["count"].label("tries"), counter.expires_at))


def take_back(key: str) -> None:
    """One try was right after all: thirty people of one office do not use up their address's tries by signing in."""
    db.session.execute(
        update(RateCounter)
        .where(RateCounter.key == key, RateCounter.count > 0)
        .values(count=RateCounter.count - 1)
        .execution_options(synchronize_session=False)
    )


def forget(key: str) -> None:
    """Begin anew with this counter."""
    db.session.execute(
        delete(RateCounter).where(RateCounter.key == key).execution_options(synchronize_session=False)
    )


def prune(before: datetime) -> None:
    """Delete counters whose window ended before an instant."""
    db.session.execute(
        delete(RateCounter)
        .where(RateCounter.expires_at < before)
        .execution_options(synchronize_session=False)
    )
