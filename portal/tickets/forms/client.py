"""What clients type: a new request, a reply, a withdrawal, a colleague to be told. Shape and wording only."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, MultipleFileField, RadioField, SelectMultipleField
from wtforms.validators import DataRequired

from portal.assets.models import Device
from portal.kernel import refs
from portal.kernel.errors import Refused
from portal.people.models import Organisation
from portal.people.rules.names import Named
from portal.tickets.rules.words import Kind, Urgency
from portal.tickets.service.opening import NewTicket
from portal.tickets.service.record import File, Words
from portal.web.fields import Choice, Form, line, text

LONGEST_TEXT = 20_000
LONGEST_SUBJECT = 200
LONGEST_REASON = 500
_DERIVED_SUBJECT = 80

KINDS: Mapping[Kind, Any] = {
    Kind.FAULT: _l("Something does not work"),
    Kind.QUESTION: _l("We have a question"),
    Kind.CHANGE: _l("Please change or add something"),
    Kind.UPDATE: _l("Please update something"),
    Kind.TRAINING: _l("Please show us how"),
}
URGENCIES: Mapping[Urgency, Any] = {
    Urgency.LOW: _l("It can wait"),
    Urgency.NORMAL: _l("It slows us down"),
    Urgency.HIGH: _l("Work has stopped"),
    Urgency.CRITICAL: _l("Danger or loss right now"),
}
URGENCY_HINTS: Mapping[str, Any] = {
    Urgency.LOW: _l("Some day this week is early enough."),
    Urgency.NORMAL: _l("We can work, with detours."),
    Urgency.HIGH: _l("Somebody cannot work, or a till or machine stands still."),
    Urgency.CRITICAL: _l("Money, data or people are at stake. Please call us as well."),
}


_DIGITS = 18


def number_or_none(value: Any) -> int | None:
    """An id from a select or an address; -1, which is nobody's, for what is no number."""
    if value in (None, "", "None"):
        return None
    return int(value) if str(value).isdecimal() and len(str(value)) <= _DIGITS else -1


class Cards(Choice, RadioField):
    """Radio buttons whose refusal is a sentence of ours."""


class RequestForm(Form):
    """A new request. Only what is seen must be told; the rest has an answer that is right for most."""

    organisation_id = Choice(
        _l("For which organisation?"),
        coerce=number_or_none,
        validators=[DataRequired(_l("Choose the organisation that this is for."))],
    )
    symptoms = text(_l("What happens?"), LONGEST_TEXT, needed=_l("Tell us what happens, in a few words."))
    device_id = Choice(_l("Which device, program or website?"), coerce=number_or_none)
    urgency = Cards(
        _l("How urgent is it?"),
        choices=[(u.value, w) for u, w in URGENCIES.items()],
        default=Urgency.NORMAL.value,
    )
    files = MultipleFileField(_l("Photos and files"))
    subject = line(_l("Subject"), LONGEST_SUBJECT)
    kind = Choice(
        _l("What is it about?"), choices=[(k.value, w) for k, w in KINDS.items()], default=Kind.FAULT.value
    )
    participants = SelectMultipleField(
        _l("Who else should follow it?"), coerce=number_or_none, validate_choice=False
    )
    submission = HiddenField()
    devices: Mapping[int, Device] = {}

    def offer(
        self, organisations: Sequence[Organisation], devices: Sequence[Device], colleagues: Iterable[Named]
    ) -> None:
        """What this person may choose from; devices stand under their site."""
        self.devices = {device.id: device for device in devices}
        none = [("", _("Choose the organisation"))] if len(organisations) > 1 else []
        self.organisation_id.choices = [*none, *((o.id, o.name) for o in organisations)]
        groups: dict[str, list[tuple[Any, str]]] = {
            _("Not listed"): [("", _("None of these, or I do not know"))]
        }
        for device in devices:
            name = f"{device.name} ({device.tag})" if device.tag else device.name
            groups.setdefault(device.site.name if device.site else _("Without a site"), []).append(
                (device.id, name)
            )
        plain = len(groups) <= 2
        self.device_id.choices = [row for rows in groups.values() for row in rows] if plain else groups
        self.participants.choices = [(c.id, c.name) for c in colleagues]

    @property
    def chosen(self) -> tuple[Device | None, Kind, Urgency]:
        """What its contracts answer to. Something that was not offered counts as not chosen."""
        kind = Kind(self.kind.data) if self.kind.data in list(Kind) else Kind.FAULT
        urgency = Urgency(self.urgency.data) if self.urgency.data in list(Urgency) else Urgency.NORMAL
        return self.devices.get(self.device_id.data or 0), kind, urgency

    @property
    def opens_details(self) -> bool:
        """Whether the folded part must be open: something in it was chosen or is wrong."""
        folded = (self.subject, self.kind, self.participants)
        told = self.subject.data or self.participants.data or self.kind.data != Kind.FAULT
        return any(f.errors for f in folded) or bool(told)

    @property
    def subject_or_first_line(self) -> str:
        """What was typed as the subject, else the beginning of what happens."""
        if self.subject.data:
            return str(self.subject.data)
        first = next((row.strip() for row in (self.symptoms.data or "").splitlines() if row.strip()), "")
        if len(first) <= _DERIVED_SUBJECT:
            return first
        cut = first[:_DERIVED_SUBJECT]
        return (cut.rsplit(" ", 1)[0] if " " in cut[40:] else cut).strip() + "…"

    def new_ticket(self, requester_id: int, files: Sequence[File]) -> NewTicket:
        """A valid form as what the service takes."""
        offered: Any = self.participants.choices
        known = {row[0] for row in offered}
        return NewTicket(
            organisation_id=self.organisation_id.data,
            requester_id=requester_id,
            subject=self.subject_or_first_line,
            words=Words(self.symptoms.data or "", files),
            kind=Kind(self.kind.data),
            urgency=Urgency(self.urgency.data),
            device_id=self.device_id.data,
            participant_ids=[c for c in self.participants.data or [] if c in known],
            submission=self.submission_key,
        )

    @property
    def submission_key(self) -> str | None:
        """The form's random key with a mark of its words: a double click is one request, a changed text is another."""
        key = str(self.submission.data or "")[:40]
        words = f"{self.organisation_id.data}\n{self.subject.data}\n{self.symptoms.data}"
        return f"{key}:{hashlib.sha256(words.encode()).hexdigest()[:16]}" if key else None

    def renew_submission(self) -> None:
        """A random key for a form that is shown for the first time."""
        self.submission.data = refs.new_secret()[:32]


class ReplyForm(Form):
    """A message to the desk, files alone included."""

    text = text(_l("Your message"), LONGEST_TEXT)
    files = MultipleFileField(_l("Photos and files"))

    def words(self, files: Sequence[File]) -> Words:
        return Words(self.text.data or "", files)

    def refuse_if_empty(self, has_files: bool) -> None:
        if not self.text.data and not has_files:
            self.refuse(Refused(_l("Write a few words, or add a file."), field="text"))


class WithdrawForm(Form):
    """Why a request is not needed any more."""

    reason = text(
        _l("Why is it not needed any more?"),
        LONGEST_REASON,
        needed=_l("Say in a few words why, so that nobody goes on working on it."),
    )


class ParticipantForm(Form):
    """A colleague who shall follow a request."""

    contact_id = Choice(_l("Colleague"), coerce=number_or_none)

    def offer(self, colleagues: Iterable[Named]) -> None:
        self.contact_id.choices = [("", _("Choose a colleague")), *((c.id, c.name) for c in colleagues)]
