"""Targets, and population and area settings that are never overwritten.

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-21
"""
import json
from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
#: Nothing was known before: a choice of which the trail does not say when it was made has always held.
THE_BEGINNING = datetime(1949, 1, 1)
APPEND_ONLY = ('population_figures', 'area_settings', 'targets')
#: What a row is about, and when it was written: nothing is slipped in before what is already there.
IN_ORDER = {
    'population_figures': (('region_code', 'base', 'year'), 'entered_at'),
    'area_settings': (('region_code',), 'chosen_at'),
    'targets': (('region_code', 'figure', 'year', 'basis'), 'set_at'),
}


#: Services are asked for by where people live, by team and by day; stations have an index of their own.
INDEXES = {
    'ix_hours_entries_service_on': ['service_on'],
    'ix_hours_entries_region_code_service_on': ['region_code', 'service_on'],
    'ix_hours_entries_team_id_service_on': ['team_id', 'service_on'],
}


def upgrade():
    _rebuild_population(_population(), dated=True)
    _rebuild_settings(_settings(), dated=True)
    _create_targets()
    postgresql = op.get_bind().dialect.name == 'postgresql'
    for table in APPEND_ONLY:
        (_guard_postgresql if postgresql else _guard_sqlite)(table)
    for name, columns in INDEXES.items():
        op.create_index(name, 'hours_entries', columns)


def downgrade():
    for name in INDEXES:
        op.drop_index(name, 'hours_entries')
    op.drop_table('targets')
    _rebuild_population(_latest('population_figures'), dated=False)
    _rebuild_settings(_latest('area_settings'), dated=False)
    if op.get_bind().dialect.name == 'postgresql':
        for table in APPEND_ONLY:
            op.execute(f'DROP FUNCTION keep_order_of_{table}()')


