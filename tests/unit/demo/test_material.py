"""The demo's files: complete, and told in the order in which they are written."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from portal.demo.rules import instant
from portal.demo.service import material
from portal.demo.service.on_site import SIGNATURES
from portal.people.rules.passwords import weakness

NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
STORIES = {f"{of}-{story['key']}": story for of, stories in material.tickets().items() for story in stories}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_each_step_comes_after_the_one_before(story: dict[str, Any]):
    ended = [
        instant(s["at"], NOW, ZoneInfo("Asia/Shanghai")) + timedelta(minutes=s.get("minutes", 0))
        for s in [story, *story.get("steps", [])]
        if "at" in s
    ]
    assert ended == sorted(ended)


def test_every_file_is_attached_to_something_or_signs_a_sheet():
    told = [s for story in STORIES.values() for s in [story, *story.get("steps", [])]]
    named = {f for s in told for f in s.get("files", [])}
    if any(s.get("does") == "signs" for s in told):
        named |= set(SIGNATURES.values())
    assert named == {path.name for path in (material.DATA / "files").iterdir()}


def test_the_password_is_one_that_the_portal_itself_would_take():
    about = material.people()
    known = [
        p[k]
        for p in [*about["people"].values(), *about["staff"].values()]
        for k in ("name", "email")
        if k in p
    ]
    assert weakness(about["password"], *known) is None


def test_all_addresses_are_of_the_domain_that_belongs_to_nobody():
    about = material.people()
    addresses = [p["email"] for p in [*about["people"].values(), *about["staff"].values()] if "email" in p]
    assert all(address.endswith(".example") for address in addresses)
