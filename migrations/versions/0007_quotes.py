"""Quotes with their lines, confirmations, handovers and extensions."""

import sqlalchemy as sa
from alembic import op

import portal.infra.db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('quote',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('ticket_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('contract_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('version_number', sa.Integer(), nullable=True),
    sa.Column('device_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('kind', sa.Enum('improvement', 'repair', 'factory', 'off_hours', 'extra_visit', 'part', name='kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('act', sa.Enum('draft', 'sent', 'confirmed', 'in_progress', 'delivered', 'defects', 'accepted', 'done', 'rejected', 'superseded', 'withdrawn', name='act', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=False),
    sa.Column('work_until', sa.Date(), nullable=True),
    sa.Column('total', portal.infra.db.Amount(), nullable=False),
    sa.Column('created_at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('sent_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.Column('started_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.Column('ended_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.Column('ended_reason', sa.String(length=500), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['contract_id'], ['contract.id'], name=op.f('fk_quote_contract_id_contract')),
    sa.ForeignKeyConstraint(['created_by_id'], ['contact.id'], name=op.f('fk_quote_created_by_id_contact')),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_quote_device_id_device')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_quote_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_quote_ticket_id_ticket')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quote')),
    sa.UniqueConstraint('number', 'revision', name=op.f('uq_quote_number_revision'))
    )
    with op.batch_alter_table('quote', schema=None) as batch_op:
        batch_op.create_index('ix_quote_act', ['act', 'valid_until'], unique=False)
        batch_op.create_index('ix_quote_organisation', ['organisation_id', 'id'], unique=False)
        batch_op.create_index('ix_quote_ticket', ['ticket_id', 'id'], unique=False)

    op.create_table('extension',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('quote_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('asked_by', sa.Enum('client', 'provider', name='asked_by', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=True),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('asked_at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.Column('agreed_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.Column('agreed_by', sa.String(length=120), nullable=True),
    sa.Column('refused_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['quote_id'], ['quote.id'], name=op.f('fk_extension_quote_id_quote')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_extension'))
    )
    with op.batch_alter_table('extension', schema=None) as batch_op:
        batch_op.create_index('ix_extension_quote', ['quote_id'], unique=False)

    op.create_table('handover',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('quote_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('delivered_at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.Column('notified_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.Column('due_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.Column('clause', sa.String(length=80), nullable=False),
    sa.Column('reminded', sa.Integer(), nullable=False),
    sa.Column('accepted_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.Column('accept_kind', sa.Enum('explicit', 'deemed', name='accept_kind', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('accepted_by', sa.String(length=120), nullable=True),
    sa.Column('defects_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.Column('defects', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['quote_id'], ['quote.id'], name=op.f('fk_handover_quote_id_quote')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_handover')),
    sa.UniqueConstraint('quote_id', 'number', name=op.f('uq_handover_quote_id_number'))
    )
    with op.batch_alter_table('handover', schema=None) as batch_op:
        batch_op.create_index('ix_handover_due', ['accepted_at', 'defects_at', 'due_at'], unique=False)

    op.create_table('quote_confirmation',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('quote_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('side', sa.Enum('client', 'provider', name='side', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('contact_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('evidence', sa.Enum('portal', 'link', 'order_form', 'mail', name='evidence', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('message_id', sa.String(length=500), nullable=True),
    sa.Column('scan_sha256', sa.String(length=64), nullable=True),
    sa.Column('scan_name', sa.String(length=200), nullable=True),
    sa.Column('at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_quote_confirmation_contact_id_contact')),
    sa.ForeignKeyConstraint(['quote_id'], ['quote.id'], name=op.f('fk_quote_confirmation_quote_id_quote')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quote_confirmation')),
    sa.UniqueConstraint('quote_id', 'side', name=op.f('uq_quote_confirmation_quote_id_side'))
    )
    op.create_table('quote_line',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('quote_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('words', sa.String(length=300), nullable=False),
    sa.Column('quantity', portal.infra.db.Amount(), nullable=False),
    sa.Column('unit', sa.String(length=40), nullable=False),
    sa.Column('unit_price', portal.infra.db.Amount(), nullable=False),
    sa.Column('amount', portal.infra.db.Amount(), nullable=False),
    sa.Column('clause', sa.String(length=80), nullable=False),
    sa.ForeignKeyConstraint(['quote_id'], ['quote.id'], name=op.f('fk_quote_line_quote_id_quote')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quote_line')),
    sa.UniqueConstraint('quote_id', 'position', name=op.f('uq_quote_line_quote_id_position'))
    )
    op.create_table('quote_link',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('quote_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('contact_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('salt', sa.String(length=64), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.Column('expires_at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.Column('used_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_quote_link_contact_id_contact')),
    sa.ForeignKeyConstraint(['quote_id'], ['quote.id'], name=op.f('fk_quote_link_quote_id_quote')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quote_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_quote_link_token_hash'))
    )
    with op.batch_alter_table('quote_link', schema=None) as batch_op:
        batch_op.create_index('ix_quote_link_quote', ['quote_id'], unique=False)


    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_sent_line() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " IF EXISTS (SELECT 1 FROM quote q WHERE q.id = OLD.quote_id AND q.sent_at IS NOT NULL) THEN"
            " RAISE EXCEPTION 'lines of a quote that was sent are never changed'; END IF;"
            " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
        )
        op.execute(
            "CREATE TRIGGER quote_line_refuse BEFORE UPDATE OR DELETE ON quote_line"
            " FOR EACH ROW EXECUTE FUNCTION refuse_sent_line()"
        )
    else:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER quote_line_refuse_{verb.lower()} BEFORE {verb} ON quote_line"
                " WHEN EXISTS (SELECT 1 FROM quote q WHERE q.id = OLD.quote_id AND q.sent_at IS NOT NULL)"
                " BEGIN SELECT RAISE(ABORT, 'lines of a quote that was sent are never changed'); END"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER quote_line_refuse ON quote_line")
        op.execute("DROP FUNCTION refuse_sent_line()")
    with op.batch_alter_table('quote_link', schema=None) as batch_op:
        batch_op.drop_index('ix_quote_link_quote')

    op.drop_table('quote_link')
    op.drop_table('quote_line')
    op.drop_table('quote_confirmation')
    with op.batch_alter_table('handover', schema=None) as batch_op:
        batch_op.drop_index('ix_handover_due')

    op.drop_table('handover')
    with op.batch_alter_table('extension', schema=None) as batch_op:
        batch_op.drop_index('ix_extension_quote')

    op.drop_table('extension')
    with op.batch_alter_table('quote', schema=None) as batch_op:
        batch_op.drop_index('ix_quote_ticket')
        batch_op.drop_index('ix_quote_organisation')
        batch_op.drop_index('ix_quote_act')

    op.drop_table('quote')
