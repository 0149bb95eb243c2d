"""Forms for what staff mark tickets with: out of sight for a while, tags."""

from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import Optional

from portal.kernel.errors import Refused
from portal.tickets.forms.fields import InstantField
from portal.web.fields import Form, line


class SnoozeForm(Form):
    """Until a time, or until the client writes."""

    how = RadioField(
        _l("When does it come back?"),
        choices=[("time", _l("At a time")), ("answer", _l("When the client writes"))],
        default="time",
    )
    until = InstantField(_l("Comes back at"), validators=[Optional()])

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if valid and self.how.data == "time" and self.until.data is None:
            self.refuse(Refused(_l("Write day and time, such as 2026-11-20 14:05."), field="until"))
            return False
        return valid

    def chosen(self) -> datetime | None:
        return self.until.data if self.how.data == "time" else None


class TagsForm(Form):
    """All tags of a ticket in one line."""

    tags = line(_l("Tags"), 600)


class TagForm(Form):
    """A tag's name."""

    name = line(_l("Name"), 80, needed=_l("Write the tag's name."))
