"""Certificates issued, their register, replaced and withdrawn ones.

Revision ID: 0018
Revises: 0017
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
LIVE = sa.text('withdrawn_at IS NULL')
WAITING = sa.text("state = 'waiting' AND replaces_id IS NULL")
DUE = sa.text('replaces_id IS NOT NULL')
STATES = ('valid', 'superseded', 'revoked')
REQUEST_STATES = ('waiting', 'issued', 'refused', 'withdrawn')
#: What a certificate says never changes.
SAID = ('id', 'volunteer_id', 'holder_account_id', 'unit_id', 'year', 'serial', 'number', 'token', 'since', 'until',
        'minutes', 'covered', 'paper_sha256', 'key_id', 'issued_at', 'issued_by')
#: What is written once.
ONCE = ('ended_at', 'ended_by', 'superseded_by_id', 'erased_at')
#: What is only ever taken away.
EMPTIED = ('content', 'paper')


def upgrade():
    op.create_table(
        'recording_units',
        sa.Column('id', KEY, nullable=False),
        sa.Column('station_id', KEY, nullable=True),
        sa.Column('team_id', KEY, nullable=True),
        sa.Column('prefix', sa.String(length=24), nullable=False),
        sa.Column('person_in_charge', sa.String(length=60), nullable=False),
        sa.Column('contact', sa.String(length=60), nullable=False),
        sa.Column('changed_at', sa.DateTime(), nullable=False),
        sa.Column('changed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
        sa.CheckConstraint('(station_id IS NULL) <> (team_id IS NULL)', name=op.f('ck_recording_units_one_kind')),
        sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_recording_units_station_id')),
        sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_recording_units_team_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_recording_units')),
        sa.UniqueConstraint('station_id', name=op.f('uq_recording_units_station_id')),
        sa.UniqueConstraint('team_id', name=op.f('uq_recording_units_team_id')),
        sa.UniqueConstraint('prefix', name=op.f('uq_recording_units_prefix')),
    )
    op.create_table(
        'unit_seals',
        sa.Column('id', KEY, nullable=False),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('added_at', sa.DateTime(), nullable=False),
        sa.Column('added_by', KEY, nullable=True),
        sa.Column('withdrawn_at', sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(['unit_id'], ['recording_units.id'], name=op.f('fk_unit_seals_unit_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_seals')),
    )
    op.create_index('ix_unit_seals_unit_id', 'unit_seals', ['unit_id'])
    op.create_index('uq_unit_seals_live', 'unit_seals', ['unit_id'], unique=True,
                    sqlite_where=LIVE, postgresql_where=LIVE)
    op.create_table(
        'certificate_series',
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('last', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['unit_id'], ['recording_units.id'], name=op.f('fk_certificate_series_unit_id')),
        sa.PrimaryKeyConstraint('unit_id', 'year', name=op.f('pk_certificate_series')),
    )
    op.create_table(
        'certificate_keys',
        sa.Column('serial', sa.Integer(), nullable=False),
        sa.Column('key_id', sa.String(length=8), nullable=False),
        sa.Column('public_key', sa.String(length=43), nullable=False),
        sa.Column('since', sa.DateTime(), nullable=False),
        sa.Column('retired_at', sa.DateTime(), nullable=True),
        sa.Column('withdrawn_at', sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint('serial', name=op.f('pk_certificate_keys')),
        sa.UniqueConstraint('key_id', name=op.f('uq_certificate_keys_key_id')),
    )
    op.create_table(
        'certificates',
        sa.Column('id', KEY, nullable=False),
        sa.Column('volunteer_id', KEY, nullable=False),
        sa.Column('holder_account_id', KEY, nullable=True),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('serial', sa.Integer(), nullable=False),
        sa.Column('number', sa.String(length=40), nullable=False),
        sa.Column('token', sa.String(length=22), nullable=False),
        sa.Column('since', sa.Date(), nullable=False),
        sa.Column('until', sa.Date(), nullable=False),
        sa.Column('minutes', sa.Integer(), nullable=False),
        sa.Column('covered', JSON, nullable=False),
        sa.Column('content', sa.Text(), nullable=True),
        sa.Column('paper', sa.LargeBinary(), nullable=True),
        sa.Column('paper_sha256', sa.String(length=64), nullable=False),
        sa.Column('key_id', sa.String(length=8), nullable=False),
        sa.Column('issued_at', sa.DateTime(), nullable=False),
        sa.Column('issued_by', KEY, nullable=False),
        sa.Column('state', sa.Enum(*STATES, name='certificatestate', native_enum=False, create_constraint=True,
                                   length=24), nullable=False),
        sa.Column('ended_at', sa.DateTime(), nullable=True),
        sa.Column('ended_by', KEY, nullable=True),
        sa.Column('end_reason', sa.String(length=200), nullable=True),
        sa.Column('superseded_by_id', KEY, nullable=True),
        sa.Column('erased_at', sa.DateTime(), nullable=True),
        sa.CheckConstraint('serial > 0', name=op.f('ck_certificates_serial_counts_from_one')),
        sa.CheckConstraint('minutes > 0', name=op.f('ck_certificates_minutes_positive')),
        sa.CheckConstraint('since <= until', name=op.f('ck_certificates_forward')),
        sa.CheckConstraint('holder_account_id IS NULL OR holder_account_id <> issued_by',
                           name=op.f('ck_certificates_not_ones_own')),
        sa.CheckConstraint("(state = 'valid') = (ended_at IS NULL)", name=op.f('ck_certificates_ended_somehow')),
        sa.CheckConstraint("state <> 'revoked' OR (ended_by IS NOT NULL AND end_reason IS NOT NULL)",
                           name=op.f('ck_certificates_revoked_with_a_reason')),
        sa.CheckConstraint("superseded_by_id IS NULL OR state <> 'valid'",
                           name=op.f('ck_certificates_superseded_is_not_valid')),
        sa.CheckConstraint('(erased_at IS NULL) = (content IS NOT NULL) AND (erased_at IS NULL) = (paper IS NOT NULL)',
                           name=op.f('ck_certificates_erased_as_a_whole')),
        sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_certificates_volunteer_id')),
        sa.ForeignKeyConstraint(['unit_id'], ['recording_units.id'], name=op.f('fk_certificates_unit_id')),
        sa.ForeignKeyConstraint(['superseded_by_id'], ['certificates.id'],
                                name=op.f('fk_certificates_superseded_by_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_certificates')),
        sa.UniqueConstraint('number', name=op.f('uq_certificates_number')),
        sa.UniqueConstraint('token', name=op.f('uq_certificates_token')),
        sa.UniqueConstraint('unit_id', 'year', 'serial', name=op.f('uq_certificates_unit_id_year_serial')),
    )
    op.create_index('ix_certificates_volunteer_id', 'certificates', ['volunteer_id'])
    op.create_table(
        'certificate_requests',
        sa.Column('id', KEY, nullable=False),
        sa.Column('volunteer_id', KEY, nullable=False),
        sa.Column('unit_id', KEY, nullable=False),
        sa.Column('since', sa.Date(), nullable=False),
        sa.Column('until', sa.Date(), nullable=False),
        sa.Column('purpose', sa.String(length=60), nullable=False),
        sa.Column('wants_seal', sa.Boolean(), nullable=False),
        sa.Column('whole_document', sa.Boolean(), nullable=False),
        sa.Column('asked_at', sa.DateTime(), nullable=False),
        sa.Column('asked_by', KEY, nullable=True),
        sa.Column('replaces_id', KEY, nullable=True),
        sa.Column('state', sa.Enum(*REQUEST_STATES, name='requeststate', native_enum=False, create_constraint=True,
                                   length=24), nullable=False),
        sa.Column('certificate_id', KEY, nullable=True),
        sa.Column('decided_at', sa.DateTime(), nullable=True),
        sa.Column('decided_by', KEY, nullable=True),
        sa.Column('reason', sa.String(length=200), nullable=True),
        sa.CheckConstraint('since <= until', name=op.f('ck_certificate_requests_forward')),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)",
                           name=op.f('ck_certificate_requests_decided_somehow')),
        sa.CheckConstraint("(state = 'issued') = (certificate_id IS NOT NULL)",
                           name=op.f('ck_certificate_requests_issued_as_something')),
        sa.CheckConstraint("state <> 'refused' OR reason IS NOT NULL",
                           name=op.f('ck_certificate_requests_refused_with_a_reason')),
        sa.CheckConstraint('(asked_by IS NULL) = (replaces_id IS NOT NULL)',
                           name=op.f('ck_certificate_requests_asked_or_due')),
        sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'],
                                name=op.f('fk_certificate_requests_volunteer_id')),
        sa.ForeignKeyConstraint(['unit_id'], ['recording_units.id'], name=op.f('fk_certificate_requests_unit_id')),
        sa.ForeignKeyConstraint(['replaces_id'], ['certificates.id'],
                                name=op.f('fk_certificate_requests_replaces_id')),
        sa.ForeignKeyConstraint(['certificate_id'], ['certificates.id'],
                                name=op.f('fk_certificate_requests_certificate_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_requests')),
        sa.UniqueConstraint('certificate_id', name=op.f('uq_certificate_requests_certificate_id')),
    )
    op.create_index('ix_certificate_requests_unit_id_state', 'certificate_requests', ['unit_id', 'state'])
    op.create_index('ix_certificate_requests_volunteer_id', 'certificate_requests', ['volunteer_id'])
    op.create_index('uq_certificate_requests_waiting', 'certificate_requests',
                    ['volunteer_id', 'unit_id', 'since', 'until'], unique=True,
                    sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_index('uq_certificate_requests_due', 'certificate_requests', ['replaces_id'], unique=True,
                    sqlite_where=DUE, postgresql_where=DUE)
    op.create_table(
        'certificate_looks',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('until', sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate_looks')),
    )
    _keep_what_was_issued()


def _keep_what_was_issued():
    postgres = op.get_bind().dialect.name == 'postgresql'
    differs = 'IS DISTINCT FROM' if postgres else 'IS NOT'
    broken = ' OR '.join([
        *(f'NEW.{column} {differs} OLD.{column}' for column in SAID),
        *(f'(OLD.{column} IS NOT NULL AND NEW.{column} {differs} OLD.{column})' for column in ONCE),
        *(f'(NEW.{column} IS NOT NULL AND NEW.{column} {differs} OLD.{column})' for column in EMPTIED),
        f"(OLD.state <> 'valid' AND NEW.state {differs} OLD.state)",
        f"(OLD.state <> 'valid' AND NEW.erased_at IS NULL AND NEW.end_reason {differs} OLD.end_reason)",
    ])
    if postgres:
        op.execute(f'''
            CREATE FUNCTION keep_certificate() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'UPDATE' THEN
                    IF NOT ({broken}) THEN RETURN NEW; END IF;
                END IF;
                RAISE EXCEPTION 'certificates are kept as they were issued'
                    USING ERRCODE = 'integrity_constraint_violation';
            END $$''')
        op.execute('''
            CREATE TRIGGER certificates_kept BEFORE UPDATE OR DELETE ON certificates
            FOR EACH ROW EXECUTE FUNCTION keep_certificate()''')
        return
    op.execute(f'''
        CREATE TRIGGER certificates_kept BEFORE UPDATE ON certificates WHEN {broken}
        BEGIN SELECT RAISE(ABORT, 'certificates are kept as they were issued'); END''')
    op.execute('''
        CREATE TRIGGER certificates_no_delete BEFORE DELETE ON certificates
        BEGIN SELECT RAISE(ABORT, 'certificates are kept as they were issued'); END''')


def downgrade():
    for table in ('certificate_looks', 'certificate_requests', 'certificates', 'certificate_keys',
                  'certificate_series', 'unit_seals', 'recording_units'):
        op.drop_table(table)
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION keep_certificate()')
