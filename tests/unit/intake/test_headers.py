"""Headers by hand: encoded words, addresses, ids, parameters."""

import base64

import pytest

from portal.intake.rules import headers
from portal.intake.rules.mail import Address


def test_a_character_split_over_two_encoded_words_is_put_together() -> None:
    data = "打印机坏了".encode("gb18030")
    first, second = base64.b64encode(data[:5]).decode(), base64.b64encode(data[5:]).decode()
    assert headers.text(f"=?gb2312?B?{first}?=\r\n =?gb2312?B?{second}?=") == "打印机坏了"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?UTF-8?Q?a_=E6=89=93?=", "a 打"),
        ("=?utf-8*zh?b?5omT?= and more", "打 and more"),
        ("Re: =?x-unknown?q?plain?=", "Re: plain"),
        ("=?utf-8?b?5 om!T?=", "打"),
        ("no =?end of it", "no =?end of it"),
        ("", ""),
    ],
)
def test_encoded_words(value: str, text: str) -> None:
    assert headers.text(value) == text


def test_raw_bytes_in_a_header_are_decoded() -> None:
    assert (
        headers.text("打印机坏了，请来修理".encode("gb18030").decode("ascii", "surrogateescape"))
        == "打印机坏了，请来修理"
    )
    assert headers.text("打印机".encode().decode("ascii", "surrogateescape")) == "打印机"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("a@b.example", [("a@b.example", "")]),
        ('"Wang, Xiaoming" <wang@B.Example>', [("wang@b.example", "Wang, Xiaoming")]),
        ("Wang, Xiaoming <wang@b.example>", [("wang@b.example", "Wang, Xiaoming")]),
        ("a@b.example, c@d.example", [("a@b.example", ""), ("c@d.example", "")]),
        ("a@b.example; c@d.example", [("a@b.example", ""), ("c@d.example", "")]),
        ("team: a@b.example, C <c@d.example>;", [("a@b.example", ""), ("c@d.example", "C")]),
        ("undisclosed-recipients:;", []),
        ("a@b.example (Wang)", [("a@b.example", "Wang")]),
        ("=?utf-8?b?546LLCDlsI/mmI4=?= <a@b.example>", [("a@b.example", "王, 小明")]),
        ("'王小明' <a@b.example>", [("a@b.example", "王小明")]),
        ("<a@b.example", [("a@b.example", "")]),
        ("a <a@b.example> b <c@d.example>", [("a@b.example", "a"), ("c@d.example", "b")]),
        ("support@x.example <owner@harbour.example>", [("owner@harbour.example", "support@x.example")]),
        ("", []),
        (",,;", []),
    ],
)
def test_addresses(value: str, found: list[tuple[str, str]]) -> None:
    assert [(a.email, a.name) for a in headers.addresses(value)] == found


def test_a_hostile_address_header_is_read_in_linear_time() -> None:
    for hostile in (
        "(" * 60_000,
        "<" * 60_000,
        '"' * 60_001,
        "a@b.c <x@y.z> a" * 4000,
        ":" * 60_000,
        "a:" * 30_000,
    ):
        assert isinstance(headers.addresses(hostile), tuple)


def test_an_address_holds_no_line_end() -> None:
    [found] = headers.addresses("=?utf-8?q?a=0D=0AX?= <a@b.example>")
    assert found == Address("a@b.example", "a X")


def test_ids_are_bare_in_order_and_once() -> None:
    assert headers.ids("<a@b> <c@d>\r\n <a@b>") == ("a@b", "c@d")
    assert headers.ids("bare@id") == ("bare@id",)
    assert headers.ids("") == ()


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ('attachment; filename="报价.pdf"', "报价.pdf"),
        ("attachment; filename*=UTF-8''%E6%8A%A5%E4%BB%B7.pdf", "报价.pdf"),
        ("attachment; filename*0*=gb2312''%B1%A8; filename*1*=%BC%DB; filename*2=.pdf", "报价.pdf"),
        ('attachment; filename="=?gb2312?B?sai82y5wZGY=?="', "报价.pdf"),
        ('attachment; filename="a\\"b;c.pdf"', 'a"b;c.pdf'),
        ("attachment; filename=a b.pdf", "a b.pdf"),
    ],
)
def test_names_of_attachments(value: str, name: str) -> None:
    assert headers.parameters(value)[1]["filename"] == name


def test_dates() -> None:
    found = headers.date("Tue, 3 Nov 2026 10:22:11 +0800 (CST)")
    assert found is not None
    assert found.isoformat() == "2026-11-03T02:22:11+00:00"
    assert headers.date("yesterday") is None
