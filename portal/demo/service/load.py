"""The demo as a whole, inside the caller's transaction."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import update

from portal.demo.service import agreements, before_visits, cast, desk, on_site, stories
from portal.demo.service.material import StoredFile
from portal.infra.db import db
from portal.infra.outbox import OutboxEvent
from portal.intake.service import arrival, mailboxes
from portal.kernel import clock

TOLD = timedelta(hours=1)


def load(password_hash: str, files: dict[str, StoredFile], mail: list[arrival.Kept], *, tell: bool) -> int:
    """Enter everybody and everything; returns the number of tickets.

    `tell`: the events of the last hour are left for the worker, so that there is mail to look at; what is older, and
    everything otherwise, counts as told: no invented person gets a hundred mails. `mail` waits for the worker to read it.
    """
    now = clock.now()
    people = cast.make(now, password_hash)
    agreements.make(people, people.actor("chen"))
    teller = stories.Teller(people, files, now, ZoneInfo(people.provider.time_zone))
    stories.tell(teller)
    before_visits.make(teller)
    on_site.coming(people.actor("wang"), people.staff["wang"], teller.tickets["render_box"])
    desk.keep(people, teller.tickets)
    for message in mail:
        arrival.receive(message, "pipe", mailboxes.SIMPLE)
    old = OutboxEvent.recorded_at < now - TOLD if tell else OutboxEvent.id > 0
    db.session.execute(update(OutboxEvent).where(old).values(delivered_at=now))
    return len(teller.tickets)
