"""All pages of the door in one import, for the registry."""

from portal.contracts.views_staff import acts, calendars, contract, entering
from portal.contracts.views_staff.door import blueprint

__all__ = ["acts", "blueprint", "calendars", "contract", "entering"]
