"""Forms of an upgrade and of the training after it."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField
from wtforms.validators import InputRequired

from portal.contracts.rules.upgrades import LONGEST
from portal.kernel import refs
from portal.ladder.service.upgrades import Made
from portal.web.fields import Form, line, text


class UpgradeForm(Form):
    """What was upgraded, to which version, and what came of it."""

    kind = line(_l("What was upgraded?"), LONGEST, needed=_l("Say what was upgraded."))
    version = line(_l("To which version?"), 60, needed=_l("Write the version, or the day of the release."))
    outcome = RadioField(
        _l("Outcome"),
        choices=[("works", _l("It works as promised")), ("short", _l("It fell short"))],
        validators=[InputRequired(_l("What came of it?"))],
    )
    lacking = text(_l("What fell short?"), 500)
    submission = HiddenField()

    def renew(self) -> None:
        """A key of its own: what is sent twice with it is one."""
        self.submission.data = refs.new_secret()[:32]

    def made(self) -> Made:
        """As the service takes it."""
        key: Any = self.submission.data
        return Made(
            self.kind.data or "", self.version.data or "", self.outcome.data == "works", self.lacking.data or "",
            str(key or "")[:40],
        )  # fmt: skip


class TrainingForm(Form):
    """What the client's people were shown, or why they need nothing."""

    words = text(
        _l("Who was shown what?"), 500, needed=_l("Write who was shown what, or why nobody needs it.")
    )
    none_needed = BooleanField(_l("The client needs no training"))
