"""What staff ask a client to agree to: of whom, what may be done, for how long."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from portal.people.models import Contact
from portal.tickets.rules.consent import HOURS
from portal.web.fields import Choice, Form, text

LONGEST_SCOPE = 500


class ConsentForm(Form):
    contact_id = Choice(_l("Whom to ask"), coerce=str)
    scope = text(
        _l("What may be done, as the client reads it"),
        LONGEST_SCOPE,
        needed=_l("Say what you will do with which data."),
    )
    hours = Choice(_l("For how long"), coerce=str, default="24")

    def offer(self, told: list[Contact]) -> None:
        self.contact_id.choices = [(str(c.id), c.name) for c in told]
        words = {4: _("4 hours"), 24: _("One day"), 72: _("Three days"), 168: _("A week")}
        self.hours.choices = [(str(h), words[h]) for h in HOURS]
