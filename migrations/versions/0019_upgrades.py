"""Upgrades that were made, what came of them, and the training after them."""

import sqlalchemy as sa
from alembic import op

import portal.infra.db

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "upgrade",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("contract_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("worked", sa.Boolean(), nullable=False),
        sa.Column("lacking", sa.String(length=500), nullable=True),
        sa.Column("free", sa.Boolean(), nullable=False),
        sa.Column("free_again_clause", sa.String(length=60), nullable=True),
        sa.Column("training_clause", sa.String(length=60), nullable=True),
        sa.Column("trained_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("trained_by_id", ID, nullable=True),
        sa.Column("training", sa.String(length=500), nullable=True),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("submission", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_upgrade_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_upgrade_contract_id_contract")),
        sa.ForeignKeyConstraint(
            ["trained_by_id"], ["user_account.id"], name=op.f("fk_upgrade_trained_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_upgrade_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upgrade")),
        sa.UniqueConstraint("submission", name=op.f("uq_upgrade_submission")),
    )
    op.create_index("ix_upgrade_ticket", "upgrade", ["ticket_id", "id"])


def downgrade() -> None:
    op.drop_table("upgrade")
