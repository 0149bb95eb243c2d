"""A tool for remote sessions: its name, and the address that opens it."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from portal.web.fields import Form, line


class ToolForm(Form):
    name = line(_l("Name"), 80, needed=_l("Give the tool a name."))
    template = line(_l("Address"), 500, needed=_l("Write the address that opens a session."))
    active = BooleanField(_l("In use"), default=True)
