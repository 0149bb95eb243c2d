"""Forms of the queue: narrowing a view, keeping it under a name, and changing several tickets at once."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, RadioField, SelectFieldBase
from wtforms.validators import InputRequired

from portal.kernel.errors import Refused
from portal.people.models import Team, User
from portal.tickets.forms import choices
from portal.tickets.forms.staff import LONGEST_REASON, LONGEST_TEXT
from portal.tickets.rules.bulk import Action, Change
from portal.tickets.rules.tags import TagName
from portal.tickets.rules.views import Sought, plain
from portal.tickets.rules.words import ClosureCode, Phase, Status
from portal.tickets.service import tagging
from portal.web.fields import Choice, Form, line, text

LONGEST_NAME = 60
LONGEST_TAGS = 600


class NarrowForm(Form):
    """Filters of the queue, all optional; a GET form, so its names are those of the address."""

    assignee = Choice(_l("Who has it"))
    urgency = Choice(_l("Urgency"))
    kind = Choice(_l("Kind"))
    phase = Choice(_l("Phase"))
    order = Choice(_l("Order"))

    def offer(self, staff: list[User], teams: list[Team], orders: list[tuple[str, Any]]) -> None:
        """Choices, the empty one first."""
        any_ = ("", _("Any"))
        people = [(f"u{u.id}", u.name) for u in staff]
        self.assignee.choices = [
            any_, ("me", _("Me")), ("nobody", _("Nobody")), *people, *((f"t{t.id}", t.name) for t in teams),
        ]  # fmt: skip
        self.urgency.choices = [any_, *choices.pairs(choices.URGENCIES)]
        self.kind.choices = [any_, *choices.pairs(choices.KINDS)]
        self.phase.choices = [any_, *choices.pairs(choices.PHASES)]
        self.order.choices = orders

    @classmethod
    def of(cls, what: Sought) -> "NarrowForm":
        """Filled with what is sought now."""
        return cls(formdata=MultiDict(plain(what)), meta={"csrf": False})


class SavedViewForm(Form):
    """The name of a filter."""

    name = line(_l("Name of this view"), LONGEST_NAME, needed=_l("Give the view a name."))
    shared = BooleanField(_l("Show it to all of the desk"))


def _chosen(field: SelectFieldBase) -> str:
    """The word of what is chosen; empty if nothing is."""
    return next((str(choice[1]) for choice in field.iter_choices() if choice[2]), "")


class BulkForm(Form):
    """What is to happen to several tickets."""

    action = RadioField(
        _l("What shall happen?"),
        choices=[
            (Action.ASSIGN.value, _l("Assign them")),
            (Action.WAIT.value, _l("Put them on hold")),
            (Action.RESOLVE.value, _l("Mark them as solved")),
            (Action.CLOSE.value, _l("Close solved ones")),
            (Action.PHASE.value, _l("Change the phase")),
            (Action.TAG.value, _l("Change the tags")),
            (Action.READ.value, _l("Mark them as read")),
        ],
        validators=[InputRequired(_l("Choose what shall happen."))],
    )
    to = Choice(_l("Assign to"), coerce=str)
    handed = line(_l("Reason"), LONGEST_REASON)
    status = Choice(_l("What do they wait for?"), choices=choices.pairs(choices.WAITS))
    reason = line(_l("Reason, as the client reads it"), LONGEST_REASON)
    code = Choice(_l("How did it end?"), choices=choices.pairs(choices.CLOSURES))
    text = text(_l("What was done"), LONGEST_TEXT)
    phase = Choice(_l("Phase"), choices=choices.pairs(choices.PHASES))
    add_tags = line(_l("Tags to add"), LONGEST_TAGS)
    remove_tags = line(_l("Tags to take off"), LONGEST_TAGS)
    _tags: dict[str, tuple[TagName, ...]]

    def offer(self, staff: list[User], teams: list[Team]) -> None:
        self.to.choices = [
            *((f"u{u.id}", u.name) for u in staff),
            *((f"t{t.id}", t.name) for t in teams),
            ("", _("Back to the queue")),
        ]

    def validate(self, extra_validators: Any = None) -> bool:
        """What an action needs is only asked for that action."""
        valid = super().validate(extra_validators)
        if self.action.data == Action.WAIT and not self.reason.data:
            self.reason.errors = [_("Say why, so that everybody knows what the ticket waits for.")]
            valid = False
        if self.action.data == Action.RESOLVE and not self.text.data:
            self.text.errors = [_("Tell the client what was done.")]
            valid = False
        if self.action.data == Action.CLOSE and not self.reason.data:
            self.reason.errors = [_("Say who confirmed that it works, and how.")]
            valid = False
        return self._valid_tags() and valid

    def _valid_tags(self) -> bool:
        self._tags = {}
        for name in ("add_tags", "remove_tags"):
            try:
                self._tags[name] = tagging.checked(self[name].data or "", name)
            except Refused as refused:
                self.refuse(refused)
        if self.action.data == Action.TAG and self._tags == {"add_tags": (), "remove_tags": ()}:
            self.refuse(Refused(_l("Write the tags to add or to take off."), field="add_tags"))
        return not (self.add_tags.errors or self.remove_tags.errors)

    def said(self) -> str:
        """What was chosen, in words: "Assign them – Ada", "Mark them as read"."""
        how = {
            Action.ASSIGN: self.to, Action.WAIT: self.status, Action.RESOLVE: self.code, Action.PHASE: self.phase,
        }.get(Action(self.action.data))  # fmt: skip
        words = [_chosen(self.action)]
        if how is not None:
            words.append(_chosen(how))
        elif self.action.data == Action.TAG:
            words += [f"+ {self.add_tags.data}"] if self.add_tags.data else []
            words += [f"− {self.remove_tags.data}"] if self.remove_tags.data else []
        return " – ".join(filter(None, words))

    def change(self) -> Change:
        """As the service takes it."""
        to = self.to.data or ""
        return Change(
            Action(self.action.data),
            user_id=int(to[1:]) if to[:1] == "u" else None,
            team_id=int(to[1:]) if to[:1] == "t" else None,
            status=Status(self.status.data),
            reason=(self.handed.data if self.action.data == Action.ASSIGN else self.reason.data) or "",
            code=ClosureCode(self.code.data),
            text=self.text.data or "",
            phase=Phase(self.phase.data),
            add=self._tags["add_tags"],
            remove=self._tags["remove_tags"],
        )
