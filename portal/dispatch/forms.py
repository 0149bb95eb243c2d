"""Forms of visits: the slot and what staff decide about it. Whether it is possible is decided below."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FormField, HiddenField, RadioField
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, NumberRange, Optional

from portal.assets.forms import KINDS
from portal.dispatch.models import ServiceSheet
from portal.dispatch.rules import checks
from portal.dispatch.rules.offering import CallOff
from portal.dispatch.rules.visiting import Slot
from portal.dispatch.service.crew import Paper
from portal.dispatch.service.offering import Answer, Option
from portal.dispatch.service.sheets import SheetEntry, SheetPartEntry
from portal.kernel import clock
from portal.people.models import User
from portal.web import filters, languages
from portal.web.fields import Choice, DayField, Form, Number, Rows, line, text

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
        self.engineer_id.data = engineer_id


class MoveForm(SlotForm):
    """Another slot or engineer for a visit, in spite of what speaks against it."""

    told = BooleanField(_l("I have read this: keep it all the same"))
    reason = line(_l("A manager's reason"), 500)

    def know(self, start: datetime, end: datetime, zone: ZoneInfo) -> None:
        """Offer the visit's own beginning and length among the choices, so that a move to another day leaves them alone."""
        own, length = f"{start.astimezone(zone):%H:%M}", (end - start) // timedelta(minutes=1)
        self.at.choices = [(hour, hour) for hour in sorted({*_HOURS, own})]
        lengths: dict[int, Any] = dict(_LENGTHS)
        lengths.setdefault(length, filters.minutes_text(length))
        self.minutes.choices = sorted(lengths.items(), key=lambda c: c[0])
        self.own = own, length

    def show(self, start: datetime, end: datetime, engineer_id: int | None, zone: ZoneInfo) -> None:
        super().show(start, end, engineer_id, zone)
        self.at.data, self.minutes.data = self.own

    def seen(self) -> int | None:
        """Which state of the visit the page showed; None: it does not say."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class PlanForm(SlotForm):
    """A visit for a ticket."""

    day_2 = DayField(_l("Day"), validators=[Optional()])
    at_2 = Choice(_l("Begins at"), choices=[(h, h) for h in _HOURS], default="09:00")
    day_3 = DayField(_l("Day"), validators=[Optional()])
    at_3 = Choice(_l("Begins at"), choices=[(h, h) for h in _HOURS], default="14:00")
    pay_extra = BooleanField(_l("Come at this time although it is charged"))
    override = line(
        _l("A manager's reason, if the phone and remote help were not tried or the slot does not fit"), 500
    )
    told = BooleanField(_l("I have read this: keep it all the same"))
    note = text(_l("For the engineer"), 2000)

    def others(self) -> list[Slot]:
        """The other times that the client may choose, as long as the planned one; call after validate()."""
        length = timedelta(minutes=int(self.minutes.data))
        pairs = [(self.day_2.data, self.at_2.data), (self.day_3.data, self.at_3.data)]
        return [_slot_of(day, str(hour), length) for day, hour in pairs if day is not None]

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


class LeaveForm(Form):
    """Days on which somebody does not work."""

    from_on = DayField(_l("First day"), validators=[InputRequired(_l("Choose a day."))])
    to_on = DayField(_l("Last day"), validators=[InputRequired(_l("Choose a day."))])
    reason = line(_l("Reason"), 200)

    def days(self) -> tuple[date, date]:
        """The first and the last one; call after validate()."""
        assert self.from_on.data is not None
        assert self.to_on.data is not None
        return self.from_on.data, self.to_on.data


_ANY = ("", _l("No kind in particular"))


class PaperForm(Form):
    """A certificate or a skill of somebody."""

    name = line(_l("Certificate or skill"), 120, needed=_l("Write its name."))
    number = line(_l("Number"), 80)
    kind = Choice(
        _l("For devices of the kind"), choices=[_ANY, *((k.value, word) for k, word in KINDS.items())]
    )
    issued_on = DayField(_l("Issued on"), validators=[Optional()])
    expires_on = DayField(_l("Valid until"), validators=[Optional()])

    def paper(self) -> Paper:
        """What was typed; call after validate()."""
        return Paper(
            self.name.data or "", self.number.data, self.kind.data or None, self.issued_on.data, self.expires_on.data
        )  # fmt: skip


class NeedForm(Form):
    """What a visit to a kind of device needs of whoever goes."""

    kind = Choice(_l("Kind of device"), choices=[(k.value, word) for k, word in KINDS.items()])
    name = line(_l("Certificate or skill"), 120, needed=_l("Write its name."))
    must = BooleanField(_l("Nobody goes without it"))


def today_here() -> date:
    """Today by the person's own clock."""
    return clock.now().astimezone(languages.zone()).date()


