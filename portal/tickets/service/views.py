"""Saved views: made from what is sought, renamed, shared and removed by their owner."""

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from portal.infra.db import db
from portal.kernel.actor import Actor
from portal.kernel.errors import NotFound, Refused
from portal.tickets.models.desk import SavedView
from portal.tickets.queries import views as queries
from portal.tickets.rules.views import Sought, plain


def save(actor: Actor, name: str, what: Sought, *, shared: bool) -> SavedView:
    """Keep what is sought under a name. The same name again replaces what it meant; raises Refused beyond the most."""
    if not actor.is_staff or actor.user_id is None:
        raise NotFound
    own = select(SavedView).where(SavedView.owner_id == actor.user_id)
    known = db.session.scalar(own.where(SavedView.name == name))
    if known is None:
        count = db.session.scalar(select(func.count()).select_from(own.subquery())) or 0
        if count >= queries.MOST:
            raise Refused(
                _l("You have %(most)s views already. Remove one first.", most=queries.MOST), field="name"
            )
        known = SavedView(owner_id=actor.user_id, name=name, shared=shared, sought=plain(what))
        db.session.add(known)
    known.shared, known.sought = shared, plain(what)
    db.session.flush()
    return known


def remove(actor: Actor, view_id: int) -> None:
    """The owner's own; raises NotFound for another's."""
    db.session.delete(queries.saved_for(actor, view_id))
    db.session.flush()
