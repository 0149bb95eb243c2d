"""Forms of calls and remote sessions, logged while they go on or just after; a timer fills in what it knows."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField
from wtforms.validators import InputRequired, Optional

from portal.kernel import clock, refs
from portal.kernel.errors import Refused
from portal.people.rules.names import Named
from portal.tickets.forms import choices
from portal.tickets.forms.fields import InstantField, id_of, minutes
from portal.tickets.models.attempts import RunningWork
from portal.tickets.models.ticket import Ticket
from portal.tickets.rules.words import Outcome
from portal.tickets.service import running
from portal.tickets.service.work import Work
from portal.web.fields import Choice, Form, line, text

LONGEST_TEXT = 50_000
LONGEST_NUMBER = 64
LONGEST_ANSWER = 200
USUAL_MINUTES = 5
"""What a call or a session without a timer is offered to have taken."""


class Timed(Form):
    """What a call and a remote session have in common. With a timer, minutes that are left empty are those that have gone by."""

    minutes = minutes(_l("Minutes"), Optional())
    started_at = InstantField(_l("Started"), validators=[Optional()])
    outcome = RadioField(
        _l("Outcome"),
        choices=choices.pairs(choices.OUTCOMES),
        validators=[InputRequired(_l("What came of it?"))],
    )
    why_not = text(_l("Why it cannot be solved this way"), LONGEST_TEXT)
    call_again_at = InstantField(_l("Call again at"), validators=[Optional()])
    submission = HiddenField()
    timer: RunningWork | None = None

    def renew(self) -> None:
        """Another key: what is sent with it is another attempt."""
        self.submission.data = refs.new_secret()[:32]

    def follow(self, timer: RunningWork | None, *, first: bool) -> None:
        """Take over what a timer knows; `first` when the form is shown and nothing was typed yet."""
        self.timer = timer
        if first:
            self.renew()
        if timer is not None and first:
            self.started_at.data = timer.started_at
            self.minutes.data = running.minutes(timer, clock.now()) if timer.stopped_at else None
        elif first:
            self.minutes.data = USUAL_MINUTES

    def validate(self, extra_validators: Any = None) -> bool:
        """Minutes are typed or measured; what could not be solved says why."""
        valid = super().validate(extra_validators)
        if self.minutes.data is None and not self.minutes.errors and self.timer is None:
            self.refuse(Refused(_("How many minutes did it take?"), field="minutes"))
        if self.outcome.data == Outcome.NOT_SOLVABLE and not self.why_not.data:
            sentence = _("Say why it cannot be solved this way: the next step begins there.")
            self.refuse(Refused(sentence, field="why_not"))
        again = self.call_again_at.data
        if again is not None and again <= clock.now():
            self.refuse(
                Refused(_("That time has passed already. When shall we call?"), field="call_again_at")
            )
        return valid and not (self.minutes.errors or self.why_not.errors or self.call_again_at.errors)

    def span(self) -> dict[str, Any]:
        """Beginning and minutes; without a beginning it has just ended."""
        now = clock.now()
        taken = self.minutes.data
        if taken is None:
            assert self.timer is not None
            taken = running.minutes(self.timer, now)
        began = self.started_at.data or (
            self.timer.started_at if self.timer else now - timedelta(minutes=taken)
        )
        return {"started_at": began, "minutes": taken, "submission": str(self.submission.data or "")[:40]}


class CallForm(Timed):
    """A call on a ticket."""

    contact_id = Choice(_l("Who"), coerce=str)
    number = line(_l("Phone number"), LONGEST_NUMBER)
    symptom = text(_l("Symptom"), LONGEST_TEXT)
    advice = text(_l("Advice given"), LONGEST_TEXT)
    tell_client = BooleanField(_l("Send the advice to the client"))

    def offer(self, ticket: Ticket, contacts: Sequence[Named]) -> None:
        """Whom they may have spoken to: the organisation's people, the requester chosen."""
        self.contact_id.choices = [*((str(c.id), c.name) for c in contacts), ("0", _("Somebody else"))]
        if self.contact_id.data in (None, "None"):
            self.contact_id.data = str(ticket.requester_id)

    def follow(self, timer: RunningWork | None, *, first: bool) -> None:
        super().follow(timer, first=first)
        if timer is not None and first:
            self.number.data = timer.number
            if timer.contact_id is not None:
                self.contact_id.data = str(timer.contact_id)

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
        return Work(
            **self.span(), outcome=Outcome(self.outcome.data), contact_id=id_of(self.contact_id.data),
            symptom=self.symptom.data or "", advice=self.advice.data or "", call_again_at=self.call_again_at.data,
            tell_client=self.tell_client.data, why_not=self.why_not.data or "", number=self.number.data or "",
        )  # fmt: skip


class RemoteForm(Timed):
    """A remote session."""

    advice = text(_l("What was done"), LONGEST_TEXT, needed=_l("Write what was done."))
    last_backup = line(_l("When was the data last backed up?"), LONGEST_ANSWER)
    touches_data = BooleanField(_l("The client's data was touched"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Before data is touched, the client is asked for its backup (TS-17)."""
        valid = super().validate(extra_validators)
        if self.touches_data.data and not self.last_backup.data:
            sentence = _("Ask the client when the data was last backed up, and write down the answer.")
            self.refuse(Refused(sentence, field="last_backup"))
        return valid and not self.last_backup.errors

    def work(self) -> Work:
        return Work(
            **self.span(), outcome=Outcome(self.outcome.data), advice=self.advice.data or "",
            touches_data=self.touches_data.data, call_again_at=self.call_again_at.data, why_not=self.why_not.data or "",
            last_backup=self.last_backup.data or "",
        )  # fmt: skip
