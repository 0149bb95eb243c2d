"""Where what was made under a quote went live."""

import sqlalchemy as sa
from alembic import op

import portal.infra.db

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("quote", sa.Column("published_at", portal.infra.db.Instant(timezone=True), nullable=True))
    op.add_column("quote", sa.Column("published_where", sa.String(length=300), nullable=True))


def downgrade() -> None:
    op.drop_column("quote", "published_where")
    op.drop_column("quote", "published_at")
