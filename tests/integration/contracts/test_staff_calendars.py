"""The desk's page of days off: what is known, what a notice would change, and what is wrong with it, by line."""

import io
from typing import Any

import pytest

from portal.contracts.models import CalendarDay, CalendarNotice
from portal.infra.db import db
from tests.integration.contracts.conftest import DATA

PATH = "/desk/calendars"
TEXT = """# 国务院办公厅关于2027年部分节假日安排的通知
# published: 2026-11-05
date,kind,name
2027-01-01,statutory,元旦
2027-01-09,makeup,元旦调休
"""


def days() -> list[str]:
    return [str(d) for d in db.session.scalars(db.select(CalendarDay.day).order_by(CalendarDay.day))]


def test_the_difference_is_shown_before_it_applies(cast: Any, as_user: Any) -> None:
    browser = as_user(cast.manager)
    shown = browser.post(PATH, data={"text": TEXT})
    assert shown.status_code == 200
    for word in ("2027-01-01", "statutory holiday", "make-up working day", "an ordinary day", "元旦调休"):
        assert word in shown.text
    assert days() == []
    assert browser.post(PATH, data={"text": TEXT, "apply": "y"}).status_code == 303
    assert days() == ["2027-01-01", "2027-01-09"]
    page = browser.get(PATH).text
    assert "国务院办公厅关于2027年部分节假日安排的通知" in page
    assert "Published" in page


def test_a_file_is_read_as_pasted_lines_are(cast: Any, as_user: Any) -> None:
    raw = (DATA / "calendars" / "CN-2026.csv").read_bytes()
    browser = as_user(cast.administrator)
    shown = browser.post(PATH, data={"file": (io.BytesIO(raw), "CN-2026.csv")})
    assert "What the notice for 2026 would change" in shown.text
    assert browser.post(PATH, data={"text": raw.decode(), "apply": "y"}).status_code == 303
    assert len(days()) > 30


def test_the_same_notice_again_changes_nothing(cast: Any, as_user: Any, notice_of_2026: None) -> None:
    text = (DATA / "calendars" / "CN-2026.csv").read_text()
    browser = as_user(cast.manager)
    assert "No day changes." in browser.post(PATH, data={"text": text}).text
    assert browser.post(PATH, data={"text": text, "apply": "y"}).status_code == 303
    assert len(db.session.scalars(db.select(CalendarNotice)).all()) == 1


@pytest.mark.parametrize("apply", [{}, {"apply": "y"}])
def test_faults_are_named_by_line_and_nothing_is_taken(
    cast: Any, as_user: Any, apply: dict[str, str]
) -> None:
    text = TEXT + "2027-02-30,statutory,nobody\n2027-03-01,holiday,x\n2027-03-02,makeup,y\n"
    answer = as_user(cast.manager).post(PATH, data={"text": text} | apply)
    assert answer.status_code == 422
    for line in ("Line 6:", "Line 7:", "Line 8:"):
        assert line in answer.text
    assert "This is no date of the calendar" in answer.text
    assert "2027-02-30,statutory,nobody" in answer.text
    assert days() == []


@pytest.mark.parametrize(
    "sent", [{"text": ""}, {"file": (b"\xff\xfe\x00", "x.csv")}, {"file": (b"a" * 100_002, "long.csv")}]
)
def test_what_is_no_notice_is_refused(cast: Any, as_user: Any, sent: dict[str, Any]) -> None:
    data = {k: (io.BytesIO(v[0]), v[1]) if isinstance(v, tuple) else v for k, v in sent.items()}
    answer = as_user(cast.manager).post(PATH, data=data)
    assert answer.status_code == 422
    assert "Please mend this first" in answer.text


def test_only_managers_and_administrators_come_in(cast: Any, as_user: Any) -> None:
    assert as_user(cast.agent).get(PATH).status_code == 403
    assert as_user(cast.engineer).post(PATH, data={"text": TEXT, "apply": "y"}).status_code == 403
    assert as_user(cast.stranger).get(PATH).status_code == 404
    assert days() == []
