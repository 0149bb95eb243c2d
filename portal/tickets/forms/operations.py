"""Forms for what is done with whole tickets. Shape and wording only."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field
from wtforms.validators import ValidationError

from portal.kernel import refs
from portal.web.fields import Form, line


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


class MergeForm(OtherTicketForm):
    number = ticket_number(_l("Which ticket does it go on as?"))
