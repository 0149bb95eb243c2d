"""No line of a stranger may cost more than its length: every rule on twice as much hostile text does about twice the work."""

import sys
from collections.abc import Callable, Iterator

import pytest

from portal.infra.child import Child
from portal.intake.rules import verdicts, wire
from portal.intake.rules.bounces import prose, report, status
from portal.intake.rules.quotes import fold, forwarded
from portal.intake.service.reading import MEGABYTES, SECONDS
from tests.unit.intake.build import raw

HOSTILE = {
    "one letter": "a",
    "at signs": "a@",
    "angles": "<a@b.c",
    "dashes": "-",
    "dashes and blanks": "- ",
    "quotes": "> ",
    "colons": "a:",
    "labels": "From: a\n",
    "chinese labels": "主题：a\n",
    "senders without a date": "发件人：a@b.cn\n\n",
    "attributions that never come": "在 2026-11-03 10:22，a@b.cn ",
    "verbs": "写道：",
    "on": "On 2026 wrote ",
    "wrote": "On a@b.c wrote:\n\n",
    "brackets": "((((",
    "semicolons": ";=",
    "digits": "5.1.1.",
    "replies": "550 ",
    "failures": "not be ",
    "users": "user ",
    "recipients": "to <a",
    "phones": "发自我的\n\n",
    "blank lines": "\n",
    "fields": "Final-Recipient: rfc822; a@b.c\n",
    "unicode blanks": "\u3000\xa0",
}


def _steps(work: Callable[[], object]) -> int:
    """Python lines run by `work`: a count, not a time, so that a busy machine does not matter."""
    count = 0

    def trace(frame: object, event: str, argument: object) -> Callable[..., object]:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


RULES: dict[str, Callable[[str], object]] = {
    "fold": lambda text: fold.split(text, answers=True),
    "forwarded": lambda text: forwarded.of(text, "Fwd: x"),
    "report": report.in_text,
    "prose": lambda text: prose.told(text, frozenset(), sure=True),
    "status": lambda text: status.derived(text, temporary=False),
    "verdicts": lambda text: verdicts.contradicts(verdicts.of([text])),
}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_twice_the_text_is_twice_the_work(rule: str, piece: str) -> None:
    """Counts Python's own steps. What a pattern does inside is bounded by the length of the line that it is given."""
    small, large = (_steps(lambda n=n: RULES[rule](piece * n)) for n in (60, 240))  # type: ignore[misc]
    assert large <= 4.6 * small + 1_000


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    reader = Child("portal.intake.rules.wire:answer", seconds=SECONDS, megabytes=MEGABYTES)
    yield reader
    reader.close()


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_read_within_the_limits_of_the_child(piece: str, child: Child) -> None:
    """A quadratic pattern would need minutes for this, and the child kills itself after five seconds of work."""
    headers = ["From: MAILER-DAEMON@mx.example", f"Subject: {(piece * 300)[:900]}".replace("\n", " ")]
    mail = wire.unpack(*child.call(raw(piece * (120_000 // len(piece)), *headers)))
    assert mail.sender.email == "MAILER-DAEMON@mx.example"
    assert mail.body_text or not piece.strip()
