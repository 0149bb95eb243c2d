"""What is new apart from the history: Chinese programs exactly, others by their marks, and no line is ever lost."""

# ruff: noqa: E501 -- the lines are mail, as programs write it

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.intake.rules.quotes.fold import split
from tests.unit.intake.build import read
from tests.unit.intake.chinese_mailers import MORE
from tests.unit.intake.chinese_replies import CASES, Case


def _even(text: str) -> str:
    return re.sub(r"\n{2,}", "\n\n", text.replace("\xa0", " ")).strip()


def _read(case: Case) -> str:
    first = case.name.startswith("prose")
    headers = [] if first else ["In-Reply-To: <ours@portal.example>"]
    mail = read(case.text, *headers, kind=f"text/{'html' if case.html else 'plain'}; charset=utf-8")
    return _even(mail.reply_text)


@pytest.mark.parametrize("case", [*CASES, *MORE], ids=lambda c: c.name)
def test_a_chinese_reply_comes_out_exactly(case: Case) -> None:
    assert _read(case) == _even(case.new)


ENGLISH = [
    "On Tue, Nov 3, 2026 at 10:22 AM Lantern Support <support@portal.example> wrote:\n\n> We received it.",
    "On 3 Nov 2026, at 10:22, Lantern Support <support@portal.example>\nwrote:\n\n> We received it.",
    "-----Original Message-----\nFrom: Support\nSent: Tuesday\nTo: me\nSubject: printer\n\nWe received it.",
    "________________________________\nFrom: Support <support@portal.example>\nSent: Tuesday, November 3, 2026\nTo: me\nSubject: printer\n\nWe received it.",
    "Am 03.11.2026 um 10:22 schrieb Lantern Support:\n> We received it.",
    "Le mar. 3 nov. 2026 à 10:22, Support <support@portal.example> a écrit :\n\n> We received it.",
    "Sent from my iPhone\n\n> On 3 Nov 2026, at 10:22, Support <support@portal.example> wrote:\n> \n> We received it.",
]


@pytest.mark.parametrize("history", ENGLISH)
def test_the_history_of_other_languages_is_folded(history: str) -> None:
    found = split(f"It works again.\nThe tray was open.\n\n{history}", answers=True)
    assert found.new == "It works again.\nThe tray was open."
    assert "We received it." in found.old


def test_a_first_mail_that_cites_a_console_keeps_its_lines_in_the_middle() -> None:
    text = "The log says:\n> error 7\n> disk full\nWhat now?"
    assert split(text).new == text


def test_when_nothing_is_new_everything_is_shown() -> None:
    text = "On Tue, 3 Nov 2026 at 10:22, Support <s@p.example> wrote:\n\n> We received it."
    assert split(text, answers=True).new == text


def test_on_at_the_beginning_of_prose_is_no_attribution() -> None:
    text = "On your server I ran this:\n\nls -l\n\nand it wrote:\nnothing at all"
    assert split(text).new == text


LINES = [
    "发件人: a@b.cn", "主题: x", "收件人: c@d.cn", "> 引用", "你好", "", "在 2026年1月2日，李 写道：", "-- ", "Sent from my iPhone",
    "On 1 Jan 2026, A <a@b.c> wrote:", "---- 原始邮件 ----", "发自我的iPhone", "_" * 30,
]  # fmt: skip


@given(st.lists(st.sampled_from(LINES), max_size=14), st.booleans())
def test_no_line_is_lost_and_something_is_always_shown(lines: list[str], answers: bool) -> None:
    found = split("\n".join(lines), answers)
    kept = [x.strip() for x in f"{found.new}\n{found.old}".split("\n") if x.strip()]
    assert sorted(kept) == sorted(x.strip() for x in lines if x.strip())
    assert found.new.strip() or not "".join(lines).strip()


def test_a_long_text_of_marks_takes_no_long_time() -> None:
    """The rules look ahead a few lines only: twice the text, twice the work."""
    text = "发件人: a\nOn 2026\n> x\n" * 5_000
    assert split(text).new
