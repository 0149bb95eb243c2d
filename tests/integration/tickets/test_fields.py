"""Fields that administrators define, from the definition over the forms of both sides to the solved ticket and its history."""

import pytest

from portal.infra.transaction import transaction
from portal.kernel.errors import Refused
from portal.tickets.queries import fields as queries
from portal.tickets.rules.fields import FieldType, Label, Needed
from portal.tickets.rules.words import Kind, Status
from portal.tickets.service import fields as service
from portal.tickets.service.fields import Drawn
from tests.integration.tickets import opened
from tests.support.queries import counted


@pytest.fixture
def define(cast):
    def make(en, zh, kind=FieldType.TEXT, *, client=True, needed=Needed.NO, options="", kinds=(Kind.FAULT,)):
        with transaction():
            drawn = Drawn(Label(en, zh), kind, frozenset(kinds), client, needed, options)
            return service.define(opened.actor(cast.administrator), drawn).id

    return make


def values(cast, number, by=None):
    who = by or cast.agent
    return [
        (one.definition.label.en, one.value)
        for one in queries.values_of(opened.actor(who), opened.look(who, number))
    ]


NEW = {"label_en": "Counter", "label_zh": "柜台", "kinds": "fault", "who": "client", "needed": "no"}


class TestDefining:
    def test_an_administrator_defines_changes_orders_and_retires(self, cast, as_user):
        browser = as_user(cast.administrator)
        wrong = browser.post(
            "/desk/fields/new", data=NEW | {"type": "choice", "options": "North", "kinds": []}
        )
        assert wrong.status_code == 422
        assert "Choose at least one kind." in wrong.text
        wrong = browser.post("/desk/fields/new", data=NEW | {"type": "choice", "options": "North"})
        assert wrong.status_code == 422
        assert "Write between 2 and 50 options" in wrong.text
        assert "North</textarea>" in wrong.text
        made = NEW | {"type": "choice", "options": "North | 北\nSouth | 南"}
        assert browser.post("/desk/fields/new", data=made).status_code == 303
        assert (
            browser.post("/desk/fields/new", data=NEW | {"type": "number", "label_en": "Copies"}).status_code
            == 303
        )
        first, second = (one.definition.id for one in queries.all_of(opened.actor(cast.administrator)))
        browser.post(f"/desk/fields/{second}/move", data={"to": "up"})
        assert [d.label.en for d in queries.definitions()] == ["Copies", "Counter"]
        changed = NEW | {"label_en": "Desk", "options": "North | 北\nEast | 东"}
        assert browser.post(f"/desk/fields/{first}", data=changed).status_code == 303
        assert queries.definitions()[1].version == 2
        browser.post(f"/desk/fields/{second}/retire")
        assert [d.label.en for d in queries.definitions()] == ["Desk"]
        page = browser.get("/desk/fields").text
        assert "Copies" in page
        assert "Retired" in page
        browser.post(f"/desk/fields/{second}/bring-back")
        assert len(queries.definitions()) == 2

    def test_others_of_the_staff_do_not(self, cast, as_user, define):
        field_id = define("Counter", "柜台")
        browser = as_user(cast.manager)
        for path in ("/desk/fields", "/desk/fields/new", f"/desk/fields/{field_id}"):
            assert browser.get(path).status_code == 403
        assert browser.post(f"/desk/fields/{field_id}/retire").status_code == 403


class TestOpening:
    def test_a_client_fills_in_what_is_asked_and_reads_it(self, cast, as_user, define):
        till = define("Number on the till", "收银机编号", FieldType.NUMBER, needed=Needed.OPENING)
        define("Guess of ours", "我们的判断", client=False, needed=Needed.OPENING)
        define("Of questions", "提问", kinds=(Kind.QUESTION,))
        browser = as_user(cast.client_manager)
        page = browser.get("/requests/new").text
        assert "Number on the till" in page
        assert "Guess of ours" not in page
        assert "Of questions" not in page
        assert "Of questions" in browser.get("/requests/new/fields?kind=question").text
        request = {"symptoms": "It prints stars", "kind": "fault", "urgency": "normal", "device_id": ""}
        for typed, sentence in (
            ("", "Fill this in, please."),
            ("seven", "Write a number, such as 12 or 3.5."),
        ):
            answer = browser.post("/requests/new", data=request | {f"field_{till}": typed})
            assert answer.status_code == 422
            assert sentence in answer.text
            assert "It prints stars</textarea>" in answer.text
            assert f'value="{typed}"' in answer.text
        answer = browser.post("/requests/new", data=request | {f"field_{till}": "１７"})
        assert answer.status_code == 303
        number = int(answer.location.rsplit("/", 1)[1])
        assert values(cast, number, cast.client_manager) == [("Number on the till", "17")]
        assert "<dt>Number on the till</dt><dd>17</dd>" in browser.get(f"/requests/{number}/filled").text
        assert "<dd>17</dd>" in as_user(cast.agent).get(f"/desk/tickets/{number}/more").text

    def test_a_kind_that_was_changed_without_scripts_asks_once_more(self, cast, as_user, define):
        topic = define("Topic", "主题", kinds=(Kind.QUESTION,))
        browser = as_user(cast.client_manager)
        request = {"symptoms": "How do I print?", "kind": "question", "urgency": "normal", "device_id": ""}
        answer = browser.post("/requests/new", data=request)
        assert answer.status_code == 422
        assert "asks for a little more" in answer.text
        assert "Topic" in answer.text
        assert browser.post("/requests/new", data=request | {f"field_{topic}": ""}).status_code == 303

    def test_staff_fill_in_their_own_and_clients_neither_see_nor_find_it(self, cast, as_user, define):
        ours = define("Guess of ours", "我们的判断", client=False)
        theirs = define("Colour", "颜色", FieldType.CHOICE, options="Vermilion | 朱红\nTeal | 水鸭色")
        teal = queries.definitions()[1].options[1].key
        where = f"/desk/tickets/new?organisation={cast.harbour.id}&contact={cast.owner.contact_id}"
        agent = as_user(cast.agent)
        assert "Guess of ours" in agent.get(where).text
        form = {
            "subject": "Stars", "symptoms": "Stars", "kind": "fault", "urgency": "normal", "channel": "phone",
            "submission": "s1", "device_id": "", f"field_{ours}": "Quixotic board", f"field_{theirs}": teal,
        }  # fmt: skip
        answer = agent.post(where, data=form)
        assert answer.status_code == 303
        number = int(answer.location.rsplit("/", 1)[1])
        assert values(cast, number) == [("Guess of ours", "Quixotic board"), ("Colour", teal)]
        assert values(cast, number, cast.client_manager) == [("Colour", teal)]
        owner = as_user(cast.client_manager)
        page = owner.get(f"/requests/{number}/filled").text
        assert "Teal" in page
        assert "Quixotic" not in page
        assert f"{number}" in agent.get("/desk/search?q=quixotic").text
        assert "Stars" in agent.get("/desk/search?q=水鸭色").text
        assert as_user(cast.stranger).get(f"/requests/{number}/filled").status_code == 404