ANSWER = (("", _l("not looked at")), ("yes", _l("Yes")), ("no", _l("No")), ("n/a", _l("n.a.")))
TEST = (("", _l("Not tried yet")), ("yes", _l("Passed")), ("no", _l("Failed")))


class PartForm(PlainForm):
    name = line(_l("Part"), 200)
    list_price = Number(
        _l("List price of one, ¥"),
        validators=[Optional(), NumberRange(0, 10_000_000, _l("That price is not possible."))],
    )
    quantity = Number(
        _l("How many"),
        default=Decimal(1),
        validators=[Optional(), NumberRange(0.01, 10_000, _l("That quantity is not possible."))],
    )
    serial = line(_l("Serial number"), 120)
    consumable = BooleanField(_l("A consumable"))
    theirs = BooleanField(_l("The client's own part, not ours"))

    def validate(self, extra_validators: Any = None) -> bool:
        """A row without anything is no part; one with a price has a name, and one of ours a price."""
        good = bool(super().validate(extra_validators))
        if self.list_price.data is not None and not self.name.data:
            self.name.errors = [_l("A part needs a name.")]
            return False
        if (
            self.name.data
            and self.list_price.data is None
            and not self.list_price.errors
            and not self.theirs.data
        ):
            self.list_price.errors = [_l("A part needs its list price, 0 if it is free.")]
            return False
        return good


class CheckForm(PlainForm):
    item = HiddenField()
    answer = Choice(_l("Answer"), choices=ANSWER, default="")
    remark = line(_l("Remark"), 200)


class SheetForm(Form):
    """One sheet; several stand on a page, each with a prefix of its own."""

    version = HiddenField()
    contact_name = line(_l("Contact on the spot"), 120)
    contact_phone = line(_l("Their phone"), 64)
    found = text(_l("What was found"), 4000)
    done = text(_l("What was done"), 4000)
    test = RadioField(_l("The client's own test"), choices=TEST, default="", validate_choice=True)
    parts = Rows(_l("Parts and consumables"), FormField(PartForm))
    checks = Rows(_l("Upkeep"), FormField(CheckForm), max_entries=20)

    def show(
        self, sheet: ServiceSheet | None, kind: str | None, contact: tuple[str | None, str | None]
    ) -> None:
        """Fill it with what is on the sheet, or with what is known before there is one."""
        name, phone = (sheet.contact_name, sheet.contact_phone) if sheet else contact
        self.contact_name.data, self.contact_phone.data = name, phone
        self.version.data = str(sheet.version if sheet else 0)
        if sheet:
            self.found.data, self.done.data = sheet.found, sheet.done
            self.test.data = {True: "yes", False: "no", None: ""}[sheet.client_test_passed]
        rows = [
            {"name": p.name, "list_price": p.list_price, "quantity": p.quantity.normalize(), "serial": p.serial,
             "consumable": p.consumable, "theirs": not p.ours}
            for p in (sheet.parts if sheet else [])
        ]  # fmt: skip
        self.parts.offer(rows)
        said = {str(c[0]): c for c in (sheet.checklist if sheet else [])}
        for item in dict.fromkeys([*checks.checklist_for(kind), *said]):
            _, answer, remark = said.get(item, (item, "", ""))
            self.checks.append_entry({"item": item, "answer": answer, "remark": remark})

    def entry(self) -> SheetEntry:
        """What was typed; call after validate()."""
        parts: Sequence[Any] = [p for p in self.parts.data if p["name"]]
        return SheetEntry(
            found=self.found.data or "", done=self.done.data or "",
            contact_name=self.contact_name.data or "", contact_phone=self.contact_phone.data or "",
            checklist=[(c["item"][:60], c["answer"], c["remark"] or "") for c in self.checks.data if c["answer"]],
            client_test_passed={"yes": True, "no": False}.get(self.test.data or ""),
            parts=[
                SheetPartEntry(
                    p["name"], p["list_price"] or Decimal(0), p["quantity"] or Decimal(1), p["serial"] or "",
                    p["consumable"], not p["theirs"],
                )
                for p in parts
            ],
        )  # fmt: skip

    def seen_version(self) -> int | None:
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None

    def sentences(self) -> list[str]:
        """All that is wrong, for a phone that shows it beside what it kept."""
        out = [*map(str, self.form_errors)]
        for field in self:
            words = field.errors
            if isinstance(words, dict):
                words = [w for some in words.values() for w in some]
            out += [f"{field.label.text}: {w}" for w in words]
        return out


