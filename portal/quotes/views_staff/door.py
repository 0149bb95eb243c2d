"""The staff's door to quotes, which every file beside this one adds its views to."""

from portal.web import guards

blueprint = guards.staff_door("quotes_staff", __name__)
