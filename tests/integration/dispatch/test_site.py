"""The engineer's phone page over HTTP: each act, once, in order, with words for what cannot be done."""

import base64
import io

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import func, select

from portal.assets.models import DeviceKind
from portal.contracts.models import Charge, LedgerEntry
from portal.dispatch.models import ServiceSheet, SheetPhoto
from portal.dispatch.rules.visiting import VisitStatus
from portal.kernel import clock
from portal.tickets.rules.fields import FieldType, Label, Needed
from portal.tickets.rules.holds import HoldKind, Work
from portal.tickets.rules.words import Kind, Status
from portal.tickets.service import fields as ticket_fields
from portal.tickets.service import holds
from portal.tickets.service.fields import Drawn
from tests.integration.contracts.conftest import at
from tests.integration.dispatch.conftest import held, plan, told
from tests.integration.dispatch.test_visits import PC, balance
from tests.integration.tickets import opened
from tests.support.queries import counted

DAY = "2026-03-11 09:00"
PHONE = {"X-Kept-On-Phone": "1"}


def drawn(strokes=True):
    picture = Image.new("RGBA", (300, 120), (0, 0, 0, 0))
    if strokes:
        ImageDraw.Draw(picture).line(
            [(20, 90), (90, 20), (160, 100), (280, 30)], fill=(20, 20, 60, 255), width=4
        )
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def photo(width=60, height=40, kind="JPEG"):
    out = io.BytesIO()
    Image.new("RGB", (width, height), (40, 90, 60)).save(out, kind)
    out.seek(0)
    return out


@pytest.fixture
def weekly(enter, run_jobs, tell):
    enter("pc_fleet", PC, device_classes=(DeviceKind.TERMINAL,))
    from portal.contracts.service import buckets

    with told("2026-03-09 00:00"):
        buckets.keep(1, clock.now())


@pytest.fixture
def visit(weekly, cast, climbed):
    number = climbed("2026-03-09 09:00")
    with told("2026-03-10 09:12"):
        return plan(cast, number, DAY, "2026-03-11 11:00", note="Ask for the key at the gate")


@pytest.fixture
def phone(cast, as_user, visit):
    """`phone("arrive", "2026-03-11 09:05", key="a")` sends an act that was done on the phone at that time."""
    browser = as_user(cast.engineer)

    def send(act, when, by=None, **fields):
        key = fields.pop("key", f"{act}-{when}")
        data = {"act": act, "key": key, "at": at(when).isoformat(), **fields}
        return (by or browser).post(
            f"/desk/visits/{visit}/site", data=data, headers=PHONE, content_type="multipart/form-data"
        )

    send.browser, send.visit = browser, visit
    return send


def sheet(cast, **more):
    p = f"d{cast.till.id}-"
    fields = {"found": "no light", "done": "fuse changed", "test": "yes", "version": "0"} | more
    return {"device": str(cast.till.id), **{p + name: value for name, value in fields.items()}}


def shown(phone, sha256):
    with phone.browser.get(f"/desk/visits/{phone.visit}/pictures/{sha256}") as answer:
        return Image.open(io.BytesIO(answer.data))


def both():
    return {
        "engineer_name": "Eno Engineer", "engineer_signature": drawn(),
        "client_name": "王敏", "client_signature": drawn(),
    }  # fmt: skip


