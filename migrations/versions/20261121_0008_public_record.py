"""Reports about the public record of hours: kept for ever, decided once.

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
#: What was said, and about what, never changes; only a decision is added, once.
SAID = ('activity_id', 'volunteer_id', 'reason', 'reported_at', 'reported_by')


def upgrade():
    op.create_table(
        'hours_reports',
        sa.Column('id', KEY, nullable=False),
        sa.Column('activity_id', KEY, nullable=False),
        sa.Column('volunteer_id', KEY, nullable=True),
        sa.Column('reason', sa.String(length=100), nullable=False),
        sa.Column('contact', sa.Text(), nullable=True),
        sa.Column('reported_at', sa.DateTime(), nullable=False),
        sa.Column('reported_by', KEY, nullable=True),
        sa.Column('finding', sa.Enum('unfounded', 'founded', name='finding', native_enum=False,
                                     create_constraint=True, length=24), nullable=True),
        sa.Column('finding_reason', sa.String(length=200), nullable=True),
        sa.Column('decided_at', sa.DateTime(), nullable=True),
        sa.Column('decided_by', KEY, nullable=True),
        sa.CheckConstraint('reported_by IS NULL OR decided_by IS NULL OR reported_by <> decided_by',
                           name=op.f('ck_hours_reports_two_people')),
        sa.CheckConstraint('(decided_at IS NULL) = (finding IS NULL)'
                           ' AND (decided_at IS NULL) = (decided_by IS NULL)'
                           ' AND (decided_at IS NULL) = (finding_reason IS NULL)',
                           name=op.f('ck_hours_reports_decided_with_a_reason')),
        sa.ForeignKeyConstraint(['activity_id'], ['activities.id'], name=op.f('fk_hours_reports_activity_id')),
        sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_hours_reports_volunteer_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_hours_reports')),
    )
    op.create_index('ix_hours_reports_activity_id', 'hours_reports', ['activity_id'])
    op.create_index('ix_hours_reports_decided_at_reported_at', 'hours_reports', ['decided_at', 'reported_at'])
    if op.get_bind().dialect.name == 'postgresql':
        changed = ' OR '.join(f'NEW.{column} IS DISTINCT FROM OLD.{column}' for column in SAID)
        op.execute(f'''
            CREATE FUNCTION keep_hours_report() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP = 'UPDATE' THEN
                    IF OLD.decided_at IS NULL AND NOT ({changed}) THEN RETURN NEW; END IF;
                END IF;
                RAISE EXCEPTION 'hours_reports are kept as they were'
                    USING ERRCODE = 'integrity_constraint_violation';
            END $$''')
        op.execute('''
            CREATE TRIGGER hours_reports_kept BEFORE UPDATE OR DELETE ON hours_reports
            FOR EACH ROW EXECUTE FUNCTION keep_hours_report()''')
        return
    changed = ' OR '.join(f'NEW.{column} IS NOT OLD.{column}' for column in SAID)
    op.execute(f'''
        CREATE TRIGGER hours_reports_kept BEFORE UPDATE ON hours_reports
        WHEN OLD.decided_at IS NOT NULL OR {changed}
        BEGIN SELECT RAISE(ABORT, 'hours_reports are kept as they were'); END''')
    op.execute('''
        CREATE TRIGGER hours_reports_no_delete BEFORE DELETE ON hours_reports
        BEGIN SELECT RAISE(ABORT, 'hours_reports are kept as they were'); END''')


def downgrade():
    op.drop_table('hours_reports')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION keep_hours_report()')
