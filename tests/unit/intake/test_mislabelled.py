"""Bytes whose label lies, is missing, or is of another country: a person reads them all the same."""

import base64

import pytest

from portal.intake.rules import headers
from portal.intake.rules.charsets import decode, file_name

ZH = "打印机卡纸了，请派人来看看。谢谢！"
TW = "印表機卡紙了，請派人來看看。謝謝！"
KO = "프린터가 고장났습니다. 목요일에 와 주세요."
JA = "プリンターが故障しました。木曜日に来てください。"
RU = "Принтер не работает, приезжайте в четверг."
DE = "Grüße, der Drucker läuft nicht mehr richtig"


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        (ZH, "gbk", "iso-8859-1"),
        (ZH, "gbk", "utf-8"),
        (ZH, "gbk", ""),
        (ZH, "utf-8", "gb2312"),
        (ZH, "utf-8", "iso-8859-1"),
        (ZH, "utf-8", "big5"),
        (ZH, "hz", ""),
        (TW, "big5", ""),
        (TW, "big5", "utf-8"),
        (TW, "big5", "gb2312"),
        (TW, "big5", "us-ascii"),
        (KO, "euc-kr", ""),
        (KO, "euc-kr", "us-ascii"),
        (JA, "iso2022_jp", "utf-8"),
        (JA, "iso2022_jp", "iso-8859-1"),
        (JA, "cp932", ""),
        (JA, "euc_jp", ""),
        (RU, "utf-8", "koi8-r"),
        (DE, "utf-8", "iso-8859-1"),
    ],
)
def test_bytes_under_a_wrong_label_are_read_as_they_are(text: str, codec: str, label: str) -> None:
    assert decode(text.encode(codec), label) == text


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        ("联通 联系", "gbk", "gb2312"),
        (DE, "latin-1", "iso-8859-1"),
        ("ÀÉÈÊ ÇA NE MARCHE PAS DU TOUT, ÉTÉ COMME HIVER", "latin-1", "iso-8859-1"),
        ("Ärger mit Änderungen: Öl, Übel, Äpfel", "latin-1", ""),
        ("Tiskárna nefunguje, přijeďte ve čtvrtek", "cp1250", "windows-1250"),
        (RU, "koi8-r", "koi8-r"),
        (RU, "cp1251", "windows-1251"),
        (TW, "big5", "big5"),
        (KO, "cp949", "ks_c_5601-1987"),
        (JA, "cp932", "shift_jis"),
        ("เครื่องพิมพ์เสีย", "tis-620", "tis-620"),
        ("cost ~{5~} euros", "ascii", "us-ascii"),
    ],
)
def test_a_right_label_is_believed(text: str, codec: str, label: str) -> None:
    assert decode(text.encode(codec), label) == text


def _b(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (f"=?utf-8?B?{_b('打印机'.encode())}", "打印机"),
        (f"=?utf-8?B?{_b('打印'.encode())}?=\n =?utf-8?B?{_b('机坏'.encode())[:8]}", "打印机坏"),
        (f"Re: =?gb2312?B?{_b('打印机'.encode('gbk'))}?", "Re: 打印机"),
        ("=?utf-8?Q?=E6=89=93=E5=8D?= =?utf-8?Q?=B0=E6=9C=BA", "打印机"),
        ("what =? is ?= this", "what =? is ?= this"),
        ("see =?id?b?", "see =?id?b?"),
    ],
)
def test_an_encoded_word_that_was_cut_off_is_read(written: str, read: str) -> None:
    assert headers.text(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("%E6%8A%A5%E4%BB%B7.pdf", "报价.pdf"),
        ("100%25 sure.pdf", "100%25 sure.pdf"),
        ("50%C3 off.pdf", "50%C3 off.pdf"),
    ],
)
def test_a_name_in_percent_escapes(written: str, read: str) -> None:
    assert file_name(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<a@x.example> <b@x.example>", [("a@x.example", ""), ("b@x.example", "")]),
        ("a@x.example b@x.example", [("a@x.example", ""), ("b@x.example", "")]),
        ("a@x.example，b@x.example", [("a@x.example", ""), ("b@x.example", "")]),
        ("王 <a@x.example>；李 <b@x.example>", [("a@x.example", "王"), ("b@x.example", "李")]),
        ("李娜＜li@x.example＞", [("li@x.example", "李娜")]),
        ('"A，B" <li@x.example>', [("li@x.example", "A，B")]),
        ("Li <<li@x.example>>", [("li@x.example", "Li")]),
        ("Li <SMTP:li@x.example>", [("li@x.example", "Li")]),
        ('"li na"@x.example', [('"li na"@x.example', "")]),
        ("Li <li@x.example> via mx", [("li@x.example", "Li")]),
        ("<li@x.example> Li Na", [("li@x.example", "Li Na")]),
        (f"=?utf-8?B?{_b('李娜 <li@x.example>'.encode())}?=", [("li@x.example", "李娜")]),
    ],
)
def test_addresses_as_careless_programs_write_them(written: str, read: list[tuple[str, str]]) -> None:
    assert [(a.email, a.name) for a in headers.addresses(written)] == read
