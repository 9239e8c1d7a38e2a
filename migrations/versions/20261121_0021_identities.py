"""Merges that can be undone, recovery at the desk, proofs of a mobile.

Revision ID: 0021
Revises: 0020
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
JSON = sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')
STATES = ('requested', 'merged', 'undone', 'refused', 'distinct')
REFUSAL = 'somebody merged away is credited nothing'


def upgrade():
    _point('hours_entries', 'origin_id', 'hours_entries')
    _hold_for_erasures(wanted=True)
    _partial('ix_hours_entries_origin_id', 'hours_entries', ['origin_id'], 'origin_id IS NOT NULL', unique=False)
    _point('accounts', 'leads_to_id', 'accounts')
    op.add_column('accounts', sa.Column('disabled_reason', sa.String(length=200), nullable=True))
    _make_merges()
    _make_recovery_codes()
    _make_mobile_codes()
    _make_mobile_changes()
    _make_registration_attempts()
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(f'''
            CREATE FUNCTION refuse_merged_away() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (SELECT 1 FROM volunteers WHERE id = NEW.volunteer_id AND merged_into_id IS NOT NULL) THEN
                    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
                END IF;
                RETURN NEW;
            END $$''')
        op.execute('''
            CREATE TRIGGER hours_entries_merged_away BEFORE INSERT ON hours_entries
            FOR EACH ROW WHEN (NEW.minutes > 0) EXECUTE FUNCTION refuse_merged_away()''')
    else:
        op.execute(f'''
            CREATE TRIGGER hours_entries_merged_away BEFORE INSERT ON hours_entries WHEN NEW.minutes > 0
            BEGIN
                SELECT RAISE(ABORT, '{REFUSAL}') WHERE EXISTS (
                    SELECT 1 FROM volunteers WHERE id = NEW.volunteer_id AND merged_into_id IS NOT NULL);
            END''')


def downgrade():
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP TRIGGER hours_entries_merged_away ON hours_entries')
        op.execute('DROP FUNCTION refuse_merged_away()')
    else:
        op.execute('DROP TRIGGER hours_entries_merged_away')
    for table in ('registration_attempts', 'mobile_changes', 'mobile_codes', 'recovery_codes', 'merge_entries',
                  'merges'):
        op.drop_table(table)
    op.drop_column('accounts', 'disabled_reason')
    op.drop_column('accounts', 'leads_to_id')
    _hold_for_erasures(wanted=False)
    op.drop_index('ix_hours_entries_origin_id', table_name='hours_entries')
    op.drop_column('hours_entries', 'origin_id')


def _hold_for_erasures(wanted):
    """Name the new column in SQLite's guard among what an erasure leaves as it was (0020)."""
    bind = op.get_bind()
    if bind.dialect.name == 'postgresql':
        return
    same = ' AND NEW.origin_id IS OLD.origin_id'
    guard = bind.execute(sa.text("SELECT sql FROM sqlite_master WHERE name = 'hours_entries_no_update'")).scalar_one()
    op.execute('DROP TRIGGER hours_entries_no_update')
    op.execute(guard.replace(') BEGIN', f'{same}) BEGIN', 1) if wanted else guard.replace(same, ''))


def _make_merges():
    op.create_table(
        'merges',
        sa.Column('id', KEY, nullable=False),
        sa.Column('kept_id', KEY, nullable=False),
        sa.Column('merged_id', KEY, nullable=False),
        sa.Column('state', _choice('mergestate', STATES), nullable=False),
        sa.Column('reason', sa.String(length=200), nullable=False),
        sa.Column('requested_at', sa.DateTime(), nullable=False),
        sa.Column('requested_by', KEY, nullable=False),
        sa.Column('needs_second', sa.Boolean(), nullable=False),
        sa.Column('decided_at', sa.DateTime(), nullable=True),
        sa.Column('decided_by', KEY, nullable=True),
        sa.Column('decision_reason', sa.String(length=200), nullable=True),
        sa.Column('merged_at', sa.DateTime(), nullable=True),
        sa.Column('undone_at', sa.DateTime(), nullable=True),
        sa.Column('undone_by', KEY, nullable=True),
        sa.Column('undo_reason', sa.String(length=200), nullable=True),
        sa.Column('moved_minutes', sa.Integer(), nullable=False),
        sa.Column('overlap_minutes', sa.Integer(), nullable=False),
        sa.Column('before', JSON, nullable=False),
        sa.CheckConstraint('kept_id <> merged_id', name=op.f('ck_merges_two_people')),
        sa.CheckConstraint(
            "NOT needs_second OR state NOT IN ('merged', 'undone')"
            ' OR (decided_by IS NOT NULL AND decided_by <> requested_by)',
            name=op.f('ck_merges_second_person'),
        ),
        sa.CheckConstraint("(state IN ('merged', 'undone')) = (merged_at IS NOT NULL)",
                           name=op.f('ck_merges_merged_at_some_time')),
        sa.CheckConstraint("(state = 'undone') = (undone_at IS NOT NULL)", name=op.f('ck_merges_undone_at_some_time')),
        sa.ForeignKeyConstraint(['kept_id'], ['volunteers.id'], name=op.f('fk_merges_kept_id')),
        sa.ForeignKeyConstraint(['merged_id'], ['volunteers.id'], name=op.f('fk_merges_merged_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_merges')),
    )
    op.create_index(op.f('ix_merges_kept_id'), 'merges', ['kept_id'])
    op.create_index(op.f('ix_merges_state'), 'merges', ['state'])
    _partial('uq_merges_live', 'merges', ['merged_id'], "state IN ('requested', 'merged')")
    op.create_table(
        'merge_entries',
        sa.Column('entry_id', KEY, nullable=False),
        sa.Column('merge_id', KEY, nullable=False),
        sa.Column('minutes', sa.Integer(), nullable=False),
        sa.Column('moved_id', KEY, nullable=True),
        sa.Column('moved_minutes', sa.Integer(), nullable=False),
        sa.CheckConstraint('moved_minutes BETWEEN 0 AND minutes', name=op.f('ck_merge_entries_never_more')),
        sa.CheckConstraint('(moved_id IS NULL) = (moved_minutes = 0)',
                           name=op.f('ck_merge_entries_moved_or_counted_already')),
        sa.ForeignKeyConstraint(['entry_id'], ['hours_entries.id'], name=op.f('fk_merge_entries_entry_id')),
        sa.ForeignKeyConstraint(['merge_id'], ['merges.id'], name=op.f('fk_merge_entries_merge_id')),
        sa.ForeignKeyConstraint(['moved_id'], ['hours_entries.id'], name=op.f('fk_merge_entries_moved_id')),
        sa.PrimaryKeyConstraint('entry_id', name=op.f('pk_merge_entries')),
        sa.UniqueConstraint('moved_id', name=op.f('uq_merge_entries_moved_id')),
    )
    op.create_index(op.f('ix_merge_entries_merge_id'), 'merge_entries', ['merge_id'])


