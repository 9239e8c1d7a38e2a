"""Guardians and relatives who act for somebody, and what they did.

Revision ID: 0019
Revises: 0018
Create Date: 2026-11-21
"""

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
