"""The desk's own work: places in the queue, saved views, drafts, presence, mentions, canned replies, macros."""

import sqlalchemy as sa
from alembic import op

import portal.infra.db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_OPEN = "status NOT IN ('resolved', 'closed', 'cancelled')"
_RUNNING = (
    "FROM ticket_clock c WHERE c.ticket_id = ticket.id AND c.stopped_at IS NULL AND c.due_at IS NOT NULL"
)
_DUE = f"""UPDATE ticket SET due_at = (SELECT min(c.due_at) {_RUNNING}),
    due_metric = (SELECT c.metric {_RUNNING} ORDER BY c.due_at, c.id LIMIT 1) WHERE {_OPEN}"""
_PLACE = f"""UPDATE ticket SET waits_since = CASE WHEN status LIKE 'waiting_%' THEN status_since END,
    queue_rank = CASE WHEN due_at IS NOT NULL THEN 0 WHEN unanswered_since IS NOT NULL THEN 1
        WHEN status LIKE 'waiting_%' THEN 3 ELSE 2 END,
    queue_at = CASE WHEN due_at IS NOT NULL THEN due_at WHEN unanswered_since IS NOT NULL THEN unanswered_since
        WHEN status LIKE 'waiting_%' THEN status_since ELSE last_activity_at END WHERE {_OPEN}"""


