"""Mail domains of organisations, addresses at which mail does not arrive, and mail of ours that came back."""

import sqlalchemy as sa
from alembic import op

import portal.infra.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

REASONS = "reason IN ('too_many', 'may_not_see', 'link_ended'{more})"


def _reasons(more: str) -> None:
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_delivery_reason"), type_="check")
        batch_op.create_check_constraint(op.f("ck_delivery_reason"), REASONS.format(more=more))


def upgrade() -> None:
    op.create_table(
        "organisation_domain",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("verified_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("verified_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_organisation_domain_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["verified_by_id"], ["user_account.id"], name=op.f("fk_organisation_domain_verified_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_domain")),
        sa.UniqueConstraint("domain", name=op.f("uq_organisation_domain_domain")),
    )
    op.create_index("ix_organisation_domain_organisation", "organisation_domain", ["organisation_id"])
    op.add_column("contact_email", sa.Column("bounced_at", portal.infra.db.Instant(timezone=True), nullable=True))
    op.add_column("contact_email", sa.Column("bounce_status", sa.String(length=20), nullable=True))
    op.add_column("delivery", sa.Column("came_back_at", portal.infra.db.Instant(timezone=True), nullable=True))
    op.add_column("delivery", sa.Column("came_back_status", sa.String(length=20), nullable=True))
    _reasons(", 'bouncing'")


def downgrade() -> None:
    op.execute("UPDATE delivery SET reason = NULL WHERE reason = 'bouncing'")
    _reasons("")
    op.drop_column("delivery", "came_back_status")
    op.drop_column("delivery", "came_back_at")
    op.drop_column("contact_email", "bounce_status")
    op.drop_column("contact_email", "bounced_at")
    op.drop_index("ix_organisation_domain_organisation", table_name="organisation_domain")
    op.drop_table("organisation_domain")
