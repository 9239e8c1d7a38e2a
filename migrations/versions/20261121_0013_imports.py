"""Imports of rosters and historic hours: files, rows, and invitations that wait for consent.

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')


def upgrade():
    op.create_table('imports',
        sa.Column('id', KEY, nullable=False),
        sa.Column('kind', sa.Enum('roster', 'hours', name='importkind', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('state', sa.Enum('uploaded', 'mapping', 'ready', 'applying', 'done', 'undoing', 'undone', 'cancelled', 'failed', 'expired', name='importstate', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('file_name', sa.String(length=200), nullable=False),
        sa.Column('file_digest', sa.String(length=200), nullable=False),
        sa.Column('file_size', sa.Integer(), nullable=False),
        sa.Column('uploaded_at', sa.DateTime(), nullable=False),
        sa.Column('uploaded_by', KEY, nullable=True),
        sa.Column('uploaded_by_name', sa.String(length=200), nullable=False),
        sa.Column('area_code', sa.String(length=12), nullable=False),
        sa.Column('region_code', sa.String(length=12), nullable=True),
        sa.Column('basis', sa.Enum('paper', 'invitation', name='basis', native_enum=False, create_constraint=True, length=24), nullable=True),
        sa.Column('consent_on', sa.Date(), nullable=True),
        sa.Column('holder', sa.String(length=200), nullable=False),
        sa.Column('mapping', JSON, nullable=True),
        sa.Column('header_row', sa.Integer(), nullable=True),
        sa.Column('sample', sa.Text(), nullable=True),
        sa.Column('noticed', JSON, nullable=False),
        sa.Column('failure', JSON, nullable=True),
        sa.Column('rows_total', sa.Integer(), nullable=False),
        sa.Column('rows_done', sa.Integer(), nullable=False),
        sa.Column('counts', JSON, nullable=False),
        sa.Column('confirmed_at', sa.DateTime(), nullable=True),
        sa.Column('confirmed_by', KEY, nullable=True),
        sa.Column('confirmed_by_name', sa.String(length=200), nullable=False),
        sa.Column('undone_at', sa.DateTime(), nullable=True),
        sa.Column('undone_by', KEY, nullable=True),
        sa.Column('undone_by_name', sa.String(length=200), nullable=False),
        sa.Column('undo_reason', sa.String(length=200), nullable=False),
        sa.Column('finished_at', sa.DateTime(), nullable=True),
        sa.Column('erase_at', sa.DateTime(), nullable=True),
        sa.CheckConstraint("basis <> 'paper' OR (consent_on IS NOT NULL AND holder <> '')", name=op.f('ck_imports_paper_has_a_holder')),
        sa.CheckConstraint("kind <> 'roster' OR basis IS NOT NULL", name=op.f('ck_imports_roster_has_a_basis')),
        sa.ForeignKeyConstraint(['area_code'], ['regions.code'], name=op.f('fk_imports_area_code')),
        sa.ForeignKeyConstraint(['region_code'], ['regions.code'], name=op.f('fk_imports_region_code')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_imports'))
    )
    op.create_index(op.f('ix_imports_area_code_uploaded_at'), 'imports', ['area_code', 'uploaded_at'], unique=False)
    op.create_index(op.f('ix_imports_erase_at'), 'imports', ['erase_at'], unique=False)
    op.create_index(op.f('ix_imports_state'), 'imports', ['state'], unique=False)
    op.create_table('import_pieces',
        sa.Column('id', KEY, nullable=False),
        sa.Column('import_id', KEY, nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('body', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['import_id'], ['imports.id'], name=op.f('fk_import_pieces_import_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_import_pieces')),
        sa.UniqueConstraint('import_id', 'number', name=op.f('uq_import_pieces_import_id_number'))
    )
    op.create_table('import_rows',
        sa.Column('id', KEY, nullable=False),
        sa.Column('import_id', KEY, nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('outcome', sa.Enum('new', 'match', 'conflict', 'error', name='outcome', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('state', sa.Enum('staged', 'applied', 'passed', 'undone', 'kept', name='rowstate', native_enum=False, create_constraint=True, length=24), nullable=False),
        sa.Column('reasons', JSON, nullable=False),
        sa.Column('payload', sa.Text(), nullable=True),
        sa.Column('cells', sa.Text(), nullable=True),
        sa.Column('document_index', sa.String(length=200), nullable=True),
        sa.Column('volunteer_id', KEY, nullable=True),
        sa.Column('service_on', sa.Date(), nullable=True),
        sa.Column('minutes', sa.Integer(), nullable=True),
        sa.Column('activity_index', sa.String(length=200), nullable=True),
        sa.Column('entry_id', KEY, nullable=True),
        sa.Column('invitation_id', KEY, nullable=True),
        sa.CheckConstraint('minutes IS NULL OR minutes > 0', name=op.f('ck_import_rows_minutes_are_positive')),
        sa.ForeignKeyConstraint(['import_id'], ['imports.id'], name=op.f('fk_import_rows_import_id')),
        sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_import_rows_volunteer_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_import_rows')),
        sa.UniqueConstraint('import_id', 'number', name=op.f('uq_import_rows_import_id_number'))
    )
    op.create_index(op.f('ix_import_rows_import_id_document_index'), 'import_rows', ['import_id', 'document_index'], unique=False)
    op.create_index(op.f('ix_import_rows_import_id_outcome_number'), 'import_rows', ['import_id', 'outcome', 'number'], unique=False)
    op.create_index(op.f('ix_import_rows_import_id_state_outcome_number'), 'import_rows', ['import_id', 'state', 'outcome', 'number'], unique=False)
    op.create_index(op.f('ix_import_rows_volunteer_id'), 'import_rows', ['volunteer_id'], unique=False)
    op.create_table('invitations',
        sa.Column('id', KEY, nullable=False),
        sa.Column('import_id', KEY, nullable=False),
        sa.Column('region_code', sa.String(length=12), nullable=False),
        sa.Column('document_index', sa.String(length=200), nullable=True),
        sa.Column('mobile_index', sa.String(length=200), nullable=True),
        sa.Column('ending_index', sa.String(length=200), nullable=True),
        sa.Column('payload', sa.Text(), nullable=True),
        sa.Column('invited_at', sa.DateTime(), nullable=False),
        sa.Column('answered_at', sa.DateTime(), nullable=True),
        sa.Column('volunteer_id', KEY, nullable=True),
        sa.Column('ends_at', sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(['import_id'], ['imports.id'], name=op.f('fk_invitations_import_id')),
        sa.ForeignKeyConstraint(['region_code'], ['regions.code'], name=op.f('fk_invitations_region_code')),
        sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_invitations_volunteer_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_invitations')),
        sa.UniqueConstraint('document_index', name=op.f('uq_invitations_document_index'))
    )
    op.create_index(op.f('ix_invitations_import_id'), 'invitations', ['import_id'], unique=False)
    op.create_index(op.f('ix_invitations_mobile_index'), 'invitations', ['mobile_index'], unique=False)
    op.create_index(op.f('ix_invitations_volunteer_id'), 'invitations', ['volunteer_id'], unique=False)


def downgrade():
    for table in ('invitations', 'import_rows', 'import_pieces', 'imports'):
        op.drop_table(table)