def _create_targets():
    op.create_table(
        'targets',
        sa.Column('id', KEY, nullable=False),
        sa.Column('region_code', sa.String(length=12), nullable=False),
        sa.Column('figure', sa.String(length=40), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('basis', sa.String(length=24), nullable=False),
        sa.Column('over', sa.Enum('ever', 'year', name='over', native_enum=False, create_constraint=True, length=24),
                  nullable=False),
        sa.Column('classes', sa.String(length=4), nullable=False),
        sa.Column('hundredths', KEY, nullable=False),
        sa.Column('source', sa.String(length=200), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.Column('withdrawn', sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column('set_at', sa.DateTime(), nullable=False),
        sa.Column('set_by', sa.String(length=200), nullable=False),
        sa.CheckConstraint('hundredths > 0', name=op.f('ck_targets_positive')),
        sa.CheckConstraint('year BETWEEN 1949 AND 2200', name=op.f('ck_targets_plausible_year')),
        sa.CheckConstraint('version > 0', name=op.f('ck_targets_numbered')),
        sa.ForeignKeyConstraint(['region_code'], ['regions.code'], name=op.f('fk_targets_region_code')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_targets')),
        sa.UniqueConstraint('region_code', 'figure', 'year', 'basis', 'version',
                            name=op.f('uq_targets_region_code_figure_year_basis_version')),
    )
    op.create_index('ix_targets_region_code_set_at', 'targets', ['region_code', 'set_at'])


def _guard_postgresql(table):
    same, written = IN_ORDER[table]
    condition = ' AND '.join(f'{column} = NEW.{column}' for column in same)
    op.execute(f'''
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION refuse_change()''')
    op.execute(f'''
        CREATE FUNCTION keep_order_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM {table} WHERE {condition} AND {written} > NEW.{written}) THEN
                RAISE EXCEPTION '{table} are written in order'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$''')
    op.execute(f'''
        CREATE TRIGGER {table}_in_order BEFORE INSERT ON {table}
        FOR EACH ROW EXECUTE FUNCTION keep_order_of_{table}()''')


def _guard_sqlite(table):
    same, written = IN_ORDER[table]
    condition = ' AND '.join(f'{column} = NEW.{column}' for column in same)
    for verb in ('UPDATE', 'DELETE'):
        op.execute(f'''
            CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
            BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END''')
    op.execute(f'''
        CREATE TRIGGER {table}_in_order BEFORE INSERT ON {table}
        WHEN EXISTS (SELECT 1 FROM {table} WHERE {condition} AND {written} > NEW.{written})
        BEGIN SELECT RAISE(ABORT, '{table} are written in order'); END''')


def _population():
    """Return the figures there are, and before each what the trail says it replaced."""
    held = _rows('SELECT id, region_code, base, year, value, source, entered_at, entered_by FROM population_figures'
                 ' ORDER BY id')
    places = {(row['region_code'], row['base'], row['year']) for row in held}
    key = max((row['id'] for row in held), default=0)
    before = []
    for said in _trail('regions.set_population'):
        place = (said['region_code'], said['details'].get('base'), said['details'].get('year'))
        current = next((row for row in held if (row['region_code'], row['base'], row['year']) == place), None)
        if place in places and said['at'] < current['entered_at']:
            key += 1
            before.append({**current, 'id': key, 'value': said['details']['value'],
                           'source': said['details']['source'], 'entered_at': said['at'],
                           'entered_by': said['actor_label']})
    return sorted(before + held, key=lambda row: row['entered_at'])


def _settings():
    """Return every choice the trail knows of, ending with what stands; without a trail, what has always stood."""
    rows = []
    for held in _rows('SELECT region_code, publishes_ratios, counted_assurance FROM area_settings'):
        said = [one for one in _trail('regions.choose_settings') if one['object_id'] == held['region_code']]
        rows += [{**held, 'publishes_ratios': one['details']['publishes_ratios'],
                  'counted_assurance': one['details']['counted_assurance'],
                  'chosen_at': one['at'], 'chosen_by': one['actor_label']} for one in said[:-1]]
        rows.append({**held, 'publishes_ratios': bool(held['publishes_ratios']),
                     'chosen_at': said[-1]['at'] if said else THE_BEGINNING,
                     'chosen_by': said[-1]['actor_label'] if said else ''})
    return [{**row, 'id': key} for key, row in enumerate(sorted(rows, key=lambda row: row['chosen_at']), 1)]


def _trail(action):
    entries = _rows('SELECT at, actor_label, object_id, region_code, details FROM audit_entries'
                    f" WHERE action = '{action}' ORDER BY id")
    for entry in entries:
        if isinstance(entry['details'], str):
            entry['details'] = json.loads(entry['details'])
    return entries


def _latest(table):
    """Return the row written last about each thing, without what only dated rows have."""
    same, written = IN_ORDER[table]
    rows = _rows(f'SELECT * FROM {table} ORDER BY {written}, id')
    kept = {tuple(row[column] for column in same): row for row in rows}
    return [{name: value for name, value in row.items() if name not in ('withdrawn', 'chosen_at', 'chosen_by')}
            for row in kept.values() if not row.get('withdrawn')]


def _rows(statement):
    rows = [dict(row) for row in op.get_bind().execute(sa.text(statement)).mappings()]
    for row in rows:
        for name, value in row.items():
            if name in ('at', 'entered_at', 'chosen_at') and isinstance(value, str):
                row[name] = datetime.fromisoformat(value)
    return rows


def _rebuild_population(rows, *, dated):
    op.drop_table('population_figures')
    extra = ([sa.Column('withdrawn', sa.Boolean(), server_default=sa.false(), nullable=False)] if dated else
             [sa.UniqueConstraint('region_code', 'base', 'year',
                                  name=op.f('uq_population_figures_region_code_base_year'))])
    table = op.create_table(
        'population_figures',
        sa.Column('id', KEY, nullable=False),
        sa.Column('region_code', sa.String(length=12), nullable=False),
        sa.Column('base', sa.Enum('census', 'resident', 'built_up', name='populationbase', native_enum=False,
                                  create_constraint=True, length=24), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('value', KEY, nullable=False),
        sa.Column('source', sa.String(length=200), nullable=False),
        sa.Column('entered_at', sa.DateTime(), nullable=False),
        sa.Column('entered_by', sa.String(length=200), nullable=False),
        sa.CheckConstraint('value > 0', name=op.f('ck_population_figures_positive')),
        sa.CheckConstraint('year BETWEEN 1949 AND 2200', name=op.f('ck_population_figures_plausible_year')),
        sa.ForeignKeyConstraint(['region_code'], ['regions.code'], name=op.f('fk_population_figures_region_code')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_population_figures')),
        *extra,
    )
    if dated:
        op.create_index('ix_population_figures_region_code_base_year_entered_at', 'population_figures',
                        ['region_code', 'base', 'year', 'entered_at'])
    _put_back(table, rows)


def _rebuild_settings(rows, *, dated):
    op.drop_table('area_settings')
    dates = [sa.Column('id', KEY, nullable=False),
             sa.Column('chosen_at', sa.DateTime(), nullable=False),
             sa.Column('chosen_by', sa.String(length=200), nullable=False)] if dated else []
    table = op.create_table(
        'area_settings',
        sa.Column('region_code', sa.String(length=12), nullable=False),
        sa.Column('publishes_ratios', sa.Boolean(), nullable=False),
        sa.Column('counted_assurance', sa.SmallInteger(), nullable=False),
        *dates,
        sa.CheckConstraint('counted_assurance BETWEEN 0 AND 3', name=op.f('ck_area_settings_known_assurance')),
        sa.ForeignKeyConstraint(['region_code'], ['regions.code'], name=op.f('fk_area_settings_region_code')),
        sa.PrimaryKeyConstraint('id' if dated else 'region_code', name=op.f('pk_area_settings')),
    )
    if dated:
        op.create_index('ix_area_settings_region_code_chosen_at', 'area_settings', ['region_code', 'chosen_at'])
    else:
        rows = [{name: value for name, value in row.items() if name != 'id'} for row in rows]
    _put_back(table, rows)


def _put_back(table, rows):
    if not rows:
        return
    op.bulk_insert(table, rows)
    if 'id' in rows[0] and op.get_bind().dialect.name == 'postgresql':
        op.execute(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'),"
                   f' (SELECT max(id) FROM {table.name}))')
