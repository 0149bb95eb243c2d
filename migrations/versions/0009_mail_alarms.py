"""Alarms about the way of mail, and the mails to ourselves that prove it."""

import sqlalchemy as sa
from alembic import op

import portal.infra.db

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mail_alarm",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "refused", "not_fetched", "backlog", "heartbeat",
                name="kind", native_enum=False, create_constraint=True, length=32,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("since", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("begun_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("over_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_alarm")),
    )
    op.create_index("ix_mail_alarm_over", "mail_alarm", ["over_at"], unique=False)
    op.create_table(
        "mail_heartbeat",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sent_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=True),
        sa.Column("came_back_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_heartbeat")),
    )


def downgrade() -> None:
    op.drop_table("mail_heartbeat")
    op.drop_index("ix_mail_alarm_over", "mail_alarm")
    op.drop_table("mail_alarm")
