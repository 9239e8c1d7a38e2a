"""Notices, make-up hours with their evidence, corrections.

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')


STATES = ('pending', 'approved', 'rejected', 'withdrawn')
#: What was asked for never changes; the two times move only by a correction of what was approved.
FACTS = ('volunteer_id', 'shift_id', 'station_id', 'reason', 'evidence_id', 'requested_by', 'requested_at', 'is_late')


def upgrade():
    op.create_table(
        'notices',
        sa.Column('id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=False),
        sa.Column('key', sa.String(length=120), nullable=False),
        sa.Column('subject', sa.String(length=200), nullable=False),
        sa.Column('params', JSON, nullable=False),
        sa.Column('link', sa.String(length=200), nullable=True),
        sa.Column('told_at', sa.DateTime(), nullable=False),
        sa.Column('read_at', sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_notices_account_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_notices')),
        sa.UniqueConstraint('account_id', 'key', name=op.f('uq_notices_account_id_key')),
    )
    op.create_index(op.f('ix_notices_account_id_read_at'), 'notices', ['account_id', 'read_at'])
    op.create_table(
        'evidence_pictures',
        sa.Column('id', KEY, nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('width', sa.Integer(), nullable=False),
        sa.Column('height', sa.Integer(), nullable=False),
        sa.Column('added_at', sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_pictures')),
    )
    _create_make_ups()
    _create_corrections()
    if op.get_bind().dialect.name == 'postgresql':
        _guard_postgresql()
    else:
        _guard_sqlite()


def downgrade():
    for table in ('corrections', 'make_ups', 'evidence_pictures', 'notices'):
        op.drop_table(table)
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION keep_make_up_facts()')


def _create_make_ups():
    op.create_table(
        'make_ups',
        sa.Column('id', KEY, nullable=False),
        sa.Column('volunteer_id', KEY, nullable=False),
        sa.Column('volunteer_account_id', KEY, nullable=True),
        sa.Column('shift_id', KEY, nullable=False),
        sa.Column('station_id', KEY, nullable=False),
        sa.Column('region_code', sa.String(length=12), nullable=False),
        sa.Column('in_at', sa.DateTime(), nullable=False),
        sa.Column('out_at', sa.DateTime(), nullable=False),
        sa.Column('minutes', sa.Integer(), nullable=False),
        sa.Column('month', sa.String(length=7), nullable=False),
        sa.Column('reason', sa.String(length=200), nullable=False),
        sa.Column('evidence_id', KEY, nullable=False),
        sa.Column('is_late', sa.Boolean(), nullable=False),
        sa.Column('decidable_at', sa.DateTime(), nullable=False),
        sa.Column('asked_at', sa.DateTime(), nullable=True),
        sa.Column('took_part', sa.Enum('yes', 'no', name='tookpart', native_enum=False, create_constraint=True,
                                       length=3), nullable=True),
        sa.Column('answered_at', sa.DateTime(), nullable=True),
        sa.Column('revision', sa.Integer(), nullable=False, server_default='1'),
        *_decision_columns(),
        sa.CheckConstraint('in_at < out_at', name=op.f('ck_make_ups_forward')),
        sa.CheckConstraint('minutes >= 0', name=op.f('ck_make_ups_minutes_not_negative')),
        *_decision_checks('make_ups'),
        sa.CheckConstraint("state <> 'approved' OR (decided_at >= decidable_at"
                           " AND (took_part IS NULL OR took_part = 'yes'))",
                           name=op.f('ck_make_ups_neither_early_nor_contested')),
        sa.CheckConstraint('(took_part IS NULL) = (answered_at IS NULL)', name=op.f('ck_make_ups_answered_somehow')),
        *(sa.ForeignKeyConstraint([column], [target], name=op.f(f'fk_make_ups_{column}')) for column, target in (
            ('volunteer_id', 'volunteers.id'), ('shift_id', 'shifts.id'), ('station_id', 'stations.id'),
            ('region_code', 'regions.code'), ('evidence_id', 'evidence_pictures.id'))),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_make_ups')),
    )
    for columns in (['station_id', 'month'], ['station_id', 'state'], ['volunteer_id', 'in_at'], ['shift_id']):
        op.create_index(op.f('ix_make_ups_' + '_'.join(columns)), 'make_ups', columns)


def _create_corrections():
    op.create_table(
        'corrections',
        sa.Column('id', KEY, nullable=False),
        sa.Column('session_id', KEY, nullable=True),
        sa.Column('make_up_id', KEY, nullable=True),
        sa.Column('station_id', KEY, nullable=False),
        sa.Column('volunteer_account_id', KEY, nullable=True),
        sa.Column('revision', sa.Integer(), nullable=False),
        sa.Column('old_in_at', sa.DateTime(), nullable=False),
        sa.Column('old_out_at', sa.DateTime(), nullable=False),
        sa.Column('old_minutes', sa.Integer(), nullable=False),
        sa.Column('new_in_at', sa.DateTime(), nullable=True),
        sa.Column('new_out_at', sa.DateTime(), nullable=True),
        sa.Column('new_minutes', sa.Integer(), nullable=True),
        sa.Column('reason', sa.String(length=200), nullable=False),
        *_decision_columns(),
        sa.CheckConstraint('(session_id IS NULL) <> (make_up_id IS NULL)', name=op.f('ck_corrections_one_subject')),
        sa.CheckConstraint('(new_in_at IS NULL) = (new_out_at IS NULL)'
                           ' AND (new_in_at IS NULL OR new_in_at < new_out_at)', name=op.f('ck_corrections_forward')),
        *_decision_checks('corrections'),
        *(sa.ForeignKeyConstraint([column], [target], name=op.f(f'fk_corrections_{column}')) for column, target in (
            ('session_id', 'sessions.id'), ('make_up_id', 'make_ups.id'), ('station_id', 'stations.id'))),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_corrections')),
    )
    op.create_index(op.f('ix_corrections_station_id_state'), 'corrections', ['station_id', 'state'])
    pending = sa.text("state = 'pending'")
    for subject in ('session', 'make_up'):
        op.create_index(f'uq_corrections_pending_{subject}', 'corrections', [f'{subject}_id'], unique=True,
                        sqlite_where=pending, postgresql_where=pending)


def _decision_columns():
    return (
        sa.Column('requested_by', KEY, nullable=False),
        sa.Column('requested_at', sa.DateTime(), nullable=False),
        sa.Column('state', sa.Enum(*STATES, name='requeststate', native_enum=False, create_constraint=True,
                                   length=24), nullable=False),
        sa.Column('decided_by', KEY, nullable=True),
        sa.Column('decided_at', sa.DateTime(), nullable=True),
        sa.Column('decision_reason', sa.String(length=200), nullable=True),
    )


def _decision_checks(table):
    return (
        sa.CheckConstraint("decided_by IS NULL OR state = 'withdrawn' OR decided_by <> requested_by",
                           name=op.f(f'ck_{table}_two_people')),
        sa.CheckConstraint('volunteer_account_id IS NULL OR (requested_by <> volunteer_account_id'
                           ' AND (decided_by IS NULL OR decided_by <> volunteer_account_id))',
                           name=op.f(f'ck_{table}_not_ones_own')),
        sa.CheckConstraint("(state = 'pending') = (decided_at IS NULL)"
                           ' AND (decided_at IS NULL) = (decided_by IS NULL)'
                           " AND (state <> 'rejected' OR decision_reason IS NOT NULL)",
                           name=op.f(f'ck_{table}_decided_somehow')),
    )


def _moved(distinct):
    facts = ' OR '.join(f'NEW.{column} {distinct} OLD.{column}' for column in FACTS)
    times = f"OLD.state <> 'approved' AND (NEW.in_at {distinct} OLD.in_at OR NEW.out_at {distinct} OLD.out_at)"
    return f'{facts} OR ({times})'


def _guard_postgresql():
    op.execute("""
        CREATE TRIGGER evidence_pictures_append_only BEFORE UPDATE OR DELETE ON evidence_pictures
        FOR EACH ROW EXECUTE FUNCTION refuse_change()""")
    op.execute(f"""
        CREATE FUNCTION keep_make_up_facts() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {_moved('IS DISTINCT FROM')} THEN
                RAISE EXCEPTION 'a make-up is not edited' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$""")
    op.execute("""
        CREATE TRIGGER make_ups_keep_facts BEFORE UPDATE ON make_ups
        FOR EACH ROW EXECUTE FUNCTION keep_make_up_facts()""")


def _guard_sqlite():
    for verb in ('update', 'delete'):
        op.execute(f"""
            CREATE TRIGGER evidence_pictures_no_{verb} BEFORE {verb.upper()} ON evidence_pictures
            BEGIN SELECT RAISE(ABORT, 'evidence_pictures is append-only'); END""")
    op.execute(f"""
        CREATE TRIGGER make_ups_keep_facts BEFORE UPDATE ON make_ups WHEN {_moved('IS NOT')}
        BEGIN SELECT RAISE(ABORT, 'a make-up is not edited'); END""")
