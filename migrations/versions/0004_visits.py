"""Visits with their sheets, what engineers may do and when, charges, work that holds a ticket or a contract."""

import sqlalchemy as sa
from alembic import op

import portal.infra.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('calendar_feed',
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.Column('read_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_calendar_feed_user_id_user_account')),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_calendar_feed')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_calendar_feed_token_hash'))
    )
    op.create_table('certificate',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('number', sa.String(length=80), nullable=True),
    sa.Column('device_kind', sa.String(length=32), nullable=True),
    sa.Column('issued_on', sa.Date(), nullable=True),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_certificate_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate')),
    sa.UniqueConstraint('user_id', 'name', name=op.f('uq_certificate_user_id_name'))
    )
    op.create_table('charge',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('contract_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('words', sa.String(length=300), nullable=True),
    sa.Column('quantity', portal.infra.db.Amount(), nullable=False),
    sa.Column('unit_price', portal.infra.db.Amount(), nullable=False),
    sa.Column('amount', portal.infra.db.Amount(), nullable=False),
    sa.Column('clause', sa.String(length=80), nullable=False),
    sa.Column('served_on', sa.Date(), nullable=False),
    sa.Column('due_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.Column('due_clause', sa.String(length=80), nullable=False),
    sa.Column('takes_back_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('recorded_at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('idempotency_key', sa.String(length=160), nullable=False),
    sa.ForeignKeyConstraint(['contract_id'], ['contract.id'], name=op.f('fk_charge_contract_id_contract')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_charge_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['contact.id'], name=op.f('fk_charge_recorded_by_id_contact')),
    sa.ForeignKeyConstraint(['takes_back_id'], ['charge.id'], name=op.f('fk_charge_takes_back_id_charge')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_charge')),
    sa.UniqueConstraint('idempotency_key', name=op.f('uq_charge_idempotency_key')),
    sa.UniqueConstraint('takes_back_id', name=op.f('uq_charge_takes_back_id'))
    )
    with op.batch_alter_table('charge', schema=None) as batch_op:
        batch_op.create_index('ix_charge_contract', ['contract_id'], unique=False)
        batch_op.create_index('ix_charge_organisation', ['organisation_id', 'served_on'], unique=False)
        batch_op.create_index('ix_charge_ref', ['ref'], unique=False)

    op.create_table('leave',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('to_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_leave_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leave'))
    )
    with op.batch_alter_table('leave', schema=None) as batch_op:
        batch_op.create_index('ix_leave_user', ['user_id', 'to_on'], unique=False)

    op.create_table('work_in_progress',
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('contract_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('began_at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.Column('ended_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['contract_id'], ['contract.id'], name=op.f('fk_work_in_progress_contract_id_contract')),
    sa.PrimaryKeyConstraint('ref', name=op.f('pk_work_in_progress'))
    )
    with op.batch_alter_table('work_in_progress', schema=None) as batch_op:
        batch_op.create_index('ix_work_in_progress_contract', ['contract_id', 'ended_at'], unique=False)

    op.create_table('visit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('site_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('contract_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('version_number', sa.Integer(), nullable=True),
    sa.Column('round_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('follows_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('kind', sa.Enum('on_site', 'emergency', 'round', name='kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('status', sa.Enum('proposed', 'scheduled', 'confirmed', 'en_route', 'on_site', 'finished', 'signed', 'cancelled', 'no_access', 'no_show', name='status', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('basis', sa.Enum('triage', 'emergency', 'round', 'override', name='basis', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('override_reason', sa.String(length=500), nullable=True),
    sa.Column('engineer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('starts_at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.Column('ends_at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.Column('moved_by_hand', sa.Boolean(), nullable=False),
    sa.Column('reservation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('price', portal.infra.db.Amount(), nullable=True),
    sa.Column('agreed_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.Column('agreed_by', sa.String(length=120), nullable=True),
    sa.Column('agreed_how', sa.String(length=200), nullable=True),
    sa.Column('confirmed_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.Column('confirmed_by', sa.String(length=120), nullable=True),
    sa.Column('en_route_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.Column('arrived_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.Column('finished_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.Column('signed_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.Column('solved', sa.Boolean(), nullable=True),
    sa.Column('cause', sa.Enum('misuse', 'not_by_manual', 'other_equipment', 'natural_disaster', 'war', 'third_party_work', 'virus', 'hardware', 'unauthorised_operation', name='cause', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('labour_hours', portal.infra.db.Amount(), nullable=True),
    sa.Column('ended_reason', sa.String(length=500), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('created_at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('changed_at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['contract_id'], ['contract.id'], name=op.f('fk_visit_contract_id_contract')),
    sa.ForeignKeyConstraint(['created_by_id'], ['contact.id'], name=op.f('fk_visit_created_by_id_contact')),
    sa.ForeignKeyConstraint(['engineer_id'], ['user_account.id'], name=op.f('fk_visit_engineer_id_user_account')),
    sa.ForeignKeyConstraint(['follows_id'], ['visit.id'], name=op.f('fk_visit_follows_id_visit')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_visit_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['reservation_id'], ['ledger_entry.id'], name=op.f('fk_visit_reservation_id_ledger_entry')),
    sa.ForeignKeyConstraint(['round_id'], ['contract_round.id'], name=op.f('fk_visit_round_id_contract_round')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_visit_site_id_site')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit')),
    sa.UniqueConstraint('number', name=op.f('uq_visit_number')),
    sa.UniqueConstraint('round_id', name=op.f('uq_visit_round_id'))
    )
    with op.batch_alter_table('visit', schema=None) as batch_op:
        batch_op.create_index('ix_visit_engineer_starts', ['engineer_id', 'starts_at'], unique=False)
        batch_op.create_index('ix_visit_organisation_starts', ['organisation_id', 'starts_at'], unique=False)
        batch_op.create_index('ix_visit_starts', ['starts_at'], unique=False)
        batch_op.create_index('ix_visit_status', ['status', 'starts_at'], unique=False)

    op.create_table('work_approval',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ticket_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('amount', portal.infra.db.Amount(), nullable=False),
    sa.Column('clause', sa.String(length=80), nullable=False),
    sa.Column('confirmed_at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.Column('withdrawn_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_work_approval_ticket_id_ticket')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_approval')),
    sa.UniqueConstraint('ref', name=op.f('uq_work_approval_ref'))
    )
    with op.batch_alter_table('work_approval', schema=None) as batch_op:
        batch_op.create_index('ix_work_approval_ticket', ['ticket_id'], unique=False)

    op.create_table('work_hold',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ticket_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.String(length=80), nullable=False),
    sa.Column('since', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_work_hold_ticket_id_ticket')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_hold')),
    sa.UniqueConstraint('ticket_id', 'ref', name=op.f('uq_work_hold_ticket_id_ref'))
    )
    with op.batch_alter_table('work_hold', schema=None) as batch_op:
        batch_op.create_index('ix_work_hold_ref', ['ref'], unique=False)

    op.create_table('sent_from_site',
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('visit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('what', sa.String(length=40), nullable=False),
    sa.Column('at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_sent_from_site_user_id_user_account')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_sent_from_site_visit_id_visit')),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_sent_from_site'))
    )
    op.create_table('service_sheet',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=True),
    sa.Column('visit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('device_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('contact_name', sa.String(length=120), nullable=True),
    sa.Column('contact_phone', sa.String(length=64), nullable=True),
    sa.Column('found', sa.Text(), nullable=False),
    sa.Column('done', sa.Text(), nullable=False),
    sa.Column('checklist', portal.infra.db.Json(), nullable=False),
    sa.Column('client_test_passed', sa.Boolean(), nullable=True),
    sa.Column('engineer_name', sa.String(length=120), nullable=True),
    sa.Column('engineer_signature', sa.String(length=64), nullable=True),
    sa.Column('engineer_signed_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.Column('client_name', sa.String(length=120), nullable=True),
    sa.Column('client_signature', sa.String(length=64), nullable=True),
    sa.Column('client_signed_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.Column('unsigned_reason', sa.String(length=300), nullable=True),
    sa.Column('facts', portal.infra.db.Json(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_service_sheet_device_id_device')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_service_sheet_visit_id_visit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_service_sheet')),
    sa.UniqueConstraint('number', name=op.f('uq_service_sheet_number'))
    )
    with op.batch_alter_table('service_sheet', schema=None) as batch_op:
        batch_op.create_index('ix_service_sheet_device', ['device_id', 'id'], unique=False)
        batch_op.create_index('ix_service_sheet_visit', ['visit_id'], unique=False)

    op.create_table('slot_offer',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('visit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('starts_at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.Column('ends_at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.Column('offered_at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.Column('chosen_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.Column('withdrawn_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_slot_offer_visit_id_visit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_slot_offer')),
    sa.UniqueConstraint('visit_id', 'starts_at', name=op.f('uq_slot_offer_visit_id_starts_at'))
    )
    op.create_table('visit_change',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('visit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.Column('contact_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('what', sa.String(length=40), nullable=False),
    sa.Column('details', portal.infra.db.Json(), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_visit_change_contact_id_contact')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_visit_change_visit_id_visit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_change'))
    )
    with op.batch_alter_table('visit_change', schema=None) as batch_op:
        batch_op.create_index('ix_visit_change_visit', ['visit_id', 'id'], unique=False)

    op.create_table('visit_link',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('visit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('contact_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('salt', sa.String(length=64), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.Column('expires_at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.Column('used_at', portal.infra.db.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_visit_link_contact_id_contact')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_visit_link_visit_id_visit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_visit_link_token_hash'))
    )
    with op.batch_alter_table('visit_link', schema=None) as batch_op:
        batch_op.create_index('ix_visit_link_visit', ['visit_id'], unique=False)

    op.create_table('visit_ticket',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('visit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ticket_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['ticket_id'], ['ticket.id'], name=op.f('fk_visit_ticket_ticket_id_ticket')),
    sa.ForeignKeyConstraint(['visit_id'], ['visit.id'], name=op.f('fk_visit_ticket_visit_id_visit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_ticket')),
    sa.UniqueConstraint('visit_id', 'ticket_id', name=op.f('uq_visit_ticket_visit_id_ticket_id'))
    )
    with op.batch_alter_table('visit_ticket', schema=None) as batch_op:
        batch_op.create_index('ix_visit_ticket_ticket', ['ticket_id'], unique=False)

    op.create_table('sheet_part',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sheet_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('serial', sa.String(length=120), nullable=True),
    sa.Column('quantity', portal.infra.db.Amount(), nullable=False),
    sa.Column('list_price', portal.infra.db.Amount(), nullable=False),
    sa.Column('consumable', sa.Boolean(), nullable=False),
    sa.Column('ours', sa.Boolean(), nullable=False),
    sa.Column('warranty_until', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['sheet_id'], ['service_sheet.id'], name=op.f('fk_sheet_part_sheet_id_service_sheet')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_part'))
    )
    with op.batch_alter_table('sheet_part', schema=None) as batch_op:
        batch_op.create_index('ix_sheet_part_sheet', ['sheet_id'], unique=False)

    op.create_table('sheet_photo',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sheet_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('content_type', sa.String(length=120), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('taken_at', portal.infra.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['sheet_id'], ['service_sheet.id'], name=op.f('fk_sheet_photo_sheet_id_service_sheet')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_photo')),
    sa.UniqueConstraint('sheet_id', 'sha256', name=op.f('uq_sheet_photo_sheet_id_sha256'))
    )

    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_charge_change() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'charges are never changed or removed'; END $$"
        )
        op.execute(
            "CREATE TRIGGER charge_refuse BEFORE UPDATE OR DELETE ON charge"
            " FOR EACH ROW EXECUTE FUNCTION refuse_charge_change()"
        )
    else:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER charge_refuse_{verb.lower()} BEFORE {verb} ON charge"
                " BEGIN SELECT RAISE(ABORT, 'charges are never changed or removed'); END"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER charge_refuse ON charge")
        op.execute("DROP FUNCTION refuse_charge_change()")
    op.drop_table('sheet_photo')
    with op.batch_alter_table('sheet_part', schema=None) as batch_op:
        batch_op.drop_index('ix_sheet_part_sheet')

    op.drop_table('sheet_part')
    with op.batch_alter_table('visit_ticket', schema=None) as batch_op:
        batch_op.drop_index('ix_visit_ticket_ticket')

    op.drop_table('visit_ticket')
    with op.batch_alter_table('visit_link', schema=None) as batch_op:
        batch_op.drop_index('ix_visit_link_visit')

    op.drop_table('visit_link')
    with op.batch_alter_table('visit_change', schema=None) as batch_op:
        batch_op.drop_index('ix_visit_change_visit')

    op.drop_table('visit_change')
    op.drop_table('slot_offer')
    with op.batch_alter_table('service_sheet', schema=None) as batch_op:
        batch_op.drop_index('ix_service_sheet_visit')
        batch_op.drop_index('ix_service_sheet_device')

    op.drop_table('service_sheet')
    op.drop_table('sent_from_site')
    with op.batch_alter_table('work_hold', schema=None) as batch_op:
        batch_op.drop_index('ix_work_hold_ref')

    op.drop_table('work_hold')
    with op.batch_alter_table('work_approval', schema=None) as batch_op:
        batch_op.drop_index('ix_work_approval_ticket')

    op.drop_table('work_approval')
    with op.batch_alter_table('visit', schema=None) as batch_op:
        batch_op.drop_index('ix_visit_status')
        batch_op.drop_index('ix_visit_starts')
        batch_op.drop_index('ix_visit_organisation_starts')
        batch_op.drop_index('ix_visit_engineer_starts')

    op.drop_table('visit')
    with op.batch_alter_table('work_in_progress', schema=None) as batch_op:
        batch_op.drop_index('ix_work_in_progress_contract')

    op.drop_table('work_in_progress')
    with op.batch_alter_table('leave', schema=None) as batch_op:
        batch_op.drop_index('ix_leave_user')

    op.drop_table('leave')
    with op.batch_alter_table('charge', schema=None) as batch_op:
        batch_op.drop_index('ix_charge_ref')
        batch_op.drop_index('ix_charge_organisation')
        batch_op.drop_index('ix_charge_contract')

    op.drop_table('charge')
    op.drop_table('certificate')
    op.drop_table('calendar_feed')
