"""Forms for what is done with whole tickets. Shape and wording only."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, SelectMultipleField
from wtforms.validators import ValidationError

from portal.kernel import refs
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
