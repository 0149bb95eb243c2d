"""What is asked about the provider's own people."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField
from wtforms.validators import InputRequired

from portal.kernel.actor import StaffRole
from portal.people.forms.person import ContactForm
from portal.people.models import Team, User
from portal.web.fields import Choice, Form, line

ROLES = {
    StaffRole.AGENT: _l("Agent"),
    StaffRole.ENGINEER: _l("Engineer"),
    StaffRole.MANAGER: _l("Manager"),
    StaffRole.ADMINISTRATOR: _l("Administrator"),
}
ROLE_HINTS = {
    StaffRole.AGENT.value: _l("Answers requests; edits contacts, sites and devices."),
    StaffRole.ENGINEER.value: _l("The same, and goes to the client."),
    StaffRole.MANAGER.value: _l("The same, and edits organisations."),
    StaffRole.ADMINISTRATOR.value: _l("May do all, and decides who else may."),
}


class StaffForm(ContactForm):
    """One of the staff."""

    staff_role = RadioField(
        _l("Role"),
        choices=[(role.value, word) for role, word in ROLES.items()],
        default=StaffRole.AGENT.value,
        validators=[InputRequired(_l("Choose one."))],
    )
    team_id = Choice(_l("Team"), coerce=int)
    invite = BooleanField(_l("Send the invitation now"), default=True)

    def offer_teams(self, teams: list[Team]) -> None:
        self.team_id.choices = [(0, _l("No team")), *((t.id, t.name) for t in teams)]

    def show_user(self, user: User) -> None:
        self.show(user.contact)
        self.staff_role.data = (user.staff_role or StaffRole.AGENT).value
        self.team_id.data = user.team_id or 0


class TeamForm(Form):
    name = line(_l("Name of the team"), 120, needed=_l("Enter a name."))
