"""What a visit to a kind of device needs of whoever goes, and when the end of a certificate was told."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "qualification",
        sa.Column("id", ID, nullable=False),
        sa.Column("device_kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("must", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification")),
        sa.UniqueConstraint("device_kind", "name", name=op.f("uq_qualification_device_kind_name")),
    )
    op.add_column("certificate", sa.Column("told_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("certificate", "told_on")
    op.drop_table("qualification")
