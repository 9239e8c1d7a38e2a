"""What figures and files still asked for: indexes, and the mark of an import's dry run.

Revision ID: 0016
Revises: 0015
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade():
    op.add_column('imports', sa.Column('result_digest', sa.String(length=200), nullable=True))


def downgrade():
    op.drop_column('imports', 'result_digest')
