"""What a client wants changed in a quote, and the reminder before its last day."""

import sqlalchemy as sa
from alembic import op

import portal.infra.db

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NEW = ("change_asked_at", "change_asked", "change_asked_by", "reminded_at")


def upgrade() -> None:
    # Plain statements: a batch would rebuild the table, and nothing here needs that.
    op.add_column("quote", sa.Column("change_asked_at", portal.infra.db.Instant(timezone=True), nullable=True))
    op.add_column("quote", sa.Column("change_asked", sa.Text(), nullable=True))
    op.add_column("quote", sa.Column("change_asked_by", sa.String(length=120), nullable=True))
    op.add_column("quote", sa.Column("reminded_at", portal.infra.db.Instant(timezone=True), nullable=True))


def downgrade() -> None:
    for name in NEW:
        op.drop_column("quote", name)