def _make_recovery_codes():
    op.create_table(
        'recovery_codes',
        sa.Column('id', KEY, nullable=False),
        sa.Column('account_id', KEY, nullable=False),
        sa.Column('code_digest', sa.String(length=200), nullable=False),
        sa.Column('created_at', sa.DateTime(), nullable=False),
        sa.Column('created_by', KEY, nullable=False),
        sa.Column('expires_at', sa.DateTime(), nullable=False),
        sa.Column('ended_at', sa.DateTime(), nullable=True),
        sa.Column('used_at', sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_recovery_codes_account_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_codes')),
        sa.UniqueConstraint('code_digest', name=op.f('uq_recovery_codes_code_digest')),
    )
    _partial('uq_recovery_codes_live', 'recovery_codes', ['account_id'], 'ended_at IS NULL')


def _make_mobile_codes():
    op.create_table(
        'mobile_codes',
        sa.Column('id', KEY, nullable=False),
        sa.Column('purpose', sa.String(length=24), nullable=False),
        sa.Column('bound_to', sa.String(length=64), nullable=False),
        sa.Column('mobile_index', sa.String(length=200), nullable=False),
        sa.Column('address_index', sa.String(length=200), nullable=False),
        sa.Column('code_digest', sa.String(length=64), nullable=False),
        sa.Column('sent_at', sa.DateTime(), nullable=False),
        sa.Column('expires_at', sa.DateTime(), nullable=False),
        sa.Column('tries', sa.Integer(), nullable=False, server_default='0'),
        sa.Column('ended_at', sa.DateTime(), nullable=True),
        sa.CheckConstraint('tries BETWEEN 0 AND 5', name=op.f('ck_mobile_codes_five_tries')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_mobile_codes')),
    )
    op.create_index(op.f('ix_mobile_codes_mobile_index_sent_at'), 'mobile_codes', ['mobile_index', 'sent_at'])
    op.create_index(op.f('ix_mobile_codes_address_index_sent_at'), 'mobile_codes', ['address_index', 'sent_at'])
    op.create_index(op.f('ix_mobile_codes_sent_at'), 'mobile_codes', ['sent_at'])


def _make_mobile_changes():
    op.create_table(
        'mobile_changes',
        sa.Column('id', KEY, nullable=False),
        sa.Column('volunteer_id', KEY, nullable=False),
        sa.Column('mobile', sa.Text(), nullable=False),
        sa.Column('asked_at', sa.DateTime(), nullable=False),
        sa.Column('due_at', sa.DateTime(), nullable=False),
        sa.Column('ended_at', sa.DateTime(), nullable=True),
        sa.Column('changed', sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.CheckConstraint('NOT changed OR ended_at IS NOT NULL', name=op.f('ck_mobile_changes_changed_at_some_time')),
        sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_mobile_changes_volunteer_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_mobile_changes')),
    )
    op.create_index(op.f('ix_mobile_changes_due_at'), 'mobile_changes', ['due_at'])
    _partial('uq_mobile_changes_live', 'mobile_changes', ['volunteer_id'], 'ended_at IS NULL')


def _make_registration_attempts():
    op.create_table(
        'registration_attempts',
        sa.Column('id', KEY, nullable=False),
        sa.Column('address_index', sa.String(length=200), nullable=False),
        sa.Column('device_index', sa.String(length=200), nullable=True),
        sa.Column('mobile_index', sa.String(length=200), nullable=False),
        sa.Column('at', sa.DateTime(), nullable=False),
        sa.Column('succeeded', sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_registration_attempts')),
    )
    for column in ('address_index', 'device_index', 'mobile_index'):
        op.create_index(op.f(f'ix_registration_attempts_{column}_at'), 'registration_attempts', [column, 'at'])
    op.create_index(op.f('ix_registration_attempts_at'), 'registration_attempts', ['at'])


def _choice(name, values):
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=24)


def _point(table, column, target):
    """Add a column that points at another table, in one statement: SQLite adds no constraint to a table that stands."""
    kind = 'BIGINT' if op.get_bind().dialect.name == 'postgresql' else 'INTEGER'
    op.execute(f'ALTER TABLE {table} ADD COLUMN {column} {kind}'
               f' CONSTRAINT fk_{table}_{column} REFERENCES {target} (id)')


def _partial(name, table, columns, where, unique=True):
    op.create_index(name, table, columns, unique=unique,
                    sqlite_where=sa.text(where), postgresql_where=sa.text(where))
