"""What is folded from the ledger and the register, by day.

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
