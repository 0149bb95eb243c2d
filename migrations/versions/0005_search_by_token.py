"""The search index as a table of tokens, the newest tickets of each together; tickets of before are indexed by the worker."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DROP TABLE ticket_words")
    op.create_table(
        "ticket_token",
        sa.Column(
            "token",
            sa.String(length=64).with_variant(sa.String(length=64, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("internal", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("token", "ticket_id", name=op.f("pk_ticket_token")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_ticket_token_ticket", "ticket_token", ["ticket_id"])
    op.create_table(
        "search_progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_progress")),
    )


def downgrade() -> None:
    op.drop_table("search_progress")
    op.drop_table("ticket_token")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TABLE ticket_words (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
            " ticket_id BIGINT NOT NULL REFERENCES ticket (id), internal BOOLEAN NOT NULL, words TSVECTOR NOT NULL)"
        )
        op.execute("CREATE INDEX ticket_words_words ON ticket_words USING gin (words)")
        op.execute("CREATE INDEX ticket_words_ticket ON ticket_words (ticket_id)")
    else:
        op.execute(
            "CREATE VIRTUAL TABLE ticket_words USING fts5("
            "words, ticket_id UNINDEXED, internal UNINDEXED, tokenize = 'unicode61')"
        )
