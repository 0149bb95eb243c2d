"""Mail knows its mailbox and its envelope."""

import sqlalchemy as sa
from alembic import op

import portal.infra.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbound_message", sa.Column("mailbox_name", sa.String(length=80), nullable=True))
    op.add_column("inbound_message", sa.Column("envelope_from", sa.String(length=320), nullable=True))
    op.add_column("inbound_message", sa.Column("envelope_to", portal.infra.db.Json(), nullable=True))


def downgrade() -> None:
    op.drop_column("inbound_message", "envelope_to")
    op.drop_column("inbound_message", "envelope_from")
    op.drop_column("inbound_message", "mailbox_name")
