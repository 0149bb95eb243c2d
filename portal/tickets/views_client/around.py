"""What several of the client's pages need: the person's organisations, what the drop place for files must know."""

from typing import Any

from portal.tickets.queries import client as queries
from portal.web import filters, guards, uploads
from portal.web.context import settings


def several() -> bool:
    return len(guards.actor().organisation_ids) > 1


def organisations() -> list[Any]:
    return queries.organisations_of(guards.actor())


def file_facts(kept: list[uploads.StoredFile]) -> dict[str, Any]:
    """What the drop place for files must know."""
    limit = settings().max_file_bytes
    return {
        "kept": [
            {"name": f.name, "size_text": filters.file_size(f.size), "token": uploads.token(f)} for f in kept
        ],
        "max_bytes": limit,
        "max_text": filters.file_size(limit),
        "refused": ",".join(sorted(uploads.REFUSED_ENDINGS)),
    }
