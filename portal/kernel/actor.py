"""Who acts: every scoped query takes an Actor first, so that no read can forget to ask who is looking."""

from dataclasses import dataclass, field
from enum import StrEnum


class StaffRole(StrEnum):
    AGENT = "agent"
    ENGINEER = "engineer"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"


class ClientRole(StrEnum):
    MEMBER = "member"
    MANAGER = "manager"


@dataclass(frozen=True)
class Actor:
    """A signed-in person, or the system itself. `contact_id` is None for the system alone."""

    user_id: int | None = None
    contact_id: int | None = None
    name: str = ""
    staff_role: StaffRole | None = None
    memberships: dict[int, ClientRole] = field(default_factory=dict)
    is_system: bool = False

    @property
    def is_staff(self) -> bool:
        return self.staff_role is not None

    @property
    def side(self) -> str:
        return "system" if self.is_system else "staff" if self.is_staff else "client"

    @property
    def organisation_ids(self) -> frozenset[int]:
        """Client organisations this person belongs to, in any role."""
        return frozenset(self.memberships)

    @property
    def managed_organisation_ids(self) -> frozenset[int]:
        """Client organisations of which this person sees all tickets."""
        return frozenset(o for o, role in self.memberships.items() if role is ClientRole.MANAGER)


SYSTEM = Actor(is_system=True)
