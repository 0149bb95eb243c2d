"""The form for a request that staff enter: by phone, letter or fax."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField, MultipleFileField, RadioField
from wtforms.validators import Optional, ValidationError

from portal.assets.models import Device
from portal.kernel import clock
from portal.kernel.errors import Refused
from portal.tickets.forms import choices
from portal.tickets.forms.attempts import LONGEST_NUMBER, LONGEST_TEXT, USUAL_MINUTES
from portal.tickets.forms.fields import DayField, InstantField, TimeOfDayField, device_choices, id_of, minutes
from portal.tickets.models.attempts import RunningWork
from portal.tickets.rules.words import Channel, Kind, Outcome, Urgency
from portal.tickets.service import running
from portal.tickets.service.opening import NewTicket
from portal.tickets.service.record import File, Words
from portal.tickets.service.work import Work
from portal.web import languages
from portal.web.fields import Choice, Form, line, text

LONGEST_SUBJECT = 200
EARLIEST_YEAR = 2000


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
    number = line(_l("Number that they called or sent it from"), LONGEST_NUMBER)
    minutes = minutes(_l("Minutes"), Optional())
    advice = text(_l("Advice given"), LONGEST_TEXT)
    outcome = RadioField(
        _l("Outcome"), choices=choices.pairs(choices.OUTCOMES, Outcome.NOT_REACHED), validators=[Optional()]
    )

    why_not = text(_l("Why it cannot be solved this way"), LONGEST_TEXT)
    call_again_at = InstantField(_l("Call again at"), validators=[Optional()])
    timer: RunningWork | None = None

    def follow(self, timer: RunningWork | None, *, first: bool) -> None:
        """A call that goes on just now: it is logged with the request, by its timer."""
        self.timer = timer
        if timer is not None and first:
            self.log_call.data, self.number.data = True, timer.number
            self.device_id.data = str(timer.device_id) if timer.device_id else self.device_id.data
            self.minutes.data = running.minutes(timer, clock.now()) if timer.stopped_at else None
        elif timer is None and first:
            self.minutes.data = USUAL_MINUTES

    def offer(self, devices: list[Device]) -> None:
        self.device_id.choices = device_choices(devices)

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
        """A call that is logged has minutes and an outcome. While talking nobody words a subject: the symptom's first line is
        taken."""
        if self.timer is not None and not self.subject.data and self.symptoms.data:
            self.subject.data = self.symptoms.data.strip().splitlines()[0][:80]
            self.subject.raw_data = [self.subject.data]
        valid = super().validate(extra_validators)
        if not self.log_call.data:
            return valid
        if self.minutes.data is None and not self.minutes.errors and self.timer is None:
            self.refuse(Refused(_("How many minutes did it take?"), field="minutes"))
        if not self.outcome.data:
            self.refuse(Refused(_("What came of it?"), field="outcome"))
        if self.outcome.data == Outcome.NOT_SOLVABLE and not self.why_not.data:
            sentence = _("Say why it cannot be solved this way: the next step begins there.")
            self.refuse(Refused(sentence, field="why_not"))
        if self.outcome.data == Outcome.SOLVED and not self.advice.data:
            sentence = _("Write what solved it: the next one with this fault will find it.")
            self.refuse(Refused(sentence, field="advice"))
        wrong = (self.minutes, self.outcome, self.why_not, self.advice)
        return valid and not any(f.errors for f in wrong)

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
            channel=Channel(self.channel.data), device_id=id_of(self.device_id.data), received_at=self.received_at(),
            submission=self.submission.data or None, number=self.number.data or "",
        )  # fmt: skip

    def call(self, requester_id: int) -> Work | None:
        """The call that the request came by, if it is to be logged."""
        if not self.log_call.data:
            return None
        now = clock.now()
        taken = self.minutes.data
        if taken is None:
            taken = running.minutes(self.timer, now) if self.timer else 0
        began = self.timer.started_at if self.timer else now - timedelta(minutes=taken)
        return Work(
            started_at=self.received_at() or began, minutes=taken, outcome=Outcome(self.outcome.data), contact_id=requester_id,
            symptom=self.symptoms.data or "", advice=self.advice.data or "", why_not=self.why_not.data or "",
            call_again_at=self.call_again_at.data, number=self.number.data or "",
        )  # fmt: skip
