"""From the planned visit to the client's mail, its link, and the confirmed time in the portal; and what goes wrong on the way."""

import re

import pytest
import time_machine

from portal.dispatch.models import VisitLink
from portal.dispatch.rules.visiting import Slot, VisitStatus
from portal.dispatch.service import offering, planning, visiting
from portal.infra.db import db
from portal.kernel import refs
from portal.notify.models import Delivery
from portal.notify.service import LINK, with_secret
from tests.integration.contracts.conftest import TS_BLANKS, at
from tests.integration.dispatch.conftest import held, mails, plan, told
from tests.integration.tickets import opened


def path_of(delivery: Delivery) -> str:
    text, html = with_secret(delivery)
    assert LINK in delivery.text, "the stored text has no secret"
    found = re.search(r"http://portal\.test(/visit/\S+)", text)
    assert found
    assert found[1] in html
    return found[1]


@pytest.fixture
def asked(cast, enter, climbed, work):
    """A visit that costs 800.00, planned for the 24th with two other times; its mails have left."""
    enter("annual_support", TS_BLANKS)
    number = climbed("2026-09-21 09:00")
    with told("2026-09-21 10:00"):
        visit = plan(cast, number, "2026-09-24 09:00", "2026-09-24 11:00")
        others = [
            Slot(at("2026-09-23 09:00"), at("2026-09-23 11:00")),
            Slot(at("2026-09-28 14:00"), at("2026-09-28 16:00")),
        ]
        offering.offer(opened.actor(cast.agent), held(visit), others)
    work("2026-09-21 10:01")
    return visit


def test_the_client_is_asked_once_in_their_language_and_answers_by_the_link(
    asked, client, cast, as_user, work
):
    sent = mails("visit_proposed_to_client")
    assert set(sent) == {"王小明", "Chen Bo"}, "who asked for it, and the manager, for it costs money"
    mine = sent["王小明"]
    assert (mine.language, mine.ticket_id is not None, sent["Chen Bo"].ticket_id) == ("zh_Hans", True, None)
    assert "800.00" in mine.text
    assert mails("visit_assigned_to_staff").keys() == {"Eno Engineer"}
    path = path_of(mine)
    with time_machine.travel(at("2026-09-21 11:00"), tick=False):
        page = client.get(path)
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"
        assert held(asked).status is VisitStatus.SCHEDULED, "looking at it is no answer"
        token = path.rpartition("/")[2]
        assert db.session.query(VisitLink).filter_by(token_hash=refs.hash_of(token)).count() == 1
        value = f"{int(at('2026-09-23 09:00').timestamp())}|800.00"
        assert f'value="{value}"' in page.text
        nothing = client.post(path, data={"wish": ""})
        assert nothing.status_code == 422
        done = client.post(path, data={"slot": value})
        assert done.status_code == 200
        visit = held(asked)
        assert (visit.starts_at, visit.status, visit.confirmed_by) == (
            at("2026-09-23 09:00"),
            VisitStatus.CONFIRMED,
            "王小明",
        )
        assert planning.price_open(visit) is not None, "a member settles the time, not the price"
        again = client.post(path, data={"slot": value})
        assert again.status_code == 410
        assert held(asked).starts_at == at("2026-09-23 09:00")
        assert b"BEGIN:VCALENDAR" in client.get(f"{path}/visit.ics").data
    work("2026-09-21 11:00")
    [confirmed] = [d for n, d in mails("visit_confirmed_to_client").items() if n == "王小明"]
    assert "METHOD:PUBLISH" in confirmed.calendar
    assert mails("visit_moved_to_client") == {}, "the client chose it: nobody moved it for them"
    with time_machine.travel(at("2026-09-21 12:00"), tick=False):
        boss = as_user(cast.client_manager)
        page = boss.get(f"/visits/{asked}")
        assert "Agree to 800.00" in page.text
        assert boss.post(f"/visits/{asked}/agree", data={"price": "700.00"}).status_code == 303
        assert planning.price_open(held(asked)) is not None
        assert boss.post(f"/visits/{asked}/agree", data={"price": "800.00"}).status_code == 303
        assert held(asked).agreed_by == "Chen Bo"
        mine = as_user(cast.owner).get(f"/visits/{asked}")
        assert mine.status_code == 200
        assert "Eno Engineer" in mine.text


def test_a_moved_visit_has_the_same_uid_and_a_higher_sequence_and_a_called_off_one_is_taken_out(
    asked, cast, client, work
):
    owner = opened.actor(cast.owner)
    with told("2026-09-21 11:00"):
        visiting.confirm(owner, held(asked), "王小明")
    work("2026-09-21 11:01")
    with told("2026-09-21 12:00"):
        planning.move(
            opened.actor(cast.agent),
            held(asked),
            at("2026-09-29 09:00"),
            at("2026-09-29 11:00"),
            cast.engineer.id,
        )
    work("2026-09-21 12:01")
    with told("2026-09-21 13:00"):
        planning.cancel(owner, held(asked), "不需要了")
    work("2026-09-21 13:01")
    files = [
        mails(f"visit_{what}_to_client")["王小明"].calendar for what in ("confirmed", "moved", "cancelled")
    ]
    uids = {re.search(r"UID:(\S+)", f)[1] for f in files}
    steps = [int(re.search(r"SEQUENCE:(\d+)", f)[1]) for f in files]
    assert len(uids) == 1
    assert steps == sorted(set(steps))
    assert [re.search(r"METHOD:(\w+)", f)[1] for f in files] == ["PUBLISH", "PUBLISH", "CANCEL"]
    assert set(mails("visit_cancelled_to_staff")) == {"Eno Engineer", "Ada Agent"}


@pytest.mark.databases("sqlite")
def test_a_wrong_token_a_stranger_and_a_link_that_is_too_old_show_nothing(asked, client, cast, as_user, work):
    path = path_of(mails("visit_proposed_to_client")["王小明"])
    with time_machine.travel(at("2026-09-21 11:00"), tick=False):
        assert client.get("/visit/no-such-token").status_code == 404
        assert as_user(cast.stranger).get(path).status_code == 404
        assert as_user(cast.colleague).get(path).status_code == 404
        for page in (f"/visits/{asked}", f"/visits/{asked}/visit.ics", f"/visits/{asked}/call-off"):
            assert as_user(cast.stranger).get(page).status_code == 404
            assert as_user(cast.colleague).get(page).status_code == 404
        for deed in ("choose", "agree", "call-off"):
            assert (
                as_user(cast.stranger).post(f"/visits/{asked}/{deed}", data={"reason": "x"}).status_code
                == 404
            )
    with time_machine.travel(at("2026-09-29 09:00"), tick=False):
        late = client.post(path, data={"slot": "none", "wish": "周五"})
        assert late.status_code == 410
        assert held(asked).wish is None


@pytest.mark.databases("sqlite")
def test_wishes_by_the_link_reach_whoever_planned_it(asked, client, cast, work):
    path = path_of(mails("visit_proposed_to_client")["Chen Bo"])
    with time_machine.travel(at("2026-09-21 11:00"), tick=False):
        done = client.post(path, data={"slot": "none", "wish": "Friday morning, please."})
        assert done.status_code == 200
    work("2026-09-21 11:00")
    told_staff = mails("visit_wish_to_staff")
    assert set(told_staff) == {"Ada Agent"}
    assert "Friday morning, please." in told_staff["Ada Agent"].text
    assert held(asked).wish == "Friday morning, please."
