"""The client's pages about contracts: what is left, why, by which clause; nothing of others and nothing of drafts."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from portal.contracts.models import ContractRecord, CoverageDecision, LedgerBucket, LedgerEntry
from portal.contracts.service import buckets, entering, keeping, ledger
from portal.contracts.service.ledger import Why
from portal.infra import files
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from tests.integration.contracts.conftest import TS_BLANKS, at
from tests.support.queries import counted

Enter = Callable[..., ContractRecord]
FLEET = {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "desktops": "20", "laptops": "5", "servers": "2"}
NOW = "2026-03-10 10:05"


@pytest.fixture
def told(tell: Callable[[str], None]) -> None:
    tell(NOW)


def test_the_list_shows_where_a_contract_stands(cast: Any, enter: Enter, as_user: Any, told: None) -> None:
    record = enter("annual_support", TS_BLANKS)
    text = as_user(cast.client_manager).get("/contracts").text
    assert f'href="/contracts/{record.id}"' in text
    assert "In force · 225 days left" in text
    assert "800.00" in text


@pytest.mark.parametrize("who", ["owner", "colleague", "client_manager"])
def test_members_and_managers_read_a_contract(
    cast: Any, enter: Enter, as_user: Any, told: None, who: str
) -> None:
    record = enter("annual_support", TS_BLANKS)
    answer = as_user(getattr(cast, who)).get(f"/contracts/{record.id}")
    assert answer.status_code == 200
    assert "乙方接到甲方通过电话" in answer.text  # 二.2.1 as it was printed
    assert "is answered, and service begins, on the same day" in answer.text
    assert "四.5" in answer.text


def test_strangers_and_staff_find_no_such_contract(cast: Any, enter: Enter, as_user: Any, told: None) -> None:
    record = enter("annual_support", TS_BLANKS)
    for who in (cast.stranger, cast.agent):
        assert as_user(who).get(f"/contracts/{record.id}").status_code == 404
    assert "C-1" not in as_user(cast.stranger).get("/contracts").text


def test_a_draft_does_not_exist_for_the_client(cast: Any, enter: Enter, as_user: Any, told: None) -> None:
    record = enter("annual_support", TS_BLANKS, signed=False)
    browser = as_user(cast.client_manager)
    assert browser.get(f"/contracts/{record.id}").status_code == 404
    assert "C-1" not in browser.get("/contracts").text
    assert "C-1" not in browser.htmx("GET", "/contracts/cover").text
    assert "C-1" not in browser.get("/contracts/cost?service=on_site").text


def test_a_contract_that_one_side_signed_says_what_is_missing(
    cast: Any, enter: Enter, as_user: Any, told: None
) -> None:
    record = enter("annual_support", TS_BLANKS, signed=False)
    with transaction():
        entering.sign(record.versions[0], "client", "王敏", clock.now())
    text = as_user(cast.client_manager).get("/contracts").text
    assert "Not signed yet" in text
    assert "A signature is missing." in text


@pytest.mark.parametrize(
    ("day", "word"),
    [
        ("2025-10-21 09:00", "Upcoming"),
        ("2025-10-22 09:00", "In force"),
        ("2026-10-01 09:00", "Ends soon"),
        ("2026-10-21 23:00", "The last day is today"),
        ("2026-10-22 00:10", "It ended on"),
    ],
)
def test_the_state_follows_from_the_dates(
    cast: Any, enter: Enter, as_user: Any, tell: Callable[[str], None], day: str, word: str
) -> None:
    record = enter("annual_support", TS_BLANKS)
    tell(day)
    assert word in as_user(cast.client_manager).get(f"/contracts/{record.id}").text


def test_the_panel_of_the_home_page_is_a_fragment_and_a_page(
    cast: Any, enter: Enter, as_user: Any, told: None
) -> None:
    enter("annual_support", TS_BLANKS)
    browser = as_user(cast.client_manager)
    assert 'hx-get="/contracts/cover"' in browser.get("/home").text
    assert browser.htmx("GET", "/contracts/cover").text.strip().startswith('<section id="contracts-cover"')
    assert "<html" in browser.get("/contracts/cover").text


@pytest.mark.rule("TS-24", "TS-27")
def test_asking_the_price_says_it_with_its_clause_and_writes_nothing(
    cast: Any, enter: Enter, as_user: Any, told: None
) -> None:
    """TS-24, TS-27: phone first, then a visit at its price."""
    enter("annual_support", TS_BLANKS)
    browser = as_user(cast.client_manager)
    text = browser.get(f"/contracts/cost?service=on_site&device_id={cast.till.id}").text
    assert "First by phone and remotely" in text
    assert "It costs 800.00." in text
    assert "Within the hours of service" in text
    assert "Included." in browser.get("/contracts/cost?service=hotline&device_id=0").text
    assert db.session.scalar(db.select(db.func.count()).select_from(CoverageDecision)) == 0
    assert db.session.scalar(db.select(db.func.count()).select_from(LedgerEntry)) == 0


@pytest.mark.parametrize(
    "query", ["service=wishes", "service=hotline&when=tomorrow", "service=hotline&device_id=999999"]
)
def test_a_question_that_makes_no_sense_is_asked_again(
    cast: Any, enter: Enter, as_user: Any, told: None, query: str
) -> None:
    enter("annual_support", TS_BLANKS)
    answer = as_user(cast.client_manager).get(f"/contracts/cost?{query}")
    assert answer.status_code == 422
    assert "Please mend this first" in answer.text


def test_nobody_asks_with_the_device_of_another(cast: Any, enter: Enter, as_user: Any, told: None) -> None:
    enter("annual_support", TS_BLANKS)
    answer = as_user(cast.client_manager).get(f"/contracts/cost?service=hotline&device_id={cast.chair.id}")
    assert answer.status_code == 422
    asked = f"/contracts/cost?service=hotline&device_id=0&organisation_id={cast.harbour.id}"
    assert as_user(cast.stranger).get(asked).status_code == 422


def test_the_signed_paper_is_for_its_own_people(cast: Any, enter: Enter, as_user: Any, told: None) -> None:
    record = enter("annual_support", TS_BLANKS)
    sha256, _size = files.put(io.BytesIO(b"%PDF-1.4 signed"), 1000)
    with transaction():
        keeping.keep_scan(record.versions[0], sha256, "合同.pdf")
    path = f"/contracts/{record.id}/papers/1"
    answer = as_user(cast.owner).get(path)
    assert answer.data == b"%PDF-1.4 signed"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    answer.close()
    assert as_user(cast.stranger).get(path).status_code == 404
    assert as_user(cast.owner).get(f"/contracts/{record.id}/papers/2").status_code == 404


def test_the_list_takes_the_same_number_of_statements_for_more_contracts(
    cast: Any, enter: Enter, as_user: Any, told: None
) -> None:
    enter("annual_support", TS_BLANKS)
    browser = as_user(cast.client_manager)
    browser.get("/contracts")
    with counted() as one:
        browser.get("/contracts")
    enter("annual_support", TS_BLANKS, number="C-2")
    enter("annual_support", TS_BLANKS, number="C-3")
    with counted() as three:
        browser.get("/contracts")
    assert len(three) == len(one) <= 15, three


@pytest.mark.rule("PC-07")
def test_the_ledger_is_read_line_by_line_and_leads_to_its_ticket_and_its_visit(
    cast: Any, enter: Enter, as_user: Any, told: None
) -> None:
    """PC-07: one visit a week; the unit that was taken is named with the ticket that holds it, then with the visit."""
    record = enter("pc_fleet", FLEET)
    with clock.told(at(NOW)), transaction():
        buckets.keep(record.id, clock.now())
        bucket = db.session.scalars(
            db.select(LedgerBucket).where(
                LedgerBucket.closed_at.is_(None), LedgerBucket.entitlement == "onsite"
            )
        ).one()
        held = ledger.reserve(SYSTEM, bucket, 100, "visit:1:reserve", Why(ref="ticket:1042", clause="二.2"))
    browser = as_user(cast.client_manager)
    text = browser.get(f"/contracts/{record.id}").text
    assert "Reserved · 2026-W11 · (二.2) · T-1042" in text
    assert 'href="/requests/1042"' in text
    with clock.told(at(NOW)), transaction():
        ledger.consume(SYSTEM, held, "consume:1", Why(ref="visit:1007", clause="二.2"))
    text = browser.get(f"/contracts/{record.id}").text
    assert "resets on 16 Mar" in text
    assert "Used · 2026-W11 · (二.2) · V-1007" in text
    assert "Reserved · 2026-W11 · (二.2) · V-1007" in text, (
        "what a visit used names it where it was reserved, too"
    )
    assert text.count('href="/visits/1007"') == 2
    assert "Expired unused · 2026-W10" in text


def test_a_round_that_a_holiday_moves_says_why(
    cast: Any, enter: Enter, as_user: Any, tell: Callable[[str], None]
) -> None:
    record = enter("pc_fleet", FLEET | {"visit_day": "Wednesday"})
    tell("2026-02-09 09:00")
    text = as_user(cast.client_manager).get(f"/contracts/{record.id}").text
    assert "left out: the whole week is off" in text or "moved to" in text


def test_covered_devices_are_named_with_their_days(cast: Any, enter: Enter, as_user: Any, told: None) -> None:
    record = enter("annual_support", TS_BLANKS, device_ids=(cast.till.id,))
    with transaction():
        keeping.end_coverage(record, record.coverage[0].id, date(2026, 5, 1), "sold")
    text = as_user(cast.client_manager).get(f"/contracts/{record.id}").text
    assert "Till 2" in text
    assert "1 May" in text


def test_how_an_open_wording_is_read_stands_on_the_page(
    cast: Any, enter: Enter, as_user: Any, told: None
) -> None:
    record = enter("annual_support", TS_BLANKS, settings={"second_day": "same_visit"})
    text = as_user(cast.client_manager).get(f"/contracts/{record.id}").text
    assert "belongs to the first visit" in text
    assert "is a new visit with a new fee" not in text
