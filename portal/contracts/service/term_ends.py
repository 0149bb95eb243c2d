"""The end of a term is told once: before it, that renewal is due; after it, that the contract has ended."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.contracts.events import ContractExpired, RenewalNear
from portal.contracts.models import TermNotice
from portal.contracts.queries import facts
from portal.contracts.rules import reminders
from portal.contracts.rules.reminders import NoticeKind
from portal.contracts.rules.terms import RenewalMode
from portal.infra import outbox
from portal.infra.db import db


def look(contract_id: int, now: datetime) -> int:
    """Record what fell due for a signed contract, however late this look comes; returns how many notices are new.

    Of several that were missed, the last alone is told. A term that the next one follows without a gap has no notices; one
    that goes on by itself does not end here; of what was over when the contract was entered nobody is told.
    """
    (known,) = facts.contracts_by_id({contract_id}, now)
    zone = ZoneInfo(known.record.time_zone)
    today, entered = now.astimezone(zone).date(), known.record.created_at.astimezone(zone).date()
    lifecycle = known.compiled[max(known.compiled)].lifecycle
    starts = {t.start for t in known.contract.terms}
    query = select(TermNotice.term, TermNotice.kind).where(TermNotice.contract_id == contract_id)
    done = {(term, kind) for term, kind in db.session.execute(query)}
    count = 0
    for term in known.contract.terms:
        if term.end + timedelta(days=1) in starts:
            continue
        due = [
            n for n in reminders.of_term(term, lifecycle.notice_months)
            if n.due_on <= today and (term.number, n.kind) not in done
            and not (n.kind is NoticeKind.EXPIRED and lifecycle.renewal is RenewalMode.TACIT)
        ]  # fmt: skip
        for notice in due:
            db.session.add(
                TermNotice(
                    contract_id=contract_id, term=term.number, kind=notice.kind, due_on=notice.due_on, recorded_at=now
                )
            )  # fmt: skip
        count += len(due)
        if not due or term.end < entered:
            continue
        if due[-1].kind is NoticeKind.EXPIRED:
            outbox.record(ContractExpired(contract_id, term.number))
        elif today <= term.end:
            outbox.record(RenewalNear(contract_id, term.number, (term.end - today).days))
    db.session.flush()
    return count
