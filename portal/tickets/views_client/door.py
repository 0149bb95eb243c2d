"""The client's door to tickets, which every file beside this one adds its views to."""

from portal.web import guards

blueprint = guards.client_door("tickets_client", __name__)
