"""What is asked about an organisation, its sites, and the provider."""

from datetime import time

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, FormField, IntegerField, StringField
from wtforms import Form as Part
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import HiddenInput

from portal.people.forms.person import Zoned
from portal.people.models import Organisation, Site
from portal.people.rules.desk import END_OF_DAY
from portal.web.fields import Form, Rows, line, text


class OrganisationForm(Zoned):
    name = line(_l("Name"), 200, needed=_l("Enter the organisation's name."))
    phone = line(_l("Phone"), 64)
    address = line(_l("Address"), 500)
    note = text(_l("Note for staff"), 4000)
    active = BooleanField(_l("Active"), default=True)

    def show(self, organisation: Organisation) -> None:
        for name in ("name", "phone", "address", "note", "active", "language", "time_zone", "version"):
            self[name].data = getattr(organisation, name)


class DomainForm(Form):
    domain = line(_l("Domain"), 253, needed=_l("Write a domain such as example.com."))


class SiteForm(Form):
    name = line(_l("Name"), 200, needed=_l("Enter the site's name."))
    address = line(_l("Address"), 500)
    phone = line(_l("Phone"), 64)
    access_note = text(_l("How to get in"), 2000)
    active = BooleanField(_l("Active"), default=True)
    version = IntegerField(widget=HiddenInput())

    def show(self, site: Site) -> None:
        for name in ("name", "address", "phone", "access_note", "active", "version"):
            self[name].data = getattr(site, name)


class ProviderForm(Zoned):
    name = line(_l("Name"), 200, needed=_l("Enter the name that clients know you by."))
    phone = line(_l("Phone number of the desk"), 64)
    address = line(_l("Address"), 500)

    def show(self, organisation: Organisation) -> None:
        for name in ("name", "phone", "address", "language", "time_zone", "version"):
            self[name].data = getattr(organisation, name)


def _time(typed: str) -> time:
    """09:00, 9:00, 9 or 0900; raises ValueError. 24:00 is the end of the day."""
    digits = typed.replace("：", ":").replace(".", ":")
    if ":" not in digits:
        digits = f"{digits[:-2]}:{digits[-2:]}" if len(digits) > 2 else f"{digits}:00"
    hours, _colon, minutes = digits.partition(":")
    if (hours, minutes) == ("24", "00"):
        return END_OF_DAY
    return time(int(hours), int(minutes))


class Span(Part):
    """From, to; both or none."""

    opens = line(_l("Opens"), 5)
    closes = line(_l("Closes"), 5)

    def validate_closes(self, field: StringField) -> None:
        try:
            opens, closes = _time(self.opens.data or ""), _time(field.data or "")
        except ValueError:
            raise ValidationError(_l("Write times as 09:00 or 17:30.")) from None
        if closes <= opens:
            raise ValidationError(_l("The end must be later than the beginning."))

    def validate_opens(self, field: StringField) -> None:
        if field.data and not self.closes.data:
            raise ValidationError(_l("Say also until when."))

    def times(self) -> tuple[time, time] | None:
        """None for an empty row. Call after validation."""
        if not self.opens.data and not self.closes.data:
            return None
        return _time(self.opens.data or ""), _time(self.closes.data or "")


DAYS = (
    ("monday", _l("Monday")), ("tuesday", _l("Tuesday")), ("wednesday", _l("Wednesday")), ("thursday", _l("Thursday")),
    ("friday", _l("Friday")), ("saturday", _l("Saturday")), ("sunday", _l("Sunday")),
)  # fmt: skip


class HoursForm(Form):
    """The week, up to three spans a day."""

    monday = Rows(DAYS[0][1], FormField(Span), max_entries=3)
    tuesday = Rows(DAYS[1][1], FormField(Span), max_entries=3)
    wednesday = Rows(DAYS[2][1], FormField(Span), max_entries=3)
    thursday = Rows(DAYS[3][1], FormField(Span), max_entries=3)
    friday = Rows(DAYS[4][1], FormField(Span), max_entries=3)
    saturday = Rows(DAYS[5][1], FormField(Span), max_entries=3)
    sunday = Rows(DAYS[6][1], FormField(Span), max_entries=3)

    def show(self, windows: list[tuple[int, time, time]]) -> None:
        for weekday, (name, _word) in enumerate(DAYS):
            spans = [{"opens": _shown(o), "closes": _shown(c)} for d, o, c in windows if d == weekday]
            self[name].offer(spans)

    def windows(self) -> list[tuple[int, time, time]]:
        return [
            (weekday, *span)
            for weekday, (name, _word) in enumerate(DAYS)
            for row in self[name]
            if (span := row.form.times())
        ]


def _shown(at: time) -> str:
    return "24:00" if at == END_OF_DAY else f"{at:%H:%M}"


class ClosureForm(Form):
    on = DateField(_l("Day"), validators=[InputRequired(_l("Choose the day."))])
    reason = line(_l("Reason"), 200)
