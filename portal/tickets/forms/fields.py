"""Fields of the desk's forms: instants and times by the person's own clock, minutes of work, a choice of devices."""

from datetime import UTC, datetime, time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, IntegerField
from wtforms.validators import NumberRange
from wtforms.widgets import DateTimeLocalInput, TimeInput

from portal.assets.models import Device
from portal.web import languages

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


def minutes(label: Any, *checks: Any) -> MinutesField:
    between = NumberRange(0, LONGEST_WORK, _l("Between 0 and %(most)s minutes.", most=LONGEST_WORK))
    return MinutesField(label, validators=[*checks, between])


def id_of(value: Any) -> int | None:
    return int(value) if value not in (None, "", "0", "None") else None


def device_choices(devices: list[Device]) -> list[tuple[str, str]]:
    named = (
        (str(d.id), " · ".join(part for part in (d.name, d.tag, d.site.name if d.site else None) if part))
        for d in devices
    )
    return [("", _("None, or not known")), *named]
