"""What is asked about a person: names, addresses, phones, language and zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FormField, IntegerField, RadioField, StringField
from wtforms import Form as Part
from wtforms.validators import Email, InputRequired, ValidationError
from wtforms.widgets import HiddenInput

from portal.kernel import clock
from portal.kernel.actor import ClientRole
from portal.kernel.errors import Refused
from portal.people.models import Contact
from portal.people.service import phones
from portal.web import languages
from portal.web.fields import Choice, Form, Rows, line, text

ZONES = [
    "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "Asia/Seoul", "Asia/Bangkok",
    "Asia/Jakarta", "Asia/Kolkata", "Asia/Dubai", "Asia/Urumqi", "Europe/Moscow", "Europe/Berlin", "Europe/Paris",
    "Europe/London", "America/Sao_Paulo", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
    "Australia/Sydney", "Pacific/Auckland", "UTC",
]  # fmt: skip


def zone_choices(present: str | None = None) -> list[tuple[str, str]]:
    """Cities with their present distance from UTC, in the language of the page; with `present` if it is none of ours."""
    now = clock.now()
    names = [*ZONES, *([present] if present and present not in ZONES and languages.is_zone(present) else [])]
    return [(name, _zone_words(name, now)) for name in names]


def _zone_words(name: str, now: datetime) -> str:
    if name == "UTC":
        return "UTC"
    city = get_timezone_location(name, locale=get_locale(), return_city=True)
    offset = now.astimezone(ZoneInfo(name)).strftime("%z")
    return f"{city} (UTC{offset[:3]}:{offset[3:]})"


def language_field() -> Choice:
    return Choice(_l("Language of pages and mail"), choices=list(languages.LANGUAGES.items()))


class Zoned(Form):
    """A form with a language and a time zone, and the version of what it edits."""

    language = language_field()
    time_zone = Choice(_l("Time zone"))
    version = IntegerField(widget=HiddenInput())

    def offer_zones(self, present: str | None = None) -> None:
        """Fill the list; keeps a zone that is not on it but in use."""
        self.time_zone.choices = zone_choices(present)
        if self.time_zone.data is None:
            self.time_zone.data = present or languages.DEFAULT_ZONE


class PhoneRow(Part):
    """A number, and a word that tells it from others."""

    number = line(_l("Phone"), 64)
    label = line(_l("Which phone"), 60)

    def validate_number(self, field: StringField) -> None:
        try:
            phones.digits_of(field.data or "")
        except Refused as refused:
            raise ValidationError(refused.sentence) from None


class Phones(Zoned):
    name = line(_l("Full name"), 120, needed=_l("Enter the name."))
    phones = Rows(_l("Phones"), FormField(PhoneRow))

    def phone_rows(self) -> list[tuple[str, str | None]]:
        return [(row.form.number.data, row.form.label.data) for row in self.phones if row.form.number.data]


class Profile(Phones):
    """One's own."""

    def show(self, contact: Contact) -> None:
        self.name.data, self.language.data, self.time_zone.data = (
            contact.name,
            contact.language,
            contact.time_zone,
        )
        self.version.data = contact.version
        self.phones.offer([{"number": p.number, "label": p.label} for p in contact.phones])


class ContactForm(Profile):
    """A person of a client, as staff know them."""

    emails = Rows(
        _l("E-mail addresses"),
        line(_l("E-mail"), 254, Email(_l("This is not an e-mail address. It looks like name@company.com."))),
    )
    note = text(_l("Note for staff"), 4000)

    def show(self, contact: Contact) -> None:
        super().show(contact)
        self.note.data = contact.note
        self.emails.offer([e.address for e in contact.emails])

    def addresses(self) -> list[str]:
        return [row.data for row in self.emails if row.data]


def role_field() -> RadioField:
    return RadioField(
        _l("What may this person see?"),
        choices=[
            (ClientRole.MEMBER.value, _l("Own requests")),
            (ClientRole.MANAGER.value, _l("All requests")),
        ],
        default=ClientRole.MEMBER.value,
        validators=[InputRequired(_l("Choose one."))],
    )


class NewContact(ContactForm):
    """With the place in the organisation that the person is added to."""

    role = role_field()
    title = line(_l("Position"), 120)
    invite = BooleanField(_l("Invite this person to sign in"))


class KnownContact(Form):
    """A person who is known from another organisation."""

    email = line(_l("E-mail"), 254, needed=_l("Enter the e-mail address of the person."))
    role = role_field()
    title = line(_l("Position"), 120)


class Place(Form):
    """What a person is in one organisation."""

    role = Choice(
        _l("May see"),
        choices=[
            (ClientRole.MEMBER.value, _l("Own requests")),
            (ClientRole.MANAGER.value, _l("All requests")),
        ],
    )
    title = line(_l("Position"), 120)
