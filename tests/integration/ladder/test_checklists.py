"""Checklists: written in two languages, suggested where they fit, answered on a ticket; and the tools of remote sessions."""

import pytest

from portal.assets.models import DeviceKind
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.ladder.models import Checklist, RemoteTool, TriageSheet
from portal.ladder.rules.checklist import AnswerKind, Question, Words, options_in
from portal.ladder.service import checklists, remote
from portal.tickets.rules.words import ClosureCode, Kind
from portal.tickets.service import status, work
from portal.tickets.service.record import Words as Said
from tests import cast as people
from tests.integration.tickets import opened
from tests.support.queries import counted

QUESTIONS = [
    Question(
        "on", AnswerKind.YES_NO, Words("Is it on?", "开机了吗？"), advice=Words("Plug it in", "请插上电源")
    ),
    Question(
        "light",
        AnswerKind.CHOICE,
        Words("Which light?", "什么灯？"),
        options=options_in("Red | 红灯\nGreen | 绿灯"),
    ),
    Question("since", AnswerKind.TEXT, Words("Since when?", "从何时起？")),
]


@pytest.fixture
def till_list(cast):
    with transaction():
        made = checklists.write(
            people.actor(cast.agent),
            Words("Till is dead", "收银机不开机"),
            Kind.FAULT,
            DeviceKind.TERMINAL,
            QUESTIONS,
        )
    return made.id


def form(**fields):
    return {
        "title_en": "Printer", "title_zh": "打印机", "kind": "fault", "device_kind": "printer", "active": "y",
        "questions-0-kind": "yes_no", "questions-0-en": "Is there paper?", "questions-0-zh": "有纸吗？",
        "questions-1-kind": "choice", "questions-1-en": "Which light?", "questions-1-zh": "什么灯？",
        "questions-1-options": "Red | 红灯\nGreen | 绿灯", "questions-2-kind": "yes_no", "questions-2-en": "", **fields,
    }  # fmt: skip


@pytest.mark.rule("TS-18", "TS-23")
def test_the_answers_become_the_triage_record_that_both_sides_read_in_their_language(
    cast, as_user, till_list
):
    number = opened.ticket(cast, device_id=cast.till.id)
    browser = as_user(cast.agent)
    assert "Till is dead" in browser.htmx("GET", f"/desk/tickets/{number}/ladder").text
    path = f"/desk/tickets/{number}/checklists/{till_list}"
    assert "Plug it in" in browser.get(path).text
    assert browser.post(path, data={"q-on": "yes", "q-light": "1", "q-since": "nine"}).status_code == 303
    panel = browser.htmx("GET", f"/desk/tickets/{number}/ladder").text
    assert "Which light?" in panel
    assert "Red" in panel
    client = as_user(cast.owner).htmx("GET", f"/requests/{number}/ladder").text
    assert "什么灯？" in client
    assert "红灯" in client
    assert "Which light? Red" in browser.get(f"/desk/tickets/{number}").text, (
        "the timeline has it, for the search"
    )
    assert as_user(cast.stranger).htmx("GET", f"/requests/{number}/ladder").status_code == 404


def test_answers_that_were_not_offered_and_none_at_all_are_refused(cast, as_user, till_list):
    number = opened.ticket(cast)
    answer = as_user(cast.agent).post(
        f"/desk/tickets/{number}/checklists/{till_list}", data={"q-on": "maybe", "q-x": "1"}
    )
    assert (answer.status_code, "Answer at least one question." in answer.text) == (422, True)
    assert db.session.query(TriageSheet).count() == 0


def test_it_is_suggested_only_where_it_fits(cast, as_user, till_list):
    for fields in ({"device_id": cast.website.id}, {}, {"device_id": cast.till.id, "kind": Kind.TRAINING}):
        number = opened.ticket(cast, **fields)
        assert "Till is dead" not in as_user(cast.agent).htmx("GET", f"/desk/tickets/{number}/ladder").text