def test_a_day_from_the_way_to_both_signatures_uses_up_the_visit_and_charges_nothing(phone, cast, db_session):
    for act, when, fields in (
        ("set_out", "2026-03-11 08:30", {}),
        ("arrive", "2026-03-11 09:02", {}),
        ("sheet", "2026-03-11 09:40", sheet(cast) | {"photos": (photo(), "till.jpg")}),
        ("finish", "2026-03-11 09:45", {"solved": "yes"}),
        ("sign", "2026-03-11 09:50", both()),
    ):
        answer = phone(act, when, **fields)
        assert (answer.status_code, answer.json["done"]) == (200, True), (act, answer.json)
    assert balance(db_session) == (0, 0)
    assert db_session.scalar(select(func.count(Charge.id))) == 0
    made = db_session.scalar(select(ServiceSheet))
    assert (made.number is not None, made.client_name, made.found) == (True, "王敏", "no light")
    assert [p.content_type for p in made.photos] == ["image/jpeg"]
    page = phone.browser.get(f"/desk/visits/{phone.visit}/site").text
    assert f"S-{made.number}" in page
    for stored in (made.photos[0].sha256, made.client_signature):
        assert shown(phone, stored).width > 0
    assert opened.look(cast.agent, held(phone.visit).tickets[0].ticket.number).status is Status.RESOLVED


def test_the_same_afternoon_sent_three_times_is_one_sheet_one_use_and_one_number(phone, cast, db_session):
    acts = [
        ("arrive", {}), ("sheet", sheet(cast, **{"parts-0-name": "fuse", "parts-0-list_price": "12,50"})),
        ("finish", {"solved": "yes"}), ("sign", both()),
    ]  # fmt: skip
    for _again in range(3):
        for n, (act, fields) in enumerate(acts):
            sent = {**fields, "photos": (photo(), "till.jpg")} if act == "sheet" else fields
            answer = phone(act, f"2026-03-11 09:{n * 10:02d}", key=f"kept-{n}", **sent)
            assert answer.json["done"], answer.json
    assert db_session.scalar(select(func.count(ServiceSheet.id))) == 1
    assert db_session.scalar(select(func.count(SheetPhoto.id))) == 1
    assert db_session.scalar(select(func.count(LedgerEntry.id)).where(LedgerEntry.kind == "consume")) == 1
    numbers = db_session.scalars(select(ServiceSheet.number)).all()
    assert numbers == [min(numbers)]
    assert db_session.scalar(select(func.count(Charge.id))) == 1, "the fuse, once"


@pytest.mark.databases("sqlite")
def test_what_cannot_be_done_is_said_and_nothing_of_it_happens(phone, cast, db_session):
    def no(act, code, words, **fields):
        answer = phone(act, "2026-03-11 09:30", **fields)
        assert answer.status_code == code, answer.json
        assert words in " ".join(answer.json["said"])

    no("finish", 409, "moved on", solved="yes")
    no("sheet", 409, "once the engineer has set out", **sheet(cast))
    no("dance", 422, "not known")
    no("arrive", 409, "moved this visit", slot="2026-03-11T00:00:00+00:00|9")
    no("arrive", 422, "future", at="2027-01-01T00:00:00+00:00")
    no("arrive", 422, "cannot be read", at="yesterday")
    no("arrive", 422, "cannot be read", at_local="99")
    no("no_access", 422, "what you found", reason=" ")
    assert phone("arrive", "2026-03-11 09:31", key="late", at="2026-03-11T01:03:00+00:00").json["done"]
    assert held(phone.visit).arrived_at == at("2026-03-11 09:03")
    no("finish", 422, "whether it is solved")
    no("finish", 422, "Choose one", solved="yes", cause="gremlins")
    no("finish", 422, "number", solved="yes", labour_hours="NaN")
    no("sheet", 422, "list price", **sheet(cast, **{"parts-0-name": "fuse"}))
    no("sheet", 422, "needs a name", **sheet(cast, **{"parts-0-list_price": "5"}))
    no(
        "sheet",
        422,
        "Write a number",
        **sheet(cast, **{"parts-0-name": "fuse", "parts-0-list_price": "many"}),
    )
    no("sign", 409, "finished before", **both())
    assert phone("finish", "2026-03-11 09:40", solved="yes").json["done"]
    no("sign", 422, "needs the name", **both() | {"client_name": " "})
    no("sign", 422, "empty", **both() | {"client_signature": drawn(strokes=False)})
    no("sign", 422, "cannot be read", **both() | {"client_signature": "data:image/png;base64,AAAA"})
    no("sign", 422, "what was found", **both())
    assert held(phone.visit).status is VisitStatus.FINISHED
    assert db_session.scalar(select(func.count(ServiceSheet.number))) == 0
    assert balance(db_session) == (100, 100)


