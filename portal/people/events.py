"""What happened to people's sign-ins. The link's secret is not in here: it is derived again when the mail is written."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PersonInvited:
    link_id: int


@dataclass(frozen=True)
class PasswordResetAsked:
    link_id: int
