"""Authentication-Results are read whole, and whose word each is stays known."""

import pytest

from portal.intake.rules import verdicts
from portal.intake.rules.mail import Verdict
from tests.unit.intake.build import read

OURS = (
    "mx.portal.example 1; spf=pass (sender IP is 192.0.2.1; ok) smtp.mailfrom=bounce@mail.harbour.example; "
    'dkim=pass header.d=harbour.example header.s=k1; dkim=fail reason="bad; signature" header.i=@other.example; '
    "dmarc=pass (p=REJECT sp=NONE dis=NONE) header.from=Harbour.example"
)


def test_every_method_is_read_with_the_domain_that_it_judged() -> None:
    assert verdicts.of([OURS]) == (
        Verdict("mx.portal.example", "spf", "pass", "mail.harbour.example"),
        Verdict("mx.portal.example", "dkim", "pass", "harbour.example"),
        Verdict("mx.portal.example", "dkim", "fail", "other.example"),
        Verdict("mx.portal.example", "dmarc", "pass", "harbour.example"),
    )


def test_a_header_that_the_sender_wrote_keeps_its_place_below_ours() -> None:
    found = verdicts.of(["mx.portal.example; dmarc=fail header.from=x.example", "evil.example; dmarc=pass"])
    assert [(v.server, v.result, v.position) for v in found] == [
        ("mx.portal.example", "fail", 0),
        ("evil.example", "pass", 1),
    ]
    assert verdicts.contradicts(found)


@pytest.mark.parametrize(
    "value", ["mx.example; none", "mx.example", "", ";;;", "((((", '"', "=;=", "a=b=c; d"]
)
def test_nonsense_gives_no_verdict(value: str) -> None:
    assert [v for v in verdicts.of([value]) if v.method != "a"] == []


def test_a_verdict_inside_a_comment_or_a_quoted_string_is_none() -> None:
    found = verdicts.of(['mx.example; spf=fail reason="x; dmarc=pass header.from=a.example" (; dmarc=pass)'])
    assert [(v.method, v.result) for v in found] == [("spf", "fail")]


def test_microsofts_form_without_a_server_is_read_and_belongs_to_nobody() -> None:
    found = verdicts.of(
        [
            "spf=fail (sender IP is 192.0.2.9) smtp.mailfrom=x.example; dkim=none; dmarc=fail header.from=x.example"
        ]
    )
    assert {v.server for v in found} == {""}
    assert found[-1] == Verdict("", "dmarc", "fail", "x.example")


@pytest.mark.parametrize(
    ("results", "fails"),
    [
        ("dmarc=fail", True),
        ("dmarc=pass; spf=fail", False),
        ("spf=fail", True),
        ("spf=fail; dkim=pass", False),
        ("spf=softfail", False),
        ("dkim=fail", True),
        ("dkim=fail; spf=pass", False),
        ("spf=none; dkim=none", False),
        ("dmarc=none; spf=fail", True),
        ("compauth=fail", True),
    ],
)
def test_what_counts_as_a_contradiction(results: str, fails: bool) -> None:
    assert read("x", f"Authentication-Results: mx.example; {results}").flags.auth_fail is fails
