"""When and where a client wants to be called, and about what."""

import hashlib
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import InputRequired

from portal.kernel import refs
from portal.ladder.service.callbacks import Wish
from portal.tickets.forms.fields import InstantField
from portal.web.fields import Choice, Form, line, text

LONGEST_ABOUT = 2000


class CallMeForm(Form):
    """Where, when, about what; for whoever belongs to several organisations also for which."""

    organisation_id = Choice(_l("For which organisation?"), coerce=str)
    number = line(_l("Call me at"), 64, needed=_l("Which number shall we call?"))
    wanted_at = InstantField(_l("When?"), validators=[InputRequired(_l("When shall we call?"))])
    about = text(_l("What is it about?"), LONGEST_ABOUT)
    submission = HiddenField()

    def offer(self, organisations: list[tuple[str, str]]) -> None:
        self.organisation_id.choices = organisations
        if self.organisation_id.data in (None, "None") and organisations:
            self.organisation_id.data = organisations[0][0]

    def renew(self) -> None:
        self.submission.data = refs.new_secret()[:32]

    @property
    def key(self) -> str | None:
        """The form's random key with a mark of its words: a double click is one wish, a changed one another."""
        given: Any = self.submission.data
        words = f"{self.number.data}\n{self.wanted_at.data}\n{self.about.data}"
        return f"{str(given)[:40]}:{hashlib.sha256(words.encode()).hexdigest()[:16]}" if given else None

    def wish(self) -> Wish:
        return Wish(self.number.data or "", self.wanted_at.data, self.about.data or "", self.key)
