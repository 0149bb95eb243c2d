"""All pages of visits behind one door: importing the files below adds their views to it."""

from portal.dispatch.views_staff import board, crew, day, feed, papers, plan, sheet, shipping, visit
from portal.dispatch.views_staff.door import blueprint

__all__ = ["blueprint", "board", "crew", "day", "feed", "papers", "plan", "sheet", "shipping", "visit"]
