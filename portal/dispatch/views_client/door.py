"""The client's door to visits, which every file beside this one adds its views to."""

from portal.web import guards

blueprint = guards.client_door("dispatch_client", __name__)
