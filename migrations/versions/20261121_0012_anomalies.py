"""Flags on what looks odd, who may answer them, and how far the nightly look has come.

Two indexes for the look: corrections by when they were decided, rulings by when they were made. New scans and
volunteers are read by ranges of their primary keys, so neither gets another index.

Revision ID: 0012
Revises: 0011
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
#: What was seen never changes; only the steps of the decision are added.
SEEN = ('rule', 'subject', 'period', 'station_id', 'region_code', 'from_on', 'until_on', 'facts', 'evidence',
        'found_at')


def upgrade():
    # `flask ledger verify` asks of every session what was decided about it.
    op.create_index('ix_review_cases_session_id', 'review_cases', ['session_id'])
    op.create_index('ix_corrections_decided_at', 'corrections', ['decided_at'])
    op.create_index('ix_scan_rulings_ruled_at', 'scan_rulings', ['ruled_at'])
    op.create_table(
        'anomaly_looks',
        sa.Column('id', KEY, nullable=False),
        sa.Column('night', sa.Date(), nullable=True),
        sa.Column('since', sa.DateTime(), nullable=False),
        sa.Column('looked_at', sa.DateTime(), nullable=False),
        sa.Column('scan_from', KEY, nullable=False),
        sa.Column('scan_to', KEY, nullable=False),
        sa.Column('volunteer_from', KEY, nullable=False),
        sa.Column('volunteer_to', KEY, nullable=False),
        sa.Column('raised', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_anomaly_looks')),
        sa.UniqueConstraint('night', name=op.f('uq_anomaly_looks_night')),
    )
    op.create_table(
        'anomaly_flags',
        sa.Column('id', KEY, nullable=False),
        sa.Column('rule', sa.String(length=24), nullable=False),
        sa.Column('subject', sa.String(length=80), nullable=False),
        sa.Column('period', sa.String(length=40), nullable=False),
        sa.Column('station_id', KEY, nullable=True),
        sa.Column('region_code', sa.String(length=12), nullable=False),
        sa.Column('from_on', sa.Date(), nullable=False),
        sa.Column('until_on', sa.Date(), nullable=False),
        sa.Column('facts', JSON, nullable=False),
        sa.Column('evidence', JSON, nullable=False),
        sa.Column('found_at', sa.DateTime(), nullable=False),
        sa.Column('state', sa.Enum('open', 'looked_at', 'explained', 'confirmed', name='flagstate',
                                   native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('taken_at', sa.DateTime(), nullable=True),
        sa.Column('taken_by', KEY, nullable=True),
        sa.Column('decided_at', sa.DateTime(), nullable=True),
        sa.Column('decided_by', KEY, nullable=True),
        sa.Column('decision_reason', sa.String(length=200), nullable=True),
        sa.CheckConstraint('from_on <= until_on', name=op.f('ck_anomaly_flags_forward')),
        sa.CheckConstraint("(taken_at IS NULL) = (state = 'open') AND (taken_at IS NULL) = (taken_by IS NULL)",
                           name=op.f('ck_anomaly_flags_taken_by_somebody')),
        sa.CheckConstraint("(decided_at IS NOT NULL) = (state IN ('explained', 'confirmed'))"
                           ' AND (decided_at IS NULL) = (decided_by IS NULL)'
                           ' AND (decided_at IS NULL) = (decision_reason IS NULL)',
                           name=op.f('ck_anomaly_flags_decided_with_a_reason')),
        sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_anomaly_flags_station_id')),
        sa.ForeignKeyConstraint(['region_code'], ['regions.code'], name=op.f('fk_anomaly_flags_region_code')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_anomaly_flags')),
        sa.UniqueConstraint('rule', 'subject', 'period', name=op.f('uq_anomaly_flags_rule_subject_period')),
    )
    op.create_index('ix_anomaly_flags_region_code_state', 'anomaly_flags', ['region_code', 'state'])
    op.create_index('ix_anomaly_flags_station_id', 'anomaly_flags', ['station_id'])
    op.create_index('ix_anomaly_flags_found_at', 'anomaly_flags', ['found_at'])
    op.create_table(
        'anomaly_parties',
        sa.Column('flag_id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=False),
        sa.Column('told_at', sa.DateTime(), nullable=False),
        sa.Column('said', sa.Text(), nullable=True),
        sa.Column('said_at', sa.DateTime(), nullable=True),
        sa.CheckConstraint('(said IS NULL) = (said_at IS NULL)', name=op.f('ck_anomaly_parties_said_at_some_time')),
        sa.ForeignKeyConstraint(['flag_id'], ['anomaly_flags.id'], name=op.f('fk_anomaly_parties_flag_id')),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_anomaly_parties_account_id')),
        sa.PrimaryKeyConstraint('flag_id', 'account_id', name=op.f('pk_anomaly_parties')),
    )
    op.create_index('ix_anomaly_parties_account_id', 'anomaly_parties', ['account_id'])
    if op.get_bind().dialect.name == 'postgresql':
        guard_postgresql()
    else:
        guard_sqlite()


def guard_postgresql():
    changed = ' OR '.join(f'NEW.{column} IS DISTINCT FROM OLD.{column}' for column in SEEN)
    op.execute(f'''
        CREATE FUNCTION keep_anomaly_flag() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' OR OLD.decided_at IS NOT NULL OR {changed} THEN
                RAISE EXCEPTION 'anomaly_flags are kept as they were'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF NEW.decided_by IS NOT NULL AND EXISTS (
                SELECT 1 FROM anomaly_parties WHERE flag_id = NEW.id AND account_id = NEW.decided_by
            ) THEN
                RAISE EXCEPTION 'whom a flag concerns does not decide it'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$''')
    op.execute('''
        CREATE TRIGGER anomaly_flags_kept BEFORE UPDATE OR DELETE ON anomaly_flags
        FOR EACH ROW EXECUTE FUNCTION keep_anomaly_flag()''')
    op.execute('''
        CREATE FUNCTION keep_anomaly_party() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' OR OLD.said_at IS NOT NULL OR NEW.flag_id <> OLD.flag_id
                OR NEW.account_id <> OLD.account_id OR NEW.told_at <> OLD.told_at
                OR EXISTS (SELECT 1 FROM anomaly_flags WHERE id = OLD.flag_id AND decided_at IS NOT NULL) THEN
                RAISE EXCEPTION 'an answer is given once, before the decision'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$''')
    op.execute('''
        CREATE TRIGGER anomaly_parties_kept BEFORE UPDATE OR DELETE ON anomaly_parties
        FOR EACH ROW EXECUTE FUNCTION keep_anomaly_party()''')


def guard_sqlite():
    changed = ' OR '.join(f'NEW.{column} IS NOT OLD.{column}' for column in SEEN)
    op.execute(f'''
        CREATE TRIGGER anomaly_flags_kept BEFORE UPDATE ON anomaly_flags
        WHEN OLD.decided_at IS NOT NULL OR {changed}
        BEGIN SELECT RAISE(ABORT, 'anomaly_flags are kept as they were'); END''')
    op.execute('''
        CREATE TRIGGER anomaly_flags_no_delete BEFORE DELETE ON anomaly_flags
        BEGIN SELECT RAISE(ABORT, 'anomaly_flags are kept as they were'); END''')
    op.execute('''
        CREATE TRIGGER anomaly_flags_decided_by_another BEFORE UPDATE ON anomaly_flags
        WHEN NEW.decided_by IS NOT NULL AND EXISTS (
            SELECT 1 FROM anomaly_parties WHERE flag_id = NEW.id AND account_id = NEW.decided_by)
        BEGIN SELECT RAISE(ABORT, 'whom a flag concerns does not decide it'); END''')
    op.execute('''
        CREATE TRIGGER anomaly_parties_kept BEFORE UPDATE ON anomaly_parties
        WHEN OLD.said_at IS NOT NULL OR NEW.flag_id <> OLD.flag_id OR NEW.account_id <> OLD.account_id
            OR NEW.told_at <> OLD.told_at
            OR EXISTS (SELECT 1 FROM anomaly_flags WHERE id = OLD.flag_id AND decided_at IS NOT NULL)
        BEGIN SELECT RAISE(ABORT, 'an answer is given once, before the decision'); END''')
    op.execute('''
        CREATE TRIGGER anomaly_parties_no_delete BEFORE DELETE ON anomaly_parties
        BEGIN SELECT RAISE(ABORT, 'an answer is given once, before the decision'); END''')


def downgrade():
    op.drop_index('ix_review_cases_session_id', 'review_cases')
    op.drop_table('anomaly_parties')
    op.drop_table('anomaly_flags')
    op.drop_table('anomaly_looks')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION keep_anomaly_flag()')
        op.execute('DROP FUNCTION keep_anomaly_party()')
    op.drop_index('ix_scan_rulings_ruled_at', 'scan_rulings')
    op.drop_index('ix_corrections_decided_at', 'corrections')
