"""All pages of visits for clients behind one door: importing the files below adds their views to it."""

from portal.dispatch.views_client import listing, sheet, visit
from portal.dispatch.views_client.door import blueprint

__all__ = ["blueprint", "listing", "sheet", "visit"]
