"""What a checklist asks, in two languages, and whether answers fit: yes or no, one of a list, or words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

LONGEST_ANSWER = 1000


class AnswerKind(StrEnum):
    YES_NO = "yes_no"
    CHOICE = "choice"
    TEXT = "text"


YES_NO = ("yes", "no")


@dataclass(frozen=True)
class Words:
    en: str = ""
    zh: str = ""

    def in_(self, language: str) -> str:
        """In the reader's language; the other where one is missing."""
        return (self.zh or self.en) if language.startswith("zh") else (self.en or self.zh)


@dataclass(frozen=True)
class Question:
    """`help`: how to find it out, for the asker. `advice`: what to tell the client then."""

    key: str
    kind: AnswerKind
    words: Words
    help: Words = Words()
    advice: Words = Words()
    options: tuple[Words, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As it is stored."""
        return {
            "key": self.key,
            "kind": self.kind.value,
            "words": [self.words.en, self.words.zh],
            "help": [self.help.en, self.help.zh],
            "advice": [self.advice.en, self.advice.zh],
            "options": [[o.en, o.zh] for o in self.options],
        }

    def values(self) -> list[str]:
        """What an answer may be; empty for free words. Options are named by their place."""
        if self.kind is AnswerKind.YES_NO:
            return list(YES_NO)
        return [str(n) for n in range(1, len(self.options) + 1)] if self.kind is AnswerKind.CHOICE else []


def question_of(stored: Mapping[str, Any]) -> Question:
    """A stored one, read again."""
    return Question(
        stored["key"],
        AnswerKind(stored["kind"]),
        Words(*stored["words"]),
        Words(*stored.get("help", ())),
        Words(*stored.get("advice", ())),
        tuple(Words(*o) for o in stored.get("options", ())),
    )


class Fault(StrEnum):
    """What is wrong with a question that somebody wrote."""

    BOTH_LANGUAGES = "both_languages"
    TWO_OPTIONS = "two_options"
    OPTION_LANGUAGES = "option_languages"


def fault_of(question: Question) -> Fault | None:
    """A question is asked in both languages; a choice has at least two options, each in both."""
    if not (question.words.en and question.words.zh):
        return Fault.BOTH_LANGUAGES
    if question.kind is AnswerKind.CHOICE:
        if len(question.options) < 2:
            return Fault.TWO_OPTIONS
        if not all(o.en and o.zh for o in question.options):
            return Fault.OPTION_LANGUAGES
    return None


def options_in(typed: str) -> tuple[Words, ...]:
    """One a line, English and Chinese divided by a bar: `Red light | 红灯`."""
    found = []
    for line in typed.splitlines():
        en, _bar, zh = (part.strip() for part in line.replace("｜", "|").partition("|"))
        if en or zh:
            found.append(Words(en, zh))
    return tuple(found)


def answers_in(questions: Sequence[Question], given: Mapping[str, str]) -> dict[str, str]:
    """What was answered, by key. A question left out is left out; a value that was not offered counts as none."""
    found = {}
    for question in questions:
        value = (given.get(question.key) or "").strip()[:LONGEST_ANSWER]
        if value and (not question.values() or value in question.values()):
            found[question.key] = value
    return found


def suits(
    kind: str | None, device_kind: str | None, ticket_kind: str, ticket_device: str | None
) -> int | None:
    """How well a checklist fits a ticket: 3 for kind and device, 2 for the device, 1 for the kind, 0 for any; None not at all."""
    if kind is not None and kind != ticket_kind:
        return None
    if device_kind is not None and device_kind != ticket_device:
        return None
    return (2 if device_kind else 0) + (1 if kind else 0)
