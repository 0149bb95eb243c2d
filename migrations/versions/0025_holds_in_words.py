"""What holds a ticket says what it is, and whether the client may read of it."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KIND = sa.Enum(
    "visit", "quote", "shipment", "training", "publish",
    name="hold_kind", native_enum=False, create_constraint=True, length=32,
)  # fmt: skip
_QUOTE = "SELECT title FROM quote WHERE number = :n ORDER BY revision DESC"
NAMES = {
    "quote": _QUOTE,
    "publish": _QUOTE,
    "shipment": "SELECT device.name FROM shipment JOIN device ON device.id = shipment.device_id WHERE shipment.id = :n",
    "training": "SELECT kind || ' ' || version FROM upgrade WHERE id = :n",
}


def upgrade() -> None:
    with op.batch_alter_table("work_hold", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kind", KIND, nullable=False, server_default="visit"))
        batch_op.add_column(sa.Column("number", ID, nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("name", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("shown", sa.Boolean(), nullable=False, server_default=sa.true()))
    bind = op.get_bind()
    for row in bind.execute(sa.text("SELECT id, ref FROM work_hold")).all():
        kind, _colon, number = row.ref.partition(":")
        n = {"n": int(number)}
        name = bind.execute(sa.text(NAMES[kind]), n).scalar() if kind in NAMES else ""
        sent = "SELECT id FROM quote WHERE number = :n AND sent_at IS NOT NULL"
        shown = kind != "quote" or bind.execute(sa.text(sent), n).first() is not None
        told = "UPDATE work_hold SET kind = :kind, number = :number, name = :name, shown = :shown WHERE id = :id"
        values = {"kind": kind, "number": int(number), "name": (name or "")[:200], "shown": shown, "id": row.id}
        bind.execute(sa.text(told), values)
    with op.batch_alter_table("work_hold", schema=None) as batch_op:
        for name in ("kind", "number", "name", "shown"):
            batch_op.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("work_hold", schema=None) as batch_op:
        batch_op.drop_column("shown")
        batch_op.drop_column("name")
        batch_op.drop_column("number")
        batch_op.drop_constraint(op.f("ck_work_hold_hold_kind"), type_="check")
        batch_op.drop_column("kind")
