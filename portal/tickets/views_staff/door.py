"""The staff's door to tickets, which every file beside this one adds its views to."""

from portal.web import guards

blueprint = guards.staff_door("tickets_staff", __name__)
