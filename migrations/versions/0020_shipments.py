"""Devices that are sent in or fetched instead of a visit."""

import sqlalchemy as sa
from alembic import op

import portal.infra.db

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HANDLING = sa.Enum("ship", "pickup", name="handling", native_enum=False, create_constraint=True, length=32)
STATE = sa.Enum("awaited", "with_us", "returned", "called_off", name="state", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "shipment",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("device_id", ID, nullable=False),
        sa.Column("handling", HANDLING, nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("clause", sa.String(length=60), nullable=False),
        sa.Column("carrier", sa.String(length=80), nullable=True),
        sa.Column("tracking", sa.String(length=80), nullable=True),
        sa.Column("back_carrier", sa.String(length=80), nullable=True),
        sa.Column("back_tracking", sa.String(length=80), nullable=True),
        sa.Column("asked_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("received_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("ended_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_shipment_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_shipment_device_id_device")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shipment")),
    )
    op.create_index("ix_shipment_ticket", "shipment", ["ticket_id", "id"])
    op.create_index("ix_shipment_device", "shipment", ["device_id"])


def downgrade() -> None:
    op.drop_table("shipment")
