"""Fields that administrators define for kinds of tickets, the versions of their words, and the values on tickets."""

import sqlalchemy as sa
from alembic import op

import portal.infra.db

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "ticket_field",
        sa.Column("id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("type", _one_of("type", "text", "number", "choice", "date", "yes_no"), nullable=False),
        sa.Column("kinds", portal.infra.db.Json(), nullable=False),
        sa.Column("client_fills", sa.Boolean(), nullable=False),
        sa.Column("needed", _one_of("needed", "no", "opening", "solving"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_field")),
    )
    op.create_table(
        "ticket_field_version",
        sa.Column("field_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("label_en", sa.String(length=80), nullable=False),
        sa.Column("label_zh", sa.String(length=80), nullable=False),
        sa.Column("options", portal.infra.db.Json(), nullable=False),
        sa.Column("user_id", ID, nullable=True),
        sa.Column("at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_id"], ["ticket_field.id"], name=op.f("fk_ticket_field_version_field_id_ticket_field")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_ticket_field_version_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("field_id", "version", name=op.f("pk_ticket_field_version")),
    )
    op.create_table(
        "ticket_field_value",
        sa.Column("ticket_id", ID, nullable=False),
        sa.Column("field_id", ID, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("value", sa.String(length=500), nullable=False),
        sa.Column("contact_id", ID, nullable=True),
        sa.Column("at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_field_value_ticket_id_ticket")),
        sa.ForeignKeyConstraint(
            ["field_id"], ["ticket_field.id"], name=op.f("fk_ticket_field_value_field_id_ticket_field")
        ),
        sa.ForeignKeyConstraint(
            ["field_id", "version"], ["ticket_field_version.field_id", "ticket_field_version.version"],
            name=op.f("fk_ticket_field_value_field_id_ticket_field_version"),
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_ticket_field_value_contact_id_contact")
        ),
        sa.PrimaryKeyConstraint("ticket_id", "field_id", name=op.f("pk_ticket_field_value")),
    )  # fmt: skip
    op.create_index("ix_ticket_field_value_field", "ticket_field_value", ["field_id"])


def downgrade() -> None:
    op.drop_table("ticket_field_value")
    op.drop_table("ticket_field_version")
    op.drop_table("ticket_field")
