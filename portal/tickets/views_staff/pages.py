"""All pages of the desk behind one door: importing the files below adds their views to it."""

from portal.tickets.views_staff import (
    actions,
    bulk,
    canned,
    create,
    fields,
    linking,
    marks,
    merging,
    moving,
    printing,
    queue,
    search,
    steps,
    ticket,
    time,
    trying,
    writing,
)
from portal.tickets.views_staff.door import blueprint

__all__ = [
    "actions",
    "blueprint",
    "bulk",
    "canned",
    "create",
    "fields",
    "linking",
    "marks",
    "merging",
    "moving",
    "printing",
    "queue",
    "search",
    "steps",
    "ticket",
    "time",
    "trying",
    "writing",
]
