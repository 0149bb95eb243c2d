"""First tables: people, assets, tickets, mail in and out, jobs."""

import sqlalchemy as sa
from alembic import op

import portal.infra.db

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calendar_day",
        sa.Column("jurisdiction", sa.String(length=8), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "workday",
                "weekend",
                "statutory",
                "bridge",
                "makeup",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("jurisdiction", "day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "calendar_notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("jurisdiction", sa.String(length=8), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("changes", portal.infra.db.Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_notice")),
    )
    with op.batch_alter_table("calendar_notice", schema=None) as batch_op:
        batch_op.create_index("ix_calendar_notice_year", ["jurisdiction", "year"], unique=False)

    op.create_table(
        "contact",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
    )
    op.create_table(
        "contract_form",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_contract_form")),
    )
    op.create_table(
        "desk_closure",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.PrimaryKeyConstraint("on", name=op.f("pk_desk_closure")),
    )
    op.create_table(
        "desk_window",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_desk_window")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("slot", sa.String(length=200), nullable=True),
        sa.Column("payload", portal.infra.db.Json(), nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "dead", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("run_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("lease_until", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(length=64), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("slot", name=op.f("uq_job_slot")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_due", ["state", "run_at", "id"], unique=False)

    op.create_table(
        "mailbox_state",
        sa.Column("mailbox", sa.String(length=300), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_uid", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_success_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("last_error_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("failing", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", name=op.f("pk_mailbox_state")),
    )
    op.create_table(
        "number_series",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_number_series")),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "client",
                "provider",
                "third_party",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.String(length=64), nullable=True),
        sa.Column("address", sa.String(length=500), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
    )
    op.create_table(
        "outbox_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("payload", portal.infra.db.Json(), nullable=False),
        sa.Column("recorded_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("delivered_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_event")),
    )
    with op.batch_alter_table("outbox_event", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_event_waiting", ["delivered_at", "id"], unique=False)

    op.create_table(
        "rate_counter",
        sa.Column("key", sa.String(length=300), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expires_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_counter")),
    )
    with op.batch_alter_table("rate_counter", schema=None) as batch_op:
        batch_op.create_index("ix_rate_counter_expires", ["expires_at"], unique=False)

    op.create_table(
        "schedule_period",
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("period", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_schedule_period")),
    )
    op.create_table(
        "team",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("name", name=op.f("uq_team_name")),
    )
    op.create_table(
        "contact_email",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("verified_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_email_contact_id_contact")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_email")),
        sa.UniqueConstraint("address", name=op.f("uq_contact_email_address")),
    )
    with op.batch_alter_table("contact_email", schema=None) as batch_op:
        batch_op.create_index("ix_contact_email_contact", ["contact_id"], unique=False)

    op.create_table(
        "contact_phone",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("digits", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_phone_contact_id_contact")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_phone")),
    )
    with op.batch_alter_table("contact_phone", schema=None) as batch_op:
        batch_op.create_index("ix_contact_phone_contact", ["contact_id"], unique=False)
        batch_op.create_index("ix_contact_phone_digits", ["digits"], unique=False)

    op.create_table(
        "contract",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("jurisdiction", sa.String(length=8), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "offered",
                "signed",
                "terminated",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("terminated_on", sa.Date(), nullable=True),
        sa.Column("created_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_contract_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("number", name=op.f("uq_contract_number")),
    )
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.create_index("ix_contract_organisation", ["organisation_id"], unique=False)

    op.create_table(
        "site",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=500), nullable=True),
        sa.Column("phone", sa.String(length=64), nullable=True),
        sa.Column("access_note", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_site_organisation_id_organisation")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.create_index("ix_site_organisation", ["organisation_id"], unique=False)

    op.create_table(
        "user_account",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=True),
        sa.Column("session_token", sa.String(length=64), nullable=False),
        sa.Column(
            "staff_role",
            sa.Enum(
                "agent",
                "engineer",
                "manager",
                "administrator",
                name="staff_role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("last_sign_in_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("created_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_user_account_contact_id_contact")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_user_account_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_user_account_contact_id")),
        sa.UniqueConstraint("email", name=op.f("uq_user_account_email")),
    )
    op.create_table(
        "contract_notice",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "days_60",
                "days_30",
                "talks",
                "expired",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_notice_contract_id_contract")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_notice")),
        sa.UniqueConstraint(
            "contract_id", "term", "kind", name=op.f("uq_contract_notice_contract_id_term_kind")
        ),
    )
    op.create_table(
        "contract_round",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("plan", sa.String(length=60), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("falls_on", sa.Date(), nullable=True),
        sa.Column(
            "moved",
            sa.Enum(
                "later_that_week",
                "earlier_that_week",
                "next_workday",
                "whole_week_off",
                "day_off",
                "after_the_term",
                name="moved",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("recorded_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_round_contract_id_contract")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_round")),
        sa.UniqueConstraint(
            "contract_id",
            "plan",
            "term",
            "number",
            name=op.f("uq_contract_round_contract_id_plan_term_number"),
        ),
    )
    with op.batch_alter_table("contract_round", schema=None) as batch_op:
        batch_op.create_index("ix_contract_round_planned", ["contract_id", "planned_on"], unique=False)

    op.create_table(
        "contract_suspension",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("start_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("end_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("clause", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_suspension_contract_id_contract")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["contact.id"], name=op.f("fk_contract_suspension_decided_by_id_contact")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_suspension")),
    )
    with op.batch_alter_table("contract_suspension", schema=None) as batch_op:
        batch_op.create_index("ix_contract_suspension_contract", ["contract_id"], unique=False)

    op.create_table(
        "contract_term",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False),
        sa.CheckConstraint("start_on <= end_on", name=op.f("ck_contract_term_in_order")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_term_contract_id_contract")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_term")),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_contract_term_contract_id_number")),
    )
    op.create_table(
        "contract_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("form_sha256", sa.String(length=64), nullable=False),
        sa.Column("blanks", portal.infra.db.Json(), nullable=False),
        sa.Column("settings", portal.infra.db.Json(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("recorded_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("recorded_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("signed_client_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("signed_client_name", sa.String(length=120), nullable=True),
        sa.Column("signed_provider_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("signed_provider_name", sa.String(length=120), nullable=True),
        sa.Column("scan_sha256", sa.String(length=64), nullable=True),
        sa.Column("scan_name", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_version_contract_id_contract")
        ),
        sa.ForeignKeyConstraint(
            ["form_sha256"],
            ["contract_form.sha256"],
            name=op.f("fk_contract_version_form_sha256_contract_form"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["contact.id"], name=op.f("fk_contract_version_recorded_by_id_contact")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_version")),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_contract_version_contract_id_number")),
    )
    op.create_table(
        "coverage_decision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column(
            "service",
            sa.Enum(
                "consult",
                "hotline",
                "remote",
                "on_site",
                "emergency_on_site",
                "preventive",
                "hardware_diagnosis",
                "hardware_repair",
                "part",
                "upgrade",
                "improvement",
                "data_entry",
                "update",
                name="service",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "included",
                "consume",
                "billable",
                "quote_required",
                "deferred",
                "blocked",
                "manual_review",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "REQUESTER_UNKNOWN",
                "NO_CONTRACT",
                "UNSIGNED",
                "EXPIRED",
                "NOT_YET",
                "WAITING_RENEWAL",
                "ASSET_NOT_COVERED",
                "SUSPENDED",
                "EXCLUDED_CAUSE",
                "OUT_OF_SCOPE",
                "TRIAGE_REQUIRED",
                "OFF_HOURS",
                "QUOTA_USED",
                "PRICE_UNKNOWN",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("clause", sa.String(length=80), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version_number", sa.Integer(), nullable=True),
        sa.Column("details", portal.infra.db.Json(), nullable=False),
        sa.Column("supersedes_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_coverage_decision_contract_id_contract")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"],
            ["coverage_decision.id"],
            name=op.f("fk_coverage_decision_supersedes_id_coverage_decision"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_decision")),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_coverage_decision_supersedes_id")),
    )
    with op.batch_alter_table("coverage_decision", schema=None) as batch_op:
        batch_op.create_index("ix_coverage_decision_contract", ["contract_id"], unique=False)
        batch_op.create_index("ix_coverage_decision_ref", ["ref", "id"], unique=False)

    op.create_table(
        "device",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "desktop",
                "laptop",
                "server",
                "terminal",
                "receiver",
                "printer",
                "network",
                "software",
                "website",
                "lift",
                "other",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("tag", sa.String(length=60), nullable=True),
        sa.Column("serial", sa.String(length=120), nullable=True),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column("cpu", sa.String(length=120), nullable=True),
        sa.Column("memory", sa.String(length=120), nullable=True),
        sa.Column("disk", sa.String(length=120), nullable=True),
        sa.Column("board", sa.String(length=120), nullable=True),
        sa.Column("monitor", sa.String(length=120), nullable=True),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_device_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_device_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
    )
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.create_index("ix_device_organisation", ["organisation_id", "name"], unique=False)
        batch_op.create_index("ix_device_serial", ["serial"], unique=False)

    op.create_table(
        "ledger_bucket",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entitlement", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("opens_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("closes_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("closed_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("posted", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("overdraft", sa.Integer(), nullable=False),
        sa.CheckConstraint("held >= 0", name=op.f("ck_ledger_bucket_held")),
        sa.CheckConstraint("posted - held >= -overdraft", name=op.f("ck_ledger_bucket_available")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_ledger_bucket_contract_id_contract")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_bucket")),
        sa.UniqueConstraint(
            "contract_id", "entitlement", "key", name=op.f("uq_ledger_bucket_contract_id_entitlement_key")
        ),
    )
    with op.batch_alter_table("ledger_bucket", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_bucket_closes", ["closed_at", "closes_at"], unique=False)

    op.create_table(
        "membership",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "role",
            sa.Enum("member", "manager", name="role", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("title", sa.String(length=120), nullable=True),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_membership_contact_id_contact")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_membership_site_id_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "organisation_id", "contact_id", name=op.f("uq_membership_organisation_id_contact_id")
        ),
    )
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.create_index("ix_membership_contact", ["contact_id"], unique=False)

    op.create_table(
        "one_time_link",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "invitation", "reset", name="purpose", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("expires_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("used_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_one_time_link_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_link_token_hash")),
    )
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.create_index("ix_one_time_link_user", ["user_id"], unique=False)

    op.create_table(
        "coverage_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "device_class",
            sa.Enum(
                "desktop",
                "laptop",
                "server",
                "terminal",
                "receiver",
                "printer",
                "network",
                "software",
                "website",
                "lift",
                "other",
                name="device_class",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_coverage_line_contract_id_contract")
        ),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_coverage_line_device_id_device")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_line")),
    )
    with op.batch_alter_table("coverage_line", schema=None) as batch_op:
        batch_op.create_index("ix_coverage_line_contract", ["contract_id"], unique=False)
        batch_op.create_index("ix_coverage_line_device", ["device_id"], unique=False)

    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bucket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "grant",
                "rollover",
                "reserve",
                "release",
                "consume",
                "reverse",
                "expire",
                "adjust",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("posted_delta", sa.Integer(), nullable=False),
        sa.Column("held_delta", sa.Integer(), nullable=False),
        sa.Column("closes_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("reverses_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ref", sa.String(length=80), nullable=True),
        sa.Column("clause", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("actor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("approver_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("effective_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("recorded_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("idempotency_key", sa.String(length=160), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_ledger_entry_quantity")),
        sa.ForeignKeyConstraint(["actor_id"], ["contact.id"], name=op.f("fk_ledger_entry_actor_id_contact")),
        sa.ForeignKeyConstraint(
            ["approver_id"], ["contact.id"], name=op.f("fk_ledger_entry_approver_id_contact")
        ),
        sa.ForeignKeyConstraint(
            ["bucket_id"], ["ledger_bucket.id"], name=op.f("fk_ledger_entry_bucket_id_ledger_bucket")
        ),
        sa.ForeignKeyConstraint(
            ["closes_id"], ["ledger_entry.id"], name=op.f("fk_ledger_entry_closes_id_ledger_entry")
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["ledger_entry.id"], name=op.f("fk_ledger_entry_reverses_id_ledger_entry")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("bucket_id", "number", name=op.f("uq_ledger_entry_bucket_id_number")),
        sa.UniqueConstraint("closes_id", name=op.f("uq_ledger_entry_closes_id")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_ledger_entry_idempotency_key")),
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_entry_ref", ["ref"], unique=False)

    op.create_table(
        "ticket",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("requester_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("symptoms", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "question",
                "fault",
                "change",
                "update",
                "training",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "urgency",
            sa.Enum(
                "low",
                "normal",
                "high",
                "critical",
                name="urgency",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "web",
                "mail",
                "phone",
                "letter",
                "fax",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "phase",
            sa.Enum(
                "phone",
                "remote",
                "on_site",
                "improvement",
                name="phase",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "new",
                "in_progress",
                "waiting_customer",
                "waiting_third_party",
                "waiting_parts",
                "waiting_quote",
                "waiting_payment",
                "waiting_renewal",
                "waiting_funding",
                "waiting_internal",
                "resolved",
                "closed",
                "cancelled",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("status_since", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("waiting_reason", sa.String(length=500), nullable=True),
        sa.Column(
            "closure_code",
            sa.Enum(
                "solved_by_advice",
                "solved_remotely",
                "solved_on_site",
                "answered",
                "not_reproduced",
                "duplicate",
                "withdrawn",
                "not_solved",
                name="closure_code",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("assignee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("follows_ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("received_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("created_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("first_response_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("unanswered_since", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("thanked_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("resolved_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("closed_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("last_activity_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("changed_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("last_entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_word", sa.String(length=200), nullable=True),
        sa.Column("last_word_side", sa.String(length=8), nullable=True),
        sa.Column("submission", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["user_account.id"], name=op.f("fk_ticket_assignee_id_user_account")
        ),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_ticket_device_id_device")),
        sa.ForeignKeyConstraint(
            ["follows_ticket_id"], ["ticket.id"], name=op.f("fk_ticket_follows_ticket_id_ticket")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_ticket_organisation_id_organisation")
        ),
        sa.ForeignKeyConstraint(
            ["requester_id"], ["contact.id"], name=op.f("fk_ticket_requester_id_contact")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_ticket_site_id_site")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_ticket_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket")),
        sa.UniqueConstraint("number", name=op.f("uq_ticket_number")),
        sa.UniqueConstraint("submission", name=op.f("uq_ticket_submission")),
    )
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.create_index("ix_ticket_assignee", ["assignee_id", "status"], unique=False)
        batch_op.create_index("ix_ticket_changed", ["changed_at"], unique=False)
        batch_op.create_index("ix_ticket_device", ["device_id"], unique=False)
        batch_op.create_index("ix_ticket_follows", ["follows_ticket_id"], unique=False)
        batch_op.create_index(
            "ix_ticket_org_activity", ["organisation_id", "last_activity_at", "id"], unique=False
        )
        batch_op.create_index(
            "ix_ticket_requester_activity", ["requester_id", "last_activity_at", "id"], unique=False
        )
        batch_op.create_index("ix_ticket_status_activity", ["status", "last_activity_at"], unique=False)
        batch_op.create_index("ix_ticket_team", ["team_id", "status"], unique=False)
        batch_op.create_index("ix_ticket_unanswered", ["unanswered_since"], unique=False)

    op.create_table(
        "inbound_message",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("door", sa.String(length=16), nullable=False),
        sa.Column("mailbox", sa.String(length=300), nullable=True),
        sa.Column("uidvalidity", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("uid", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("received_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("copies", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "ticket",
                "reply",
                "held",
                "ignored",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.String(length=500), nullable=True),
        sa.Column("steps", portal.infra.db.Json(), nullable=True),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("sender", sa.String(length=320), nullable=True),
        sa.Column("sender_name", sa.String(length=200), nullable=True),
        sa.Column("subject", sa.String(length=998), nullable=True),
        sa.Column("message_id", sa.String(length=512), nullable=True),
        sa.Column("files_kept_back", portal.infra.db.Json(), nullable=True),
        sa.Column("processed_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("handled_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("handled_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["handled_by_id"], ["user_account.id"], name=op.f("fk_inbound_message_handled_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_inbound_message_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbound_message")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_inbound_message_fingerprint")),
    )
    with op.batch_alter_table("inbound_message", schema=None) as batch_op:
        batch_op.create_index("ix_inbound_message_message_id", ["message_id"], unique=False)
        batch_op.create_index("ix_inbound_message_received", ["received_at"], unique=False)
        batch_op.create_index("ix_inbound_message_sender", ["sender", "received_at"], unique=False)
        batch_op.create_index("ix_inbound_message_state", ["state", "id"], unique=False)
        batch_op.create_index("ix_inbound_message_ticket", ["ticket_id"], unique=False)

    op.create_table(
        "participant",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("added_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_participant_contact_id_contact")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_participant_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("ticket_id", "contact_id", name=op.f("uq_participant_ticket_id_contact_id")),
    )
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.create_index("ix_participant_contact", ["contact_id"], unique=False)

    op.create_table(
        "ticket_clock",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("metric", sa.String(length=40), nullable=False),
        sa.Column("contract_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_number", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(length=80), nullable=False),
        sa.Column("rule", portal.infra.db.Json(), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("started_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("stopped_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("due_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("remaining_minutes", sa.Integer(), nullable=True),
        sa.Column("provisional", sa.Boolean(), nullable=False),
        sa.Column("warned", sa.Integer(), nullable=False),
        sa.Column("watch_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("breached_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("replaced_because", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_ticket_clock_contract_id_contract")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_clock_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_clock")),
    )
    with op.batch_alter_table("ticket_clock", schema=None) as batch_op:
        batch_op.create_index("ix_ticket_clock_contract", ["contract_id", "stopped_at"], unique=False)
        batch_op.create_index("ix_ticket_clock_ticket", ["ticket_id", "id"], unique=False)
        batch_op.create_index("ix_ticket_clock_watch", ["watch_at"], unique=False)

    op.create_table(
        "ticket_message_id",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.String(length=500), nullable=False),
        sa.Column("outgoing", sa.Boolean(), nullable=False),
        sa.Column("at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_message_id_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_message_id")),
        sa.UniqueConstraint("message_id", name=op.f("uq_ticket_message_id_message_id")),
    )
    with op.batch_alter_table("ticket_message_id", schema=None) as batch_op:
        batch_op.create_index("ix_ticket_message_id_ticket", ["ticket_id", "id"], unique=False)

    op.create_table(
        "ticket_pause",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("started_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("ended_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_pause_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_pause")),
    )
    with op.batch_alter_table("ticket_pause", schema=None) as batch_op:
        batch_op.create_index("ix_ticket_pause_ticket", ["ticket_id", "id"], unique=False)

    op.create_table(
        "ticket_seen",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_seen_ticket_id_ticket")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_ticket_seen_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", "ticket_id", name=op.f("pk_ticket_seen")),
    )
    op.create_table(
        "timeline_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "message",
                "note",
                "call",
                "remote",
                "change",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quoted", sa.Text(), nullable=True),
        sa.Column("html", sa.Text(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "web",
                "mail",
                "phone",
                "letter",
                "fax",
                name="channel",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("details", portal.infra.db.Json(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_timeline_entry_contact_id_contact")
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_timeline_entry_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timeline_entry")),
    )
    with op.batch_alter_table("timeline_entry", schema=None) as batch_op:
        batch_op.create_index("ix_timeline_entry_ticket", ["ticket_id", "id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content_id", sa.String(length=250), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["timeline_entry.id"], name=op.f("fk_attachment_entry_id_timeline_entry")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_attachment_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index("ix_attachment_entry", ["entry_id"], unique=False)
        batch_op.create_index("ix_attachment_ticket", ["ticket_id"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("cause", sa.String(length=120), nullable=False),
        sa.Column("message", sa.String(length=60), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("message_id", sa.String(length=250), nullable=False),
        sa.Column("in_reply_to", sa.String(length=500), nullable=True),
        sa.Column("references", sa.Text(), nullable=True),
        sa.Column("reply_to", sa.String(length=320), nullable=True),
        sa.Column("auto_submitted", sa.String(length=20), nullable=True),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("link_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sent",
                "kept",
                "failed",
                "withheld",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "reason",
            sa.Enum(
                "too_many",
                "may_not_see",
                "link_ended",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("sent_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_delivery_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["timeline_entry.id"], name=op.f("fk_delivery_entry_id_timeline_entry")
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["one_time_link.id"], name=op.f("fk_delivery_link_id_one_time_link")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_delivery_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("cause", "contact_id", name=op.f("uq_delivery_cause_contact_id")),
        sa.UniqueConstraint("message_id", name=op.f("uq_delivery_message_id")),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_address", ["address", "created_at"], unique=False)
        batch_op.create_index("ix_delivery_state", ["state", "id"], unique=False)
        batch_op.create_index("ix_delivery_ticket", ["ticket_id"], unique=False)

    op.create_table(
        "work_log",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "phase",
            sa.Enum(
                "phone",
                "remote",
                "on_site",
                "improvement",
                name="phase",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("started_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("symptom", sa.Text(), nullable=True),
        sa.Column("advice", sa.Text(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "solved",
                "call_again",
                "client_tries",
                "not_reached",
                "not_solvable",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("call_again_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("touches_data", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_work_log_contact_id_contact")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["timeline_entry.id"], name=op.f("fk_work_log_entry_id_timeline_entry")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_work_log_ticket_id_ticket")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_work_log_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_log")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_work_log_entry_id")),
    )
    with op.batch_alter_table("work_log", schema=None) as batch_op:
        batch_op.create_index("ix_work_log_ticket", ["ticket_id", "id"], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'ledger lines are never changed or removed'; END $$"
        )
        op.execute(
            "CREATE TRIGGER ledger_entry_refuse BEFORE UPDATE OR DELETE ON ledger_entry"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        op.execute(
            "ALTER TABLE contract_term ADD CONSTRAINT ex_contract_term_overlap EXCLUDE USING gist"
            " (contract_id WITH =, daterange(start_on, end_on, '[]') WITH &&)"
        )
        op.execute(
            "CREATE TABLE ticket_words (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
            " ticket_id BIGINT NOT NULL REFERENCES ticket (id), internal BOOLEAN NOT NULL, words TSVECTOR NOT NULL)"
        )
        op.execute("CREATE INDEX ticket_words_words ON ticket_words USING gin (words)")
        op.execute("CREATE INDEX ticket_words_ticket ON ticket_words (ticket_id)")
    else:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER ledger_entry_refuse_{verb.lower()} BEFORE {verb} ON ledger_entry"
                " BEGIN SELECT RAISE(ABORT, 'ledger lines are never changed or removed'); END"
            )
        for verb in ("INSERT", "UPDATE"):
            op.execute(
                f"CREATE TRIGGER contract_term_overlap_{verb.lower()} BEFORE {verb} ON contract_term"
                " WHEN EXISTS (SELECT 1 FROM contract_term t WHERE t.contract_id = NEW.contract_id AND t.id IS NOT NEW.id"
                " AND t.start_on <= NEW.end_on AND NEW.start_on <= t.end_on)"
                " BEGIN SELECT RAISE(ABORT, 'terms of a contract never overlap'); END"
            )
        op.execute(
            "CREATE VIRTUAL TABLE ticket_words USING fts5("
            "words, ticket_id UNINDEXED, internal UNINDEXED, tokenize = 'unicode61')"
        )


def downgrade() -> None:
    op.execute("DROP TABLE ticket_words")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER ledger_entry_refuse ON ledger_entry")
        op.execute("DROP FUNCTION refuse_change()")
        op.execute("ALTER TABLE contract_term DROP CONSTRAINT ex_contract_term_overlap")
    with op.batch_alter_table("work_log", schema=None) as batch_op:
        batch_op.drop_index("ix_work_log_ticket")

    op.drop_table("work_log")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index("ix_delivery_ticket")
        batch_op.drop_index("ix_delivery_state")
        batch_op.drop_index("ix_delivery_address")

    op.drop_table("delivery")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index("ix_attachment_ticket")
        batch_op.drop_index("ix_attachment_entry")

    op.drop_table("attachment")
    with op.batch_alter_table("timeline_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_timeline_entry_ticket")

    op.drop_table("timeline_entry")
    op.drop_table("ticket_seen")
    with op.batch_alter_table("ticket_pause", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_pause_ticket")

    op.drop_table("ticket_pause")
    with op.batch_alter_table("ticket_message_id", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_message_id_ticket")

    op.drop_table("ticket_message_id")
    with op.batch_alter_table("ticket_clock", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_clock_watch")
        batch_op.drop_index("ix_ticket_clock_ticket")
        batch_op.drop_index("ix_ticket_clock_contract")

    op.drop_table("ticket_clock")
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.drop_index("ix_participant_contact")

    op.drop_table("participant")
    with op.batch_alter_table("inbound_message", schema=None) as batch_op:
        batch_op.drop_index("ix_inbound_message_ticket")
        batch_op.drop_index("ix_inbound_message_state")
        batch_op.drop_index("ix_inbound_message_sender")
        batch_op.drop_index("ix_inbound_message_received")
        batch_op.drop_index("ix_inbound_message_message_id")

    op.drop_table("inbound_message")
    with op.batch_alter_table("ticket", schema=None) as batch_op:
        batch_op.drop_index("ix_ticket_unanswered")
        batch_op.drop_index("ix_ticket_team")
        batch_op.drop_index("ix_ticket_status_activity")
        batch_op.drop_index("ix_ticket_requester_activity")
        batch_op.drop_index("ix_ticket_org_activity")
        batch_op.drop_index("ix_ticket_follows")
        batch_op.drop_index("ix_ticket_device")
        batch_op.drop_index("ix_ticket_changed")
        batch_op.drop_index("ix_ticket_assignee")

    op.drop_table("ticket")
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_ledger_entry_ref")

    op.drop_table("ledger_entry")
    with op.batch_alter_table("coverage_line", schema=None) as batch_op:
        batch_op.drop_index("ix_coverage_line_device")
        batch_op.drop_index("ix_coverage_line_contract")

    op.drop_table("coverage_line")
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.drop_index("ix_one_time_link_user")

    op.drop_table("one_time_link")
    with op.batch_alter_table("membership", schema=None) as batch_op:
        batch_op.drop_index("ix_membership_contact")

    op.drop_table("membership")
    with op.batch_alter_table("ledger_bucket", schema=None) as batch_op:
        batch_op.drop_index("ix_ledger_bucket_closes")

    op.drop_table("ledger_bucket")
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_index("ix_device_serial")
        batch_op.drop_index("ix_device_organisation")

    op.drop_table("device")
    with op.batch_alter_table("coverage_decision", schema=None) as batch_op:
        batch_op.drop_index("ix_coverage_decision_ref")
        batch_op.drop_index("ix_coverage_decision_contract")

    op.drop_table("coverage_decision")
    op.drop_table("contract_version")
    op.drop_table("contract_term")
    with op.batch_alter_table("contract_suspension", schema=None) as batch_op:
        batch_op.drop_index("ix_contract_suspension_contract")

    op.drop_table("contract_suspension")
    with op.batch_alter_table("contract_round", schema=None) as batch_op:
        batch_op.drop_index("ix_contract_round_planned")

    op.drop_table("contract_round")
    op.drop_table("contract_notice")
    op.drop_table("user_account")
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.drop_index("ix_site_organisation")

    op.drop_table("site")
    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_index("ix_contract_organisation")

    op.drop_table("contract")
    with op.batch_alter_table("contact_phone", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_phone_digits")
        batch_op.drop_index("ix_contact_phone_contact")

    op.drop_table("contact_phone")
    with op.batch_alter_table("contact_email", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_email_contact")

    op.drop_table("contact_email")
    op.drop_table("team")
    op.drop_table("schedule_period")
    with op.batch_alter_table("rate_counter", schema=None) as batch_op:
        batch_op.drop_index("ix_rate_counter_expires")

    op.drop_table("rate_counter")
    with op.batch_alter_table("outbox_event", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_event_waiting")

    op.drop_table("outbox_event")
    op.drop_table("organisation")
    op.drop_table("number_series")
    op.drop_table("mailbox_state")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_due")

    op.drop_table("job")
    op.drop_table("desk_window")
    op.drop_table("desk_closure")
    op.drop_table("contract_form")
    op.drop_table("contact")
    with op.batch_alter_table("calendar_notice", schema=None) as batch_op:
        batch_op.drop_index("ix_calendar_notice_year")

    op.drop_table("calendar_notice")
    op.drop_table("calendar_day")
