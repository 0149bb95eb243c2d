"""Replies of programs in thirty languages: what was written is new, what the program put below it is folded."""

import pytest

from portal.intake.rules.quotes.fold import split
from tests.unit.intake.build import read
from tests.unit.intake.languages import ADDRESS, APPLE, GMAIL, NAME, OUTLOOK, PHONES, THUNDERBIRD, WHO

NEW = "It still does not print.\n\nPlease send somebody on Thursday."
OLD = "We received it.\n\nAn engineer will call you."
QUOTED = "\n".join(f"> {line}".rstrip() for line in OLD.split("\n"))
ATTRIBUTIONS = {
    f"{program}, {language}": line
    for program, lines in (("gmail", GMAIL), ("apple", APPLE), ("thunderbird", THUNDERBIRD))
    for language, line in lines.items()
}


def _block(language: str) -> str:
    sender, sent, to, subject, when = OUTLOOK[language]
    return f"{sender}: {WHO}\n{sent}: {when}\n{to}: owner@harbour.example\n{subject}: [T-1042] printer"


@pytest.mark.parametrize("line", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
@pytest.mark.parametrize("answers", [True, False])
def test_an_attribution_above_a_quotation_is_history(line: str, answers: bool) -> None:
    found = split(f"{NEW}\n\n{line}\n\n{QUOTED}\n", answers=answers)
    assert found.new == NEW
    assert found.old.startswith(line)


@pytest.mark.parametrize("language", OUTLOOK)
def test_a_header_block_begins_the_history(language: str) -> None:
    for above in ("", "________________________________\n"):
        assert split(f"{NEW}\n\n{above}{_block(language)}\n\n{OLD}").new == NEW


@pytest.mark.parametrize("line", PHONES)
def test_what_a_phone_writes_below_every_mail_is_folded(line: str) -> None:
    assert split(f"{NEW}\n\n{line}\n").new == NEW


@pytest.mark.parametrize(
    "frame",
    [
        '<div>{new}</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg" dir="ltr">{head}</div><div>{old}</div>',
        '<div>{new}</div><hr><div id="x_divRplyFwdMsg">{head}</div><div>{old}</div>',
        '<p>{new}</p><div class="moz-cite-prefix">{line}<br></div><blockquote type="cite">{old}</blockquote>',
        '<div class="moz-cite-prefix">{new}<br><br>{line}<br></div><blockquote type="cite">{old}</blockquote>',
        '<div>{new}</div><div class="gmail_quote"><div class="gmail_attr">{line}</div>'
        '<blockquote class="gmail_quote">{old}</blockquote></div>',
    ],
)
def test_the_containers_of_programs_need_no_language(frame: str) -> None:
    """Words that no table knows: the element says what they are."""
    head = "Xyz: a &lt;a@b.example&gt;<br>Zyx: 3<br>Yzx: c<br>Zxy: d"
    html = frame.format(new=NEW.replace("\n", "<br>"), old=OLD, head=head, line=f"Qwx {NAME} zrt:")
    assert read(html, "In-Reply-To: <a@b>", kind="text/html; charset=utf-8").reply_text == NEW


@pytest.mark.parametrize(
    "line",
    [
        "Rapor dün gönderildi",
        "本社から送信",
        "通过快递发送",
        "来自客户邮箱的附件打不开",
        "Odesláno z účtárny",
        "Trimis din greșeală",
        "Outlook downloaden",
    ],
)
def test_a_last_line_that_tells_of_sending_is_no_phone(line: str) -> None:
    assert split(f"{NEW}\n\n{line}").new == f"{NEW}\n\n{line}"


@pytest.mark.parametrize(
    "text",
    [
        "Das schrieb uns der Kunde: nichts geht mehr.\n\nBitte um Rückruf.",
        "No: 17\nDate: 2026-11-03\nSubject: printer\nThe tray is broken.",
        f"Please write to {NAME} <{ADDRESS}>:\n\nthe printer is broken.",
        "Voici ce que le technicien a écrit :\n\nil faut changer le tambour.\n\nQuand venez-vous ?",
        "Тема: принтер\n\nОн не печатает с 3 ноября 2026 г.",
        "Outlook on Android does not connect.",
        "Der Router wurde am 3.11.2026 gesendet.\nAn: Lager\nIst er da?",
        "Van: Utrecht\nNaar: Gent\nDatum: 3 november 2026\nHet pakket is weg.",
    ],
)
def test_prose_in_these_languages_stays(text: str) -> None:
    assert split(text, answers=True).new == text


def test_a_message_that_is_history_alone_folds_only_its_signature() -> None:
    found = split(f"{_block('pl')}\n\n{OLD}\n\nPozdrawiam,\nJan", answers=True)
    assert found.new == f"{_block('pl')}\n\n{OLD}"
    assert found.old == "Pozdrawiam,\nJan"
