"""Exports as jobs, and identity exports that another approves.

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
#: What was asked never changes; what was decided is decided once; people are counted once.
ASKED = ('region_code', 'args', 'writing', 'locale', 'reason', 'requested_by', 'requested_at')
DECIDED = ('state', 'decided_by', 'decided_at', 'decision_reason', 'until')


def _choice(name, length, *values):
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=length)


def _writing():
    return _choice('writing', 8, 'xlsx', 'csv', 'gb18030', 'pdf')


def upgrade():
    op.create_table(
        'identity_exports',
        sa.Column('id', KEY, nullable=False),
        sa.Column('region_code', sa.String(length=12), nullable=False),
        sa.Column('args', JSON, nullable=False),
        sa.Column('writing', _writing(), nullable=False),
        sa.Column('locale', sa.String(length=8), nullable=False),
        sa.Column('reason', sa.String(length=200), nullable=False),
        sa.Column('requested_by', KEY, nullable=False),
        sa.Column('requested_at', sa.DateTime(), nullable=False),
        sa.Column('state', _choice('identitystate', 16, 'pending', 'approved', 'rejected', 'withdrawn'),
                  nullable=False),
        sa.Column('decided_by', KEY, nullable=True),
        sa.Column('decided_at', sa.DateTime(), nullable=True),
        sa.Column('decision_reason', sa.String(length=200), nullable=True),
        sa.Column('until', sa.DateTime(), nullable=True),
        sa.Column('people', sa.Integer(), nullable=True),
        sa.CheckConstraint("decided_by IS NULL OR state = 'withdrawn' OR decided_by <> requested_by",
                           name=op.f('ck_identity_exports_two_people')),
        sa.CheckConstraint("(state = 'pending') = (decided_at IS NULL)"
                           ' AND (decided_at IS NULL) = (decided_by IS NULL)'
                           " AND (state <> 'rejected' OR decision_reason IS NOT NULL)",
                           name=op.f('ck_identity_exports_decided_somehow')),
        sa.CheckConstraint("(state = 'approved') = (until IS NOT NULL)",
                           name=op.f('ck_identity_exports_approved_for_a_time')),
        sa.CheckConstraint('length(reason) > 0', name=op.f('ck_identity_exports_for_a_reason')),
        sa.ForeignKeyConstraint(['region_code'], ['regions.code'], name=op.f('fk_identity_exports_region_code')),
        sa.ForeignKeyConstraint(['requested_by'], ['accounts.id'], name=op.f('fk_identity_exports_requested_by')),
        sa.ForeignKeyConstraint(['decided_by'], ['accounts.id'], name=op.f('fk_identity_exports_decided_by')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_exports')),
    )
    op.create_index('ix_identity_exports_requested_by_requested_at', 'identity_exports',
                    ['requested_by', 'requested_at'])
    op.create_index('ix_identity_exports_region_code_state', 'identity_exports', ['region_code', 'state'])
    op.create_table(
        'identity_export_people',
        sa.Column('identity_id', KEY, nullable=False),
        sa.Column('first_id', KEY, nullable=False),
        sa.Column('last_id', KEY, nullable=False),
        sa.Column('packed', sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(['identity_id'], ['identity_exports.id'],
                                name=op.f('fk_identity_export_people_identity_id')),
        sa.PrimaryKeyConstraint('identity_id', 'first_id', name=op.f('pk_identity_export_people')),
    )
    op.create_index('ix_identity_export_people_first_id_last_id', 'identity_export_people', ['first_id', 'last_id'])
    op.create_table(
        'export_jobs',
        sa.Column('id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=False),
        sa.Column('kind', sa.String(length=40), nullable=False),
        sa.Column('args', JSON, nullable=False),
        sa.Column('writing', _writing(), nullable=False),
        sa.Column('locale', sa.String(length=8), nullable=False),
        sa.Column('region_code', sa.String(length=12), nullable=False),
        sa.Column('name', sa.String(length=200), nullable=False),
        sa.Column('identity_id', KEY, nullable=True),
        sa.Column('state', _choice('exportstate', 16, 'waiting', 'working', 'ready', 'failed', 'cancelled', 'erased'),
                  nullable=False),
        sa.Column('asked_at', sa.DateTime(), nullable=False),
        sa.Column('started_at', sa.DateTime(), nullable=True),
        sa.Column('finished_at', sa.DateTime(), nullable=True),
        sa.Column('expires_at', sa.DateTime(), nullable=True),
        sa.Column('rows_done', sa.Integer(), server_default='0', nullable=False),
        sa.Column('rows_about', sa.Integer(), nullable=True),
        sa.Column('attempt', sa.Integer(), server_default='0', nullable=False),
        sa.Column('holder', sa.String(length=200), nullable=True),
        sa.Column('held_until', sa.DateTime(), nullable=True),
        sa.Column('size', KEY, nullable=True),
        sa.Column('digest', sa.String(length=64), nullable=True),
        sa.Column('failure', sa.String(length=40), nullable=True),
        sa.CheckConstraint("state <> 'ready' OR (size IS NOT NULL AND digest IS NOT NULL AND expires_at IS NOT NULL)",
                           name=op.f('ck_export_jobs_ready_as_a_whole')),
        sa.CheckConstraint("(state = 'working') = (held_until IS NOT NULL)",
                           name=op.f('ck_export_jobs_worked_on_by_somebody')),
        sa.CheckConstraint("(state = 'failed') = (failure IS NOT NULL)",
                           name=op.f('ck_export_jobs_failed_for_a_reason')),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_export_jobs_account_id')),
        sa.ForeignKeyConstraint(['region_code'], ['regions.code'], name=op.f('fk_export_jobs_region_code')),
        sa.ForeignKeyConstraint(['identity_id'], ['identity_exports.id'], name=op.f('fk_export_jobs_identity_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_export_jobs')),
        sa.UniqueConstraint('identity_id', name=op.f('uq_export_jobs_identity_id')),
    )
    op.create_index('ix_export_jobs_account_id_asked_at', 'export_jobs', ['account_id', 'asked_at'])
    op.create_index('ix_export_jobs_state_held_until', 'export_jobs', ['state', 'held_until'])
    op.create_table(
        'export_pieces',
        sa.Column('export_id', KEY, nullable=False),
        sa.Column('attempt', sa.Integer(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(['export_id'], ['export_jobs.id'], name=op.f('fk_export_pieces_export_id')),
        sa.PrimaryKeyConstraint('export_id', 'attempt', 'number', name=op.f('pk_export_pieces')),
    )
    if op.get_bind().dialect.name == 'postgresql':
        # What is sealed cannot be compressed; trying would only cost time.
        op.execute('ALTER TABLE export_pieces ALTER COLUMN content SET STORAGE EXTERNAL')
    _keep()


def _keep():
    if op.get_bind().dialect.name == 'postgresql':
        asked = ' OR '.join(f'NEW.{column} IS DISTINCT FROM OLD.{column}' for column in ASKED)
        decided = ' OR '.join(f'NEW.{column} IS DISTINCT FROM OLD.{column}' for column in DECIDED)
        op.execute(f'''
            CREATE FUNCTION keep_identity_export() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_TABLE_NAME = 'identity_exports' AND TG_OP = 'UPDATE' THEN
                    IF NOT ({asked}) AND (OLD.decided_at IS NULL OR NOT ({decided}))
                        AND (OLD.people IS NULL OR NEW.people = OLD.people) THEN RETURN NEW; END IF;
                END IF;
                RAISE EXCEPTION 'identity exports are kept as they were'
                    USING ERRCODE = 'integrity_constraint_violation';
            END $$''')
        for table in ('identity_exports', 'identity_export_people'):
            op.execute(f'''
                CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION keep_identity_export()''')
        return
    asked = ' OR '.join(f'NEW.{column} IS NOT OLD.{column}' for column in ASKED)
    decided = ' OR '.join(f'NEW.{column} IS NOT OLD.{column}' for column in DECIDED)
    op.execute(f'''
        CREATE TRIGGER identity_exports_kept BEFORE UPDATE ON identity_exports
        WHEN {asked} OR (OLD.decided_at IS NOT NULL AND ({decided}))
            OR (OLD.people IS NOT NULL AND NEW.people IS NOT OLD.people)
        BEGIN SELECT RAISE(ABORT, 'identity exports are kept as they were'); END''')
    op.execute('''
        CREATE TRIGGER identity_export_people_kept BEFORE UPDATE ON identity_export_people
        BEGIN SELECT RAISE(ABORT, 'identity exports are kept as they were'); END''')
    for table in ('identity_exports', 'identity_export_people'):
        op.execute(f'''
            CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
            BEGIN SELECT RAISE(ABORT, 'identity exports are kept as they were'); END''')


def downgrade():
    for table in ('export_pieces', 'export_jobs', 'identity_export_people', 'identity_exports'):
        op.drop_table(table)
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION keep_identity_export()')
