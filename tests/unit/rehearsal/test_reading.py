"""Scenario files: read whole, or refused with every fault and its line."""

import pytest

from portal.rehearsal.rules import reading, vocabulary
from portal.rehearsal.rules.reading import BadScenario

HEAD = 'id = "A1"\n\n[contract.C-1]\nform = "annual_support"\n\n'
ASKED = '[[step]]\nat = "2026-03-10 10:05"\ndo = "request"\nas = "T1"\n\n'


def faults(text: str) -> list[tuple[int, str]]:
    with pytest.raises(BadScenario) as refused:
        reading.read(text)
    return [(f.line, f.reason) for f in refused.value.faults]


def test_every_fault_of_a_file_is_named_with_its_line() -> None:
    text = (
        HEAD + ASKED + '[[step]]\nexpect = "deadline"\nticket = "T1"\nmetrik = "response"\ndue = "tomorrow"\n'
    )
    found = faults(text)
    assert [line for line, _ in found] == [14, 11, 15, 11]
    assert "metrik" in found[0][1]
    assert "needs metric" in found[1][1]
    assert "no instant: 'tomorrow'" in found[2][1]
    assert found[3][1].startswith("expect deadline expects nothing")


def test_steps_are_in_the_order_of_time() -> None:
    assert faults(HEAD + ASKED + ASKED.replace("10:05", "10:04").replace("T1", "T2")) == [
        (12, "steps are in the order of time; this one lies before the last")
    ]


def test_a_name_is_given_once_and_spoken_of_afterwards_only() -> None:
    assert faults(HEAD + ASKED + ASKED) == [(14, "the name is taken: T1")]
    early = '[[step]]\nexpect = "ticket"\nticket = "T1"\nstatus = "new"\n\n'
    assert faults(HEAD + early + ASKED) == [(8, "ticket in ticket: no ticket is called 'T1' up to here")]


def test_a_look_that_expects_nothing_is_refused() -> None:
    text = HEAD + ASKED + '[[step]]\nexpect = "ticket"\nticket = "T1"\n'
    ((line, reason),) = faults(text)
    assert (line, reason.startswith("expect ticket expects nothing")) == (11, True)


@pytest.mark.parametrize(
    "step",
    ['at = "2026-03-10 10:05"\n', 'at = "2026-03-10 10:05"\ndo = "jobs"\nexpect = "ticket"\n'],
)
def test_a_step_does_or_looks_and_never_both(step: str) -> None:
    assert faults(HEAD + "[[step]]\n" + step)[0] == (6, "a step has either do or expect")


def test_a_file_that_does_nothing_is_refused() -> None:
    assert faults(HEAD) == [(1, "a scenario needs at least one step that is done ([[step]] with at and do)")]


def test_instants_are_read_by_the_scenarios_zone_or_their_own_offset() -> None:
    text = HEAD.replace('id = "A1"', 'id = "A1"\nzone = "Asia/Shanghai"')
    text += ASKED.replace("10:05", "20:30 -04:00") + '[[step]]\nexpect = "ticket"\nticket = "T1"\n'
    look = reading.read(text + 'received = "2026-03-10 20:30 -04:00"\n').steps[1]
    assert look.expected == {"received": "2026-03-11 08:30"}


@pytest.mark.parametrize(("minutes", "shown"), [(0, "0h"), (60, "1h"), (90, "1h30m"), (45, "45m")])
def test_a_span_has_one_way_to_be_written(minutes: int, shown: str) -> None:
    assert reading.span(minutes) == shown


def test_every_look_says_at_what_and_what_is_found_without_a_key_in_both() -> None:
    for verb, (where, found) in vocabulary.EXPECT.items():
        assert not where.keys() & found.keys(), verb
