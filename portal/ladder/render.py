"""Promised calls, consents and triage answers in words and shapes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.kernel import clock
from portal.ladder.models import Callback, TriageSheet
from portal.ladder.queries.checklists import Asked, questions_of
from portal.ladder.rules import callbacks as rules
from portal.ladder.rules.callbacks import Urge
from portal.ladder.rules.checklist import AnswerKind, Question
from portal.tickets.models.attempts import DataConsent
from portal.tickets.queries import consents
from portal.tickets.rules import consent
from portal.tickets.rules.consent import State
from portal.web import filters, languages

_URGES = {
    Urge.OVERDUE: (_l("Overdue"), "late", "exclamation-octagon-fill"),
    Urge.SOON: (_l("Soon"), "soon", "hourglass-split"),
    Urge.LATER: (_l("In time"), "good", "clock"),
}
CONSENT = {
    State.ASKED: (_l("Asked, no answer yet"), "soon", "hourglass-split"),
    State.EXPIRED: (_l("Not answered in time"), "plain", "dash-circle"),
    State.REFUSED: (_l("Refused"), "late", "x-circle"),
    State.GRANTED: (_l("Agreed"), "good", "check-circle-fill"),
    State.ENDED: (_l("Over"), "plain", "dash-circle"),
    State.WITHDRAWN: (_l("Taken back"), "plain", "slash-circle"),
}


@dataclass(frozen=True)
class Promised:
    """A promised call for a list: its word, tone and shape, and what was tried."""

    row: Callback
    word: str
    tone: str
    shape: str
    clock: str
    tried: str


def promised(rows: Sequence[Callback]) -> list[Promised]:
    now = clock.now()
    return [_promised(row, now) for row in rows]


def _promised(row: Callback, now: datetime) -> Promised:
    urge = rules.urge(row.wanted_at, now)
    word, tone, shape = _URGES[urge]
    span = filters.duration_text(abs(row.wanted_at - now))
    told = _("%(span)s late", span=span) if urge is Urge.OVERDUE else _("in %(span)s", span=span)
    tried = ""
    if row.attempts and row.tried_at:
        tried = _(
            "Tried %(count)s times, last %(when)s", count=row.attempts, when=filters.when_text(row.tried_at)
        )
    return Promised(row, str(word), tone, shape, told, tried)


@dataclass(frozen=True)
class Leave:
    """A consent for a list. `open`: it can be answered; `holds`: it is in force."""

    row: DataConsent
    word: str
    tone: str
    shape: str
    open: bool
    holds: bool
    sentence: str


def leaves(rows: Sequence[DataConsent]) -> list[Leave]:
    now = clock.now()
    return [_leave(row, now) for row in rows]


def _leave(row: DataConsent, now: datetime) -> Leave:
    state = consent.state_of(consents.facts(row), now)
    word, tone, shape = CONSENT[state]
    return Leave(
        row,
        str(word),
        tone,
        shape,
        state is State.ASKED,
        state is State.GRANTED,
        consent_sentence(row, state),
    )


def consent_sentence(row: DataConsent, state: State) -> str:
    """Who was asked or answered, and until when it counts."""
    name = row.answered_by.name if row.answered_by else row.asked_of.name
    if state is State.ASKED:
        until = filters.when_text(row.answer_until)
        return _(
            "%(name)s was asked %(when)s and can answer until %(until)s.",
            name=name,
            when=filters.when_text(row.asked_at),
            until=until,
        )
    if state is State.GRANTED and row.holds_until:
        return _(
            "%(name)s agreed; it holds until %(until)s.", name=name, until=filters.when_text(row.holds_until)
        )
    if state is State.ENDED and row.holds_until:
        return _(
            "%(name)s had agreed; it ended %(when)s.", name=name, when=filters.when_text(row.holds_until)
        )
    if state is State.REFUSED and row.answered_at:
        return _("%(name)s did not agree, %(when)s.", name=name, when=filters.when_text(row.answered_at))
    if state is State.WITHDRAWN and row.withdrawn_at:
        return _("Taken back %(when)s.", when=filters.when_text(row.withdrawn_at))
    return _("%(name)s did not answer in time.", name=name)


def answer_word(question: Question, value: str) -> str:
    """An answer in the reader's language."""
    if question.kind is AnswerKind.YES_NO:
        return _("Yes") if value == "yes" else _("No")
    if question.kind is AnswerKind.CHOICE and value.isdecimal() and 0 < int(value) <= len(question.options):
        return question.options[int(value) - 1].in_(languages.language())
    return value


def title(version: Any) -> str:
    """Of a checklist, in the reader's language."""
    return str(version.title_zh if languages.language().startswith("zh") else version.title_en)


def sheet_lines(sheet: TriageSheet) -> list[tuple[str, str]]:
    """Question and answer, in the reader's language, in the order in which they were asked."""
    spoken = languages.language()
    return [
        (q.words.in_(spoken), answer_word(q, sheet.answers[q.key]))
        for q in questions_of(sheet.version)
        if q.key in sheet.answers
    ]


def answers_text(asked: Asked, answers: dict[str, str]) -> str:
    """The same as plain lines, for the timeline."""
    spoken = languages.language()
    rows = [
        f"{q.words.in_(spoken)} {answer_word(q, answers[q.key])}" for q in asked.questions if q.key in answers
    ]
    return "\n".join([title(asked.version), *rows])


def their_time(zone: str) -> tuple[str, bool]:
    """The time on a person's wall, and whether it is another than the reader's."""
    now = clock.now()
    there = now.astimezone(ZoneInfo(zone or languages.DEFAULT_ZONE))
    return f"{there:%H:%M}", there.utcoffset() != now.astimezone(languages.zone()).utcoffset()
