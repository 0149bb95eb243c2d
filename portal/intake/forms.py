"""What staff fill in to deal with a held message."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from portal.kernel import refs


def _chosen(sentence: Any) -> Any:
    """The first line of a list is no choice."""

    def check(_form: FlaskForm, field: SelectField) -> None:
        if not field.data:
            raise ValidationError(sentence)

    return check


class TicketForm(FlaskForm):
    """Open a ticket: for whom, and under which subject."""

    organisation_id = SelectField(
        _l("Organisation"), coerce=int, validators=[_chosen(_l("Choose an organisation."))]
    )
    contact_id = SelectField(_l("Requester"), coerce=int, validators=[_chosen(_l("Choose a person."))])
    subject = StringField(_l("Subject"), validators=[Length(max=200, message=_l("At most 200 characters."))])


class JoinForm(FlaskForm):
    """Put it on a ticket."""

    number = StringField(
        _l("Ticket number"), validators=[DataRequired(_l("Enter a ticket's number, such as T-1042."))]
    )

    def validate_number(self, field: StringField) -> None:
        if refs.parse_ticket_number(field.data or "") is None:
            raise ValidationError(_l("Enter a ticket's number, such as T-1042."))

    @property
    def ticket_number(self) -> int:
        return refs.parse_ticket_number(self.number.data or "") or 0


class IgnoreForm(FlaskForm):
    """Put one aside, or several."""

    why = StringField(
        _l("Why"),
        validators=[
            DataRequired(_l("Say why, so that others understand it later.")),
            Length(max=500, message=_l("At most 500 characters.")),
        ],
    )
