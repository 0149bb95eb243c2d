"""Forms for time spent: minutes by hand, and other minutes that count."""

from flask_babel import lazy_gettext as _l
from wtforms.validators import InputRequired, Optional

from portal.tickets.forms.fields import InstantField, minutes
from portal.web.fields import Form, line

LONGEST = 500


class TimeForm(Form):
    """Time that was neither a call nor a session."""

    minutes = minutes(_l("Minutes"), InputRequired(_l("How many minutes did it take?")))
    what = line(_l("What was done?"), LONGEST, needed=_l("Say what the time was spent on."))
    started_at = InstantField(_l("Begun at"), validators=[Optional()])


class CorrectTimeForm(Form):
    """Other minutes that count, and why."""

    accounted = minutes(_l("Minutes that count"), InputRequired(_l("How many minutes count?")))
    reason = line(_l("Reason"), LONGEST, needed=_l("Say why other minutes count; it is kept."))
