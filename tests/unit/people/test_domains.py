"""Which domains can be an organisation's own."""

import pytest

from portal.people.rules.domains import domain_of
from portal.people.rules.free_mail import is_free_mail


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("harbour.example", "harbour.example"),
        (" @Harbour.Example. ", "harbour.example"),
        ("wang@harbour.example", "harbour.example"),
        ("https://www.harbour.example/contact", "harbour.example"),
        ("海港.example", "xn--90w6o.example"),
        ("example", None),
        ("", None),
        ("10.0.0.1", None),
        ("a b.example", None),
        ("-a.example", None),
        ("x" * 64 + ".example", None),
    ],
)
def test_what_staff_type_becomes_a_domain_or_nothing(typed: str, domain: str | None) -> None:
    assert domain_of(typed) == domain


@pytest.mark.parametrize(
    "name", ["qq.com", "VIP.QQ.com", "a@163.com", "yeah.net", "me@mail.foxmail.com", "outlook.com"]
)
def test_where_anybody_gets_an_address(name: str) -> None:
    assert is_free_mail(name)


@pytest.mark.parametrize("name", ["harbour.example", "notqq.com", "a@qq.com.harbour.example", "com"])
def test_where_only_the_company_gives_them(name: str) -> None:
    assert not is_free_mail(name)
