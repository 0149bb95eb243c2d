"""The desk's pages about contracts: what managers do to them; each refusal keeps what was typed."""

import io
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from portal.contracts.models import ContractRecord, ContractState, LedgerBucket, LedgerEntry
from portal.contracts.queries import formbook
from portal.contracts.service import buckets
from portal.infra.db import db
from portal.infra.transaction import transaction
from portal.kernel import clock
from portal.people.service import passwords
from tests.integration.contracts.conftest import TS_BLANKS, at
from tests.support.queries import counted

Enter = Callable[..., ContractRecord]
FLEET = {"starts_on": "2026-01-01", "ends_on": "2026-12-31", "desktops": "20", "laptops": "5", "servers": "2"}
CRM = {
    "starts_on": "2026-03-02", "years": "1", "deploy_days": "30", "fee": "200000", "first_half_days": "10", "response_hours": "4",
}  # fmt: skip
NOW = "2026-03-10 10:05"


@pytest.fixture
def told(tell: Callable[[str], None]) -> None:
    tell(NOW)


def filled(key: str, blanks: dict[str, str], **more: Any) -> dict[str, Any]:
    settings = {f"setting_{s.key}": s.default for s in formbook.printed(key).form.settings.values()}
    return {"number": "C-9", **settings, **{f"blank_{k}": v for k, v in blanks.items()}, **more}


def only_record() -> ContractRecord:
    return db.session.scalars(db.select(ContractRecord)).one()


def nothing_written() -> bool:
    return not db.session.scalars(db.select(ContractRecord)).all()


@pytest.mark.parametrize("key", sorted(formbook.all_forms()))
def test_a_form_asks_for_its_own_blanks_with_their_clauses(cast: Any, as_user: Any, key: str) -> None:
    printed = formbook.printed(key).form
    answer = as_user(cast.manager).get(f"/desk/contracts/new?organisation={cast.harbour.id}&form={key}")
    assert answer.status_code == 200
    for blank in printed.blanks:
        assert f'name="blank_{blank}"' in answer.text
    for setting in printed.settings:
        assert f'name="setting_{setting}"' in answer.text
    assert answer.text.count('name="blank_') == len(printed.blanks)


