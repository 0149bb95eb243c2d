"""Forms of the desk: what staff type into a ticket. Each turns what was typed into what the service takes.

Whether a step is possible is decided below; here are only shape and wording.
"""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, MultipleFileField

from portal.assets.models import Device
from portal.people.models import Site, Team, User
from portal.people.rules.names import Named
from portal.tickets.forms import choices
from portal.tickets.forms.fields import device_choices, id_of
from portal.tickets.models.ticket import Ticket
from portal.tickets.rules.words import ClosureCode, Kind, Phase, Status, Urgency
from portal.tickets.service.following import About
from portal.tickets.service.record import File, Words
from portal.web.fields import Choice, Form, line, text

LONGEST_SUBJECT = 200
LONGEST_TEXT = 50_000
LONGEST_REASON = 500


class ReplyForm(Form):
    """A public answer. `last_entry` is the newest entry on the page that the writer had before them."""

    text = text(_l("Reply to the client"), LONGEST_TEXT, needed=_l("Write your reply."))
    files = MultipleFileField(_l("Files"))
    last_entry = HiddenField()

    def seen_entry_id(self) -> int | None:
        """None for a form that came without it: nothing is compared then."""
        typed = self.last_entry.data or ""
        return int(typed) if typed.isdecimal() and len(typed) < 19 else None

    def words(self, files: list[File]) -> Words:
        return Words(self.text.data or "", files)


class NoteForm(Form):
    """An internal note."""

    text = text(_l("Internal note"), LONGEST_TEXT, needed=_l("Write your note."))
    files = MultipleFileField(_l("Files"))

    def words(self, files: list[File]) -> Words:
        return Words(self.text.data or "", files)


class AssignForm(Form):
    """To a person, to a team, or back to the queue. Values: "u7", "t2", ""."""

    to = Choice(_l("Assign to"), coerce=str)
    reason = line(_l("Reason"), LONGEST_REASON)

    def offer(self, ticket: Ticket, staff: list[User], teams: list[Team], to: int | None = None) -> None:
        """`to`: whom to choose beforehand."""
        self.to.choices = {
            _("People"): [(f"u{u.id}", u.name) for u in staff],
            **({_("Teams"): [(f"t{t.id}", t.name) for t in teams]} if teams else {}),
            _("Nobody"): [("", _("Back to the queue"))],
        }
        if self.to.data is None:
            chosen = to or ticket.assignee_id
            self.to.data = f"u{chosen}" if chosen else ""

    def chosen(self) -> tuple[int | None, int | None]:
        """User and team."""
        value = self.to.data or ""
        return (int(value[1:]) if value[:1] == "u" else None, int(value[1:]) if value[:1] == "t" else None)


class WaitForm(Form):
    """Whom or what a ticket waits for, in words that the client reads."""

    status = Choice(_l("What does it wait for?"), choices=choices.pairs(choices.WAITS))
    reason = line(
        _l("Reason, as the client reads it"), LONGEST_REASON,
        needed=_l("Say why, so that everybody knows what the ticket waits for."),
    )  # fmt: skip
    text = text(_l("Message to the client"), LONGEST_TEXT)

    def waits_for(self) -> Status:
        return Status(self.status.data)


class ResolveForm(Form):
    """That it is done, and what was done."""

    code = Choice(_l("How did it end?"), choices=choices.pairs(choices.CLOSURES))
    text = text(_l("What was done"), LONGEST_TEXT, needed=_l("Tell the client what was done."))
    files = MultipleFileField(_l("Files"))

    def closure(self) -> ClosureCode:
        return ClosureCode(self.code.data)

    def words(self, files: list[File]) -> Words:
        return Words(self.text.data or "", files)


class CancelForm(Form):
    reason = line(_l("Why is it cancelled?"), LONGEST_REASON, needed=_l("Say why; the client reads it, too."))


class PhaseForm(Form):
    """A step on the ladder; the reason overrides what was not tried, for managers alone."""

    phase = Choice(_l("Phase"), choices=choices.pairs(choices.PHASES))
    reason = line(_l("Reason for leaving out a step"), LONGEST_REASON)

    def then(self) -> Phase:
        return Phase(self.phase.data)


class AboutForm(Form):
    """What a ticket is about, corrected."""

    subject = line(_l("Subject"), LONGEST_SUBJECT, needed=_l("A ticket needs a subject."))
    kind = Choice(_l("Kind"), choices=choices.pairs(choices.KINDS))
    urgency = Choice(_l("Urgency"), choices=choices.pairs(choices.URGENCIES))
    device_id = Choice(_l("Device"), coerce=str)
    site_id = Choice(_l("Site"), coerce=str)

    def offer(self, devices: list[Device], sites: list[Site]) -> None:
        self.device_id.choices = device_choices(devices)
        self.site_id.choices = [("", _("Not known")), *((str(s.id), s.name) for s in sites)]

    def choose(self, ticket: Ticket) -> None:
        """What it is now."""
        self.device_id.data, self.site_id.data = str(ticket.device_id or ""), str(ticket.site_id or "")
        self.kind.data, self.urgency.data = ticket.kind.value, ticket.urgency.value

    def about(self) -> About:
        return About(
            self.subject.data or "", Kind(self.kind.data), Urgency(self.urgency.data),
            id_of(self.device_id.data), id_of(self.site_id.data),
        )  # fmt: skip


class ParticipantForm(Form):
    contact_id = Choice(_l("Who else follows this ticket"), coerce=str)

    def offer(self, ticket: Ticket, contacts: Sequence[Named]) -> None:
        following = {ticket.requester_id, *(p.contact_id for p in ticket.participants)}
        self.contact_id.choices = [(str(c.id), c.name) for c in contacts if c.id not in following]

    def chosen(self) -> int:
        return int(self.contact_id.data)
