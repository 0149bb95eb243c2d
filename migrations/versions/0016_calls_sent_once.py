"""The key of the form that logged a call or a session, so that one that is sent twice is logged once."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("work_log") as table:
        table.add_column(sa.Column("submission", sa.String(length=80), nullable=True))
        table.create_unique_constraint(op.f("uq_work_log_submission"), ["submission"])


def downgrade() -> None:
    with op.batch_alter_table("work_log") as table:
        table.drop_constraint(op.f("uq_work_log_submission"), type_="unique")
        table.drop_column("submission")
