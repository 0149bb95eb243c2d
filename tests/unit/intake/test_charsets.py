"""Bytes to text: labels that lie, bytes without a label, and nothing that a database cannot hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.intake.rules.charsets import clean, decode, file_name, one_line
from portal.intake.rules.parse import parse
from tests.unit.intake.build import raw, read


def test_gbk_labelled_gb2312_is_read_with_all_its_characters() -> None:
    body = "朱镕基路 8 号的打印机坏了，喆先生在等。€"
    assert read(body.encode("gb18030"), kind="text/plain; charset=gb2312").body_text == body


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("gbk", "gb18030", "打印机𠮷"),
        ("big5", "big5hkscs", "印表機壞了"),
        ("ks_c_5601-1987", "cp949", "프린터가 똠방"),
        ("shift_jis", "cp932", "①プリンター"),
        ("iso-8859-1", "cp1252", "the “printer” – 5 €"),
        ("latin1", "cp1252", "naïve"),
        ("utf8", "utf-8", "打印"),
        ("UTF-8", "utf-8", "打印"),
        ("iso-2022-jp", "iso2022_jp_ext", "日本語"),
    ],
)
def test_labels_are_read_as_browsers_read_them(label: str, codec: str, text: str) -> None:
    assert decode(text.encode(codec), label) == text


@pytest.mark.parametrize(
    "label", ["x-made-up", "", "unknown-8bit", "idna", "unicode_escape", "rot13", "../../etc"]
)
def test_an_unknown_label_is_guessed(label: str) -> None:
    assert decode("打印机无法联网，请尽快处理".encode("gb18030"), label) == "打印机无法联网，请尽快处理"
    assert decode("打印机无法联网".encode(), label) == "打印机无法联网"


def test_a_wrong_label_is_overruled_by_the_bytes() -> None:
    assert decode("我们的收款机开机黑屏".encode("gb18030"), "utf-8") == "我们的收款机开机黑屏"


def test_japanese_without_a_label_is_recognised_by_its_escapes() -> None:
    assert decode("障害です".encode("iso2022_jp"), "us-ascii") == "障害です"


@given(
    st.binary(max_size=300),
    st.sampled_from(["utf-8", "gb2312", "utf-16", "utf-7", "iso-2022-jp", "", "hz-gb-2312"]),
)
def test_any_bytes_give_text_that_a_database_can_hold(data: bytes, label: str) -> None:
    text = decode(data, label)
    text.encode("utf-8")
    assert "\x00" not in text


def test_nul_and_lone_surrogates_are_removed() -> None:
    assert clean("a\x00b\ud800c\r\nd") == "ab\ufffdc\nd"
    assert clean("\ud83d\ude00") == "😀"


def test_a_decoded_subject_cannot_begin_another_header() -> None:
    mail = read(b"x", "Subject: =?utf-8?q?Hello=0D=0ABcc:_all=40example.com=E2=80=A8X?=")
    assert mail.subject == "Hello Bcc: all@example.com X"


def test_a_line_for_a_list_has_no_line_ends() -> None:
    assert one_line("a\r\nb\u2028c\x85d\x00") == "a b c d"


def test_a_file_name_has_no_path_and_turns_no_direction() -> None:
    assert file_name("..\\..\\windows\\C:/evil/报价\u202egpj.exe") == "报价gpj.exe"
    assert file_name("..") == ""
    assert len(file_name("很" * 300 + ".pdf")) == 120
    assert file_name("很" * 300 + ".pdf").endswith(".pdf")


def test_a_nul_byte_in_a_body_does_not_reach_the_text() -> None:
    assert parse(raw(b"before\x00after")).body_text == "beforeafter"
