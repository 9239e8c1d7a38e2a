"""How an account is reached outside the application, and what was sent.

Revision ID: 0022
Revises: 0021
Create Date: 2026-11-21
"""

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
