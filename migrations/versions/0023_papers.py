"""Documents drawn from frozen facts, and the mails that carry them."""

import sqlalchemy as sa
from alembic import op

import portal.infra.db

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "paper",
        sa.Column("id", ID, nullable=False),
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("facts", portal.infra.db.Json(), nullable=False),
        sa.Column("ordered_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("made_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("lacking", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint("ref", name=op.f("uq_paper_ref")),
    )
    op.create_index("ix_paper_made", "paper", ["made_at", "id"])
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paper_id", ID, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_delivery_paper_id_paper"), "paper", ["paper_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_delivery_paper_id_paper"), type_="foreignkey")
        batch_op.drop_column("paper_id")
    op.drop_table("paper")
