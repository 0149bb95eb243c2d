"""The phone and the remote session: numbers found by their end, a PIN for each contract, timers, promised calls, checklists,
consents to touch data."""

import secrets

import sqlalchemy as sa
from alembic import op

import portal.infra.db
from portal.assets.rules import key_of
from portal.people.rules import phones

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checklist",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
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
            nullable=True,
        ),
        sa.Column(
            "device_kind",
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
                name="device_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist")),
    )
    op.create_table(
        "remote_tool",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("template", sa.String(length=500), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remote_tool")),
        sa.UniqueConstraint("name", name=op.f("uq_remote_tool_name")),
    )
    op.create_table(
        "checklist_version",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("checklist_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title_en", sa.String(length=120), nullable=False),
        sa.Column("title_zh", sa.String(length=120), nullable=False),
        sa.Column("questions", portal.infra.db.Json(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("made_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["checklist_id"], ["checklist.id"], name=op.f("fk_checklist_version_checklist_id_checklist")
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user_account.id"], name=op.f("fk_checklist_version_made_by_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checklist_version")),
        sa.UniqueConstraint("checklist_id", "number", name=op.f("uq_checklist_version_checklist_id_number")),
    )
    op.create_table(
        "data_consent",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("scope", sa.String(length=500), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(length=80), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("asked_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("asked_of_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("answer_until", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("answered_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("by_link", sa.Boolean(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("holds_until", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("withdrawn_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["contact.id"], name=op.f("fk_data_consent_answered_by_id_contact")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["user_account.id"], name=op.f("fk_data_consent_asked_by_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["asked_of_id"], ["contact.id"], name=op.f("fk_data_consent_asked_of_id_contact")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_data_consent_ticket_id_ticket")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_consent")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_data_consent_token_hash")),
    )
    with op.batch_alter_table("data_consent", schema=None) as batch_op:
        batch_op.create_index("ix_data_consent_ticket", ["ticket_id", "id"], unique=False)

    op.create_table(
        "running_work",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
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
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("organisation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("device_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("number", sa.String(length=64), nullable=True),
        sa.Column("started_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("stopped_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_running_work_contact_id_contact")
        ),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_running_work_device_id_device")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_running_work_organisation_id_organisation"),
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_running_work_ticket_id_ticket")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_running_work_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_running_work")),
    )
    with op.batch_alter_table("running_work", schema=None) as batch_op:
        batch_op.create_index("ix_running_work_ticket", ["ticket_id"], unique=False)

    op.create_table(
        "triage_sheet",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("answers", portal.infra.db.Json(), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_triage_sheet_ticket_id_ticket")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_triage_sheet_user_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["checklist_version.id"],
            name=op.f("fk_triage_sheet_version_id_checklist_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_triage_sheet")),
    )
    with op.batch_alter_table("triage_sheet", schema=None) as batch_op:
        batch_op.create_index("ix_triage_sheet_ticket", ["ticket_id", "id"], unique=False)

    op.create_table(
        "callback",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("wanted_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("by_client", sa.Boolean(), nullable=False),
        sa.Column("asked_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "done",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("assignee_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("taken_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("settled_at", portal.infra.db.Instant(timezone=True), nullable=True),
        sa.Column("work_log_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("submission", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["user_account.id"], name=op.f("fk_callback_assignee_id_user_account")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_callback_contact_id_contact")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_callback_ticket_id_ticket")),
        sa.ForeignKeyConstraint(
            ["work_log_id"], ["work_log.id"], name=op.f("fk_callback_work_log_id_work_log")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback")),
        sa.UniqueConstraint("submission", name=op.f("uq_callback_submission")),
    )
    with op.batch_alter_table("callback", schema=None) as batch_op:
        batch_op.create_index("ix_callback_state", ["state", "wanted_at"], unique=False)
        batch_op.create_index("ix_callback_ticket", ["ticket_id", "state"], unique=False)

    with op.batch_alter_table("contact_phone", schema=None) as batch_op:
        batch_op.add_column(sa.Column("tail", sa.String(length=32), nullable=True))
        batch_op.create_index("ix_contact_phone_tail", ["tail"], unique=False)

    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pin", sa.String(length=12), nullable=True))
        batch_op.create_index("ix_contract_pin", ["pin"], unique=True)

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("consent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True)
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_delivery_consent_id_data_consent"), "data_consent", ["consent_id"], ["id"]
        )

    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.add_column(sa.Column("serial_key", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("tag_key", sa.String(length=120), nullable=True))
        batch_op.create_index("ix_device_serial_key", ["serial_key"], unique=False)
        batch_op.create_index("ix_device_tag_key", ["tag_key"], unique=False)

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone_tail", sa.String(length=32), nullable=True))
        batch_op.create_index("ix_organisation_phone_tail", ["phone_tail"], unique=False)

    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone_tail", sa.String(length=32), nullable=True))
        batch_op.create_index("ix_site_phone_tail", ["phone_tail"], unique=False)

    with op.batch_alter_table("work_log", schema=None) as batch_op:
        batch_op.add_column(sa.Column("why_not", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("number", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("last_backup", sa.String(length=200), nullable=True))

    _fill()


def _fill() -> None:
    """What follows from rows that are there."""
    bind = op.get_bind()
    for table, column, made in (
        ("contact_phone", "digits", {"tail": phones.tail}),
        ("organisation", "phone", {"phone_tail": phones.tail_of}),
        ("site", "phone", {"phone_tail": phones.tail_of}),
        ("device", "serial", {"serial_key": key_of}),
        ("device", "tag", {"tag_key": key_of}),
    ):
        for row_id, value in bind.execute(
            sa.text(f"SELECT id, {column} FROM {table} WHERE {column} IS NOT NULL")
        ).all():
            for name, of in made.items():
                bind.execute(
                    sa.text(f"UPDATE {table} SET {name} = :v WHERE id = :i"), {"v": of(value), "i": row_id}
                )
    taken: set[str] = set()
    for (row_id,) in bind.execute(sa.text("SELECT id FROM contract")).all():
        pin = ""
        while not pin or pin in taken:
            pin = str(secrets.randbelow(90_000_000) + 10_000_000)
        taken.add(pin)
        bind.execute(sa.text("UPDATE contract SET pin = :p WHERE id = :i"), {"p": pin, "i": row_id})


def downgrade() -> None:
    with op.batch_alter_table("work_log", schema=None) as batch_op:
        batch_op.drop_column("last_backup")
        batch_op.drop_column("number")
        batch_op.drop_column("why_not")

    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.drop_index("ix_site_phone_tail")
        batch_op.drop_column("phone_tail")

    with op.batch_alter_table("organisation", schema=None) as batch_op:
        batch_op.drop_index("ix_organisation_phone_tail")
        batch_op.drop_column("phone_tail")

    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_index("ix_device_tag_key")
        batch_op.drop_index("ix_device_serial_key")
        batch_op.drop_column("tag_key")
        batch_op.drop_column("serial_key")

    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_delivery_consent_id_data_consent"), type_="foreignkey")
        batch_op.drop_column("consent_id")

    with op.batch_alter_table("contract", schema=None) as batch_op:
        batch_op.drop_index("ix_contract_pin")
        batch_op.drop_column("pin")

    with op.batch_alter_table("contact_phone", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_phone_tail")
        batch_op.drop_column("tail")

    with op.batch_alter_table("callback", schema=None) as batch_op:
        batch_op.drop_index("ix_callback_ticket")
        batch_op.drop_index("ix_callback_state")

    op.drop_table("callback")
    with op.batch_alter_table("triage_sheet", schema=None) as batch_op:
        batch_op.drop_index("ix_triage_sheet_ticket")

    op.drop_table("triage_sheet")
    with op.batch_alter_table("running_work", schema=None) as batch_op:
        batch_op.drop_index("ix_running_work_ticket")

    op.drop_table("running_work")
    with op.batch_alter_table("data_consent", schema=None) as batch_op:
        batch_op.drop_index("ix_data_consent_ticket")

    op.drop_table("data_consent")
    op.drop_table("checklist_version")
    op.drop_table("remote_tool")
    op.drop_table("checklist")
