"""Printed cards, people without registration, tablets at the door.

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
KIOSK = ('CONSTRAINT ck_logins_kiosk_has_a_pin CHECK ((kiosk_station_id IS NULL) = (kiosk_pin_hash IS NULL))')
STANDING = "walk_in_id IS NOT NULL AND (decision IS NULL OR decision = 'confirmed')"


def upgrade():
    op.create_table(
        'cards',
        sa.Column('id', KEY, nullable=False),
        sa.Column('volunteer_id', KEY, nullable=False),
        sa.Column('issued_at', sa.DateTime(), nullable=False),
        sa.Column('issued_by', KEY, nullable=True),
        sa.Column('revoked_at', sa.DateTime(), nullable=True),
        sa.Column('revoked_by', KEY, nullable=True),
        sa.CheckConstraint('revoked_at IS NULL OR revoked_at >= issued_at', name=op.f('ck_cards_forward')),
        sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_cards_volunteer_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_cards')),
    )
    op.create_index(op.f('ix_cards_volunteer_id'), 'cards', ['volunteer_id'])
    _partial('uq_cards_live', 'cards', ['volunteer_id'], 'revoked_at IS NULL')
    op.create_table(
        'walk_ins',
        sa.Column('id', KEY, nullable=False),
        sa.Column('shift_id', KEY, nullable=False),
        sa.Column('label', sa.String(length=40), nullable=False),
        sa.Column('name', sa.Text(), nullable=True),
        sa.Column('mobile', sa.Text(), nullable=True),
        sa.Column('in_at', sa.DateTime(), nullable=False),
        sa.Column('out_at', sa.DateTime(), nullable=True),
        sa.Column('created_by', KEY, nullable=False),
        sa.Column('volunteer_id', KEY, nullable=True),
        sa.Column('claimed_at', sa.DateTime(), nullable=True),
        sa.Column('claimed_by', KEY, nullable=True),
        sa.Column('confirmed_at', sa.DateTime(), nullable=True),
        sa.CheckConstraint('out_at IS NULL OR out_at >= in_at', name=op.f('ck_walk_ins_forward')),
        sa.CheckConstraint('(volunteer_id IS NULL) = (claimed_at IS NULL)',
                           name=op.f('ck_walk_ins_claimed_for_somebody')),
        sa.CheckConstraint('confirmed_at IS NULL OR volunteer_id IS NOT NULL',
                           name=op.f('ck_walk_ins_confirmed_for_somebody')),
        sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], name=op.f('fk_walk_ins_shift_id')),
        sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_walk_ins_volunteer_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_walk_ins')),
    )
    op.create_index(op.f('ix_walk_ins_shift_id'), 'walk_ins', ['shift_id'])
    op.create_index(op.f('ix_walk_ins_volunteer_id'), 'walk_ins', ['volunteer_id'])
    _point('scans', 'walk_in_id', 'walk_ins')
    _partial('uq_scans_walk_in', 'scans', ['walk_in_id', 'direction'], 'walk_in_id IS NOT NULL')
    _point('review_cases', 'walk_in_id', 'walk_ins')
    _partial('uq_review_cases_walk_in', 'review_cases', ['walk_in_id'], STANDING)
    _point('logins', 'kiosk_station_id', 'stations')
    op.add_column('logins', sa.Column('kiosk_failures', sa.Integer(), nullable=False, server_default='0'))
    op.execute(f'ALTER TABLE logins ADD COLUMN kiosk_pin_hash VARCHAR(200) {KIOSK}')


def downgrade():
    for name in ('kiosk_pin_hash', 'kiosk_failures', 'kiosk_station_id'):
        op.drop_column('logins', name)
    op.execute('DELETE FROM review_cases WHERE walk_in_id IS NOT NULL')
    op.drop_index('uq_review_cases_walk_in', table_name='review_cases')
    op.drop_column('review_cases', 'walk_in_id')
    op.drop_index('uq_scans_walk_in', table_name='scans')
    op.drop_column('scans', 'walk_in_id')
    op.drop_table('walk_ins')
    op.drop_table('cards')


def _point(table, column, target):
    """Add a column that points at another table.

    In one statement, because SQLite adds no constraint to a table that stands, and rebuilding one that
    others point at is refused while foreign keys are enforced.
    """
    kind = 'BIGINT' if op.get_bind().dialect.name == 'postgresql' else 'INTEGER'
    op.execute(f'ALTER TABLE {table} ADD COLUMN {column} {kind}'
               f' CONSTRAINT fk_{table}_{column} REFERENCES {target} (id)')


def _partial(name, table, columns, where):
    op.create_index(name, table, columns, unique=True,
                    sqlite_where=sa.text(where), postgresql_where=sa.text(where))