@pytest.mark.databases("sqlite")
def test_bad_photos_are_named_and_the_rest_is_kept(phone, cast, db_session):
    phone("arrive", "2026-03-11 09:00")
    sent = [
        (photo(8000, 5000, "PNG"), "forty.png"), (io.BytesIO(b"not a picture"), "words.jpg"), (photo(2400, 1200), "good.jpg"),
    ]  # fmt: skip
    said = phone("sheet", "2026-03-11 09:20", photos=sent, **sheet(cast)).json["said"]
    assert len(said) == 2
    assert "forty.png has 40 megapixels" in said[0]
    assert "words.jpg cannot be read" in said[1]
    kept = db_session.scalar(select(SheetPhoto))
    assert shown(phone, kept.sha256).size == (2000, 1000)
    assert db_session.scalar(select(ServiceSheet.found)) == "no light"


def test_another_wrote_on_the_sheet_or_the_desk_moved_the_visit_meanwhile(phone, cast, as_user):
    phone("arrive", "2026-03-11 09:00")
    assert phone("sheet", "2026-03-11 09:10", **sheet(cast)).json["versions"] == {str(cast.till.id): 2}
    answer = phone("sheet", "2026-03-11 09:20", **sheet(cast, done="mine"))
    assert answer.status_code == 409
    assert "Somebody else wrote" in answer.json["said"][0]
    page = phone.browser.post(
        f"/desk/visits/{phone.visit}/site", data={"act": "sheet", **sheet(cast, done="mine, typed")}
    )
    assert page.status_code == 409
    assert "mine, typed" in page.text, "what was typed is kept"
    again = phone("sheet", "2026-03-11 09:22", **sheet(cast, done="mine", version="2"))
    assert again.json["done"]


def test_times_are_corrected_and_work_goes_on_before_it_is_signed(phone, cast):
    phone("set_out", "2026-03-11 08:30")
    phone("arrive", "2026-03-11 09:00")
    phone("finish", "2026-03-11 09:30", solved="no")
    assert phone("go_on", "2026-03-11 09:31").json["done"]
    wrong = phone("times", "2026-03-11 09:35", en_route_at="2026-03-11T09:10", arrived_at="2026-03-11T08:50")
    assert "First the way" in wrong.json["said"][0]
    right = phone("times", "2026-03-11 09:36", en_route_at="2026-03-11T08:20", arrived_at="2026-03-11T08:50")
    assert right.json["done"], right.json
    assert held(phone.visit).arrived_at == at("2026-03-11 08:50")


@pytest.mark.databases("sqlite")
def test_another_device_has_a_sheet_of_its_own_that_can_be_taken_away(phone, cast, db_session):
    phone("arrive", "2026-03-11 09:00")
    phone("sheet", "2026-03-11 09:10", **sheet(cast))
    assert phone("another", "2026-03-11 09:11", device=str(cast.website.id)).json["done"]
    assert phone("another", "2026-03-11 09:12", device=str(cast.chair.id)).status_code == 404, "not theirs"
    phone("finish", "2026-03-11 09:20", solved="yes")
    lacks = phone("sign", "2026-03-11 09:21", **both()).json["said"]
    assert lacks[1:] == ["harbour.example lacks: what was found, what was done."]
    assert phone("drop", "2026-03-11 09:22", device=str(cast.website.id)).json["done"]
    assert phone("sign", "2026-03-11 09:23", **both()).json["done"]
    assert db_session.scalar(select(func.count(ServiceSheet.id))) == 1


