"""Jobs: one worker each, none dropped, none twice."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, text

from portal import registry, worker
from portal.infra import jobs, outbox
from portal.infra.db import db
from portal.infra.jobs import Job, JobState
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.people.models import Team
from portal.tickets.events import TicketClosed

pytestmark = pytest.mark.both


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Job)) or 0


def add(kind: str, slot: str | None = None) -> None:
    with transaction():
        jobs.enqueue(kind, {"name": "North"}, slot=slot)


def write_team(payload: dict[str, Any]) -> None:
    db.session.add(Team(name=payload.get("name", "North")))


def write_team_and_fail(payload: dict[str, Any]) -> None:
    write_team(payload)
    db.session.flush()
    raise OSError("the disk is full")


def write_team_at_last(payload: dict[str, Any]) -> Callable[[], None]:
    return lambda: write_team_and_fail(payload) if payload["name"] == "broken" else write_team(payload)


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.JOBS, "test.write", (f"{__name__}:write_team", True))
    monkeypatch.setitem(registry.JOBS, "test.together", (f"{__name__}:write_team_at_last", False))
    monkeypatch.setitem(registry.TOGETHER, "test.together", 3)
    monkeypatch.setitem(registry.JOBS, "test.fail", (f"{__name__}:write_team_and_fail", True))


def test_a_job_and_its_work_commit_together(app: Flask) -> None:
    add("test.write")
    assert worker.run_next()
    assert [t.name for t in db.session.scalars(select(Team))] == ["North"]
    assert count() == 0


def test_a_slot_is_taken_once(app: Flask) -> None:
    add("test.write", "a")
    add("test.write", "a")
    assert count() == 1


def test_a_failing_job_leaves_no_half_work_waits_and_is_dead_after_its_last_attempt(app: Flask) -> None:
    add("test.fail")
    with time_machine.travel(clock.now(), tick=False) as traveller:
        for _ in range(jobs.MAX_ATTEMPTS):
            assert worker.run_next()
            assert not worker.run_next(), "it waits before it tries again"
            traveller.shift(max(jobs.BACKOFF) + timedelta(seconds=1))
        assert not worker.run_next()
    dead = jobs.dead()
    assert [(j.state, "the disk is full" in (j.last_error or "")) for j in dead] == [(JobState.DEAD, True)]
    assert db.session.scalars(select(Team)).all() == []
    with transaction():
        assert jobs.revive(dead[0].id)
    assert worker.run_next()


def test_a_job_of_a_killed_worker_is_taken_over_when_its_lease_ends_and_not_before(app: Flask) -> None:
    add("test.write")
    with time_machine.travel(clock.now(), tick=False) as traveller:
        with transaction():
            killed = jobs.claim()
        assert not worker.run_next()
        traveller.shift(jobs.LEASE + timedelta(seconds=1))
        assert worker.run_next()
        assert killed is not None
        with transaction():
            assert not jobs.settle(killed), "the first worker has lost it"


def test_a_job_is_claimed_by_one_of_many_workers(app: Flask) -> None:
    for n in range(12):
        add("test.write", str(n))
    claimed: list[int] = []

    def work() -> None:
        with app.app_context():
            while True:
                with transaction():
                    held = jobs.claim()
                if held is None:
                    return
                claimed.append(held.id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(set(claimed))
    assert len(claimed) == 12


def add_together(*names: str) -> None:
    with transaction():
        for name in names:
            jobs.enqueue("test.together", {"name": name})


def teams() -> list[str]:
    return list(db.session.scalars(select(Team.name).order_by(Team.id)))


def test_a_backlog_is_finished_some_at_a_time_in_its_order(app: Flask) -> None:
    add_together("a", "b", "c", "d")
    add("test.write")
    assert worker.run_next() == 3
    assert (teams(), count()) == (["a", "b", "c"], 2)
    assert worker.run_next() == 1
    assert (teams(), count()) == (["a", "b", "c", "d"], 1), "of one kind alone"


@pytest.mark.databases("postgresql")
def test_no_more_are_claimed_than_asked_for_however_the_rows_are_looked_up(app: Flask) -> None:
    """A subquery with a lock that PostgreSQL asks again for each row takes other rows each time."""
    add_together(*"abcdefgh")
    with transaction():
        for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material"):
            db.session.execute(text(f"SET LOCAL enable_{way} = off"))
        first = jobs.claim()
        assert first is not None
        assert [claim.payload["name"] for claim in jobs.claim_more(first, 2)] == ["b", "c"]


def test_one_that_fails_among_others_waits_alone_and_the_others_are_done(app: Flask) -> None:
    add_together("a", "broken", "c")
    with time_machine.travel(clock.now(), tick=False) as traveller:
        assert worker.run_next() == 3
        assert (teams(), count()) == (["a", "c"], 1)
        add_together("d")
        traveller.shift(max(jobs.BACKOFF))
        assert [worker.run_next(), worker.run_next()] == [1, 1], "what failed once is tried alone"
    assert (teams(), count()) == (["a", "c", "d"], 1)


def test_those_of_a_killed_worker_are_taken_over_together_with_nothing_done(app: Flask) -> None:
    add_together("a", "b")
    with time_machine.travel(clock.now(), tick=False) as traveller:
        with transaction():
            first = jobs.claim()
            assert first is not None
            assert len(jobs.claim_more(first, 5)) == 1
        assert worker.run_next() == 0
        traveller.shift(jobs.LEASE + timedelta(seconds=1))
        assert worker.run_next() + worker.run_next() == 2
    assert (teams(), count()) == (["a", "b"], 0)


def test_an_event_becomes_one_job_a_handler_however_often_it_is_delivered(app: Flask) -> None:
    with transaction():
        outbox.record(TicketClosed(ticket_id=7, by_silence=True))
    handlers = {"TicketClosed": ["test.write", "test.fail"]}
    for _ in range(2):
        with transaction():
            outbox.deliver(handlers)
    found = db.session.execute(select(Job.kind, Job.payload).order_by(Job.kind)).all()
    payload = {"ticket_id": 7, "by_silence": True}
    assert [tuple(row) for row in found] == [("test.fail", payload), ("test.write", payload)]


def test_an_event_of_a_failed_transaction_never_happened(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        outbox.record(TicketClosed(ticket_id=7, by_silence=True))
        raise ZeroDivisionError
    with transaction():
        assert outbox.deliver({"TicketClosed": ["test.write"]}) == 0


def test_the_schedule_adds_a_periodic_job_once_a_period(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "SCHEDULE", {"test.write": timedelta(hours=1)})
    with time_machine.travel("2026-11-23 08:00:00+00:00", tick=False) as traveller:
        worker.keep_schedule()
        worker.keep_schedule()
        assert count() == 1
        assert worker.run_next()
        worker.keep_schedule()
        assert count() == 0
        traveller.shift(timedelta(hours=1))
        worker.keep_schedule()
        assert count() == 1


def test_delivered_events_are_forgotten_and_waiting_ones_are_not(app: Flask) -> None:
    with time_machine.travel("2026-11-01 08:00:00+00:00", tick=False), transaction():
        outbox.record(TicketClosed(ticket_id=1, by_silence=True))
        db.session.flush()
        outbox.deliver({})
        outbox.record(TicketClosed(ticket_id=2, by_silence=True))
    with transaction():
        assert outbox.prune(clock.now()) == 1
    assert [e.payload["ticket_id"] for e in db.session.scalars(select(outbox.OutboxEvent))] == [2]
