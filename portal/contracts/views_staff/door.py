"""The door that these pages share: all of the staff read, managers and administrators write."""

from portal.kernel.actor import StaffRole
from portal.web import guards

blueprint = guards.staff_door("contracts_staff", __name__)

for_managers = guards.needs(StaffRole.MANAGER)
