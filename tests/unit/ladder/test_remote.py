"""Which address may open a remote session."""

import pytest

from portal.ladder.rules.remote import Fault, address, fault_of


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("https://remote.example/connect/{serial}", None),
        ("https://remote.example/?d={id}&t={ticket}", None),
        ("anydesk:{tag}", None),
        ("rustdesk://connection/new/{id}", None),
        ("javascript:alert({id})", Fault.SCHEME),
        ("JavaScript:alert({id})", Fault.SCHEME),
        ("data:text/html,{id}", Fault.SCHEME),
        ("http://remote.example/{id}", Fault.SCHEME),
        ("file:///etc/{id}", Fault.SCHEME),
        ("//evil.example/{id}", Fault.SCHEME),
        ("https://remote.example/", Fault.NO_MARK),
        ("https://remote.example/{password}", Fault.MARK),
        ("https://remote.example/{id.__class__}", Fault.MARK),
        ("https://remote.example/{id!r}", Fault.MARK),
        ("https://{tag}.example/", Fault.SHAPE),
        ("https://remote.example/{id", Fault.SHAPE),
        ("https://remote.example/ {id}", Fault.SHAPE),
        ("https:///{id}", Fault.SHAPE),
    ],
)
def test_only_https_and_known_programs_with_marks_of_the_device(template, fault):
    assert fault_of(template) is fault


def test_what_stands_on_a_device_cannot_break_out_of_the_address():
    built = address("https://remote.example/c/{serial}?x=1", {"serial": "../../a?b=c&d#e f\"<'"})
    assert built == "https://remote.example/c/..%2F..%2Fa%3Fb%3Dc%26d%23e%20f%22%3C%27?x=1"


def test_a_device_without_the_mark_has_no_address():
    assert address("anydesk:{tag}", {"tag": None, "serial": "1"}) is None
