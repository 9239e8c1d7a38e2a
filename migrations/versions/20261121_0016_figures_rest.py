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


#: Figures over any dates read these and not the table. The first is in the order of people, so that their lines
#: are added up one after another; the second holds what is needed of the lines of some days.
COVERING = {
    'ix_hours_entries_by_person':
        ['volunteer_id', 'region_code', 'service_on', 'recorded_at', 'hours_class', 'minutes'],
    'ix_hours_entries_by_day':
        ['service_on', 'volunteer_id', 'recorded_at', 'hours_class', 'minutes'],
}
BEFORE = {
    'ix_hours_entries_by_person': ['volunteer_id', 'service_on', 'recorded_at', 'hours_class', 'minutes'],
    'ix_hours_entries_service_on': ['service_on'],
}


def upgrade():
    _replace(BEFORE, COVERING)
    op.add_column('imports', sa.Column('result_digest', sa.String(length=200), nullable=True))


def downgrade():
    _replace(COVERING, BEFORE)
    op.drop_column('imports', 'result_digest')


def _replace(old, new):
    for name in old:
        op.drop_index(name, 'hours_entries')
    for name, columns in new.items():
        op.create_index(name, 'hours_entries', columns)
