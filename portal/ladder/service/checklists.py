"""Checklists: written, worded anew, put out of use; answers kept on a ticket as its triage record."""

from collections.abc import Mapping, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from portal.assets.models import DeviceKind
from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound, Refused, Stale
from portal.ladder.models import Checklist, ChecklistVersion, TriageSheet
from portal.ladder.rules import checklist as rules
from portal.ladder.rules.checklist import Fault, Question, Words
from portal.tickets.models.ticket import Ticket
from portal.tickets.rules.words import ENDED, EntryKind, Kind
from portal.tickets.service import record

MOST_QUESTIONS = 20
_FAULTS = {
    Fault.BOTH_LANGUAGES: _l("Question %(n)s: write it in English and in Chinese."),
    Fault.TWO_OPTIONS: _l("Question %(n)s: a choice needs at least two options, one on each line."),
    Fault.OPTION_LANGUAGES: _l(
        "Question %(n)s: write each option in both languages, such as: Red light | 红灯"
    ),
}


def write(
    actor: Actor,
    title: Words,
    kind: Kind | None,
    device_kind: DeviceKind | None,
    questions: Sequence[Question],
) -> Checklist:
    """A new checklist with its first wording. Raises Refused for what is missing."""
    _check(title, questions)
    made = Checklist(kind=kind, device_kind=device_kind, active=True, created_at=clock.now())
    db.session.add(made)
    db.session.flush()
    _add_version(actor, made, 1, title, questions)
    return made


def word_anew(
    actor: Actor,
    checklist_id: int,
    seen_version: int,
    title: Words,
    kind: Kind | None,
    device_kind: DeviceKind | None,
    questions: Sequence[Question],
    *,
    active: bool = True,
) -> Checklist:
    """A further wording; one that says the same as the present adds none. Raises NotFound, Refused, Stale when somebody else
    worded it meanwhile."""
    found = db.session.scalar(
        select(Checklist)
        .where(Checklist.id == checklist_id)
        .with_for_update(of=Checklist)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    _check(title, questions)
    present = found.versions[-1]
    if present.number != seen_version:
        raise Stale(
            _l(
                "Somebody else changed this while your form was open. Your text is still here: compare it, then save again."
            )
        )
    found.kind, found.device_kind, found.active = kind, device_kind, active
    plain = [q.plain() for q in questions]
    if (present.title_en, present.title_zh, present.questions) != (title.en, title.zh, plain):
        _add_version(actor, found, present.number + 1, title, questions)
    return found


def _check(title: Words, questions: Sequence[Question]) -> None:
    if not (title.en and title.zh):
        raise Refused(_l("Write the title in English and in Chinese."), field="title_en")
    if not questions:
        raise Refused(_l("Write at least one question."))
    for n, question in enumerate(questions, 1):
        fault = rules.fault_of(question)
        if fault is not None:
            raise Refused(str(_FAULTS[fault]) % {"n": n})


def _add_version(
    actor: Actor, made: Checklist, number: int, title: Words, questions: Sequence[Question]
) -> None:
    db.session.add(
        ChecklistVersion(
            checklist_id=made.id,
            number=number,
            title_en=title.en,
            title_zh=title.zh,
            questions=[q.plain() for q in questions],
            made_by_id=actor.user_id,
            made_at=clock.now(),
        )
    )
    db.session.flush()
    db.session.expire(made, ["versions"])


def keep_answers(
    actor: Actor, ticket: Ticket, version: ChecklistVersion, given: Mapping[str, str], text: str
) -> TriageSheet:
    """The answers of a locked ticket's client, as its triage record (TS-18, TS-23). `text`: question and answer in words, for the
    timeline, where the search finds them. Raises Refused when nothing was answered, or the ticket has ended."""
    assert actor.user_id is not None
    if ticket.status in ENDED:
        raise Refused(_l("This ticket has ended. Reopen it before you log work on it."))
    answers = rules.answers_in([rules.question_of(q) for q in version.questions], given)
    if not answers:
        raise Refused(_l("Answer at least one question."))
    now = clock.now()
    sheet = TriageSheet(
        ticket_id=ticket.id, version_id=version.id, answers=answers, user_id=actor.user_id, at=now
    )
    db.session.add(sheet)
    record.add_entry(ticket, actor, EntryKind.NOTE, now, record.Words(text), internal=True)
    db.session.flush()
    return sheet
