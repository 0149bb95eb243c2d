"""All pages of the door in one import, for the registry."""

from portal.people.views_staff import contacts, organisations, provider, team
from portal.people.views_staff.door import blueprint

__all__ = ["blueprint", "contacts", "organisations", "provider", "team"]
