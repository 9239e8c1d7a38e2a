"""What is folded from the ledger and the register, by day.

Triggers on both write what is still to be folded, in the transaction of the change itself.

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
COLUMNS = 'volunteer_id, standing_id, old_region_code, old_assurance, old_since, old_until'
OLD = 'OLD.volunteer_id, OLD.id, OLD.region_code, OLD.assurance, OLD.since, OLD.until'
TRIGGERS = {'hours_entries_to_fold': 'hours_entries', 'standings_to_fold': 'standings'}


def upgrade():
    for table, name in (('figure_days', 'pk_figure_days'), ('figure_deltas', 'pk_figure_deltas')):
        checks = []
        if table == 'figure_days':
            checks = [sa.CheckConstraint('assurance BETWEEN 0 AND 3', name=op.f('ck_figure_days_known_assurance'))]
        op.create_table(
            table,
            sa.Column('region_code', sa.String(length=12), nullable=False),
            sa.Column('period', sa.Integer(), nullable=False),
            sa.Column('assurance', sa.SmallInteger(), nullable=False),
            sa.Column('day', sa.Date(), nullable=False),
            *_measures(),
            *checks,
            sa.PrimaryKeyConstraint('region_code', 'period', 'assurance', 'day', name=op.f(name)),
            sqlite_with_rowid=False,
        )
    op.create_table(
        'figure_changes',
        sa.Column('id', KEY, nullable=False),
        sa.Column('volunteer_id', KEY, nullable=False),
        sa.Column('entry_id', KEY, nullable=True),
        sa.Column('standing_id', KEY, nullable=True),
        sa.Column('old_region_code', sa.String(length=12), nullable=True),
        sa.Column('old_assurance', sa.SmallInteger(), nullable=True),
        sa.Column('old_since', sa.DateTime(), nullable=True),
        sa.Column('old_until', sa.DateTime(), nullable=True),
        sa.CheckConstraint('(entry_id IS NULL) <> (standing_id IS NULL)', name=op.f('ck_figure_changes_one_subject')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_figure_changes')),
        sa.UniqueConstraint('entry_id', name=op.f('uq_figure_changes_entry_id')),
        sqlite_autoincrement=True,
    )
    op.create_index('ix_figure_changes_volunteer_id', 'figure_changes', ['volunteer_id'])
    op.create_table(
        'figure_state',
        sa.Column('id', sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column('built_at', sa.DateTime(), nullable=False),
        sa.Column('folded_through', sa.DateTime(), nullable=False),
        sa.Column('folds', KEY, nullable=False),
        sa.Column('last_change', KEY, nullable=False),
        sa.CheckConstraint('id = 1', name=op.f('ck_figure_state_one_row')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_figure_state')),
    )
    # Whoever asks about an instant within a day looks for what changed in the rest of that day.
    op.create_index('ix_standings_since', 'standings', ['since'])
    op.create_index('ix_standings_until', 'standings', ['until'])
    # A question no rollup answers reads this index and not the table.
    op.drop_index('ix_hours_entries_volunteer_id_service_on', 'hours_entries')
    op.create_index(
        'ix_hours_entries_by_person',
        'hours_entries',
        ['volunteer_id', 'service_on', 'recorded_at', 'hours_class', 'minutes'],
    )
    if op.get_bind().dialect.name == 'postgresql':
        _guard_postgresql()
    else:
        _guard_sqlite()


def downgrade():
    if op.get_bind().dialect.name == 'postgresql':
        for trigger, table in TRIGGERS.items():
            op.execute(f'DROP TRIGGER {trigger} ON {table}')
        op.execute('DROP FUNCTION entry_to_fold()')
        op.execute('DROP FUNCTION standing_to_fold()')
    else:
        op.execute('DROP TRIGGER hours_entries_to_fold')
        for verb in ('insert', 'update', 'delete'):
            op.execute(f'DROP TRIGGER standings_to_fold_{verb}')
    op.drop_index('ix_hours_entries_by_person', 'hours_entries')
    op.create_index('ix_hours_entries_volunteer_id_service_on', 'hours_entries', ['volunteer_id', 'service_on'])
    op.drop_index('ix_standings_until', 'standings')
    op.drop_index('ix_standings_since', 'standings')
    for table in ('figure_state', 'figure_changes', 'figure_deltas', 'figure_days'):
        op.drop_table(table)


def _measures():
    people = ('registered', 'best_a', 'best_b', 'best_c', 'best_d')
    yield from (sa.Column(name, sa.Integer(), nullable=False) for name in people)
    yield from (sa.Column(f'minutes_{kind}', sa.BigInteger(), nullable=False) for kind in 'abcd')


def _guard_postgresql():
    op.execute('''
        CREATE FUNCTION entry_to_fold() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO figure_changes (volunteer_id, entry_id) VALUES (NEW.volunteer_id, NEW.id);
            RETURN NULL;
        END $$''')
    op.execute('''
        CREATE TRIGGER hours_entries_to_fold AFTER INSERT ON hours_entries
        FOR EACH ROW EXECUTE FUNCTION entry_to_fold()''')
    op.execute(f'''
        CREATE FUNCTION standing_to_fold() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                INSERT INTO figure_changes (volunteer_id, standing_id) VALUES (NEW.volunteer_id, NEW.id);
            ELSE
                INSERT INTO figure_changes ({COLUMNS}) VALUES ({OLD});
            END IF;
            RETURN NULL;
        END $$''')
    op.execute('''
        CREATE TRIGGER standings_to_fold AFTER INSERT OR UPDATE OR DELETE ON standings
        FOR EACH ROW EXECUTE FUNCTION standing_to_fold()''')


def _guard_sqlite():
    op.execute('''
        CREATE TRIGGER hours_entries_to_fold AFTER INSERT ON hours_entries
        BEGIN INSERT INTO figure_changes (volunteer_id, entry_id) VALUES (NEW.volunteer_id, NEW.id); END''')
    op.execute('''
        CREATE TRIGGER standings_to_fold_insert AFTER INSERT ON standings
        BEGIN INSERT INTO figure_changes (volunteer_id, standing_id) VALUES (NEW.volunteer_id, NEW.id); END''')
    for verb in ('update', 'delete'):
        op.execute(f'''
            CREATE TRIGGER standings_to_fold_{verb} AFTER {verb.upper()} ON standings
            BEGIN INSERT INTO figure_changes ({COLUMNS}) VALUES ({OLD}); END''')
