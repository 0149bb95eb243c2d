"""Tags on tickets, and putting the staff's words in order: a tag renamed into another one is merged with it."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.infra.db import db
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.tickets.models.marks import Tag, TicketTag
from portal.tickets.models.ticket import Ticket
from portal.tickets.queries import tags as queries
from portal.tickets.rules import tags as rules
from portal.tickets.service import record


def set_tags(actor: Actor, ticket: Ticket, typed: str) -> None:
    """Give a locked ticket these tags and no others; what nobody has used yet is made. Raises Refused."""
    wanted = rules.several(typed)
    long = rules.too_long(wanted)
    if long is not None:
        raise _too_long(long, "tags")
    if len(wanted) > rules.MOST:
        raise Refused(_l("A ticket has at most %(most)s tags.", most=rules.MOST), field="tags")
    before = {rules.key_of(n): n for n in queries.of_tickets([ticket.id]).get(ticket.id, [])}
    after = {t.key: t.name for t in wanted}
    if before.keys() == after.keys():
        return
    _replace(actor, ticket, before, after)


def change_tags(
    actor: Actor, ticket: Ticket, add: Iterable[rules.TagName], remove: Iterable[rules.TagName]
) -> None:
    """Put some on a locked ticket and take others off; the rest stays. One that is in both is put on. Raises Refused."""
    before = {rules.key_of(n): n for n in queries.of_tickets([ticket.id]).get(ticket.id, [])}
    gone = {t.key for t in remove}
    after = {key: name for key, name in before.items() if key not in gone}
    after |= {t.key: before.get(t.key, t.name) for t in add}
    if len(after) > rules.MOST:
        raise Refused(_l("A ticket has at most %(most)s tags.", most=rules.MOST))
    if before.keys() != after.keys():
        _replace(actor, ticket, before, after)


def checked(typed: str, field: str) -> tuple[rules.TagName, ...]:
    """Names as they were typed; raises Refused beside the field for one that is too long."""
    found = rules.several(typed)
    if long := rules.too_long(found):
        raise _too_long(long, field)
    return tuple(found)


def _replace(actor: Actor, ticket: Ticket, before: dict[str, str], after: dict[str, str]) -> None:
    db.session.execute(delete(TicketTag).where(TicketTag.ticket_id == ticket.id))
    for key, name in after.items():
        db.session.add(TicketTag(ticket_id=ticket.id, tag_id=_id_of(rules.TagName(name, key))))
    details = {
        "what": "tags",
        "names": [after[k] for k in after.keys() - before.keys()],
        "gone": [before[k] for k in before.keys() - after.keys()],
    }
    record.add_change(ticket, actor, clock.now(), details)


def _too_long(name: str, field: str) -> Refused:
    sentence = _l(
        "“%(name)s” is too long for a tag; %(most)s characters fit.", name=name[:60], most=rules.LONGEST
    )
    return Refused(sentence, field=field)


def _id_of(name: rules.TagName) -> int:
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    values = {"name": name.name, "key": name.key}
    db.session.execute(insert(Tag).values(values).on_conflict_do_nothing(index_elements=["key"]))
    return int(db.session.execute(select(Tag.id).where(Tag.key == name.key)).scalar_one())


def rename(actor: Actor, tag: Tag, typed: str) -> bool:
    """Another name for a tag; if that is one already, the two become one. True if they did. Raises Refused."""
    name = rules.one(typed)
    if name is None:
        raise Refused(_l("Write the tag's name."), field="name")
    if rules.too_long([name]):
        raise _too_long(name.name, "name")
    other = db.session.scalar(select(Tag).where(Tag.key == name.key, Tag.id != tag.id))
    if other is None:
        tag.name, tag.key = name.name, name.key
        return False
    there = select(TicketTag.ticket_id).where(TicketTag.tag_id == other.id)
    mine = db.session.scalars(
        select(TicketTag).where(TicketTag.tag_id == tag.id, TicketTag.ticket_id.not_in(there))
    )
    for row in mine.all():
        db.session.add(TicketTag(ticket_id=row.ticket_id, tag_id=other.id))
    remove(actor, tag)
    return True


def remove(_actor: Actor, tag: Tag) -> None:
    """Off every ticket."""
    db.session.execute(delete(TicketTag).where(TicketTag.tag_id == tag.id))
    db.session.delete(tag)
