"""Two subjects are the same whatever mail programs put in front."""

import pytest

from portal.intake.rules.routing.subjects import bare_subject, is_answer


@pytest.mark.parametrize(
    "subject",
    [
        "Printer 打印机",
        "Re: Printer 打印机",
        "RE: re: printer  打印机",
        "回复：Printer 打印机",
        "答复: 转发: Printer 打印机",
        "AW: [T-1042] Printer 打印机",
        "[T-1042] Re[2]: Printer 打印机",
    ],
)
def test_marks_in_front_do_not_count(subject: str) -> None:
    assert bare_subject(subject) == "printer 打印机"


@pytest.mark.parametrize(
    ("subject", "answer"),
    [
        ("Re: Printer", True),
        ("回复：打印机", True),
        ("[T-1042] 答复: x", True),
        ("Printer", False),
        ("Fwd: Printer", False),
        ("Reboot: now", False),
    ],
)
def test_an_answer_begins_with_its_mark(subject: str, answer: bool) -> None:
    assert is_answer(subject) is answer
