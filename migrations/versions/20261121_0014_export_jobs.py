"""Exports as jobs, and identity exports that another approves.

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
