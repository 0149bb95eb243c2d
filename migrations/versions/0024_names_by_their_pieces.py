"""Pieces of names and addresses, by which a caller is found; made for those who are there."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

from portal.people.rules import names

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PIECE = sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql")


def upgrade() -> None:
    for owner, length in (("contact", 120), ("organisation", 200)):
        table = op.create_table(
            f"{owner}_piece",
            sa.Column("piece", PIECE, nullable=False),
            sa.Column("name", sa.String(length=length), nullable=False),
            sa.Column(f"{owner}_id", ID, nullable=False),
            sa.ForeignKeyConstraint(
                [f"{owner}_id"],
                [f"{owner}.id"],
                name=op.f(f"fk_{owner}_piece_{owner}_id_{owner}"),
                ondelete="CASCADE",
            ),
            sa.PrimaryKeyConstraint("piece", "name", f"{owner}_id", name=op.f(f"pk_{owner}_piece")),
            sqlite_with_rowid=False,
        )
        rows = _rows(owner)
        while some := list(islice(rows, 5000)):
            op.bulk_insert(table, some)
        op.create_index(f"ix_{owner}_piece_{owner}", f"{owner}_piece", [f"{owner}_id"])
    op.create_index("ix_contact_name", "contact", ["name"])


def _rows(owner: str) -> Iterator[dict[str, Any]]:
    """Of each owner's name, and of a person's addresses."""
    bind = op.get_bind()
    addresses: dict[int, set[str]] = {}
    if owner == "contact":
        for id_, address in bind.execute(sa.text("SELECT contact_id, address FROM contact_email")).all():
            addresses.setdefault(id_, set()).update(names.pieces_of_address(address))
    for id_, name in bind.execute(sa.text(f"SELECT id, name FROM {owner}")).all():
        for piece in names.pieces(name) | addresses.get(id_, set()):
            yield {"piece": piece, "name": name, f"{owner}_id": id_}


def downgrade() -> None:
    op.drop_index("ix_contact_name", "contact")
    op.drop_table("organisation_piece")
    op.drop_table("contact_piece")
