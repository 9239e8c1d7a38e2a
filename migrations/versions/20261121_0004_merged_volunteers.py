"""Find whom a volunteer was merged into without reading everybody: also asked when a volunteer is deleted.

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

PRESENT = sa.text('merged_into_id IS NOT NULL')


def upgrade():
    op.create_index(
        'ix_volunteers_merged_into_id', 'volunteers', ['merged_into_id'], unique=False,
        sqlite_where=PRESENT, postgresql_where=PRESENT,
    )


def downgrade():
    op.drop_index('ix_volunteers_merged_into_id', table_name='volunteers')
