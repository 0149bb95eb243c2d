"""All staff pages of the steps before a visit behind one door: importing the files below adds their views to it."""

from portal.ladder.views_staff import calls, checklists, consents, promised, remote, tickets, timers, upgrades
from portal.ladder.views_staff.door import blueprint

__all__ = [
    "blueprint",
    "calls",
    "checklists",
    "consents",
    "promised",
    "remote",
    "tickets",
    "timers",
    "upgrades",
]
