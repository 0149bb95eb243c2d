"""A mailbox's state says whether the server refuses us, and since when it is known."""

import sqlalchemy as sa
from alembic import op

import portal.infra.db

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "mailbox_state", sa.Column("refused", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("mailbox_state", sa.Column("name", sa.String(length=80), nullable=True))
    op.add_column(
        "mailbox_state", sa.Column("known_since", portal.infra.db.Instant(timezone=True), nullable=True)
    )


def downgrade() -> None:
    op.drop_column("mailbox_state", "known_since")
    op.drop_column("mailbox_state", "name")
    op.drop_column("mailbox_state", "refused")
