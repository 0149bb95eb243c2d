"""Forms for what is done with whole tickets. Shape and wording only."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField, SelectMultipleField
from wtforms.validators import ValidationError

from portal.kernel import refs
from portal.people.models import Organisation
from portal.people.rules.names import Named
from portal.tickets.rules.linking import CHOSEN, Way
from portal.web.fields import Choice, Form, line

LONGEST_ID = 19
"""Digits."""


def ticket_number(label: Any) -> Any:
    """A field for another ticket's number, in any of its spellings."""
    return line(label, 200, needed=_l("Write the number of the other ticket, such as T-1042."))


class OtherTicketForm(Form):
    """The number of another ticket."""

    number = ticket_number(_l("Other ticket"))

    def validate_number(self, field: Field) -> None:
        if refs.parse_ticket_number(field.data or "") is None:
            raise ValidationError(_l("Write the number of the other ticket, such as T-1042."))

    def other(self) -> int:
        """The number of a valid form."""
        return refs.parse_ticket_number(self.number.data or "") or 0


class LinkForm(OtherTicketForm):
    """How this ticket has to do with another one."""

    way = Choice(_l("This ticket"))

    def offer(self, words: Mapping[Way, Any]) -> None:
        self.way.choices = [(way.value, words[way]) for way in CHOSEN]

    def chosen(self) -> Way:
        return Way(self.way.data)


class SplitForm(Form):
    """Which messages go on in a ticket of their own, and under which subject."""

    entries = SelectMultipleField(_l("What goes on in the new ticket?"), coerce=str, validate_choice=False)
    subject = line(_l("Subject"), 200, needed=_l("Write one line, so that we know what it is about."))

    def chosen(self) -> list[int]:
        return [int(v) for v in self.entries.data or [] if v.isdecimal() and len(v) < LONGEST_ID]


class MergeForm(OtherTicketForm):
    number = ticket_number(_l("Which ticket does it go on as?"))


class MoveForm(Form):
    """To whom a ticket belongs. `confirmed`: for which choice the list of who will see it was shown."""

    organisation_id = Choice(_l("Organisation that it belongs to"), coerce=str)
    requester_id = Choice(_l("Who of them asked"), coerce=str, validate_choice=False)
    reason = line(
        _l("Why is it moved?"), 500, needed=_l("Say why it is moved; the reason is kept for the staff.")
    )
    confirmed = BooleanField(_l("I have read who will see it"))
    shown = HiddenField()

    def offer(
        self, organisations: Iterable[Organisation], chosen: int | None, contacts: Iterable[Named]
    ) -> None:
        self.organisation_id.choices = [
            ("", _("Choose the organisation")),
            *((str(o.id), o.name) for o in organisations),
        ]
        self.requester_id.choices = [("", _("Choose the person")), *((str(c.id), c.name) for c in contacts)]
        if chosen is not None and not self.organisation_id.data:
            self.organisation_id.data = str(chosen)

    def chosen(self) -> tuple[int | None, int | None]:
        """Organisation and person, as far as they are chosen."""
        values = (self.organisation_id.data or "", self.requester_id.data or "")
        first, second = (int(v) if v.isdecimal() and len(v) < LONGEST_ID else None for v in values)
        return first, second

    @property
    def choice(self) -> str:
        return f"{self.organisation_id.data}:{self.requester_id.data}"

    @property
    def is_confirmed(self) -> bool:
        """Whether what is confirmed is what was shown."""
        return bool(self.confirmed.data) and self.shown.data == self.choice
