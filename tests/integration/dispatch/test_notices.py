"""What the client is told on the day of a visit, and of planned rounds: the right people, once, in their language."""

import email
import email.policy
from io import BytesIO

import pytest
import time_machine

from portal.assets.models import DeviceKind
from portal.contracts.rules import notices
from portal.contracts.service import buckets, calendars, rounds_ahead
from portal.dispatch.rules.visiting import VisitStatus
from portal.dispatch.service import rounds, sheets, visiting
from portal.infra import files, papers
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.notify.models import Delivery
from portal.tickets.service import following
from tests.integration.contracts.conftest import DATA, TS_BLANKS, at
from tests.integration.dispatch import conftest as days
from tests.integration.dispatch.conftest import held, mails, make, plan, told
from tests.integration.dispatch.test_visits import PC
from tests.integration.tickets import opened

DAY = "2026-03-11"
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)


def to_outsiders():
    """Mails about a visit that have reached another organisation, or a colleague who has nothing to do with it."""
    db.session.expire_all()
    told_of = db.session.query(Delivery).filter(Delivery.visit_id.is_not(None))
    return [d.message for d in told_of if d.address.startswith(("stranger@", "colleague@"))]


@pytest.fixture
def planned(cast, enter, climbed, work):
    """A visit that the week includes, for a request that the client's manager follows; its first mails have left."""
    enter("pc_fleet", PC, device_classes=(DeviceKind.TERMINAL,))
    with told("2026-03-09 00:00"):
        buckets.keep(1, clock.now())
    number = climbed("2026-03-09 09:00")
    with told("2026-03-09 10:00"):
        boss = cast.client_manager.contact_id
        following.add_participant(opened.actor(cast.agent), opened.held(cast.agent, number), boss)
        visit = plan(cast, number, f"{DAY} 09:00", f"{DAY} 11:00")
    work("2026-03-09 10:01")
    yield visit
    assert to_outsiders() == []


def test_who_asked_and_who_follows_hear_that_somebody_is_on_the_way_unless_they_are_there(
    planned, cast, work
):
    who = opened.actor(cast.engineer)
    with told(f"{DAY} 08:30"):
        visiting.set_out(who, held(planned))
    work(f"{DAY} 08:31")
    work(f"{DAY} 08:32")
    sent = mails("visit_set_out_to_client")
    assert {name: d.language for name, d in sent.items()} == {"王小明": "zh_Hans", "Chen Bo": "en"}
    assert all("Eno Engineer" in d.text for d in sent.values())
    assert sent["王小明"].ticket_id is not None, "it joins the conversation of the request"


@pytest.mark.databases("sqlite")
def test_nobody_hears_of_the_way_when_it_is_over_already(planned, cast, work):
    who = opened.actor(cast.engineer)
    with told(f"{DAY} 08:30"):
        visiting.set_out(who, held(planned))
    with told(f"{DAY} 09:00"):
        visiting.arrive(who, held(planned))
    work(f"{DAY} 09:01")
    assert mails("visit_set_out_to_client") == {}


@pytest.mark.databases("sqlite")
def test_nobody_was_there_is_told_with_what_follows_by_the_clause(planned, cast, work):
    who = opened.actor(cast.engineer)
    with told(f"{DAY} 09:00"):
        visiting.set_out(who, held(planned))
    with told(f"{DAY} 09:30"):
        visiting.no_access(who, held(planned), "门锁着")
        follows = visiting.what_followed(held(planned))
    work(f"{DAY} 09:31")
    work(f"{DAY} 09:32")
    sent = mails("visit_no_access_to_client")
    assert set(sent) == {"王小明", "Chen Bo"}
    boss = sent["Chen Bo"].text
    assert "门锁着" in boss
    assert "it uses one of the visits that your contract includes" in boss
    assert follows.clause
    assert follows.clause in boss
    assert mails("visit_cancelled_to_staff") == {}, "our engineer said it: nobody of us has to be told"


@pytest.mark.databases("sqlite")
def test_that_we_did_not_come_is_told_with_what_makes_up_for_it(planned, cast, work):
    with told("2026-03-16 09:00"):
        visiting.no_show(opened.actor(cast.manager), held(planned), "the car broke down")
    work("2026-03-16 09:01")
    sent = mails("visit_no_show_to_client")
    assert set(sent) == {"王小明", "Chen Bo"}
    assert "the car broke down" in sent["Chen Bo"].text
    assert "a visit of its own makes up for it" in sent["Chen Bo"].text
    assert mails("visit_no_access_to_client") == {}


@pytest.mark.databases("sqlite")
def test_a_sheet_that_waits_is_told_after_two_hours_and_one_that_was_signed_is_not(planned, cast, work):
    who = opened.actor(cast.engineer)
    with told(f"{DAY} 09:00"):
        visiting.arrive(who, held(planned))
    with told(f"{DAY} 11:00"):
        visiting.finish(who, held(planned), solved=True)
        sheets.sheet_for(held(planned), cast.till.id)
    work(f"{DAY} 12:59")
    assert mails("visit_sheet_waits_to_client") == {}
    work(f"{DAY} 13:01")
    work(f"{DAY} 15:01")
    assert set(mails("visit_sheet_waits_to_client")) == {"王小明", "Chen Bo"}


def sign(cast, visit, monkeypatch):
    """The whole day of the visit, with a signature that can be drawn."""
    sha256, _size = files.put(BytesIO(PICTURE), 1000)
    monkeypatch.setattr(days, "SIGNATURE", sha256)
    make(cast, visit, f"{DAY} 09:00", f"{DAY} 10:30")


