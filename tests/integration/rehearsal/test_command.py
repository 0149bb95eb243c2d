"""`flask contracts rehearse`: what it prints, how it ends, and that it leaves the portal alone."""

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from portal.contracts.models import ContractRecord
from portal.infra.db import db
from portal.tickets.models.ticket import Ticket

pytestmark = pytest.mark.databases("sqlite")

GOOD = (Path(__file__).resolve().parents[2] / "scenarios" / "X05.toml").read_text()


def rehearse(app: Flask, *files: Path):
    return app.test_cli_runner().invoke(args=["contracts", "rehearse", *map(str, files)])


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_line_is_printed_for_each_scenario_and_a_difference_ends_with_one(
    app: Flask, tmp_path: Path
) -> None:
    good = written(tmp_path, "good.toml", GOOD)
    wrong = written(tmp_path, "wrong.toml", GOOD.replace("18:00", "17:00").replace("X05", "Y05"))
    assert rehearse(app, good).exit_code == 0
    both = rehearse(app, good, wrong)
    first, second = (json.loads(line) for line in both.output.splitlines())
    assert both.exit_code == 1
    assert first == {"id": "X05", "ok": True, "differences": []}
    assert (second["id"], second["ok"]) == ("Y05", False)
    assert second["differences"] == [
        {
            "line": GOOD.splitlines().index('expect = "deadline"'),
            "of": "deadline",
            "key": "due",
            "expected": "2026-03-10 17:00",
            "found": "2026-03-10 18:00",
        }
    ]


def test_the_portals_own_database_is_never_touched(app: Flask, tmp_path: Path) -> None:
    rehearse(app, written(tmp_path, "good.toml", GOOD))
    assert db.session.scalars(select(ContractRecord)).all() == []
    assert db.session.scalars(select(Ticket)).all() == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('do = "request"', 'do = "requst"', "unknown do: requst"),
        ('channel = "phone"', 'chanel = "phone"', "unknown key in request: chanel"),
        ('channel = "phone"', 'channel = "telephone"', "unknown word 'telephone'"),
        ('due = "2026-03-10', 'due = "2026-13-10', "no instant"),
        ('ticket = "T1"', 'ticket = "T2"', "no ticket is called 'T2'"),
        ('visit_price = "800.00"', 'visit_prize = "800.00"', "the form has no blank visit_prize"),
        ('visit_price = "800.00"', 'visit_price = "a lot"', "blank visit_price"),
        ('form = "annual_support"', 'form = "anual_support"', "unknown form: anual_support"),
        ('"CN-2026"', '"CN-1926"', "unknown calendar: CN-1926"),
        ('as = "T1"\n', 'as = "T1\n', "line"),
        ("[[step]]\nexpect", "[step]\nexpect", "line"),
        (
            "[[step]]\nexpect",
            '[[step]]\nat = "2026-03-11"\ndo = "notice"\ndays = { "2026-02-30" = "bridge" }\n\n[[step]]\nexpect',
            "days: date: 2026-02-30,bridge,",
        ),
        (
            "[[step]]\nexpect",
            '[[step]]\nat = "2026-03-11"\ndo = "amend"\ncontract = "TS-1"\nfrom = "2026-04-01"\n'
            'settings = { makeup_days = "sleep" }\n\n[[step]]\nexpect',
            "setting makeup_days has no option sleep",
        ),
        (
            "[[step]]\nexpect",
            '[[step]]\nat = "2026-03-11"\ndo = "wait"\nticket = "T1"\nfor = "godot"\n\n[[step]]\nexpect',
            "unknown word 'godot'",
        ),
    ],
)
def test_a_slip_is_refused_with_its_line_and_nothing_is_played(
    app: Flask, tmp_path: Path, before: str, after: str, said: str
) -> None:
    assert before in GOOD
    good, bad = (
        written(tmp_path, "good.toml", GOOD),
        written(tmp_path, "bad.toml", GOOD.replace(before, after)),
    )
    refused = rehearse(app, good, bad)
    assert refused.exit_code == 2
    assert f"{bad}:" in refused.output
    assert said in refused.output
    assert '"ok"' not in refused.output


def test_a_file_that_is_not_there_is_named(app: Flask, tmp_path: Path) -> None:
    refused = rehearse(app, tmp_path / "nowhere.toml")
    assert (refused.exit_code, "nowhere.toml:1:" in refused.output) == (2, True)


def test_a_refusal_that_was_not_expected_and_one_that_did_not_come_are_differences(
    app: Flask, tmp_path: Path
) -> None:
    text = GOOD.replace('channel = "phone"\n', 'channel = "phone"\nrefused = "NO_RIGHT"\n')
    text += '\n[[step]]\nat = "2026-03-11 10:00"\ndo = "suspend"\ncontract = "TS-1"\n'
    ended = rehearse(app, written(tmp_path, "refused.toml", text))
    found = json.loads(ended.output)["differences"]
    assert [(d["expected"], d["found"]) for d in found] == [
        ("NO_RIGHT", "none"),
        ("none", "NO_RIGHT_TO_SUSPEND"),
    ]
