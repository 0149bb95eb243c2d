"""All pages of quotes behind one door: importing the files below adds their views to it."""

from portal.quotes.views_staff import listing, quote, writing
from portal.quotes.views_staff.door import blueprint

__all__ = ["blueprint", "listing", "quote", "writing"]