def test_a_manager_enters_a_draft_from_its_form(cast: Any, as_user: Any, notice_of_2026: None) -> None:
    browser = as_user(cast.manager)
    assert "Annual technical support" in browser.get("/desk/contracts/new").text
    path = f"/desk/contracts/new?organisation={cast.harbour.id}&form=annual_support"
    answer = browser.post(path, data=filled("annual_support", TS_BLANKS, device_ids=[cast.till.id]))
    assert answer.status_code == 303
    record = only_record()
    assert (record.number, record.state) == ("C-9", ContractState.DRAFT)
    assert [line.device_id for line in record.coverage] == [cast.till.id]
    assert record.versions[0].recorded_by_id == cast.manager.contact_id


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"blank_starts_on": "yesterday"}, "This is no date. Write it as 2026-03-01."),
        ({"blank_visit_price": "plenty"}, "This is no amount."),
        ({"blank_visit_price": ""}, "Fill this in: the form asks for it."),
        ({"blank_ends_on": "2025-01-01"}, "The contract ends before it begins."),
        ({"number": ""}, "Enter the number on the paper"),
        ({"setting_no_show": "whatever"}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_stands_beside_its_blank_and_nothing_is_kept(
    cast: Any, as_user: Any, notice_of_2026: None, changed: dict[str, str], sentence: str
) -> None:
    path = f"/desk/contracts/new?organisation={cast.harbour.id}&form=annual_support"
    data = filled("annual_support", TS_BLANKS | {"person_day_price": "1234.50"}) | changed
    answer = as_user(cast.manager).post(path, data=data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="1234.50"' in answer.text
    assert nothing_written()


def test_a_contradiction_is_seen_before_it_is_kept(cast: Any, as_user: Any, notice_of_2026: None) -> None:
    """TERM_MISMATCH."""
    browser = as_user(cast.manager)
    path = f"/desk/contracts/new?organisation={cast.harbour.id}&form=annual_support"
    data = filled("annual_support", TS_BLANKS | {"ends_on": "2026-09-30"})
    told = browser.post(path, data=data)
    assert told.status_code == 422
    assert "The contract says 12 months, which end on 2026-10-21" in told.text
    assert nothing_written()
    assert browser.post(path, data=data | {"acknowledged": "y"}).status_code == 303
    assert "The contract says 12 months" in browser.get(f"/desk/contracts/{only_record().id}").text


def test_a_device_of_another_organisation_is_not_offered(cast: Any, as_user: Any) -> None:
    path = f"/desk/contracts/new?organisation={cast.harbour.id}&form=annual_support"
    answer = as_user(cast.manager).post(
        path, data=filled("annual_support", TS_BLANKS, device_ids=[cast.chair.id])
    )
    assert answer.status_code == 422
    assert nothing_written()


@pytest.mark.parametrize("who", ["agent", "engineer"])
def test_agents_and_engineers_read_and_do_not_write(
    cast: Any, enter: Enter, as_user: Any, told: None, who: str
) -> None:
    record = enter("annual_support", TS_BLANKS)
    browser, path = as_user(getattr(cast, who)), f"/desk/contracts/{record.id}"
    page = browser.get(path)
    assert page.status_code == 200
    assert "Note a signature" not in page.text
    assert browser.get("/desk/contracts").status_code == 200
    assert browser.get("/desk/contracts/new").status_code == 403
    assert browser.get(f"{path}/amend").status_code == 403
    for act in (
        "/versions/1/sign",
        "/versions/1/scan",
        "/coverage",
        "/suspend",
        "/resume",
        "/ledger",
        "/amend",
    ):
        assert browser.post(path + act, data={}).status_code == 403


def test_clients_find_no_desk(cast: Any, enter: Enter, as_user: Any, told: None) -> None:
    record = enter("annual_support", TS_BLANKS)
    for path in ("/desk/contracts", f"/desk/contracts/{record.id}", "/desk/contracts/new"):
        assert as_user(cast.client_manager).get(path).status_code == 404


def test_both_signatures_put_it_in_force(cast: Any, enter: Enter, as_user: Any, told: None) -> None:
    """TS-02."""
    record = enter("annual_support", TS_BLANKS, signed=False)
    browser, path = as_user(cast.manager), f"/desk/contracts/{record.id}/versions/1/sign"
    assert browser.post(path, data={"side": "client", "name": "王敏", "on": "2025-10-20"}).status_code == 303
    assert only_record().state is ContractState.OFFERED
    for wrong, sentence in (
        ({"side": "provider", "name": "", "on": "2025-10-21"}, "A signature without a name is none."),
        ({"side": "provider", "name": "李强", "on": "2026-04-01"}, "Nobody has signed in the future yet."),
    ):
        refused = browser.post(path, data=wrong)
        assert refused.status_code == 422
        assert sentence in refused.text
    assert (
        browser.post(path, data={"side": "provider", "name": "李强", "on": "2025-10-21"}).status_code == 303
    )
    assert only_record().state is ContractState.SIGNED
    assert (
        browser.post(
            path.replace("/1/", "/7/"), data={"side": "client", "name": "x", "on": "2026-01-01"}
        ).status_code
        == 404
    )


def test_the_scan_is_kept_and_a_program_is_not(cast: Any, enter: Enter, as_user: Any, told: None) -> None:
    record = enter("annual_support", TS_BLANKS)
    browser, path = as_user(cast.manager), f"/desk/contracts/{record.id}/versions/1/scan"
    for files in ([], [(io.BytesIO(b"MZ"), "contract.exe")]):
        assert browser.post(path, data={"files": files}).status_code == 422
    assert browser.post(path, data={"files": [(io.BytesIO(b"%PDF-1.4 x"), "合同.pdf")]}).status_code == 303
    answer = browser.get(f"/desk/contracts/{record.id}/papers/1")
    assert answer.data == b"%PDF-1.4 x"
    answer.close()


def test_an_amendment_counts_from_its_day_once_both_signed(
    cast: Any, enter: Enter, as_user: Any, told: None
) -> None:
    """TS-36."""
    record = enter("annual_support", TS_BLANKS)
    browser, path = as_user(cast.manager), f"/desk/contracts/{record.id}/amend"
    assert 'value="800.00"' in browser.get(path).text
    data = filled("annual_support", TS_BLANKS | {"visit_price": "900.00"})
    refused = browser.post(path, data=data)
    assert (refused.status_code, "Say from which day it counts." in refused.text) == (422, True)
    assert 'value="900.00"' in refused.text
    assert browser.post(path, data=data | {"effective_from": "2026-02-01"}).status_code == 303
    assert [v.number for v in only_record().versions] == [1, 2]
    assert "900.00" not in as_user(cast.client_manager).get(f"/contracts/{record.id}").text
    for side in ("client", "provider"):
        browser.post(
            f"/desk/contracts/{record.id}/versions/2/sign",
            data={"side": side, "name": "王敏", "on": "2026-01-30"},
        )
    assert "900.00" in as_user(cast.client_manager).get(f"/contracts/{record.id}").text


def test_coverage_is_added_and_ended(cast: Any, enter: Enter, as_user: Any, told: None) -> None:
    record = enter("annual_support", TS_BLANKS)
    browser, path = as_user(cast.manager), f"/desk/contracts/{record.id}/coverage"
    assert (
        browser.post(path, data={"what": f"device:{cast.till.id}", "valid_from": "2026-03-01"}).status_code
        == 303
    )
    assert (
        browser.post(path, data={"what": f"device:{cast.chair.id}", "valid_from": "2026-03-01"}).status_code
        == 422
    )
    line = only_record().coverage[-1]
    assert (line.device_id, line.valid_from) == (cast.till.id, date(2026, 3, 1))
    end = f"{path}/{line.id}/end"
    early = browser.post(end, data={"valid_to": "2026-02-01", "reason": "sold to a friend"})
    assert early.status_code == 422
    assert "Coverage cannot end before it begins." in early.text
    assert "sold to a friend" in early.text
    assert browser.post(end, data={"valid_to": "2026-05-01", "reason": "sold"}).status_code == 303
    assert only_record().coverage[-1].valid_to == date(2026, 5, 1)
    assert (
        browser.post(f"{path}/99999/end", data={"valid_to": "2026-05-01", "reason": "x"}).status_code == 404
    )


def test_a_pause_needs_a_right(cast: Any, enter: Enter, as_user: Any, told: None) -> None:
    """TS-14 gives none inside the term; CR-13 gives one."""
    record = enter("annual_support", TS_BLANKS)
    answer = as_user(cast.manager).post(
        f"/desk/contracts/{record.id}/suspend", data={"reason": "The fee is open."}
    )
    assert answer.status_code == 422
    assert "This contract gives no right to pause the service." in answer.text
    assert "The fee is open." in answer.text
    assert only_record().suspensions == []


def test_a_pause_by_its_clause_begins_and_ends(cast: Any, enter: Enter, as_user: Any, told: None) -> None:
    """CR-13."""
    record = enter("crm_project", CRM)
    browser, path = as_user(cast.manager), f"/desk/contracts/{record.id}"
    assert browser.post(f"{path}/suspend", data={"reason": ""}).status_code == 422
    assert browser.post(f"{path}/suspend", data={"reason": "The second part is open."}).status_code == 303
    read = as_user(cast.client_manager).get(f"/contracts/{record.id}").text
    assert "The service is suspended since" in read
    assert "附四.4" in read
    assert browser.post(f"{path}/resume").status_code == 303
    assert only_record().suspensions[0].end_at is not None


@pytest.fixture
def bucket(enter: Enter, told: None) -> LedgerBucket:
    record = enter("pc_fleet", FLEET)
    with clock.told(at(NOW)), transaction():
        buckets.keep(record.id, clock.now())
    return db.session.scalars(db.select(LedgerBucket).where(LedgerBucket.closed_at.is_(None))).one()


def test_a_correction_needs_a_second_persons_own_password(
    cast: Any, as_user: Any, bucket: LedgerBucket
) -> None:
    with transaction():
        cast.administrator.password_hash = passwords.hash_of("a long enough secret")
    browser, path = as_user(cast.manager), f"/desk/contracts/{bucket.contract_id}/ledger"
    data = {
        "bucket": bucket.id, "quantity": "1", "reason": "A visit was lost in the storm.", "submission": "s1",
        "approver": cast.administrator.id, "password": "a long enough secret",
    }  # fmt: skip
    before = db.session.scalar(db.select(db.func.count()).select_from(LedgerEntry))
    for wrong in (
        {"password": "guess"},
        {"approver": cast.manager.id},
        {"approver": cast.agent.id},
        {"reason": ""},
        {"quantity": "x"},
    ):
        refused = browser.post(path, data=data | wrong)
        assert refused.status_code == 422, wrong
        assert "a long enough secret" not in refused.text
    less = browser.post(path, data=data | {"quantity": "-5"})
    assert "Less is left than you want to take away." in less.text
    assert db.session.scalar(db.select(db.func.count()).select_from(LedgerEntry)) == before
    for _twice in range(2):
        assert browser.post(path, data=data).status_code == 303
    lines = db.session.scalars(db.select(LedgerEntry).where(LedgerEntry.reason.is_not(None))).all()
    assert [(e.quantity, e.actor_id, e.approver_id) for e in lines] == [
        (100, cast.manager.contact_id, cast.administrator.contact_id)
    ]


def test_the_list_is_filtered_and_takes_the_same_number_of_statements_for_more(
    cast: Any, enter: Enter, as_user: Any, told: None
) -> None:
    enter("annual_support", TS_BLANKS)
    browser = as_user(cast.agent)
    browser.get("/desk/contracts")
    with counted() as one:
        browser.get("/desk/contracts")
    enter("annual_support", TS_BLANKS, number="C-2", signed=False)
    enter("annual_support", TS_BLANKS, number="C-3")
    with counted() as three:
        browser.get("/desk/contracts")
    assert len(three) == len(one) <= 16, three

    def rows(query: str) -> list[str]:
        text = browser.get(f"/desk/contracts?{query}").text
        return [n for n in ("C-1", "C-2", "C-3") if f">{n}</a>" in text]

    assert rows("state=in_force") == ["C-1", "C-3"]
    assert rows("state=not_signed") == ["C-2"]
    assert rows("state=ended") == []
    assert rows(f"organisation={cast.elm.id}") == []


def test_no_two_fields_of_a_contracts_page_share_an_id(
    cast: Any, enter: Enter, as_user: Any, told: None
) -> None:
    """Nor with two versions that both wait for signatures."""
    record = enter("annual_support", TS_BLANKS, signed=False)
    browser = as_user(cast.manager)
    data = filled("annual_support", TS_BLANKS, effective_from="2026-02-01")
    assert browser.post(f"/desk/contracts/{record.id}/amend", data=data).status_code == 303
    text = browser.get(f"/desk/contracts/{record.id}").text
    assert text.count("Note a signature") == 2
    ids = re.findall(r' id="([^"]+)"', text)
    assert [name for name in set(ids) if ids.count(name) > 1] == []


def test_what_is_granted_is_there_with_the_second_signature(
    cast: Any, enter: Enter, as_user: Any, told: None
) -> None:
    record = enter("pc_fleet", FLEET, signed=False)
    browser = as_user(cast.manager)
    for side in ("client", "provider"):
        data = {"side": side, "name": "王敏", "on": "2026-01-01"}
        assert browser.post(f"/desk/contracts/{record.id}/versions/1/sign", data=data).status_code == 303
    assert "resets on 16 Mar" in browser.get(f"/desk/contracts/{record.id}").text
