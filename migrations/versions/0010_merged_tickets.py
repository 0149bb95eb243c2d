"""A ticket goes on as another one, links between tickets, and tickets that are out of sight for a while."""

import sqlalchemy as sa
from alembic import op

import portal.infra.db

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

LINK_KINDS = ("related", "blocks", "duplicates", "split", "child")


def upgrade() -> None:
    op.create_table(
        "ticket_merge",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("into_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("before", portal.infra.db.Json(), nullable=False),
        sa.Column("carried", portal.infra.db.Json(), nullable=False),
        sa.Column("undone_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_merge_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["into_id"], ["ticket.id"], name=op.f("fk_ticket_merge_into_id_ticket")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_ticket_merge_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_merge")),
    )
    with op.batch_alter_table("ticket_merge", schema=None) as batch_op:
        batch_op.create_index("ix_ticket_merge_ticket", ["ticket_id", "id"], unique=False)
        batch_op.create_index("ix_ticket_merge_into", ["into_id"], unique=False)
    op.create_table(
        "ticket_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(*LINK_KINDS, name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_link_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["other_id"], ["ticket.id"], name=op.f("fk_ticket_link_other_id_ticket")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_ticket_link_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_link")),
        sa.UniqueConstraint("ticket_id", "other_id", "kind", name=op.f("uq_ticket_link_ticket_id_other_id_kind")),
    )
    with op.batch_alter_table("ticket_link", schema=None) as batch_op:
        batch_op.create_index("ix_ticket_link_other", ["other_id"], unique=False)

    # By hand on SQLite: a column with a reference would else rebuild the whole table.
    name = "fk_ticket_merged_into_id_ticket"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"ALTER TABLE ticket ADD COLUMN merged_into_id INTEGER CONSTRAINT {name} REFERENCES ticket (id)")
    else:
        op.add_column("ticket", sa.Column("merged_into_id", sa.BigInteger(), nullable=True))
        op.create_foreign_key(name, "ticket", "ticket", ["merged_into_id"], ["id"])
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.add_column(sa.Column("holds_merged", sa.Boolean(), nullable=False, server_default=sa.false()))
        for column in ("snoozed_at", "snoozed_until", "woke_at"):
            batch_op.add_column(sa.Column(column, portal.infra.db.Instant(timezone=True), nullable=True))
        batch_op.create_index("ix_ticket_merged_into", ["merged_into_id"], unique=False)
        batch_op.create_index("ix_ticket_snoozed_until", ["snoozed_until"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_snoozed_until")
        batch_op.drop_index("ix_ticket_merged_into")
        if op.get_bind().dialect.name != "sqlite":
            batch_op.drop_constraint("fk_ticket_merged_into_id_ticket", type_="foreignkey")
        for column in ("woke_at", "snoozed_until", "snoozed_at", "holds_merged", "merged_into_id"):
            batch_op.drop_column(column)
    op.drop_table("ticket_link")
    op.drop_table("ticket_merge")