@pytest.mark.databases("sqlite")
def test_staff_write_one_and_a_change_makes_a_version_that_old_answers_do_not_follow(cast, as_user):
    browser = as_user(cast.agent)
    assert browser.post("/desk/checklists/new", data=form()).status_code == 303
    made = db.session.query(Checklist).one()
    number = opened.ticket(cast)
    keys = [q["key"] for q in made.versions[0].questions]
    assert len(keys) == 2
    browser.post(f"/desk/tickets/{number}/checklists/{made.id}", data={f"q-{keys[0]}": "yes"})
    changed = form(
        **{
            "questions-0-key": keys[0],
            "questions-1-key": keys[1],
            "questions-0-en": "Is there A4 paper?",
            "seen": "1",
        }
    )
    assert browser.post(f"/desk/checklists/{made.id}", data=changed).status_code == 303
    db.session.expire_all()
    made = db.session.query(Checklist).one()
    assert [v.number for v in made.versions] == [1, 2]
    assert db.session.query(TriageSheet).one().version.number == 1
    stale = browser.post(f"/desk/checklists/{made.id}", data=changed)
    assert (stale.status_code, "Somebody else changed this" in stale.text) == (422, True)
    same = form(
        **{
            "questions-0-key": keys[0],
            "questions-1-key": keys[1],
            "questions-0-en": "Is there A4 paper?",
            "seen": "2",
        }
    )
    browser.post(f"/desk/checklists/{made.id}", data=same)
    db.session.expire_all()
    assert len(db.session.query(Checklist).one().versions) == 2, "what says the same is no new version"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title_zh": ""}, "Write the title in English and in Chinese."),
        ({"questions-0-zh": ""}, "Question 1: write it in English and in Chinese."),
        ({"questions-1-options": "Red | 红灯"}, "Question 2: a choice needs at least two options"),
        ({"questions-1-options": "Red\nGreen"}, "Question 2: write each option in both languages"),
        (
            {"questions-0-en": "", "questions-0-zh": "", "questions-1-en": "", "questions-1-zh": ""},
            "Write at least one question.",
        ),
    ],
)
@pytest.mark.databases("sqlite")
def test_what_is_missing_is_said_and_the_rest_stays(cast, as_user, fields, sentence):
    answer = as_user(cast.agent).post("/desk/checklists/new", data=form(**fields))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Printer"' in answer.text
    assert db.session.query(Checklist).count() == 0


def test_what_solved_the_like_before_stands_beside_a_ticket(cast, as_user):
    old = opened.ticket(cast, device_id=cast.till.id, subject="The same till")
    with transaction():
        actor, held = people.actor(cast.agent), opened.held(cast.agent, old)
        solved = work.Work(held.received_at, 5, work.Outcome.SOLVED, advice="Turned the key to REG")
        work.log_call(actor, held, solved)
        status.resolve(actor, held, ClosureCode.SOLVED_BY_ADVICE, Said("Done"))
    number = opened.ticket(cast, device_id=cast.till.id)
    browser = as_user(cast.agent)
    with counted() as statements:
        panel = browser.htmx("GET", f"/desk/tickets/{number}/ladder").text
    assert "Turned the key to REG" in panel
    assert "the same device" in panel
    assert len(statements) <= 18, statements


@pytest.mark.databases("sqlite")
def test_administrators_link_tools_and_a_ticket_has_their_buttons(cast, as_user):
    administrator = as_user(cast.administrator)
    bad = administrator.post(
        "/desk/remote-tools", data={"name": "X", "template": "javascript:alert({id})", "active": "y"}
    )
    assert (bad.status_code, "must begin with https://" in bad.text) == (422, True)
    good = {"name": "Sunflower", "template": "https://remote.example/{serial}", "active": "y"}
    assert administrator.post("/desk/remote-tools", data=good).status_code == 303
    assert "a tool of this name" in administrator.post("/desk/remote-tools", data=good).text
    assert as_user(cast.agent).get("/desk/remote-tools").status_code == 403
    number = opened.ticket(cast, device_id=cast.till.id)
    panel = as_user(cast.agent).htmx("GET", f"/desk/tickets/{number}/ladder").text
    assert 'href="https://remote.example/SN-88412"' in panel
    without = opened.ticket(cast, device_id=cast.website.id)
    assert (
        "the device lacks what its address needs"
        in as_user(cast.agent).htmx("GET", f"/desk/tickets/{without}/ladder").text
    )
    with transaction():
        remote.keep(
            "Sunflower", good["template"], tool_id=db.session.query(RemoteTool.id).scalar(), active=False
        )
    assert "Sunflower" not in as_user(cast.agent).htmx("GET", f"/desk/tickets/{number}/ladder").text
