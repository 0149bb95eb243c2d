"""Forms of canned replies and macros."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from portal.people.models import Team, User
from portal.tickets.forms import choices
from portal.tickets.forms.staff import LONGEST_REASON
from portal.tickets.rules.canned import Steps
from portal.tickets.rules.words import Status
from portal.web.fields import Choice, Form, line, text

LONGEST_NAME = 80
LONGEST_TEXT = 10_000
LONGEST_TAGS = 600


class CannedReplyForm(Form):
    """Words in both languages."""

    name = line(_l("Name"), LONGEST_NAME, needed=_l("Give it a name that you will find it by."))
    text_en = text(_l("Text in English"), LONGEST_TEXT)
    text_zh = text(_l("Text in Chinese"), LONGEST_TEXT)
    shared = BooleanField(_l("Show it to all of the desk"))


class MacroForm(CannedReplyForm):
    """Steps that are taken together."""

    status = Choice(_l("Then the ticket"))
    reason = line(_l("Reason, as the client reads it"), LONGEST_REASON)
    code = Choice(_l("How did it end?"), choices=choices.pairs(choices.CLOSURES))
    assign = Choice(_l("Assign to"))
    phase = Choice(_l("Phase"))
    add_tags = line(_l("Tags to add"), LONGEST_TAGS)
    remove_tags = line(_l("Tags to take off"), LONGEST_TAGS)

    def offer(self, staff: list[User], teams: list[Team]) -> None:
        self.status.choices = [
            ("", _("Stays as it is")), *choices.pairs(choices.WAITS), (Status.RESOLVED.value, _("Is solved")),
            (Status.CLOSED.value, _("Is closed, if it was solved")),
        ]  # fmt: skip
        self.phase.choices = [("", _("Stays as it is")), *choices.pairs(choices.PHASES)]
        people = [(f"u{u.id}", u.name) for u in staff]
        self.assign.choices = [
            ("", _("Whoever has it")), ("me", _("Whoever uses the macro")), ("nobody", _("Back to the queue")),
            *people, *((f"t{t.id}", t.name) for t in teams),
        ]  # fmt: skip

    def choose(self, name: str, steps: Steps, shared: bool) -> None:
        """What it is now."""
        self.name.data, self.shared.data = name, shared
        for field in ("text_en", "text_zh", "status", "reason", "assign", "phase", "add_tags", "remove_tags"):
            getattr(self, field).data = getattr(steps, field)
        self.code.data = steps.closure.value

    def steps(self) -> Steps:
        status = self.status.data or ""
        return Steps(
            self.text_en.data or "", self.text_zh.data or "", status,
            (self.reason.data or "") if status.startswith("waiting") or status == Status.CLOSED else "",
            self.code.data if status == Status.RESOLVED else "", self.assign.data or "", self.phase.data or "",
            self.add_tags.data or "", self.remove_tags.data or "",
        )  # fmt: skip


class UseMacroForm(Form):
    """What a macro is about to say, to be changed by hand."""

    text = text(_l("Message to the client"), LONGEST_TEXT)
    reason: Any = line(_l("Reason, as the client reads it"), LONGEST_REASON)
    handed: Any = line(_l("Why it changes hands"), LONGEST_REASON)
