"""The question "What will this cost?": asked by address, so that it can be sent on; nothing is written."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateTimeLocalField
from wtforms.validators import Optional

from portal.web.fields import Choice, Form


class CostForm(Form):
    class Meta:
        csrf = False

    organisation_id = Choice(_l("Organisation"), coerce=int)
    service = Choice(_l("What do you need?"))
    device_id = Choice(_l("Device"), coerce=int, validate_choice=True)
    when = DateTimeLocalField(
        _l("When?"), validators=[Optional()], format=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
    )
    emergency = BooleanField(_l("It is an emergency"))

    def offer(
        self,
        organisations: Iterable[Any],
        services: Iterable[tuple[str, Any]],
        devices: Iterable[tuple[int, str]],
    ) -> None:
        """What this person may choose from."""
        self.organisation_id.choices = [(o.id, o.name) for o in organisations]
        self.service.choices = [(value, str(word)) for value, word in services]
        self.device_id.choices = [(0, _l("No particular device")), *devices]
