"""Who is signed in: Flask-Login over our users, and the provider as each page shows it.

A session names the user and the user's present session token, so that a new token signs out everywhere. It is not bound
to an IP address: a phone changes it between two pages.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Flask, session
from flask_babel import format_date
from flask_babel import gettext as _
from flask_login import LoginManager, UserMixin, login_user, logout_user

from portal.kernel import clock
from portal.kernel.actor import Actor, StaffRole
from portal.people import queries
from portal.people.rules import desk as rules
from portal.people.service import accounts
from portal.web import languages
from portal.web.context import ProviderCard

login = LoginManager()


class SignedIn(UserMixin):
    """The person of a request, as plain values: no row that could be changed by accident."""

    def __init__(self, row: accounts.Identity) -> None:
        self.user_id = row.user_id
        self.contact_id = row.contact_id
        self.name = row.name
        self.email = row.email
        self.language = row.language
        self.time_zone = row.time_zone
        self.role: StaffRole | None = row.staff_role
        self.is_staff = row.staff_role is not None
        self.actor = Actor(row.user_id, row.contact_id, row.name, row.staff_role, row.memberships)
        self._session_token = row.session_token

    def get_id(self) -> str:
        return f"{self.user_id}:{self._session_token}"


def load(session_id: str) -> SignedIn | None:
    """The person of a session's "user:token"; None for an ended session or a deactivated user."""
    user_id, _colon, token = session_id.partition(":")
    row = accounts.identity(int(user_id)) if user_id.isdecimal() else None
    return SignedIn(row) if row and row.session_token == token else None


def begin_session(user_id: int) -> None:
    """Sign this browser in with a session that has nothing of the one before, not even its CSRF token."""
    row = accounts.identity(user_id)
    if row is not None:
        session.clear()
        login_user(SignedIn(row))
        session.permanent = True


def end_session() -> None:
    logout_user()
    session.clear()


def provider_card() -> ProviderCard:
    """The provider's name and phone, and whether somebody answers now, in the language and zone of who looks."""
    found = queries.desk()
    if found is None:
        return ProviderCard(_("Support portal"), None, lambda: (False, ""))

    def ask() -> tuple[bool, str]:
        now = clock.now()
        state = rules.state_at(found.windows, queries.days_closed(), ZoneInfo(found.time_zone), now)
        return state.staffed, staffed_text(state, now)

    return ProviderCard(found.name, found.phone, ask)


def staffed_text(state: rules.DeskState, now: datetime) -> str:
    """Whether somebody answers the phone, in one short sentence; empty where no hours are known."""
    zone = languages.zone()
    if state.staffed:
        if state.until is None:
            return _("Staffed day and night")
        ends = state.until.astimezone(zone)
        return _("Staffed now, until %(time)s", time=f"{ends:%H:%M}" if ends.time() else "24:00")
    if state.opens is None:
        return ""
    opens = state.opens.astimezone(zone)
    days = (opens.date() - now.astimezone(zone).date()) / timedelta(days=1)
    if days == 0:
        return _("Opens today %(time)s", time=f"{opens:%H:%M}")
    if days == 1:
        return _("Opens tomorrow %(time)s", time=f"{opens:%H:%M}")
    if days < 7:
        return _(
            "Opens %(weekday)s %(time)s", weekday=format_date(opens.date(), "EEEE"), time=f"{opens:%H:%M}"
        )
    chinese = languages.language() == "zh_Hans"
    day = format_date(opens.date(), "M月d日" if chinese else "d MMM")
    return _("Opens on %(day)s %(time)s", day=day, time=f"{opens:%H:%M}")


def init_app(app: Flask) -> None:
    login.init_app(app)
    login.session_protection = None
    login.user_loader(load)
    app.extensions["provider_card"] = provider_card
