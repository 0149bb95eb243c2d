"""A ticket that has climbed the ladder, and contracts with visits."""

from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine

from portal.dispatch.models import Visit
from portal.dispatch.queries import visits
from portal.dispatch.service import planning, sheets, visiting
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from portal.notify.models import Delivery
from portal.tickets.rules.words import Outcome, Phase
from portal.tickets.service import work as ladder
from tests.integration.contracts.conftest import at, enter, notice_of_2026, tell
from tests.integration.tickets import opened

__all__ = ["enter", "notice_of_2026", "tell"]
SIGNATURE = "a" * 64


@contextmanager
def told(text: str):
    """What happens inside happens at that time in Shanghai, in one transaction."""
    with clock.told(at(text)), transaction():
        yield


@pytest.fixture
def climbed(cast: Any) -> Callable[..., int]:
    """`climbed("2026-03-10 09:00")`: a ticket of the owner's that neither the phone nor a remote session could solve."""

    def make(when: str, **more: Any) -> int:
        with clock.told(at(when)):
            number = opened.ticket(cast, device_id=more.pop("device_id", cast.till.id), **more)
            with transaction():
                ticket = opened.held(cast.agent, number)
                who = opened.actor(cast.agent)
                ladder.log_call(who, ticket, ladder.Work(clock.now(), 5, Outcome.NOT_SOLVABLE))
                ladder.log_remote(who, ticket, ladder.Work(clock.now(), 5, Outcome.NOT_SOLVABLE))
                assert ticket.phase is Phase.REMOTE
        return number

    return make


@pytest.fixture
def work(run_jobs: Callable[[], int]) -> Callable[[str], None]:
    """`work("2026-09-21 11:00")`: all that is due at that time is done, as by the worker."""

    def do(when: str) -> None:
        with time_machine.travel(at(when), tick=False):
            run_jobs()

    return do


def mails(message: str) -> dict[str, Delivery]:
    """The mails of a kind by their readers; nobody has got two."""
    db.session.expire_all()
    found = db.session.query(Delivery).filter_by(message=message).order_by(Delivery.id).all()
    by_name = {d.contact.name: d for d in found}
    assert len(by_name) == len(found), f"somebody got {message} twice"
    return by_name


def plan(cast: Any, number: int, start: str, end: str, by: Any = None, **more: Any) -> int:
    """Plan a visit for a ticket; the visit's number."""
    ticket = opened.held(by or cast.agent, number)
    slot = planning.Plan(at(start), at(end), engineer_id=cast.engineer.id, **more)
    return planning.plan_visit(opened.actor(by or cast.agent), ticket, slot).number


def held(number: int) -> Visit:
    return visits.visit_for(SYSTEM, number, lock=True)


def make(
    cast: Any,
    number: int,
    arrived: str,
    finished: str,
    *,
    parts: Any = (),
    test: bool | None = True,
    **more: Any,
) -> None:
    """The whole day of a visit, signed by both."""
    who = opened.actor(cast.engineer)
    with told(arrived):
        visiting.arrive(who, held(number))
    with told(finished):
        visit = held(number)
        visiting.finish(who, visit, solved=more.pop("solved", True), **more)
        device = visit.tickets[0].ticket.device_id if visit.tickets else None
        sheet = sheets.sheet_for(visit, device)
        entry = sheets.SheetEntry(found="no light", done="fuse changed", client_test_passed=test, parts=parts)
        sheets.write(sheet, entry)
        sheets.sign_engineer(sheet, "Eno Engineer", SIGNATURE)
        sheets.sign_client(sheet, "王敏", SIGNATURE)
        sheets.complete(who, visit)
