"""Saved searches, calendar feeds, offers with a deadline.

Revision ID: 0023
Revises: 0022
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
LIVE = sa.text('revoked_at IS NULL')
OFFERED = sa.text('offered_until IS NOT NULL')


def upgrade():
    op.add_column('sign_ups', sa.Column('offered_until', sa.DateTime(), nullable=True))
    op.create_index('ix_sign_ups_offered_until', 'sign_ups', ['offered_until'],
                    sqlite_where=OFFERED, postgresql_where=OFFERED)
    op.create_table(
        'saved_searches',
        sa.Column('id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=False),
        sa.Column('name', sa.String(length=40), nullable=False),
        sa.Column('filters', sa.String(length=400), nullable=False),
        sa.Column('tells', sa.Boolean(), nullable=False),
        sa.Column('told_until', sa.DateTime(), nullable=False),
        sa.Column('created_at', sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_saved_searches_account_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_searches')),
        sa.UniqueConstraint('account_id', 'filters', name=op.f('uq_saved_searches_account_id_filters')),
    )
    op.create_index('ix_saved_searches_told_until', 'saved_searches', ['told_until'])
    op.create_table(
        'calendar_feeds',
        sa.Column('id', KEY, nullable=False),
        sa.Column('volunteer_id', KEY, nullable=False),
        sa.Column('token_digest', sa.String(), nullable=False),
        sa.Column('created_at', sa.DateTime(), nullable=False),
        sa.Column('revoked_at', sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_calendar_feeds_volunteer_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_feeds')),
        sa.UniqueConstraint('token_digest', name=op.f('uq_calendar_feeds_token_digest')),
        sa.CheckConstraint('revoked_at IS NULL OR revoked_at >= created_at', name=op.f('ck_calendar_feeds_forward')),
    )
    op.create_index('uq_calendar_feeds_live', 'calendar_feeds', ['volunteer_id'], unique=True,
                    sqlite_where=LIVE, postgresql_where=LIVE)


def downgrade():
    op.drop_table('calendar_feeds')
    op.drop_table('saved_searches')
    op.drop_index('ix_sign_ups_offered_until', 'sign_ups')
    op.drop_column('sign_ups', 'offered_until')
