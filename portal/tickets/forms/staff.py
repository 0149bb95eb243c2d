"""Forms of the desk: what staff type into a ticket. Each turns what was typed into what the service takes.

Whether a step is possible is decided below; here are only shape and wording.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, Field, HiddenField, IntegerField, MultipleFileField, RadioField
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError
from wtforms.widgets import DateTimeLocalInput, TimeInput

from portal.assets.models import Device
from portal.kernel import clock
from portal.kernel.errors import Refused
from portal.people.models import Contact, Site, Team, User
from portal.tickets.forms import choices
from portal.tickets.models.ticket import Ticket
from portal.tickets.rules.words import Channel, ClosureCode, Kind, Outcome, Phase, Status, Urgency
from portal.tickets.service.following import About
from portal.tickets.service.opening import NewTicket
from portal.tickets.service.record import File, Words
from portal.tickets.service.work import Work
from portal.web import languages
from portal.web.fields import Choice, Form, line, text

LONGEST_SUBJECT = 200
LONGEST_TEXT = 50_000
LONGEST_REASON = 500
EARLIEST_YEAR = 2000
LONGEST_WORK = 12 * 60
"""Minutes of one call or session."""


class InstantField(Field):
    """Date and time by the person's own clock; its data is an aware instant in UTC, None when left empty."""

    widget = DateTimeLocalInput()

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return f"{self.data.astimezone(languages.zone()):%Y-%m-%dT%H:%M}" if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if typed:
            try:
                self.data = datetime.fromisoformat(typed).replace(tzinfo=languages.zone()).astimezone(UTC)
            except (ValueError, OverflowError):
                raise ValueError(_("Write day and time, such as 2026-11-20 14:05.")) from None


class DayField(DateField):
    """A day, with our own sentence for one that cannot be read."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Write the day such as 2026-11-20.")) from None


class TimeOfDayField(Field):
    """A time by the person's own clock; None when left empty."""

    widget = TimeInput()

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else f"{self.data:%H:%M}" if self.data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if typed:
            try:
                self.data = time.fromisoformat(typed).replace(tzinfo=None)
            except ValueError:
                raise ValueError(_("Write the time such as 14:05.")) from None


class MinutesField(IntegerField):
    """Whole minutes of work."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Write the minutes as a whole number.")) from None


def _minutes(label: Any, *checks: Any) -> MinutesField:
    between = NumberRange(0, LONGEST_WORK, _l("Between 0 and %(most)s minutes.", most=LONGEST_WORK))
    return MinutesField(label, default=5, validators=[*checks, between])


def _id(value: Any) -> int | None:
    return int(value) if value not in (None, "", "0", "None") else None


class CallForm(Form):
    """A call on a ticket, logged while talking or just after it."""

    contact_id = Choice(_l("Who"), coerce=str)
    minutes = _minutes(_l("Minutes"), InputRequired(_l("How many minutes did it take?")))
    started_at = InstantField(_l("Started"), validators=[Optional()])
    symptom = text(_l("Symptom"), LONGEST_TEXT)
    advice = text(_l("Advice given"), LONGEST_TEXT)
    outcome = RadioField(
        _l("Outcome"),
        choices=choices.pairs(choices.OUTCOMES),
        validators=[InputRequired(_l("What came of it?"))],
    )
    call_again_at = InstantField(_l("Call again at"), validators=[Optional()])
    tell_client = BooleanField(_l("Send the advice to the client"))

    def offer(self, ticket: Ticket, contacts: list[Contact]) -> None:
        """Whom they may have spoken to: the organisation's people, the requester chosen."""
        self.contact_id.choices = [*((str(c.id), c.name) for c in contacts), ("0", _("Somebody else"))]
        if self.contact_id.data in (None, "None"):
            self.contact_id.data = str(ticket.requester_id)

    def validate(self, extra_validators: Any = None) -> bool:
        """Some outcomes need the advice in words."""
        valid = super().validate(extra_validators)
        if not self.advice.data and self.tell_client.data:
            self.refuse(Refused(_("Write the advice that is to be sent."), field="advice"))
        elif not self.advice.data and self.outcome.data == Outcome.SOLVED:
            sentence = _("Write what solved it: the next one with this fault will find it.")
            self.refuse(Refused(sentence, field="advice"))
        return valid and not self.advice.errors

    def work(self) -> Work:
        """What was logged; a call without a beginning has just ended."""
        assert self.minutes.data is not None
        return Work(
            started_at=self.started_at.data or clock.now() - timedelta(minutes=self.minutes.data),
            minutes=self.minutes.data, outcome=Outcome(self.outcome.data), contact_id=_id(self.contact_id.data),
            symptom=self.symptom.data or "", advice=self.advice.data or "", call_again_at=self.call_again_at.data,
            tell_client=self.tell_client.data,
        )  # fmt: skip


