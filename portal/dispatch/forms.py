"""Forms of visits: the slot and what staff decide about it. Whether it is possible is decided below."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField
from wtforms.validators import InputRequired
from wtforms.widgets import TimeInput

from portal.dispatch.rules.visiting import Slot
from portal.kernel import clock
from portal.people.models import User
from portal.web import languages
from portal.web.fields import Choice, Form, line, text


class DayField(DateField):
    """A day, with our own sentence for one that cannot be read."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_l("Write a day, such as 2026-11-20.")) from None


class HourField(Choice):
    """An hour of the day in quarters, so that nobody types minutes on a phone."""

    widget = TimeInput()


_HOURS = [f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in range(0, 24 * 60, 15)]
_LENGTHS = (
    (30, _l("30 min")),
    (60, _l("1 h")),
    (90, _l("1.5 h")),
    (120, _l("2 h")),
    (180, _l("3 h")),
    (240, _l("4 h")),
    (480, _l("8 h")),
)


class SlotForm(Form):
    """When, how long, and who."""

    day = DayField(_l("Day"), validators=[InputRequired(_l("Choose a day."))])
    at = Choice(_l("Begins at"), choices=[(h, h) for h in _HOURS], default="09:00")
    minutes = Choice(_l("How long"), choices=_LENGTHS, coerce=int, default=120)
    engineer_id = Choice(
        _l("Engineer"), coerce=lambda v: int(v) if v and v != "None" else None, validate_choice=True
    )
    version = HiddenField()

    def offer(self, engineers: Sequence[User]) -> None:
        """Whom it may be given to."""
        self.engineer_id.choices = [("", _l("Nobody yet")), *((str(u.id), u.name) for u in engineers)]

    def slot(self) -> Slot:
        """The slot by the person's own clock; call after validate()."""
        assert self.day.data is not None
        hour, _, minute = str(self.at.data).partition(":")
        start = datetime.combine(
            self.day.data, time(int(hour), int(minute)), tzinfo=languages.zone()
        ).astimezone(UTC)
        return Slot(start, start + timedelta(minutes=int(self.minutes.data)))

    def show(self, start: datetime, end: datetime, engineer_id: int | None, zone: ZoneInfo) -> None:
        """Fill it with a slot that is known. Its beginning is shown to the quarter, its length to the next choice."""
        local = start.astimezone(zone)
        self.day.data = local.date()
        self.at.data = f"{local.hour:02d}:{local.minute // 15 * 15:02d}"
        length = (end - start) // timedelta(minutes=1)
        self.minutes.data = next((m for m, _ in _LENGTHS if m >= length), _LENGTHS[-1][0])
        self.engineer_id.data = str(engineer_id) if engineer_id else ""


class PlanForm(SlotForm):
    """A visit for a ticket."""

    pay_extra = BooleanField(_l("Come at this time although it is charged"))
    override = line(_l("A manager's reason, if the phone and the remote session were not tried"), 500)
    note = text(_l("For the engineer"), 2000)

    def suggest(self, at: datetime | None) -> None:
        """The next hour of service, as the contract has it; tomorrow morning where it has none."""
        if at is None:
            self.day.data = today_here() + timedelta(days=1)
        else:
            self.show(at, at + timedelta(minutes=self.minutes.data), None, languages.zone())


class ReasonForm(Form):
    """Why something is called off, or did not happen."""

    reason = line(_l("Why?"), 500, needed=_l("Say why, so that everybody knows."))


class AgreeForm(Form):
    """The client agreed to the price, as staff heard it."""

    name = line(_l("Who agreed?"), 120, needed=_l("Say who agreed."))
    how = line(_l("How?"), 200, needed=_l("Say how: by phone, by mail, on paper."))


def today_here() -> date:
    """Today by the person's own clock."""
    return clock.now().astimezone(languages.zone()).date()
