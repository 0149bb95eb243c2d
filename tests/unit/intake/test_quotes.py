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


QUOTE = "> We received it.\n> Somebody will call."
HISTORIES = {
    "gmail": f"On Tue, Nov 3, 2026 at 10:22 AM Lantern Support <support@portal.example> wrote:\n\n{QUOTE}",
    "broken line": f"On 3 Nov 2026, at 10:22, Lantern Support <support@portal.example>\nwrote:\n\n{QUOTE}",
    "outlook": "-----Original Message-----\nFrom: Support\nSent: Tuesday\nTo: me\nSubject: printer\n\nWe received it.",
    "outlook, rule": "________________________________\nFrom: Support <support@portal.example>\nSent: Tuesday, November 3, 2026\nTo: me\nSubject: printer\n\nWe received it.",
    "outlook, bold": "*From:* Support <support@portal.example>\n*Sent:* Tuesday, November 3, 2026\n*To:* me\n*Subject:* printer\n\nWe received it.",
    "hotmail": "Date: Tue, 3 Nov 2026 10:22:11 +0800\nSubject: printer\nFrom: support@portal.example\nTo: owner@harbour.example\n\nWe received it.",
    "phone": "Sent from my iPhone\n\n> On 3 Nov 2026, at 10:22, Support <support@portal.example> wrote:\n> \n> We received it.",
    "yahoo": f"--- On Tue, 11/3/26, Lantern Support <support@portal.example> wrote:\n\nFrom: Lantern Support <support@portal.example>\n{QUOTE}",
    "zoho": f"---- On Tue, 03 Nov 2026 10:22:11 +0800 Support <support@portal.example> wrote ----\n\n{QUOTE}",
    "groupwise": '>>> "Lantern Support" <support@portal.example> 11/3/2026 10:22 AM >>>\nWe received it.',
    "horde": f"Quoting Lantern Support <support@portal.example>:\n\n{QUOTE}",
    "gnus": f"Lantern Support <support@portal.example> writes:\n\n{QUOTE}",
    "gmail, old": f"2026/11/3 Lantern Support <support@portal.example>\n\n{QUOTE}",
    "no colon": "On Wed, 4 Nov 2026 08:14:43 -0200 Support <support@portal.example> wrote\n\nWe received it.",
    "german": "Am 03.11.2026 um 10:22 schrieb Lantern Support:\n" + QUOTE,
    "german, outlook": "Von: Support <support@portal.example>\nGesendet: Dienstag, 3. November 2026 10:22\nAn: Wang\nBetreff: AW: Drucker\n\nWe received it.",
    "french": f"Le mar. 3 nov. 2026 à 10:22, Support <support@portal.example> a écrit :\n\n{QUOTE}",
    "spanish": f"El mar, 3 nov 2026 a las 10:22, Support (<support@portal.example>) escribió:\n\n{QUOTE}",
    "portuguese": f"Em ter., 3 de nov. de 2026 às 10:22, Support <support@portal.example> escreveu:\n\n{QUOTE}",
    "italian": f"Il giorno mar 3 nov 2026 alle ore 10:22 Support <support@portal.example> ha scritto:\n\n{QUOTE}",
    "dutch": f"Op di 3 nov 2026 om 10:22 schreef Support <support@portal.example>:\n\n{QUOTE}",
    "swedish": f"Den tis 3 nov. 2026 kl 10:22 skrev Support <support@portal.example>:\n\n{QUOTE}",
    "polish": f"wt., 3 lis 2026 o 10:22 Support <support@portal.example> napisał(a):\n\n{QUOTE}",
    "russian": f"вт, 3 нояб. 2026 г. в 10:22, Support <support@portal.example>:\n\n{QUOTE}",
    "greek": f"Στις Τρί 3 Νοε 2026 στις 10:22 π.μ., ο χρήστης Support <support@portal.example> έγραψε:\n\n{QUOTE}",
    "japanese": f"2026年11月3日(火) 10:22 Support <support@portal.example>:\n\n{QUOTE}",
    "japanese, outlook": "差出人: Support <support@portal.example>\n送信日時: 2026年11月3日 10:22\n宛先: Wang\n件名: プリンター\n\nWe received it.",
    "korean": f"2026년 11월 3일 (화) 오전 10:22, Support <support@portal.example>님이 작성:\n\n{QUOTE}",
}


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
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


@pytest.mark.parametrize(
    "text",
    [
        "On your server I ran this:\n\nls -l\n\nand it wrote:\nnothing at all",
        "On Monday he wrote:\n\nthe printer is fine.\n\nIt is not.",
        "We tried in 2026 and your manual wrote:\n\nturn it off\n\nNothing happened.",
        "I cannot send to these people:\n\nwang@harbour.example\nli@harbour.example",
        "Please send it on:\nFrom: Shanghai\nTo: Beijing\nDate: 3 November\nThe box is ready.",
        "From: the second floor\nTo: you\nThe printer is jammed.",
        "Please regards this as urgent.\nBest regards from all of us, who have waited since Monday and still have no answer at all.",
    ],
)
def test_prose_that_resembles_an_attribution_stays(text: str) -> None:
    assert split(text, answers=True).new == text


@pytest.mark.parametrize(
    "below",
    [
        "Best regards,\nJohn Doe\nHarbour Ltd",
        "Mit freundlichen Grüßen\n\nHans Meier",
        "Med venlig hilsen\nAnders",
        "-- \nWang",
        "/John",
    ],
)
def test_a_closing_is_folded_with_the_names_below_it(below: str) -> None:
    found = split(f"It works again.\n\n{below}")
    assert (found.new, found.old) == ("It works again.", below)


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