class TestSolving:
    def test_what_is_missing_is_asked_before_it_is_solved(self, cast, as_user, define):
        number = opened.ticket(cast)
        cause = define(
            "Cause", "原因", FieldType.CHOICE, client=False, needed=Needed.SOLVING, options="Heat\nDust"
        )
        dust = queries.definitions()[0].options[1].key
        agent = as_user(cast.agent)
        assert "Cause" in agent.get(f"/desk/tickets/{number}/resolve").text
        form = {"code": "solved_by_advice", "text": "Cleaned it."}
        answer = agent.post(f"/desk/tickets/{number}/resolve", data=form | {f"field_{cause}": ""})
        assert answer.status_code == 422
        assert "Fill this in, please." in answer.text
        assert "Cleaned it.</textarea>" in answer.text
        assert opened.look(cast.agent, number).status is Status.NEW
        with pytest.raises(Refused, match="Cause"):
            service.refuse_unfilled(opened.look(cast.agent, number))
        answer = agent.post(f"/desk/tickets/{number}/resolve", data=form | {f"field_{cause}": dust})
        assert answer.status_code == 303
        assert opened.look(cast.agent, number).status is Status.RESOLVED
        assert "filled in “Cause”: Dust" in agent.get(f"/desk/tickets/{number}").text


class TestCorrecting:
    def test_a_changed_definition_rewrites_no_history(self, cast, as_user, define):
        place = define("Place", "位置", FieldType.CHOICE, options="North | 北\nSouth | 南")
        north, south = (o.key for o in queries.definitions()[0].options)
        number = opened.ticket(cast, values={place: north})
        admin = as_user(cast.administrator)
        changed = NEW | {"label_en": "Hall", "options": "South | 南侧\nWest | 西"}
        assert admin.post(f"/desk/fields/{place}", data=changed).status_code == 303
        agent = as_user(cast.agent)
        assert "<dt>Place</dt><dd>North</dd>" in agent.get(f"/desk/tickets/{number}/more").text
        form = agent.get(f"/desk/tickets/{number}/about").text
        assert "North (not offered any more)" in form
        facts = {
            "subject": "Other words",
            "kind": "fault",
            "urgency": "normal",
            "device_id": "",
            "site_id": "",
        }
        assert (
            agent.post(f"/desk/tickets/{number}/about", data=facts | {f"field_{place}": north}).status_code
            == 303
        )
        assert values(cast, number) == [("Place", north)]
        assert (
            agent.post(f"/desk/tickets/{number}/about", data=facts | {f"field_{place}": south}).status_code
            == 303
        )
        assert values(cast, number) == [("Hall", south)]
        assert "changed “Hall” from “North” to “South”" in agent.get(f"/desk/tickets/{number}").text
        assert admin.post(f"/desk/fields/{place}/retire").status_code == 303
        assert "<dt>Hall</dt><dd>South</dd>" in agent.get(f"/desk/tickets/{number}/more").text

    def test_the_page_takes_one_statement_more_at_most_however_many_there_are(self, cast, as_user, define):
        ids = [define(f"Field {n}", f"字段{n}") for n in range(12)]
        few, many = (
            opened.ticket(cast, values={ids[0]: "x"}),
            opened.ticket(cast, values=dict.fromkeys(ids, "x")),
        )
        browser = as_user(cast.client_manager)
        browser.get(f"/requests/{few}/filled")
        with counted() as once:
            browser.get(f"/requests/{few}/filled")
        with counted() as often:
            browser.get(f"/requests/{many}/filled")
        assert len(often) == len(once)