# --- What the client says --------------------------------------------------------------

NONE = "none"


class ChooseForm(Form):
    """One of the times, or none with the client's own wishes."""

    slot = RadioField(_l("When may we come?"), validate_choice=False)
    wish = text(_l("What would suit you?"), 2000)

    def offer(self, options: Sequence[Option], words: Callable[[Option], str]) -> None:
        """The times that can be had. Each value carries the price that was shown, so that another one is noticed."""
        rows = [(value_of(o), words(o)) for o in options if o.why_not is None]
        self.slot.choices = [*rows, (NONE, _l("None of these"))]

    def answer(self) -> Answer:
        """What was chosen; call after validate(). A value that nobody offered is a time that does not stand any more."""
        said = self.slot.data or ""
        if said == NONE or (not said and self.wish.data):
            return Answer(wish=self.wish.data or "")
        begins, _sep, price = said.partition("|")
        try:
            at = datetime.fromtimestamp(int(begins), tz=UTC)
            return Answer(at, Decimal(price) if price else None)
        except (ValueError, OverflowError, OSError, ArithmeticError):
            return Answer(datetime.fromtimestamp(0, tz=UTC))

    def validate(self, extra_validators: Any = None) -> bool:
        """Something has to be said."""
        good = bool(super().validate(extra_validators))
        if not self.slot.data and not self.wish.data:
            self.slot.errors = [_l("Choose one of the times, or tell us what suits you.")]
            return False
        return good


def value_of(option: Option) -> str:
    """A time and the price that is shown with it, as a form sends them."""
    price = "" if option.cost.price is None or option.agreed else f"{option.cost.price:.2f}"
    return f"{int(option.starts_at.timestamp())}|{price}"


class CallOffForm(Form):
    """The client does not need the visit; `seen`: what they were told follows."""

    reason = line(_l("Why?"), 500, needed=_l("Say why in a few words, so that we know what to do."))
    seen = HiddenField()

    def told(self) -> CallOff:
        """What follows, as the page said it; what nobody says is said anew."""
        return CallOff(self.seen.data) if self.seen.data in set(CallOff) else CallOff.TOO_LATE


class OfferForm(Form):
    """Up to two times beside the planned one, each as long as it."""

    day = DayField(_l("Day"), validators=[InputRequired(_l("Choose a day."))])
    at = Choice(_l("Begins at"), choices=[(h, h) for h in _HOURS], default="09:00")
    day_2 = DayField(_l("Day"), validators=[Optional()])
    at_2 = Choice(_l("Begins at"), choices=[(h, h) for h in _HOURS], default="14:00")

    def slots(self, length: timedelta) -> list[Slot]:
        """By the person's own clock; call after validate()."""
        pairs = [(self.day.data, self.at.data), (self.day_2.data, self.at_2.data)]
        return [_slot_of(day, str(hour), length) for day, hour in pairs if day is not None]


def _slot_of(day: date, hour: str, length: timedelta) -> Slot:
    hours, _sep, minutes = hour.partition(":")
    start = datetime.combine(day, time(int(hours), int(minutes)), tzinfo=languages.zone()).astimezone(UTC)
    return Slot(start, start + length)