class RemoteForm(Form):
    """A remote session."""

    minutes = _minutes(_l("Minutes"), InputRequired(_l("How many minutes did it take?")))
    started_at = InstantField(_l("Started"), validators=[Optional()])
    advice = text(_l("What was done"), LONGEST_TEXT, needed=_l("Write what was done."))
    touches_data = BooleanField(_l("The client's data was touched"))
    outcome = RadioField(
        _l("Outcome"),
        choices=choices.pairs(choices.OUTCOMES),
        validators=[InputRequired(_l("What came of it?"))],
    )

    def work(self) -> Work:
        """What was logged; a session without a beginning has just ended."""
        assert self.minutes.data is not None
        return Work(
            started_at=self.started_at.data or clock.now() - timedelta(minutes=self.minutes.data),
            minutes=self.minutes.data, outcome=Outcome(self.outcome.data), advice=self.advice.data or "",
            touches_data=self.touches_data.data,
        )  # fmt: skip


class ReplyForm(Form):
    """A public answer. `last_entry` is the newest entry on the page that the writer had before them."""

    text = text(_l("Reply to the client"), LONGEST_TEXT, needed=_l("Write your reply."))
    files = MultipleFileField(_l("Files"))
    last_entry = HiddenField()

    def seen_entry_id(self) -> int | None:
        """None for a form that came without it: nothing is compared then."""
        typed = self.last_entry.data or ""
        return int(typed) if typed.isdecimal() and len(typed) < 19 else None

    def words(self, files: list[File]) -> Words:
        return Words(self.text.data or "", files)


class NoteForm(Form):
    """An internal note."""

    text = text(_l("Internal note"), LONGEST_TEXT, needed=_l("Write your note."))
    files = MultipleFileField(_l("Files"))

    def words(self, files: list[File]) -> Words:
        return Words(self.text.data or "", files)


class AssignForm(Form):
    """To a person, to a team, or back to the queue. Values: "u7", "t2", ""."""

    to = Choice(_l("Assign to"), coerce=str)
    reason = line(_l("Reason"), LONGEST_REASON)

    def offer(self, ticket: Ticket, staff: list[User], teams: list[Team]) -> None:
        self.to.choices = {
            _("People"): [(f"u{u.id}", u.name) for u in staff],
            **({_("Teams"): [(f"t{t.id}", t.name) for t in teams]} if teams else {}),
            _("Nobody"): [("", _("Back to the queue"))],
        }
        if self.to.data is None:
            self.to.data = f"u{ticket.assignee_id}" if ticket.assignee_id else ""

    def chosen(self) -> tuple[int | None, int | None]:
        """User and team."""
        value = self.to.data or ""
        return (int(value[1:]) if value[:1] == "u" else None, int(value[1:]) if value[:1] == "t" else None)


class WaitForm(Form):
    """Whom or what a ticket waits for, in words that the client reads."""

    status = Choice(_l("What does it wait for?"), choices=choices.pairs(choices.WAITS))
    reason = line(
        _l("Reason, as the client reads it"), LONGEST_REASON,
        needed=_l("Say why, so that everybody knows what the ticket waits for."),
    )  # fmt: skip
    text = text(_l("Message to the client"), LONGEST_TEXT)

    def waits_for(self) -> Status:
        return Status(self.status.data)


class ResolveForm(Form):
    """That it is done, and what was done."""

    code = Choice(_l("How did it end?"), choices=choices.pairs(choices.CLOSURES))
    text = text(_l("What was done"), LONGEST_TEXT, needed=_l("Tell the client what was done."))
    files = MultipleFileField(_l("Files"))

    def closure(self) -> ClosureCode:
        return ClosureCode(self.code.data)

    def words(self, files: list[File]) -> Words:
        return Words(self.text.data or "", files)


class CancelForm(Form):
    reason = line(_l("Why is it cancelled?"), LONGEST_REASON, needed=_l("Say why; the client reads it, too."))


class PhaseForm(Form):
    """A step on the ladder; the reason overrides what was not tried, for managers alone."""

    phase = Choice(_l("Phase"), choices=choices.pairs(choices.PHASES))
    reason = line(_l("Reason for leaving out a step"), LONGEST_REASON)

    def then(self) -> Phase:
        return Phase(self.phase.data)


class AboutForm(Form):
    """What a ticket is about, corrected."""

    subject = line(_l("Subject"), LONGEST_SUBJECT, needed=_l("A ticket needs a subject."))
    kind = Choice(_l("Kind"), choices=choices.pairs(choices.KINDS))
    urgency = Choice(_l("Urgency"), choices=choices.pairs(choices.URGENCIES))
    device_id = Choice(_l("Device"), coerce=str)
    site_id = Choice(_l("Site"), coerce=str)

    def offer(self, devices: list[Device], sites: list[Site]) -> None:
        self.device_id.choices = _devices(devices)
        self.site_id.choices = [("", _("Not known")), *((str(s.id), s.name) for s in sites)]

    def choose(self, ticket: Ticket) -> None:
        """What it is now."""
        self.device_id.data, self.site_id.data = str(ticket.device_id or ""), str(ticket.site_id or "")
        self.kind.data, self.urgency.data = ticket.kind.value, ticket.urgency.value

    def about(self) -> About:
        return About(
            self.subject.data or "", Kind(self.kind.data), Urgency(self.urgency.data),
            _id(self.device_id.data), _id(self.site_id.data),
        )  # fmt: skip


