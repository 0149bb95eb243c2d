"""All pages of the client behind one door: importing the files below adds their views to it."""

from portal.tickets.views_client import create, home, ticket
from portal.tickets.views_client.door import blueprint

__all__ = ["blueprint", "create", "home", "ticket"]
