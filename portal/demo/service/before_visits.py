"""What the demo shows of the steps before a visit: checklists, a tool, calls that wait, a question for consent."""

from datetime import timedelta
from typing import Any

from portal.assets.models import DeviceKind
from portal.demo.service import material
from portal.demo.service.stories import Teller
from portal.kernel import clock
from portal.ladder.rules.checklist import AnswerKind, Question, Words
from portal.ladder.service import callbacks, checklists, remote
from portal.tickets.rules.words import Kind
from portal.tickets.service import consent

ASKED_BEFORE = timedelta(hours=1)
"""So long ago the clients asked to be called."""


def make(teller: Teller) -> None:
    """After the tickets are told."""
    data = material.ladder()
    writer = teller.cast.actor("lin")
    for about in data["checklist"]:
        questions = [_question(n, q) for n, q in enumerate(about["question"], 1)]
        checklists.write(
            writer, Words(*about["title"]), Kind(about["kind"]), DeviceKind(about["device_kind"]), questions
        )
    for about in data["tool"]:
        remote.keep(about["name"], about["template"])
    for about in data["callback"]:
        wanted_at = teller.now + timedelta(minutes=about["in_minutes"])
        with clock.told(teller.now - ASKED_BEFORE):
            wish = callbacks.Wish(about["number"], wanted_at, about["about"])
            callbacks.ask(teller.cast.actor(about["by"]), teller.tickets[about["ticket"]], wish)
    for about in data["consent"]:
        contact = teller.cast.contacts[about["of"]]
        consent.ask(
            teller.cast.actor(about["by"]), teller.tickets[about["ticket"]], contact.id, about["text"], 24
        )


def _question(number: int, about: dict[str, Any]) -> Question:
    return Question(
        f"q{number}",
        AnswerKind(about["kind"]),
        Words(*about["words"]),
        Words(*about.get("help", ())),
        Words(*about.get("advice", ())),
        tuple(Words(*o) for o in about.get("options", ())),
    )
