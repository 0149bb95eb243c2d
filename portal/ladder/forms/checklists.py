"""The editor of checklists: title and questions in two languages, and for which tickets it is suggested."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FormField, HiddenField
from wtforms import Form as Part

from portal.assets.forms import KINDS as DEVICE_KINDS
from portal.assets.models import DeviceKind
from portal.kernel import refs
from portal.ladder.models import Checklist, ChecklistVersion
from portal.ladder.rules.checklist import AnswerKind, Question, Words, options_in
from portal.ladder.service.checklists import MOST_QUESTIONS
from portal.tickets.forms import choices
from portal.tickets.rules.words import Kind
from portal.web.fields import Choice, Form, Rows, line, text

ANSWER_KINDS = {
    AnswerKind.YES_NO: _l("Yes or no"),
    AnswerKind.CHOICE: _l("One of a list"),
    AnswerKind.TEXT: _l("Words"),
}
_QUESTION, _HELP = 300, 500


class QuestionRow(Part):
    """One question; a row without words is none."""

    key = HiddenField()
    kind = Choice(_l("Kind of answer"), choices=choices.pairs(ANSWER_KINDS), default=AnswerKind.YES_NO.value)
    en = line(_l("Question, English"), _QUESTION)
    zh = line(_l("Question, Chinese"), _QUESTION)
    options = text(_l("List of answers"), 2000)
    help_en = line(_l("How to find out, English"), _HELP)
    help_zh = line(_l("How to find out, Chinese"), _HELP)
    advice_en = line(_l("Advice, English"), _HELP)
    advice_zh = line(_l("Advice, Chinese"), _HELP)

    def question(self) -> Question:
        return Question(
            self.key.data or refs.new_secret()[:12],
            AnswerKind(self.kind.data),
            Words(self.en.data or "", self.zh.data or ""),
            Words(self.help_en.data or "", self.help_zh.data or ""),
            Words(self.advice_en.data or "", self.advice_zh.data or ""),
            options_in(self.options.data or "") if self.kind.data == AnswerKind.CHOICE else (),
        )


class ChecklistForm(Form):
    title_en = line(_l("Title, English"), 120, needed=_l("Write the title in English and in Chinese."))
    title_zh = line(_l("Title, Chinese"), 120, needed=_l("Write the title in English and in Chinese."))
    kind = Choice(_l("Kind of request"), choices=[("", _l("Any")), *choices.pairs(choices.KINDS)])
    device_kind = Choice(
        _l("Kind of device"), choices=[("", _l("Any")), *((k.value, w) for k, w in DEVICE_KINDS.items())]
    )
    active = BooleanField(_l("In use"), default=True)
    seen = HiddenField()
    questions = Rows(_l("Questions"), FormField(QuestionRow), max_entries=MOST_QUESTIONS)

    def show(self, checklist: Checklist, version: ChecklistVersion, questions: Sequence[Question]) -> None:
        """What is there, for the editor."""
        self.title_en.data, self.title_zh.data = version.title_en, version.title_zh
        self.kind.data = checklist.kind.value if checklist.kind else ""
        self.device_kind.data = checklist.device_kind.value if checklist.device_kind else ""
        self.active.data, self.seen.data = checklist.active, str(version.number)
        while self.questions.entries:
            self.questions.pop_entry()
        for question in questions:
            self.questions.append_entry(_row(question))

    def make_room(self) -> None:
        """One empty row at the end, for the next question."""
        rows = self.questions.entries
        last = rows[-1].form if rows else None
        if len(rows) < MOST_QUESTIONS and (last is None or last.en.data or last.zh.data):
            self.questions.append_entry()

    def title(self) -> Words:
        return Words(self.title_en.data or "", self.title_zh.data or "")

    def suits(self) -> tuple[Kind | None, DeviceKind | None]:
        kind, device = self.kind.data, self.device_kind.data
        return Kind(kind) if kind else None, DeviceKind(device) if device else None

    def asked(self) -> list[Question]:
        """The questions that have words."""
        rows = [entry.form for entry in self.questions.entries]
        return [row.question() for row in rows if row.en.data or row.zh.data]

    def seen_version(self) -> int:
        typed = self.seen.data or ""
        return int(typed) if typed.isdecimal() and len(typed) < 9 else 0


def _row(question: Question) -> dict[str, str]:
    return {
        "key": question.key,
        "kind": question.kind.value,
        "en": question.words.en,
        "zh": question.words.zh,
        "options": "\n".join(f"{o.en} | {o.zh}" for o in question.options),
        "help_en": question.help.en,
        "help_zh": question.help.zh,
        "advice_en": question.advice.en,
        "advice_zh": question.advice.zh,
    }