@pytest.mark.databases("sqlite")
def test_the_day_shows_what_the_engineer_needs_in_few_queries(phone, cast, as_user):
    day = "/desk/day?on=2026-03-11"
    page = phone.browser.get(day).text
    for words in (
        "港华路",
        "0133",
        "8000",
        "Ask for the key at the gate",
        "Till 2",
        "SN-88412",
        f"V-{phone.visit}",
    ):
        assert words in page
    assert "No visit on this day" in phone.browser.get("/desk/day?on=2026-03-12").text
    assert "No visit on this day" in as_user(cast.agent).get(day).text
    assert phone.browser.get("/desk/day?on=never").status_code == 200
    with counted() as queries:
        phone.browser.get(day)
    assert len(queries) <= 14, queries


@pytest.mark.databases("sqlite")
def test_the_pages_are_not_there_for_the_client_nor_for_strangers(phone, cast, as_user):
    for who in (cast.owner, cast.client_manager, cast.stranger):
        for path in ("/desk/day", f"/desk/visits/{phone.visit}/site", "/desk/site-worker.js"):
            assert as_user(who).get(path).status_code == 404
        assert phone("arrive", "2026-03-11 09:00", by=as_user(who)).status_code == 404
    assert phone.browser.get(f"/desk/visits/{phone.visit}/pictures/{'0' * 64}").status_code == 404
    assert phone("arrive", "2026-03-11 09:00", by=as_user(cast.agent)).json["done"], "the desk may stand in"


@pytest.mark.databases("sqlite")
def test_a_field_that_is_asked_before_the_end_keeps_the_ticket_open_and_the_sheet_is_signed(phone, cast):
    with told("2026-03-10 10:00"):
        drawn = Drawn(Label("Cause", "原因"), FieldType.TEXT, frozenset(Kind), False, Needed.SOLVING)
        ticket_fields.define(opened.actor(cast.administrator), drawn)
    phone("arrive", "2026-03-11 09:00")
    phone("sheet", "2026-03-11 09:10", **sheet(cast))
    phone("finish", "2026-03-11 09:20", solved="yes")
    page = phone.browser.get(f"/desk/visits/{phone.visit}/site").text
    assert "this has to be filled in: Cause" in page
    assert "You can sign the sheet all the same" in page
    for _again in range(2):
        answer = phone("sign", "2026-03-11 09:30", **both())
        assert answer.json["done"]
        assert "stays open: Before it is solved, this has to be filled in: Cause" in answer.json["said"][0]
    visit = held(phone.visit)
    ticket = visit.tickets[0].ticket
    assert (visit.status, visit.sheets[0].number is not None) == (VisitStatus.SIGNED, True)
    assert ticket.status is Status.IN_PROGRESS
    assert "The sheet is signed and kept" in phone.browser.get(f"/desk/visits/{phone.visit}/site").text
    assert "solved it, but the ticket stays open" in phone.browser.get(f"/desk/tickets/{ticket.number}").text
    form = {"code": "solved_on_site", "text": "Fuse changed.", "field_1": "Heat"}
    assert phone.browser.post(f"/desk/tickets/{ticket.number}/resolve", data=form).status_code == 303
    assert held(phone.visit).tickets[0].ticket.status is Status.RESOLVED


@pytest.mark.databases("sqlite")
def test_other_work_that_is_open_keeps_the_ticket_open_too(phone, cast):
    phone("arrive", "2026-03-11 09:00")
    phone("sheet", "2026-03-11 09:10", **sheet(cast))
    phone("finish", "2026-03-11 09:20", solved="yes")
    with told("2026-03-11 09:25"):
        holds.hold(held(phone.visit).tickets[0].ticket_id, Work(HoldKind.QUOTE, 77))
    answer = phone("sign", "2026-03-11 09:30", **both())
    assert "Work for this ticket is still open: Quote Q-77." in answer.json["said"][0]
    assert held(phone.visit).status is VisitStatus.SIGNED
    assert held(phone.visit).tickets[0].ticket.status is not Status.RESOLVED
