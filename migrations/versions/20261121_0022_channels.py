"""How an account is reached outside the application, and what was sent.

Revision ID: 0022
Revises: 0021
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
WAITING = sa.text("state = 'waiting'")


def upgrade():
    # In one statement: SQLite adds no constraint to a table that stands.
    kind = 'BIGINT' if op.get_bind().dialect.name == 'postgresql' else 'INTEGER'
    op.execute(f'ALTER TABLE notices ADD COLUMN for_account_id {kind}'
               ' CONSTRAINT fk_notices_for_account_id REFERENCES accounts (id)')
    op.create_index('ix_notices_for_account_id', 'notices', ['for_account_id'],
                    sqlite_where=sa.text('for_account_id IS NOT NULL'),
                    postgresql_where=sa.text('for_account_id IS NOT NULL'))
    op.create_table(
        'contact_points',
        sa.Column('id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=False),
        sa.Column('channel', sa.String(length=10), nullable=False),
        sa.Column('address', sa.Text(), nullable=False),
        sa.Column('created_at', sa.DateTime(), nullable=False),
        sa.Column('proved_at', sa.DateTime(), nullable=True),
        sa.Column('code_digest', sa.String(length=64), nullable=True),
        sa.Column('code_until', sa.DateTime(), nullable=True),
        sa.Column('tries', sa.Integer(), nullable=False, server_default='0'),
        sa.CheckConstraint("channel IN ('email', 'sms', 'wechat')", name=op.f('ck_contact_points_known_channel')),
        sa.CheckConstraint('tries BETWEEN 0 AND 5', name=op.f('ck_contact_points_five_tries')),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_contact_points_account_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_points')),
        sa.UniqueConstraint('account_id', 'channel', name=op.f('uq_contact_points_account_id_channel')),
    )
    op.create_table(
        'notice_wishes',
        sa.Column('account_id', KEY, nullable=False),
        sa.Column('muted', JSON, nullable=False),
        sa.Column('quiet_from', sa.Integer(), nullable=False),
        sa.Column('quiet_until', sa.Integer(), nullable=False),
        sa.Column('language', sa.String(length=5), nullable=False),
        sa.CheckConstraint('quiet_from BETWEEN 0 AND 1439 AND quiet_until BETWEEN 0 AND 1439',
                           name=op.f('ck_notice_wishes_minutes_of_a_day')),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_notice_wishes_account_id')),
        sa.PrimaryKeyConstraint('account_id', name=op.f('pk_notice_wishes')),
    )
    op.create_table(
        'deliveries',
        sa.Column('id', KEY, nullable=False),
        sa.Column('notice_id', KEY, nullable=False),
        sa.Column('channel', sa.String(length=10), nullable=False),
        sa.Column('state', sa.String(length=10), nullable=False),
        sa.Column('due_at', sa.DateTime(), nullable=False),
        sa.Column('tries', sa.Integer(), nullable=False),
        sa.Column('ended_at', sa.DateTime(), nullable=True),
        sa.Column('reason', sa.String(length=80), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed', 'dropped')", name=op.f('ck_deliveries_known_state')),
        sa.CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name=op.f('ck_deliveries_ended_or_waiting')),
        sa.ForeignKeyConstraint(['notice_id'], ['notices.id'], name=op.f('fk_deliveries_notice_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries')),
        sa.UniqueConstraint('notice_id', 'channel', name=op.f('uq_deliveries_notice_id_channel')),
    )
    op.create_index('ix_deliveries_due_at', 'deliveries', ['due_at'], sqlite_where=WAITING, postgresql_where=WAITING)


def downgrade():
    op.drop_table('deliveries')
    op.drop_table('notice_wishes')
    op.drop_table('contact_points')
    op.drop_index('ix_notices_for_account_id', 'notices')
    op.drop_column('notices', 'for_account_id')
