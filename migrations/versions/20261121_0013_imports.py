"""Imports of rosters and historic hours.

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