def _devices(devices: list[Device]) -> list[tuple[str, str]]:
    named = (
        (str(d.id), " · ".join(part for part in (d.name, d.tag, d.site.name if d.site else None) if part))
        for d in devices
    )
    return [("", _("None, or not known")), *named]


class ParticipantForm(Form):
    contact_id = Choice(_l("Who else follows this ticket"), coerce=str)

    def offer(self, ticket: Ticket, contacts: list[Contact]) -> None:
        following = {ticket.requester_id, *(p.contact_id for p in ticket.participants)}
        self.contact_id.choices = [(str(c.id), c.name) for c in contacts if c.id not in following]

    def chosen(self) -> int:
        return int(self.contact_id.data)


class CreateForm(Form):
    """A request that came by phone, letter or fax; with a call in it, if it came by phone and advice was given at once."""

    channel = RadioField(
        _l("How did it come?"), choices=choices.pairs(choices.ENTERED), default=Channel.PHONE.value
    )
    received_on = DayField(_l("Came on"), validators=[Optional()])
    received_time = TimeOfDayField(_l("Time"), validators=[Optional()])
    subject = line(
        _l("Subject"), LONGEST_SUBJECT, needed=_l("Write one line, so that we know what it is about.")
    )
    symptoms = text(_l("What do they see?"), LONGEST_TEXT, needed=_l("Write down what the client told you."))
    kind = Choice(_l("Kind"), choices=choices.pairs(choices.KINDS), default=Kind.FAULT.value)
    urgency = RadioField(
        _l("Urgency"), choices=choices.pairs(choices.URGENCIES), default=Urgency.NORMAL.value
    )
    device_id = Choice(_l("Device"), coerce=str)
    files = MultipleFileField(_l("Files"))
    submission = HiddenField()
    log_call = BooleanField(_l("Log this call at once"))
    minutes = _minutes(_l("Minutes"), Optional())
    advice = text(_l("Advice given"), LONGEST_TEXT)
    outcome = RadioField(
        _l("Outcome"), choices=choices.pairs(choices.OUTCOMES, Outcome.NOT_REACHED), validators=[Optional()]
    )

    def offer(self, devices: list[Device]) -> None:
        self.device_id.choices = _devices(devices)

    def validate_received_on(self, field: Field) -> None:
        if field.data and field.data.year < EARLIEST_YEAR:
            raise ValidationError(_("Write the day such as 2026-11-20."))
        received = self.received_at()
        if received is not None and received > clock.now():
            raise ValidationError(_("That lies in the future. When did it come?"))

    def validate_received_time(self, field: Field) -> None:
        if field.data and not self.received_on.data:
            raise ValidationError(_("Write the day, too."))

    def validate_log_call(self, field: Field) -> None:
        if field.data and self.channel.data != Channel.PHONE:
            raise ValidationError(_("Only a request that came by phone has a call to log."))

    def validate(self, extra_validators: Any = None) -> bool:
        """A call that is logged has minutes and an outcome."""
        valid = super().validate(extra_validators)
        if not self.log_call.data:
            return valid
        if self.minutes.data is None and not self.minutes.errors:
            self.refuse(Refused(_("How many minutes did it take?"), field="minutes"))
        if not self.outcome.data:
            self.refuse(Refused(_("What came of it?"), field="outcome"))
        return valid and not self.minutes.errors and not self.outcome.errors

    def received_at(self) -> datetime | None:
        """None means now. A day without a time counts from its beginning."""
        if self.received_on.data is None or self.received_on.data.year < EARLIEST_YEAR:
            return None
        at = datetime.combine(self.received_on.data, self.received_time.data or time(), languages.zone())
        return at.astimezone(UTC)

    def new_ticket(self, organisation_id: int, requester_id: int, files: list[File]) -> NewTicket:
        return NewTicket(
            organisation_id=organisation_id, requester_id=requester_id, subject=self.subject.data or "",
            words=Words(self.symptoms.data or "", files), kind=Kind(self.kind.data), urgency=Urgency(self.urgency.data),
            channel=Channel(self.channel.data), device_id=_id(self.device_id.data), received_at=self.received_at(),
            submission=self.submission.data or None,
        )  # fmt: skip

    def call(self, requester_id: int) -> Work | None:
        """The call that the request came by, if it is to be logged."""
        if not self.log_call.data:
            return None
        minutes = self.minutes.data or 0
        return Work(
            started_at=self.received_at() or clock.now() - timedelta(minutes=minutes), minutes=minutes,
            outcome=Outcome(self.outcome.data), contact_id=requester_id, symptom=self.symptoms.data or "",
            advice=self.advice.data or "",
        )  # fmt: skip
