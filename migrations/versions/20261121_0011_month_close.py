"""Months closed by two people.

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
JSON = sa.JSON().with_variant(postgresql.JSONB(astext_type=sa.Text()), 'postgresql')
#: After which a row is kept as it is: always, or once a column is filled.
KEPT = {
    'month_closes': 'OLD.closed_at IS NOT NULL',
    'month_close_documents': '1 = 1',
    'month_close_reopenings': 'OLD.decided_at IS NOT NULL',
}


def upgrade():
    _months()
    _documents()
    _reopenings()
    if op.get_bind().dialect.name == 'postgresql':
        for table, settled in KEPT.items():
            op.execute(f'''
                CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW WHEN ({settled}) EXECUTE FUNCTION refuse_change()''')
        return
    for table, settled in KEPT.items():
        for verb in ('update', 'delete'):
            op.execute(f'''
                CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} WHEN {settled}
                BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END''')


def downgrade():
    for table in reversed(KEPT):
        op.drop_table(table)


def _months():
    op.create_table(
        'month_closes',
        sa.Column('id', KEY, nullable=False),
        sa.Column('region_code', sa.String(length=12), nullable=False),
        sa.Column('month', sa.Date(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('state', sa.Enum('draft', 'filed', 'closed', name='closestate', native_enum=False,
                                   create_constraint=True, length=24), nullable=False),
        sa.Column('as_of', sa.DateTime(), nullable=False),
        sa.Column('prepared_at', sa.DateTime(), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.Column('changes', JSON, nullable=True),
        sa.Column('filed_by', KEY, nullable=True),
        sa.Column('filed_at', sa.DateTime(), nullable=True),
        sa.Column('reviewed_by', KEY, nullable=True),
        sa.Column('closed_at', sa.DateTime(), nullable=True),
        sa.CheckConstraint('reviewed_by IS NULL OR filed_by IS NULL OR reviewed_by <> filed_by',
                           name=op.f('ck_month_closes_two_people')),
        sa.CheckConstraint(
            "(state = 'draft' AND filed_by IS NULL AND filed_at IS NULL"
            " AND reviewed_by IS NULL AND closed_at IS NULL)"
            " OR (state = 'filed' AND filed_by IS NOT NULL AND filed_at IS NOT NULL"
            " AND reviewed_by IS NULL AND closed_at IS NULL)"
            " OR (state = 'closed' AND filed_by IS NOT NULL AND filed_at IS NOT NULL"
            " AND reviewed_by IS NOT NULL AND closed_at IS NOT NULL)",
            name=op.f('ck_month_closes_signed_in_order')),
        sa.ForeignKeyConstraint(['region_code'], ['regions.code'], name=op.f('fk_month_closes_region_code')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_month_closes')),
        sa.UniqueConstraint('region_code', 'month', 'version',
                            name=op.f('uq_month_closes_region_code_month_version')),
    )
    op.create_index('uq_month_closes_open', 'month_closes', ['region_code', 'month'], unique=True,
                    sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))


def _documents():
    op.create_table(
        'month_close_documents',
        sa.Column('close_id', KEY, nullable=False),
        sa.Column('region_code', sa.String(length=12), nullable=False),
        sa.Column('sequence', sa.Integer(), nullable=False),
        sa.Column('document', sa.LargeBinary(), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('previous_sha256', sa.String(length=64), nullable=True),
        sa.Column('pdf', sa.LargeBinary(), nullable=False),
        sa.Column('pdf_sha256', sa.String(length=64), nullable=False),
        sa.Column('closed_at', sa.DateTime(), nullable=False),
        sa.CheckConstraint('(sequence = 1) = (previous_sha256 IS NULL)',
                           name=op.f('ck_month_close_documents_chained')),
        sa.ForeignKeyConstraint(['close_id'], ['month_closes.id'], name=op.f('fk_month_close_documents_close_id')),
        sa.ForeignKeyConstraint(['region_code'], ['regions.code'],
                                name=op.f('fk_month_close_documents_region_code')),
        sa.PrimaryKeyConstraint('close_id', name=op.f('pk_month_close_documents')),
        sa.UniqueConstraint('region_code', 'sequence',
                            name=op.f('uq_month_close_documents_region_code_sequence')),
    )


def _reopenings():
    op.create_table(
        'month_close_reopenings',
        sa.Column('id', KEY, nullable=False),
        sa.Column('close_id', KEY, nullable=False),
        sa.Column('reason', sa.String(length=200), nullable=False),
        sa.Column('asked_by', KEY, nullable=False),
        sa.Column('asked_at', sa.DateTime(), nullable=False),
        sa.Column('decided_by', KEY, nullable=True),
        sa.Column('decided_at', sa.DateTime(), nullable=True),
        sa.Column('is_granted', sa.Boolean(), nullable=True),
        sa.CheckConstraint('decided_by IS NULL OR decided_by <> asked_by',
                           name=op.f('ck_month_close_reopenings_two_people')),
        sa.CheckConstraint('(decided_at IS NULL) = (decided_by IS NULL) AND (decided_at IS NULL) = (is_granted IS NULL)',
                           name=op.f('ck_month_close_reopenings_decided_as_a_whole')),
        sa.ForeignKeyConstraint(['close_id'], ['month_closes.id'], name=op.f('fk_month_close_reopenings_close_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_month_close_reopenings')),
    )
    op.create_index('uq_month_close_reopenings_waiting', 'month_close_reopenings', ['close_id'], unique=True,
                    sqlite_where=sa.text('decided_at IS NULL'), postgresql_where=sa.text('decided_at IS NULL'))
    op.create_index('ix_month_close_reopenings_close_id', 'month_close_reopenings', ['close_id'])