def upgrade() -> None:
    op.create_table(
        "canned_reply",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_canned_reply_owner_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_reply")),
    )
    op.create_index("ix_canned_reply_name", "canned_reply", ["name"], unique=False)
    op.create_table(
        "macro",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("steps", portal.infra.db.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_macro_owner_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_macro")),
    )
    op.create_index("ix_macro_name", "macro", ["name"], unique=False)
    op.create_table(
        "saved_view",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("owner_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("sought", portal.infra.db.Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_saved_view_owner_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index("ix_saved_view_owner", "saved_view", ["owner_id", "name"], unique=False)
    op.create_table(
        "draft",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("reply", "note", name="kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("last_entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("changed_at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_draft_ticket_id_ticket")),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_draft_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("user_id", "ticket_id", "kind", name=op.f("uq_draft_user_id_ticket_id_kind")),
    )
    op.create_index("ix_draft_ticket", "draft", ["ticket_id"], unique=False)
    op.create_table(
        "presence",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("typing", sa.String(length=8), nullable=False),
        sa.Column("at", portal.infra.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_presence_ticket_id_ticket")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_presence_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", "ticket_id", name=op.f("pk_presence")),
    )
    op.create_index("ix_presence_at", "presence", ["at"], unique=False)
    op.create_index("ix_presence_ticket", "presence", ["ticket_id"], unique=False)
    op.create_table(
        "draft_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("draft_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["draft.id"], name=op.f("fk_draft_file_draft_id_draft"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_file")),
    )
    op.create_index("ix_draft_file_draft", "draft_file", ["draft_id"], unique=False)
    op.create_table(
        "mention",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["timeline_entry.id"], name=op.f("fk_mention_entry_id_timeline_entry")
        ),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("fk_mention_ticket_id_ticket")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_mention_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mention")),
        sa.UniqueConstraint("entry_id", "user_id", name=op.f("uq_mention_entry_id_user_id")),
    )
    op.create_index("ix_mention_user", "mention", ["user_id", "ticket_id", "entry_id"], unique=False)
    op.add_column("ticket", sa.Column("due_at", portal.infra.db.Instant(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("due_metric", sa.String(length=40), nullable=True))
    op.add_column("ticket", sa.Column("queue_rank", sa.Integer(), nullable=True))
    op.add_column("ticket", sa.Column("queue_at", portal.infra.db.Instant(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("waits_since", portal.infra.db.Instant(timezone=True), nullable=True))
    op.drop_index(op.f("ix_ticket_assignee"), table_name="ticket")
    op.drop_index(op.f("ix_ticket_team"), table_name="ticket")
    op.drop_index(op.f("ix_ticket_unanswered"), table_name="ticket")
    op.create_index("ix_ticket_activity", "ticket", ["last_activity_at", "id"], unique=False)
    op.create_index(
        "ix_ticket_queue",
        "ticket",
        ["queue_rank", "queue_at", "id"],
        unique=False,
        sqlite_where=sa.text("queue_rank IS NOT NULL"),
        postgresql_where=sa.text("queue_rank IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_queue_assignee",
        "ticket",
        ["assignee_id", "queue_rank", "queue_at", "id"],
        unique=False,
        sqlite_where=sa.text("queue_rank IS NOT NULL"),
        postgresql_where=sa.text("queue_rank IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_queue_nobody",
        "ticket",
        ["queue_rank", "queue_at", "id"],
        unique=False,
        sqlite_where=sa.text("queue_rank IS NOT NULL AND assignee_id IS NULL"),
        postgresql_where=sa.text("queue_rank IS NOT NULL AND assignee_id IS NULL"),
    )
    op.create_index(
        "ix_ticket_queue_team",
        "ticket",
        ["team_id", "queue_rank", "queue_at", "id"],
        unique=False,
        sqlite_where=sa.text("queue_rank IS NOT NULL"),
        postgresql_where=sa.text("queue_rank IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_queue_unanswered",
        "ticket",
        ["queue_rank", "queue_at", "id"],
        unique=False,
        sqlite_where=sa.text("unanswered_since IS NOT NULL"),
        postgresql_where=sa.text("unanswered_since IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_thanked",
        "ticket",
        ["thanked_at"],
        unique=False,
        sqlite_where=sa.text("thanked_at IS NOT NULL"),
        postgresql_where=sa.text("thanked_at IS NOT NULL"),
    )
    op.create_index(
        "ix_ticket_waits",
        "ticket",
        ["waits_since", "id"],
        unique=False,
        sqlite_where=sa.text("waits_since IS NOT NULL"),
        postgresql_where=sa.text("waits_since IS NOT NULL"),
    )
    op.execute(_DUE)
    op.execute(_PLACE)


def downgrade() -> None:
    op.drop_index(
        "ix_ticket_waits",
        table_name="ticket",
        sqlite_where=sa.text("waits_since IS NOT NULL"),
        postgresql_where=sa.text("waits_since IS NOT NULL"),
    )
    op.drop_index(
        "ix_ticket_thanked",
        table_name="ticket",
        sqlite_where=sa.text("thanked_at IS NOT NULL"),
        postgresql_where=sa.text("thanked_at IS NOT NULL"),
    )
    op.drop_index(
        "ix_ticket_queue_unanswered",
        table_name="ticket",
        sqlite_where=sa.text("unanswered_since IS NOT NULL"),
        postgresql_where=sa.text("unanswered_since IS NOT NULL"),
    )
    op.drop_index(
        "ix_ticket_queue_team",
        table_name="ticket",
        sqlite_where=sa.text("queue_rank IS NOT NULL"),
        postgresql_where=sa.text("queue_rank IS NOT NULL"),
    )
    op.drop_index(
        "ix_ticket_queue_nobody",
        table_name="ticket",
        sqlite_where=sa.text("queue_rank IS NOT NULL AND assignee_id IS NULL"),
        postgresql_where=sa.text("queue_rank IS NOT NULL AND assignee_id IS NULL"),
    )
    op.drop_index(
        "ix_ticket_queue_assignee",
        table_name="ticket",
        sqlite_where=sa.text("queue_rank IS NOT NULL"),
        postgresql_where=sa.text("queue_rank IS NOT NULL"),
    )
    op.drop_index(
        "ix_ticket_queue",
        table_name="ticket",
        sqlite_where=sa.text("queue_rank IS NOT NULL"),
        postgresql_where=sa.text("queue_rank IS NOT NULL"),
    )
    op.drop_index("ix_ticket_activity", table_name="ticket")
    op.create_index(op.f("ix_ticket_unanswered"), "ticket", ["unanswered_since"], unique=False)
    op.create_index(op.f("ix_ticket_team"), "ticket", ["team_id", "status"], unique=False)
    op.create_index(op.f("ix_ticket_assignee"), "ticket", ["assignee_id", "status"], unique=False)
    op.drop_column("ticket", "waits_since")
    op.drop_column("ticket", "queue_at")
    op.drop_column("ticket", "queue_rank")
    op.drop_column("ticket", "due_metric")
    op.drop_column("ticket", "due_at")
    op.drop_index("ix_mention_user", table_name="mention")
    op.drop_table("mention")
    op.drop_index("ix_draft_file_draft", table_name="draft_file")
    op.drop_table("draft_file")
    op.drop_index("ix_presence_ticket", table_name="presence")
    op.drop_index("ix_presence_at", table_name="presence")
    op.drop_table("presence")
    op.drop_index("ix_draft_ticket", table_name="draft")
    op.drop_table("draft")
    op.drop_index("ix_saved_view_owner", table_name="saved_view")
    op.drop_table("saved_view")
    op.drop_index("ix_macro_name", table_name="macro")
    op.drop_table("macro")
    op.drop_index("ix_canned_reply_name", table_name="canned_reply")
    op.drop_table("canned_reply")
