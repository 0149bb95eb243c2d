"""Time that staff spent on tickets, and its corrections; the calls and sessions so far are counted in quarters of an hour."""

import sqlalchemy as sa
from alembic import op

import portal.infra.db

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "time_spent",
        sa.Column("id", ID, nullable=False),
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("work_id", ID, nullable=True),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("accounted", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_time_spent_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["work_id"], ["work_log.id"], name=op.f("fk_time_spent_work_id_work_log")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_time_spent_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_spent")),
        sa.UniqueConstraint("work_id", name=op.f("uq_time_spent_work_id")),
    )
    op.create_index("ix_time_spent_ticket", "time_spent", ["ticket_id", "id"])
    op.create_table(
        "time_correction",
        sa.Column("id", ID, nullable=False),
        sa.Column("spent_id", ID, nullable=False),
        sa.Column("before", sa.Integer(), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["spent_id"], ["time_spent.id"], name=op.f("fk_time_correction_spent_id_time_spent")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_time_correction_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_correction")),
    )
    op.create_index("ix_time_correction_spent", "time_correction", ["spent_id", "id"])
    op.execute(
        """INSERT INTO time_spent (ticket_id, work_id, user_id, at, minutes, accounted, what)
        SELECT ticket_id, id, user_id, started_at, minutes,
               CASE WHEN outcome = 'not_reached' THEN 0 ELSE (minutes + 14) / 15 * 15 END, ''
        FROM work_log ORDER BY id"""
    )


def downgrade() -> None:
    op.drop_table("time_correction")
    op.drop_table("time_spent")
