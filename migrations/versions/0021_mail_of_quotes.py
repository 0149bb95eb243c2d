"""The mails of quotes: which link they carry, and of which delivery they give notice."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("quote_link_id", ID, nullable=True))
        batch_op.add_column(sa.Column("handover_id", ID, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_delivery_quote_link_id_quote_link"), "quote_link", ["quote_link_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_delivery_handover_id_handover"), "handover", ["handover_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_delivery_handover_id_handover"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_delivery_quote_link_id_quote_link"), type_="foreignkey")
        batch_op.drop_column("handover_id")
        batch_op.drop_column("quote_link_id")
