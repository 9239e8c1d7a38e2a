"""Scans from enrolled devices, rulings on scans, sessions that can be derived again.

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

ENTRY_POINTS = ('manager_scan', 'short_code', 'self_scan', 'api', 'import')
MORE_ENTRY_POINTS = (*ENTRY_POINTS, 'handheld', 'card', 'name', 'group', 'kiosk', 'walk_in')
CLOSES = ('scanned', 'leader', 'automatic')
MORE_CLOSES = (*CLOSES, 'bulk', 'voided')
CASES = ('automatic_close', 'overlap')
MORE_CASES = (*CASES, 'quarantined_scan', 'incomplete', 'conflict', 'walk_in')

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade():
    op.create_table(
        'devices',
        sa.Column('id', KEY, nullable=False),
        sa.Column('public_key', sa.String(length=200), nullable=False),
        sa.Column('enrolled_at', sa.DateTime(), nullable=False),
        sa.Column('enrolled_by', KEY, nullable=False),
        sa.Column('last_seen_at', sa.DateTime(), nullable=True),
        sa.Column('unsent', sa.Integer(), nullable=False),
        sa.Column('oldest_unsent_at', sa.DateTime(), nullable=True),
        sa.CheckConstraint('unsent >= 0', name=op.f('ck_devices_unsent_not_negative')),
        sa.ForeignKeyConstraint(['id'], ['api_tokens.id'], name=op.f('fk_devices_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_devices')),
        sa.UniqueConstraint('public_key', name=op.f('uq_devices_public_key')),
    )
    op.create_table(
        'pairings',
        sa.Column('id', KEY, nullable=False),
        sa.Column('token_digest', sa.String(length=200), nullable=False),
        sa.Column('account_id', KEY, nullable=False),
        sa.Column('created_at', sa.DateTime(), nullable=False),
        sa.Column('expires_at', sa.DateTime(), nullable=False),
        sa.Column('device_id', KEY, nullable=True),
        sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_pairings_account_id')),
        sa.ForeignKeyConstraint(['device_id'], ['devices.id'], name=op.f('fk_pairings_device_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_pairings')),
        sa.UniqueConstraint('token_digest', name=op.f('uq_pairings_token_digest')),
        sa.UniqueConstraint('device_id', name=op.f('uq_pairings_device_id')),
    )
    op.create_table(
        'scan_rulings',
        sa.Column('scan_id', KEY, nullable=False),
        sa.Column('kind', sa.Enum('admitted', 'dismissed', 'undone', name='rulingkind', native_enum=False,
                                  create_constraint=True, length=24), nullable=False),
        sa.Column('ruled_at', sa.DateTime(), nullable=False),
        sa.Column('ruled_by', KEY, nullable=False),
        sa.Column('reason', sa.String(length=200), nullable=False),
        sa.Column('stated_at', sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(['scan_id'], ['scans.id'], name=op.f('fk_scan_rulings_scan_id')),
        sa.PrimaryKeyConstraint('scan_id', name=op.f('pk_scan_rulings')),
    )
    _append_only('scan_rulings', True)

    for name, kind in (('device_seq', KEY), ('item_hash', sa.String(length=64)),
                       ('prev_hash', sa.String(length=64)), ('beacon_at', sa.DateTime())):
        op.add_column('scans', sa.Column(name, kind, nullable=True))
    op.add_column('scans', sa.Column('is_admissible', sa.Boolean(), nullable=False, server_default=sa.false()))
    _append_only('scans', False)
    op.execute("UPDATE scans SET is_admissible = true WHERE outcome IN ('accepted', 'already')")
    _append_only('scans', True)
    op.create_index('uq_scans_device_seq', 'scans', ['device_id', 'device_seq'], unique=True,
                    sqlite_where=sa.text('device_seq IS NOT NULL'),
                    postgresql_where=sa.text('device_seq IS NOT NULL'))
    op.add_column('sessions', sa.Column('revision', sa.Integer(), nullable=False, server_default='1'))
    _allow('scans', 'entrypoint', 'entry_point', ENTRY_POINTS, MORE_ENTRY_POINTS)
    _allow('sessions', 'closekind', 'closed_by', CLOSES, MORE_CLOSES)
    _allow('review_cases', 'casekind', 'kind', CASES, MORE_CASES)
    with op.batch_alter_table('review_cases') as batch:
        batch.add_column(sa.Column('scan_id', KEY, nullable=True))
        batch.alter_column('session_id', existing_type=KEY, nullable=True)
        batch.create_foreign_key(op.f('fk_review_cases_scan_id'), 'scans', ['scan_id'], ['id'])
        batch.create_unique_constraint(op.f('uq_review_cases_kind_scan_id'), ['kind', 'scan_id'])


def downgrade():
    op.execute("DELETE FROM review_cases WHERE session_id IS NULL OR kind NOT IN ('automatic_close', 'overlap')")
    with op.batch_alter_table('review_cases') as batch:
        batch.drop_constraint(op.f('uq_review_cases_kind_scan_id'), type_='unique')
        batch.drop_constraint(op.f('fk_review_cases_scan_id'), type_='foreignkey')
        batch.alter_column('session_id', existing_type=KEY, nullable=False)
        batch.drop_column('scan_id')
    _allow('review_cases', 'casekind', 'kind', MORE_CASES, CASES)
    _allow('sessions', 'closekind', 'closed_by', MORE_CLOSES, CLOSES)
    _allow('scans', 'entrypoint', 'entry_point', MORE_ENTRY_POINTS, ENTRY_POINTS)
    op.drop_column('sessions', 'revision')
    op.drop_index('uq_scans_device_seq', table_name='scans')
    for name in ('is_admissible', 'beacon_at', 'prev_hash', 'item_hash', 'device_seq'):
        op.drop_column('scans', name)
    _append_only('scan_rulings', False)
    for table in ('scan_rulings', 'pairings', 'devices'):
        op.drop_table(table)


def _append_only(table, wanted):
    if op.get_bind().dialect.name == 'postgresql':
        if wanted:
            op.execute(f'''
                CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION refuse_change()''')
        else:
            op.execute(f'DROP TRIGGER {table}_append_only ON {table}')
        return
    for verb in ('update', 'delete'):
        if wanted:
            op.execute(f'''
                CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table}
                BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END''')
        else:
            op.execute(f'DROP TRIGGER {table}_no_{verb}')


def _allow(table, name, column, before, after):
    """Change which words a column takes.

    SQLite cannot alter a CHECK, and rebuilding a table that others point at is refused while foreign
    keys are enforced, so there the schema's text is changed, as its documentation describes for changes
    that leave the rows as they are (sqlite.org/lang_altertable.html, section 8).
    """
    def words(choices):
        return f'CHECK ({column} IN (' + ', '.join(f"'{word}'" for word in choices) + '))'

    if op.get_bind().dialect.name == 'postgresql':
        op.drop_constraint(op.f(f'ck_{table}_{name}'), table, type_='check')
        op.execute(f'ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} {words(after)}')
        return
    bind = op.get_bind()
    schema = bind.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).scalar()
    if schema.count(words(before)) != 1:
        raise RuntimeError(f'{table} does not have the CHECK on {column} that was expected')
    version = bind.exec_driver_sql('PRAGMA schema_version').scalar()
    bind.exec_driver_sql('PRAGMA writable_schema = ON')
    bind.exec_driver_sql("UPDATE sqlite_master SET sql = ? WHERE type = 'table' AND name = ?",
                         (schema.replace(words(before), words(after)), table))
    bind.exec_driver_sql(f'PRAGMA schema_version = {version + 1}')
    bind.exec_driver_sql('PRAGMA writable_schema = OFF')
