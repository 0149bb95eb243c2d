"""What a typed search is understood as."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.tickets.rules.searching import LONGEST, Asked, Fault, Is, Misread, understood
from portal.tickets.rules.words import Kind

TODAY = date(2026, 3, 10)


def read(typed: str) -> Asked:
    return understood(typed, TODAY)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("打印 卡纸", Asked(words="打印 卡纸")),
        ('printer "out of paper" jam', Asked(words="printer jam", phrases=("out of paper",))),
        ("发票「打印不出」", Asked(words="发票", phrases=("打印不出",))),
        ('"never closed', Asked(phrases=("never closed",))),
        ("org:Harbour till", Asked(words="till", organisations=("Harbour",))),
        ('ORG:"Elm Dental"', Asked(organisations=("Elm Dental",))),
        ("单位:海港物流 打印", Asked(words="打印", organisations=("海港物流",))),
        ("is:waiting is:mine", Asked(states=frozenset({Is.WAITING, Is.MINE}))),
        ("状态:未回复", Asked(states=frozenset({Is.UNANSWERED}))),
        ("due:<2h", Asked(due_within=timedelta(hours=2))),
        ("时限:<30分钟", Asked(due_within=timedelta(minutes=30))),
        ("due:late", Asked(due_within=timedelta(0))),
        ("by:me by:王小明", Asked(authors=("me", "王小明"))),
        ("作者:我", Asked(authors=("me",))),
        ("kind:fault 类型:培训", Asked(kinds=frozenset({Kind.FAULT, Kind.TRAINING}))),
        ("device:SN-88412", Asked(devices=("SN-88412",))),
        ("tag:printer 标签：「月末 报表」", Asked(tags=("printer", "月末 报表"))),
        ("tag:#vip", Asked(tags=("vip",))),
        ("含:附件", Asked(has_file=True)),
        ("after:2026-01-05 before:2026年3月1日", Asked(since=date(2026, 1, 5), before=date(2026, 3, 1))),
        ("after:7d", Asked(since=date(2026, 3, 3))),
        ("before:2026-02", Asked(before=date(2026, 2, 1))),
        ("之后:昨天", Asked(since=date(2026, 3, 9))),
        ("at 10:30 http://till.example:8080/x", Asked(words="at 10:30 http://till.example:8080/x")),
        ("", Asked()),
    ],
)  # fmt: skip
def test_words_phrases_and_fields(typed: str, wanted: Asked) -> None:
    assert read(typed) == wanted


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("colour:red", Fault.FIELD), ("is:purple", Fault.VALUE), ("due:soon", Fault.VALUE), ("has:cheese", Fault.VALUE),
        ("before:2026-13-40", Fault.VALUE), ("kind:打印", Fault.VALUE), ("after:9999w", Fault.VALUE),
        ("颜色:红", Fault.FIELD),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_searched_as_words_and_named(typed: str, fault: Fault) -> None:
    asked = read(f"{typed} 打印")
    assert asked.misread == (Misread(fault, typed.replace(":", ":")),)
    assert asked.words == f"{typed.replace(':', ':')} 打印"
    assert not asked.has_fields


def test_a_field_without_a_value_is_a_word() -> None:
    assert read("org: printer").words == "org: printer"


def test_only_so_much_is_read_and_it_says_so() -> None:
    asked = read("打印 " * 5000)
    assert asked.cut
    assert len(asked.words) <= LONGEST


@given(st.text(max_size=400) | st.text('":is打印<2h organ\0\n', max_size=80))
def test_whatever_is_typed_is_understood_somehow(typed: str) -> None:
    asked = read(typed)
    assert "\0" not in asked.text
    assert len(asked.organisations) + len(asked.authors) + len(asked.devices) <= 36
