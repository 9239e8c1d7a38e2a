"""Guardians and relatives who act for somebody, and what they did.

Revision ID: 0019
Revises: 0018
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def kinds():
    return sa.Enum('guardian', 'relative', 'helper', name='carekind', native_enum=False, create_constraint=True,
                   length=24)


def upgrade():
    op.create_table(
        'care_links',
        sa.Column('id', KEY, nullable=False),
        sa.Column('carer_account_id', KEY, nullable=False),
        sa.Column('volunteer_id', KEY, nullable=False),
        sa.Column('kind', kinds(), nullable=False),
        sa.Column('proof', sa.Enum('registration', 'desk', 'card', 'code', name='proof', native_enum=False,
                                   create_constraint=True, length=24), nullable=False),
        sa.Column('evidence', sa.String(length=200), nullable=True),
        sa.Column('confirmed_by', KEY, nullable=False),
        sa.Column('since', sa.DateTime(), nullable=False),
        sa.Column('until', sa.DateTime(), nullable=True),
        sa.Column('ended_by', KEY, nullable=True),
        sa.CheckConstraint('until IS NULL OR until >= since', name=op.f('ck_care_links_forward')),
        sa.CheckConstraint('(until IS NULL) = (ended_by IS NULL)', name=op.f('ck_care_links_ended_by_somebody')),
        sa.CheckConstraint("(proof = 'desk') = (evidence IS NOT NULL)", name=op.f('ck_care_links_seen_at_a_desk')),
        sa.ForeignKeyConstraint(['carer_account_id'], ['accounts.id'], name=op.f('fk_care_links_carer_account_id')),
        sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_care_links_volunteer_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_care_links')),
    )
    op.create_index('ix_care_links_volunteer_id', 'care_links', ['volunteer_id'])
    op.create_index('uq_care_links_open', 'care_links', ['carer_account_id', 'volunteer_id'], unique=True,
                    sqlite_where=sa.text('until IS NULL'), postgresql_where=sa.text('until IS NULL'))
    op.create_table(
        'care_codes',
        sa.Column('id', KEY, nullable=False),
        sa.Column('volunteer_id', KEY, nullable=False),
        sa.Column('kind', kinds(), nullable=False),
        sa.Column('code_index', sa.String(length=200), nullable=False),
        sa.Column('made_at', sa.DateTime(), nullable=False),
        sa.Column('expires_at', sa.DateTime(), nullable=False),
        sa.Column('used_at', sa.DateTime(), nullable=True),
        sa.Column('used_by', KEY, nullable=True),
        sa.CheckConstraint('(used_at IS NULL) = (used_by IS NULL)', name=op.f('ck_care_codes_used_by_somebody')),
        sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_care_codes_volunteer_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_care_codes')),
        sa.UniqueConstraint('code_index', name=op.f('uq_care_codes_code_index')),
    )
    op.create_index('ix_care_codes_volunteer_id', 'care_codes', ['volunteer_id'])
    # In one statement, because SQLite adds no constraint to a table that stands.
    kind = 'BIGINT' if op.get_bind().dialect.name == 'postgresql' else 'INTEGER'
    op.execute(f'ALTER TABLE logins ADD COLUMN acting_link_id {kind}'
               ' CONSTRAINT fk_logins_acting_link_id REFERENCES care_links (id)')
    op.add_column('sign_ups', sa.Column('asked_by', KEY, nullable=True))


def downgrade():
    op.drop_column('sign_ups', 'asked_by')
    op.drop_column('logins', 'acting_link_id')
    op.drop_table('care_codes')
    op.drop_table('care_links')
