"""A contract is paused, goes on, or ends early: each only by the right that its wording gives, decided by a person."""

from datetime import date
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l

from portal.contracts.events import ContractWentOn
from portal.contracts.models import ContractRecord, ContractState, ContractSuspension
from portal.contracts.queries import calendars, facts
from portal.contracts.rules import ending
from portal.contracts.rules.compiling import Compiled
from portal.contracts.rules.ending import Party, Why
from portal.infra import outbox
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused

_SENTENCES = {
    Why.PROVIDER_TERMINATION_FORBIDDEN: _l("By this contract the provider alone cannot end it."),
    Why.NOTICE_TOO_SHORT: _l("The notice comes too late for that day."),
    Why.NO_RIGHT_TO_SUSPEND: _l("This contract gives no right to pause the service."),
}


class NoRight(Refused):
    """The wording does not allow it; `code` names why, `clause` the words."""

    def __init__(self, why: Why, clause: str) -> None:
        super().__init__(_SENTENCES[why])
        self.code, self.clause = why.value, clause


def _terms(record: ContractRecord) -> Compiled:
    return facts.compile_version(record, record.versions[-1], calendars.day_table(record.jurisdiction))


def suspend(actor: Actor, record: ContractRecord, reason: str) -> ContractSuspension:
    """Pause the provider's duties from now on, for unpaid money after a notice. Raises NoRight; Refused without a reason or
    while a pause lasts."""
    lifecycle = _terms(record).lifecycle
    if why := ending.suspension_refusal(lifecycle):
        raise NoRight(why, lifecycle.arrears_clause)
    if not reason.strip():
        raise Refused(_l("Say why, so that the client can read it."), field="reason")
    if any(s.end_at is None for s in record.suspensions):
        raise Refused(_l("The service is paused already."))
    suspension = ContractSuspension(
        contract_id=record.id,
        start_at=clock.now(),
        clause=lifecycle.arrears_clause,
        reason=reason.strip()[:500],
        decided_by_id=actor.contact_id,
    )
    db.session.add(suspension)
    db.session.flush()
    db.session.refresh(record, ["suspensions"])
    return suspension


def go_on(record: ContractRecord) -> None:
    """The reason for the pause is gone, e.g. it was paid; tickets that waited for it begin now. Nothing for one not paused."""
    now = clock.now()
    paused = [s for s in record.suspensions if s.end_at is None]
    for suspension in paused:
        suspension.end_at = now
    if paused:
        outbox.record(ContractWentOn(record.id))


def terminate(
    actor: Actor, record: ContractRecord, by: Party, last_day: date | None = None
) -> ContractRecord:
    """End the contract before its time; `last_day` (default today) is its last day of validity. Raises NoRight (HW-23, HW-24)."""
    terms = _terms(record)
    today = clock.now().astimezone(ZoneInfo(record.time_zone)).date()
    last_day = last_day or today
    if why := ending.termination_refusal(terms.lifecycle, by, today, last_day):
        clause = (
            terms.lifecycle.provider_clause if by is Party.PROVIDER else terms.lifecycle.client_notice_clause
        )
        raise NoRight(why, clause)
    record.state, record.terminated_on = ContractState.TERMINATED, last_day
    return record
