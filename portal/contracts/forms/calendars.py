"""A notice of days off, pasted or as a file; what it would change is looked at before it is taken."""

from flask_babel import lazy_gettext as _l
from wtforms import FileField, TextAreaField

from portal.web.fields import Fits, Form

MOST = 100_000
"""A notice has some forty lines; a longer text is something else."""


class NoticeForm(Form):
    text = TextAreaField(_l("Lines of the notice"), validators=[Fits(MOST)])
    file = FileField(_l("Or a file"))
