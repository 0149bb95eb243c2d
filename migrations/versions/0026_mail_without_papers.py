"""A mail carries the documents of its visit; none names one of its own any more."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # A sheet once came in a mail of its own; it is the signed visit's mail now.
    op.execute("UPDATE delivery SET message = 'visit_signed_to_client' WHERE message = 'sheet_made_to_client'")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_delivery_paper_id_paper"), type_="foreignkey")
        batch_op.drop_column("paper_id")


def downgrade() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paper_id", ID, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_delivery_paper_id_paper"), "paper", ["paper_id"], ["id"])
