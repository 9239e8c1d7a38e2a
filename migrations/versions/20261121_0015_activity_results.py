"""What came of an activity: people served, photos.

Revision ID: 0015
Revises: 0014
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
#: What was said never changes; that another word took its place is added, once.
SAID = ('activity_id', 'shift_id', 'served_on', 'beneficiaries', 'photos', 'note', 'recorded_at', 'recorded_by')
OF_SHIFT = sa.text('superseded_at IS NULL AND shift_id IS NOT NULL')
OF_WHOLE = sa.text('superseded_at IS NULL AND shift_id IS NULL')


def upgrade():
    op.create_table(
        'activity_results',
        sa.Column('id', KEY, nullable=False),
        sa.Column('activity_id', KEY, nullable=False),
        sa.Column('shift_id', KEY, nullable=True),
        sa.Column('served_on', sa.Date(), nullable=False),
        sa.Column('beneficiaries', sa.Integer(), nullable=False),
        sa.Column('photos', sa.Integer(), nullable=True),
        sa.Column('note', sa.String(length=200), nullable=False, server_default=''),
        sa.Column('recorded_at', sa.DateTime(), nullable=False),
        sa.Column('recorded_by', KEY, nullable=False),
        sa.Column('superseded_at', sa.DateTime(), nullable=True),
        sa.CheckConstraint('beneficiaries >= 0', name=op.f('ck_activity_results_beneficiaries_not_negative')),
        sa.CheckConstraint('photos IS NULL OR photos >= 0', name=op.f('ck_activity_results_photos_not_negative')),
        sa.CheckConstraint('superseded_at IS NULL OR superseded_at >= recorded_at',
                           name=op.f('ck_activity_results_forward')),
        sa.ForeignKeyConstraint(['activity_id'], ['activities.id'], name=op.f('fk_activity_results_activity_id')),
        sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], name=op.f('fk_activity_results_shift_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_activity_results')),
    )
    op.create_index('ix_activity_results_activity_id', 'activity_results', ['activity_id'])
    op.create_index('ix_activity_results_served_on', 'activity_results', ['served_on'])
    op.create_index('uq_activity_results_shift', 'activity_results', ['shift_id'], unique=True,
                    sqlite_where=OF_SHIFT, postgresql_where=OF_SHIFT)
    op.create_index('uq_activity_results_whole', 'activity_results', ['activity_id'], unique=True,
                    sqlite_where=OF_WHOLE, postgresql_where=OF_WHOLE)
    if op.get_bind().dialect.name == 'postgresql':
        changed = ' OR '.join(f'NEW.{column} IS DISTINCT FROM OLD.{column}' for column in SAID)
        op.execute(f'''
            CREATE FUNCTION keep_activity_result() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'UPDATE' THEN
                    IF OLD.superseded_at IS NULL AND NOT ({changed}) THEN RETURN NEW; END IF;
                END IF;
                RAISE EXCEPTION 'activity_results are kept as they were'
                    USING ERRCODE = 'integrity_constraint_violation';
            END $$''')
        op.execute('''
            CREATE TRIGGER activity_results_kept BEFORE UPDATE OR DELETE ON activity_results
            FOR EACH ROW EXECUTE FUNCTION keep_activity_result()''')
        return
    changed = ' OR '.join(f'NEW.{column} IS NOT OLD.{column}' for column in SAID)
    op.execute(f'''
        CREATE TRIGGER activity_results_kept BEFORE UPDATE ON activity_results
        WHEN OLD.superseded_at IS NOT NULL OR {changed}
        BEGIN SELECT RAISE(ABORT, 'activity_results are kept as they were'); END''')
    op.execute('''
        CREATE TRIGGER activity_results_no_delete BEFORE DELETE ON activity_results
        BEGIN SELECT RAISE(ABORT, 'activity_results are kept as they were'); END''')


def downgrade():
    op.drop_table('activity_results')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION keep_activity_result()')
