"""The staff's door to visits, which every file beside this one adds its views to."""

from portal.web import guards

blueprint = guards.staff_door("dispatch_staff", __name__)
