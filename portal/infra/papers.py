"""Documents that are drawn from frozen facts: ordered once for a thing, drawn later by a job, then bytes by their hash for ever.

Owns the rows and their one job; how a document looks is not known here. A document that cannot be drawn yet waits: `lacking` says
what the machine does not have, and the schedule orders it again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, Integer, String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from portal.infra import jobs, outbox
from portal.infra.db import BigId, Instant, Json, Model, db
from portal.kernel import clock
from portal.kernel.errors import NotFound

KIND = "web.print_paper"
AGAIN_AFTER = timedelta(minutes=2)


class Paper(Model):
    """One document: `ref` names what it is of, e.g. "quote:1001:1"; `template` its folder of words; `language` "zh" or "both"."""

    __tablename__ = "paper"
    __table_args__ = (Index("ix_paper_made", "made_at", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    ref: Mapped[str] = mapped_column(String(80), unique=True)
    template: Mapped[str] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(8))
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    ordered_at: Mapped[datetime] = mapped_column(Instant)
    made_at: Mapped[datetime | None] = mapped_column(Instant)
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None] = mapped_column(Integer)
    lacking: Mapped[str | None] = mapped_column(String(20))
    """What the machine lacked when it was last tried: "pango" or "fonts"."""


@dataclass(frozen=True)
class PaperMade:
    paper_id: int
    ref: str


def order(ref: str, template: str, language: str, facts: dict[str, Any]) -> None:
    """Ask for a document inside the caller's transaction; the same thing twice is one document, with the first facts."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    values = {
        "ref": ref,
        "template": template,
        "language": language,
        "facts": facts,
        "ordered_at": clock.now(),
    }
    db.session.execute(insert(Paper).values(values).on_conflict_do_nothing(index_elements=["ref"]))
    paper = db.session.scalars(select(Paper).where(Paper.ref == ref)).one()
    if paper.made_at is None:
        _queue(paper.id)


def _queue(paper_id: int) -> None:
    jobs.enqueue(KIND, {"paper_id": paper_id}, slot=f"paper:{paper_id}")


def by_id(paper_id: int, *, lock: bool = False) -> Paper:
    """One document; raises NotFound."""
    query = select(Paper).where(Paper.id == paper_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound
    return found


def of(refs: Iterable[str]) -> dict[str, Paper]:
    """The documents of things that the reader may see; whoever asks has seen to that."""
    return {p.ref: p for p in db.session.scalars(select(Paper).where(Paper.ref.in_(list(refs))))}


def settle(paper_id: int, sha256: str, size: int) -> None:
    """It is drawn. Twice, after a worker was killed, is once: the first bytes stay."""
    paper = by_id(paper_id, lock=True)
    if paper.made_at is None:
        paper.made_at, paper.sha256, paper.size, paper.lacking = clock.now(), sha256, size, None
        outbox.record(PaperMade(paper.id, paper.ref))


def note_lacking(paper_id: int, what: str) -> None:
    """It could not be drawn here; it waits."""
    by_id(paper_id, lock=True).lacking = what


def order_waiting() -> int:
    """Try again what waits. Returns how many."""
    query = select(Paper.id).where(Paper.made_at.is_(None), Paper.ordered_at < clock.now() - AGAIN_AFTER)
    waiting = list(db.session.scalars(query.order_by(Paper.id).limit(200)))
    for paper_id in waiting:
        _queue(paper_id)
    return len(waiting)
