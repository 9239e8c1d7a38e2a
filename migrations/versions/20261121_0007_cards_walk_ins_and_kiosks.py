"""cards walk ins and kiosks.

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-21
"""

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade():
    pass


def downgrade():
    pass
