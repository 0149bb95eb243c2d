"""Small forms about one contract: a signature, its paper, coverage, a pause, a correction of the ledger."""

import secrets
from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import DateField, DecimalField, HiddenField, MultipleFileField, PasswordField
from wtforms.validators import DataRequired, InputRequired, NumberRange

from portal.web.fields import Choice, Form, line

_DAY = _l("Enter a day.")


class StartForm(Form):
    class Meta:
        csrf = False

    organisation = Choice(_l("Organisation"), coerce=int)
    form = Choice(_l("Contract form"))


class SignForm(Form):
    side = Choice(_l("Side"), choices=[("client", _l("Client")), ("provider", _l("Provider"))])
    name = line(_l("Who signed"), 120, needed=_l("Who signed? A signature without a name is none."))
    on = DateField(_l("Signed on"), validators=[DataRequired(_DAY)])


class ScanForm(Form):
    files = MultipleFileField(_l("Scan of the signed paper"))


class CoverForm(Form):
    what = Choice(_l("What is covered"))
    valid_from = DateField(_l("Covered from"), validators=[DataRequired(_DAY)])
    reason = line(_l("Reason"), 200, id="cover-reason")

    def offer(self, devices: Iterable[tuple[int, str]], kinds: Iterable[tuple[str, Any]]) -> None:
        """Devices as "device:7", kinds as "kind:laptop", and the whole organisation."""
        self.what.choices = [
            *((f"device:{key}", name) for key, name in devices),
            *((f"kind:{key}", _l("All of a kind: %(kind)s", kind=word)) for key, word in kinds),
            ("all", _l("The whole organisation")),
        ]


class UncoverForm(Form):
    valid_to = DateField(_l("Not covered from"), validators=[DataRequired(_DAY)])
    reason = line(_l("Reason"), 200, needed=_l("Say why."))


class PauseForm(Form):
    reason = line(_l("Reason"), 500, needed=_l("Say why, so that the client can read it."), id="pause-reason")


class CorrectForm(Form):
    """A second person approves by their own password: a name alone proves nothing."""

    bucket = Choice(_l("What is corrected"), coerce=int)
    quantity = DecimalField(
        _l("By how much"), places=2,
        validators=[InputRequired(_l("Enter a number, below zero to take away.")), NumberRange(-999, 999)],
    )  # fmt: skip
    reason = line(
        _l("Reason"), 500, needed=_l("Say why, so that the client can read it."), id="correct-reason"
    )
    approver = Choice(_l("Approved by"), coerce=int)
    password = PasswordField(
        _l("Their password"), validators=[DataRequired(_l("The second person types it here."))]
    )
    submission = HiddenField()

    def offer(self, buckets: Iterable[tuple[int, str]], people: Iterable[tuple[int, str]]) -> None:
        """The open buckets, and who else may approve."""
        self.bucket.choices, self.approver.choices = list(buckets), list(people)
        if not self.submission.data:
            self.submission.data = secrets.token_hex(16)
