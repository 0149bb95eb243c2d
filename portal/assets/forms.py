"""What is asked about a device."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from portal.assets.models import Device, DeviceKind
from portal.people.models import Site
from portal.web.fields import Choice, Form, line, text

KINDS = {
    DeviceKind.DESKTOP: _l("Desktop computer"),
    DeviceKind.LAPTOP: _l("Laptop"),
    DeviceKind.SERVER: _l("Server"),
    DeviceKind.TERMINAL: _l("Till or terminal"),
    DeviceKind.RECEIVER: _l("Receiver"),
    DeviceKind.PRINTER: _l("Printer"),
    DeviceKind.NETWORK: _l("Network device"),
    DeviceKind.SOFTWARE: _l("Software"),
    DeviceKind.WEBSITE: _l("Website"),
    DeviceKind.LIFT: _l("Lift"),
    DeviceKind.OTHER: _l("Something else"),
}
TEXTS = ("name", "tag", "serial", "address", "cpu", "memory", "disk", "board", "monitor", "note")


class DeviceForm(Form):
    name = line(_l("Name"), 200, needed=_l("Enter a name, as people there call it."))
    kind = Choice(_l("Kind"), choices=[(kind.value, word) for kind, word in KINDS.items()])
    site_id = Choice(_l("Site"), coerce=int)
    tag = line(_l("Sticker"), 60)
    serial = line(_l("Serial number"), 120)
    address = line(_l("Address on the network or the web"), 300)
    cpu = line(_l("Processor"), 120)
    memory = line(_l("Memory"), 120)
    disk = line(_l("Disk"), 120)
    board = line(_l("Main board"), 120)
    monitor = line(_l("Monitor"), 120)
    installed_on = DateField(_l("Installed on"), validators=[Optional()])
    note = text(_l("Note for staff"), 4000)
    active = BooleanField(_l("In use"), default=True)
    version = IntegerField(widget=HiddenInput())

    def offer_sites(self, sites: list[Site], present: int | None = None) -> None:
        """Sites in use, and the one that the device stands at already."""
        kept = [(s.id, s.name) for s in sites if s.active or s.id == present]
        self.site_id.choices = [(0, _l("No site")), *kept]

    def show(self, device: Device) -> None:
        for name in (*TEXTS, "installed_on", "active", "version"):
            self[name].data = getattr(device, name)
        self.kind.data, self.site_id.data = device.kind.value, device.site_id or 0

    def values(self) -> dict[str, object]:
        """For the service."""
        typed = {name: self[name].data for name in TEXTS}
        return typed | {
            "kind": DeviceKind(self.kind.data),
            "site_id": self.site_id.data or None,
            "installed_on": self.installed_on.data,
        }