def enclosed(app, delivery):
    """Names and first bytes of the files of a mail that was put into the folder."""
    (path,) = (
        p
        for p in (app.extensions["portal_settings"].var_dir / "mail").iterdir()
        if delivery.message_id.encode() in p.read_bytes()
    )
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return [(part.get_filename(), part.get_content()[:5]) for part in mail.iter_attachments()]


@pytest.mark.rule("HW-16")
def test_a_signed_visit_is_told_in_one_mail_with_the_sheet_as_a_pdf(planned, cast, app, work, monkeypatch):
    sign(cast, planned, monkeypatch)
    for minutes in ("10:31", "10:40", "11:10", "13:00"):
        work(f"{DAY} {minutes}")
    sent = mails("visit_signed_to_client")
    assert {name: d.language for name, d in sent.items()} == {"王小明": "zh_Hans", "Chen Bo": "en"}
    assert "The PDF is attached." in sent["Chen Bo"].text
    assert "It costs you nothing beyond your contract." in sent["Chen Bo"].text
    number = held(planned).sheets[0].number
    for delivery in sent.values():
        assert enclosed(app, delivery) == [(f"S-{number}.pdf", b"%PDF-")]
    assert mails("visit_sheet_waits_to_client") == {}


@pytest.mark.databases("sqlite")
def test_where_no_pdf_can_be_made_the_mail_leaves_without_it_and_no_second_one_follows(
    planned, cast, app, work, monkeypatch, tmp_path
):
    nothing = tmp_path / "fonts.conf"
    nothing.write_text(f'<?xml version="1.0"?><fontconfig><dir>{tmp_path}</dir></fontconfig>')
    sign(cast, planned, monkeypatch)
    with monkeypatch.context() as machine:
        machine.setenv("FONTCONFIG_FILE", str(nothing))
        work(f"{DAY} 10:31")
        assert mails("visit_signed_to_client") == {}
        work(f"{DAY} 11:02")
        sent = mails("visit_signed_to_client")
        assert set(sent) == {"王小明", "Chen Bo"}
        assert "attached" not in sent["Chen Bo"].text
        assert enclosed(app, sent["Chen Bo"]) == []
    with time_machine.travel(at(f"{DAY} 12:00"), tick=False), transaction():
        assert papers.order_waiting() == 1
    work(f"{DAY} 12:01")
    [paper] = papers.of([f"sheet:{held(planned).sheets[0].number}"]).values()
    assert paper.made_at is not None
    assert set(mails("visit_signed_to_client")) == {"王小明", "Chen Bo"}


@pytest.mark.rule("TS-26")
@pytest.mark.databases("sqlite")
def test_the_client_is_told_once_that_the_day_of_the_clause_is_over(cast, enter, climbed, work):
    enter("annual_support", TS_BLANKS)
    number = climbed("2026-09-21 09:00")
    with told("2026-09-21 10:00"):
        visit = plan(cast, number, "2026-09-24 09:00", "2026-09-24 11:00")
        from portal.dispatch.service import planning

        planning.agree(opened.actor(cast.agent), held(visit), "王敏", "by phone")
    work("2026-09-21 10:01")
    with told("2026-09-24 09:00"):
        visiting.arrive(opened.actor(cast.engineer), held(visit))
    for _twice in range(2):
        with told("2026-09-25 01:00"):
            visiting.end_overdue(clock.now())
        work("2026-09-25 01:01")
    sent = mails("visit_over_day_to_client")
    assert set(sent) == {"王小明"}
    clause = visiting.length_clause(held(visit))
    assert clause
    assert clause in sent["王小明"].text
    assert to_outsiders() == []


@pytest.mark.databases("sqlite")
def test_managers_hear_of_rounds_when_they_come_into_sight_move_or_are_left_out(cast, enter, work):
    record = enter("pc_fleet", PC, device_classes=(DeviceKind.TERMINAL,))

    def night(text):
        for _twice in range(2):
            with told(text):
                rounds_ahead.plan(record.id, clock.now())
                buckets.keep(record.id, clock.now())
                rounds.keep(clock.now())
            work(text)

    night("2026-09-28 01:00")
    announced = mails("rounds_announced_to_client")
    assert set(announced) == {"Chen Bo"}, "the managers of the organisation, and nobody else"
    assert all(day in announced["Chen Bo"].text for day in ("30", "14", "21"))

    more = (DATA / "calendars" / "CN-2026.csv").read_text().replace("2025-11-04", "2026-09-28")
    closed = ["2026-10-14", *(f"2026-10-{day}" for day in range(19, 24))]
    with told("2026-09-28 12:00"):
        calendars.take("CN", notices.parse(more + "".join(f"{day},bridge,台风\n" for day in closed)))
    night("2026-09-29 01:00")
    (moved,) = mails("round_moved_to_client").values()
    (skipped,) = mails("round_skipped_to_client").values()
    assert moved.contact.name == skipped.contact.name == "Chen Bo"
    assert held_by_id(moved.visit_id).starts_at.date().isoformat() == "2026-10-15"
    assert "METHOD:PUBLISH" in moved.calendar
    assert held_by_id(skipped.visit_id).status is VisitStatus.CANCELLED
    assert skipped.calendar is None, "nothing of it was put into a calendar before"
    assert set(mails("rounds_announced_to_client")) == {"Chen Bo"}
    assert mails("visit_cancelled_to_client") == {}
    assert to_outsiders() == []


def held_by_id(visit_id):
    from portal.dispatch.queries import visits

    return visits.by_id(visit_id)
