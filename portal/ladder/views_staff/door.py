"""The staff's door to the steps before a visit, which every file beside this one adds its views to."""

from portal.web import guards

blueprint = guards.staff_door("ladder_staff", __name__)
