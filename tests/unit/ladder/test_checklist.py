"""What a checklist asks, and which answers fit."""

import pytest

from portal.ladder.rules.checklist import (
    AnswerKind,
    Fault,
    Question,
    Words,
    answers_in,
    fault_of,
    options_in,
    question_of,
    suits,
)

POWER = Question(
    "power", AnswerKind.YES_NO, Words("Is it on?", "开机了吗？"), Words("Look at the light", "看指示灯")
)
LIGHT = Question(
    "light", AnswerKind.CHOICE, Words("Which light?", "什么灯？"), options=options_in("Red | 红\nGreen | 绿")
)
SINCE = Question("since", AnswerKind.TEXT, Words("Since when?", "从何时起？"))


def test_a_question_outlives_being_stored():
    for question in (POWER, LIGHT, SINCE):
        assert question_of(question.plain()) == question


def test_only_what_was_asked_and_offered_counts_as_an_answer():
    given = {"power": "maybe", "light": "2", "since": "  this morning ", "other": "x"}
    assert answers_in([POWER, LIGHT, SINCE], given) == {"light": "2", "since": "this morning"}


@pytest.mark.parametrize(
    ("question", "fault"),
    [
        (POWER, None),
        (LIGHT, None),
        (Question("q", AnswerKind.TEXT, Words("Only English", "")), Fault.BOTH_LANGUAGES),
        (
            Question("q", AnswerKind.CHOICE, Words("a", "b"), options=options_in("Red | 红")),
            Fault.TWO_OPTIONS,
        ),
        (
            Question("q", AnswerKind.CHOICE, Words("a", "b"), options=options_in("Red | 红\nGreen")),
            Fault.OPTION_LANGUAGES,
        ),
    ],
)
def test_a_question_needs_both_languages_and_a_choice_something_to_choose(question, fault):
    assert fault_of(question) is fault


def test_the_full_width_bar_divides_the_languages_as_well():
    assert options_in("Red ｜ 红\n\n") == (Words("Red", "红"),)


@pytest.mark.parametrize(
    ("kind", "device", "score"),
    [
        (None, None, 0),
        ("fault", None, 1),
        (None, "printer", 2),
        ("fault", "printer", 3),
        ("change", None, None),
        (None, "server", None),
    ],
)
def test_the_closer_it_fits_the_better(kind, device, score):
    assert suits(kind, device, "fault", "printer") == score
