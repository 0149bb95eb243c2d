"""What a proposed time takes, what the client wishes instead, and mails about visits with their links and calendar files."""

import sqlalchemy as sa
from alembic import op

import portal.infra.db

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TAKES = sa.Enum(
    "nothing", "unit", "money", "agreed", name="takes", native_enum=False, create_constraint=True, length=32
)


def upgrade() -> None:
    op.execute("DELETE FROM slot_offer")  # nothing has written any so far, and none could be answered
    with op.batch_alter_table("slot_offer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("takes", TAKES, nullable=False))
        batch_op.add_column(sa.Column("price", portal.infra.db.Amount(), nullable=True))
        batch_op.add_column(sa.Column("clause", sa.String(length=60), nullable=False))
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wish", sa.Text(), nullable=True))
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(sa.Column("visit_id", ID, nullable=True))
        batch_op.add_column(sa.Column("visit_link_id", ID, nullable=True))
        batch_op.add_column(sa.Column("calendar", sa.Text(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_delivery_visit_id_visit"), "visit", ["visit_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_delivery_visit_link_id_visit_link"), "visit_link", ["visit_link_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_delivery_visit_link_id_visit_link"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_delivery_visit_id_visit"), type_="foreignkey")
        batch_op.drop_column("calendar")
        batch_op.drop_column("visit_link_id")
        batch_op.drop_column("visit_id")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_column("wish")
    with op.batch_alter_table("slot_offer", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_slot_offer_takes"), type_="check")
        batch_op.drop_column("clause")
        batch_op.drop_column("price")
        batch_op.drop_column("takes")
