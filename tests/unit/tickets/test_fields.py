"""Fields of tickets: what is a value, who is asked, and keys of options that never mean two things."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from portal.tickets.rules.fields import (
    Definition,
    FieldType,
    Label,
    Moment,
    Needed,
    Option,
    Wrong,
    asked,
    is_needed,
    options_of,
    parse,
    words,
)
from portal.tickets.rules.words import Kind


def field(kind=FieldType.TEXT, **more):
    given_values = {
        "id": 1,
        "version": 1,
        "label": Label("Till", "收银机"),
        "kinds": frozenset({Kind.FAULT}),
    } | more
    return Definition(type=kind, **given_values)


CHOICE = field(
    FieldType.CHOICE, options=(Option("v1o1", Label("Red", "红")), Option("v1o2", Label("Green", "绿")))
)


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (FieldType.TEXT, "  Till   2\n", "Till 2"),
        (FieldType.NUMBER, "１２．５０", "12.5"),
        (FieldType.NUMBER, "1,234,567", "1234567"),
        (FieldType.NUMBER, "-0.0", "0"),
        (FieldType.DATE, "2026-11-20", "2026-11-20"),
        (FieldType.DATE, "2026年1月2日", "2026-01-02"),
        (FieldType.DATE, "2026/1/2", "2026-01-02"),
        (FieldType.YES_NO, "no", "no"),
    ],
)
def test_what_people_type_becomes_one_plain_form(kind, typed, value):
    assert parse(field(kind), typed) == (value, None)


@pytest.mark.parametrize(
    ("kind", "typed", "wrong"),
    [
        (FieldType.NUMBER, "twelve", Wrong.NOT_A_NUMBER),
        (FieldType.NUMBER, "1,2", Wrong.NOT_A_NUMBER),
        (FieldType.NUMBER, "1e9", Wrong.NOT_A_NUMBER),
        (FieldType.NUMBER, "NaN", Wrong.NOT_A_NUMBER),
        (FieldType.NUMBER, "9" * 21, Wrong.NOT_A_NUMBER),
        (FieldType.DATE, "2026-02-30", Wrong.NOT_A_DAY),
        (FieldType.DATE, "tomorrow", Wrong.NOT_A_DAY),
        (FieldType.YES_NO, "perhaps", Wrong.NOT_OFFERED),
        (FieldType.CHOICE, "v1o9", Wrong.NOT_OFFERED),
        (FieldType.TEXT, "x" * 501, Wrong.TOO_LONG),
    ],
)
def test_what_is_no_value_says_why(kind, typed, wrong):
    assert parse(CHOICE if kind is FieldType.CHOICE else field(kind), typed) == ("", wrong)


@pytest.mark.parametrize("kind", list(FieldType))
def test_nothing_is_wrong_only_where_it_is_needed(kind):
    assert parse(field(kind), " \n") == ("", None)
    assert parse(field(kind), None, needed=True) == ("", Wrong.MISSING)


@given(some.sampled_from([field(k) for k in FieldType if k is not FieldType.CHOICE]), some.text(max_size=30))
def test_a_plain_form_stays_as_it_is(definition, typed):
    value, wrong = parse(definition, typed)
    if wrong is None:
        assert parse(definition, value) == (value, None)


def test_who_is_asked_for_what_and_when():
    mine = field(id=1, client_fills=True, needed=Needed.OPENING)
    ours = field(id=2, needed=Needed.SOLVING)
    free, gone = field(id=3), field(id=4, retired=True, needed=Needed.OPENING)
    other = field(id=5, kinds=frozenset({Kind.QUESTION}), client_fills=True)
    every = [mine, ours, free, gone, other]

    def ids(moment, filled=()):
        return [one.id for one in asked(every, Kind.FAULT, moment, filled)]

    assert ids(Moment.CLIENT_OPENS) == [1]
    assert ids(Moment.STAFF_OPEN) == ids(Moment.CORRECTING) == [1, 2, 3]
    assert ids(Moment.SOLVING) == [1, 2]
    assert ids(Moment.SOLVING, filled=[1]) == [2]
    assert [is_needed(mine, m) for m in Moment] == [True, True, False, True]
    assert [is_needed(ours, m) for m in Moment] == [False, False, False, True]


def test_an_option_keeps_its_key_by_its_words_and_a_new_one_gets_its_own():
    before = CHOICE.options
    assert options_of("Green | 绿色\nBlue | 蓝", before, 2) == [
        Option("v1o2", Label("Green", "绿色")),
        Option("v2o2", Label("Blue", "蓝")),
    ]
    assert options_of("Red\nRed", before, 2) == "Red"
    assert options_of(" | ", before, 2) == "|"
    assert words(CHOICE, "v1o1") == Label("Red", "红")
    assert words(field(), "Till 2") == Label("Till 2", "Till 2")
