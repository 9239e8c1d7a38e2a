"""A key per person, requests about one's data, erasures; and what an erasure may wipe of rows that are kept for ever.

Revision ID: 0020
Revises: 0019
Create Date: 2026-11-21
"""
import re

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
WORD, NONE, NO_BYTES, NO_DETAILS = "'—'", 'NULL', {'sqlite': "x''", 'postgresql': "'\\x'::bytea"}, "'{}'"

BY_PERSON = 'volunteer_id = OLD.volunteer_id'
#: How the trail's details name a person: by id or by number.
NUMBER = '(SELECT v.number FROM volunteers v WHERE v.id = erasures.volunteer_id)'
NAMED = ('CAST(volunteer_id AS TEXT)', f"'\"' || {NUMBER} || '\"'")
#: Table, whose row of `erasures` opens it, and what each column may become: nothing else of the row may change.
OPENED = (
    ('scans', BY_PERSON, {'code': WORD, 'details': NO_DETAILS}),
    ('scan_rulings', 'volunteer_id = (SELECT s.volunteer_id FROM scans s WHERE s.id = OLD.scan_id)', {'reason': WORD}),
    ('hours_entries', BY_PERSON, {'reason': WORD}),
    ('audit_entries', {
        # No json_extract: with an untrusted schema SQLite lets no trigger call it.
        'sqlite': ' OR '.join(f"instr(OLD.details, '\"volunteer\": ' || {who} || '{end}') > 0"
                              for who in NAMED for end in (',', '}')),
        'postgresql': f"OLD.details ->> 'volunteer' IN ({NAMED[0]}, {NUMBER})",
     }, {'actor_label': WORD, 'address': NONE, 'reason': WORD, 'details': NO_DETAILS}),
    ('evidence_pictures',
     'volunteer_id IN (SELECT m.volunteer_id FROM make_ups m WHERE m.evidence_id = OLD.id) AND NOT EXISTS ('
     'SELECT 1 FROM make_ups m WHERE m.evidence_id = OLD.id'
     ' AND m.volunteer_id NOT IN (SELECT e.volunteer_id FROM erasures e))',
     {'content': NO_BYTES}),
    ('make_ups', BY_PERSON, {'reason': WORD, 'decision_reason': WORD}),
    ('hours_reports', 'volunteer_id = OLD.volunteer_id OR account_id = OLD.reported_by',
     {'reason': WORD, 'contact': NONE, 'finding_reason': WORD}),
    ('anomaly_flags', 'account_id IN (SELECT p.account_id FROM anomaly_parties p WHERE p.flag_id = OLD.id)',
     {'decision_reason': WORD}),
    ('anomaly_parties', 'account_id = OLD.account_id', {'said': WORD}),
    ('objections', BY_PERSON, {'reason': WORD, 'answer': WORD}),
    ('points', BY_PERSON, {'note': WORD}),
    ('trainings', BY_PERSON, {'name': WORD, 'content': WORD, 'organiser': WORD, 'taken_back_reason': WORD}),
    ('honours', BY_PERSON, {'name': WORD, 'unit': WORD, 'taken_back_reason': WORD}),
    ('evaluations', BY_PERSON, {'comment': WORD, 'taken_back_reason': WORD}),
)
#: In the trail, also what others did to the person's registration, account or hours.
TRAIL = (
    "account_id = OLD.actor_account_id"
    " OR (OLD.object_type = 'volunteer' AND CAST(volunteer_id AS TEXT) = OLD.object_id)"
    " OR (OLD.object_type = 'account' AND CAST(account_id AS TEXT) = OLD.object_id)"
    " OR (OLD.object_type = 'make_up' AND volunteer_id ="
    " (SELECT m.volunteer_id FROM make_ups m WHERE CAST(m.id AS TEXT) = OLD.object_id))"
)
#: On PostgreSQL: the function of a table that is not simply append-only.
FUNCTIONS = {
    'make_ups': 'keep_make_up_facts',
    'hours_reports': 'keep_hours_report',
    'anomaly_flags': 'keep_anomaly_flag',
    'anomaly_parties': 'keep_anomaly_party',
    **{table: f'keep_{table}' for table in ('objections', 'trainings', 'honours', 'evaluations')},
}
ERASING = '/* erasing */'


def upgrade():
    op.create_table(
        'person_keys',
        sa.Column('volunteer_id', KEY, autoincrement=False, nullable=False),
        sa.Column('secret', sa.LargeBinary(), nullable=False),
        sa.Column('made_at', sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_person_keys_volunteer_id')),
        sa.PrimaryKeyConstraint('volunteer_id', name=op.f('pk_person_keys')),
    )
    _create_requests()
    op.create_table(
        'consent_refusals',
        sa.Column('volunteer_id', KEY, nullable=False),
        sa.Column('kind', sa.String(length=24), nullable=False),
        sa.Column('version', sa.String(length=24), nullable=False),
        sa.Column('refused_at', sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_consent_refusals_volunteer_id')),
        sa.PrimaryKeyConstraint('volunteer_id', 'kind', 'version', name=op.f('pk_consent_refusals')),
    )
    op.create_table(
        'erasures',
        sa.Column('volunteer_id', KEY, autoincrement=False, nullable=False),
        sa.Column('account_id', KEY, nullable=True),
        sa.Column('erased_at', sa.DateTime(), nullable=False),
        sa.Column('mark', sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_erasures_volunteer_id')),
        sa.PrimaryKeyConstraint('volunteer_id', name=op.f('pk_erasures')),
    )
    op.create_index('ix_erasures_account_id', 'erasures', ['account_id'])
    # What somebody did is asked by the person, and wiped when they leave.
    op.create_index('ix_audit_entries_actor_account_id', 'audit_entries', ['actor_account_id'])
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('''
            CREATE TRIGGER erasures_append_only BEFORE UPDATE OR DELETE ON erasures
            FOR EACH ROW EXECUTE FUNCTION refuse_change()''')
    else:
        for verb in ('update', 'delete'):
            op.execute(f'''
                CREATE TRIGGER erasures_no_{verb} BEFORE {verb.upper()} ON erasures
                BEGIN SELECT RAISE(ABORT, 'erasures is append-only'); END''')
    for table, whose, wiped in OPENED:
        _open(table, whose, wiped)


def downgrade():
    for table, _whose, _wiped in reversed(OPENED):
        _shut(table)
    op.drop_index('ix_audit_entries_actor_account_id', 'audit_entries')
    op.drop_table('erasures')
    op.drop_table('consent_refusals')
    op.drop_table('rights_requests')
    op.drop_table('person_keys')


def _create_requests():
    op.create_table(
        'rights_requests',
        sa.Column('id', KEY, nullable=False),
        sa.Column('volunteer_id', KEY, nullable=False),
        sa.Column('kind', sa.Enum('copy', 'correction', 'erasure', name='requestkind', native_enum=False,
                                  create_constraint=True, length=24), nullable=False),
        sa.Column('state', sa.Enum('open', 'done', 'refused', 'taken_back', name='requeststate', native_enum=False,
                                   create_constraint=True, length=24), nullable=False),
        sa.Column('region_code', sa.String(length=12), nullable=True),
        sa.Column('asked_at', sa.DateTime(), nullable=False),
        sa.Column('asked_by', KEY, nullable=True),
        sa.Column('by_guardian', sa.Boolean(), nullable=False),
        sa.Column('due_on', sa.Date(), nullable=False),
        sa.Column('erase_at', sa.DateTime(), nullable=True),
        sa.Column('is_urgent', sa.Boolean(), nullable=False),
        sa.Column('words', sa.LargeBinary(), nullable=True),
        sa.Column('closed_at', sa.DateTime(), nullable=True),
        sa.Column('closed_by', KEY, nullable=True),
        sa.Column('answer', sa.LargeBinary(), nullable=True),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f('ck_rights_requests_closed_somehow')),
        sa.CheckConstraint("kind <> 'erasure' OR erase_at IS NOT NULL",
                           name=op.f('ck_rights_requests_erasure_has_its_time')),
        sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_rights_requests_volunteer_id')),
        sa.ForeignKeyConstraint(['region_code'], ['regions.code'], name=op.f('fk_rights_requests_region_code')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_rights_requests')),
    )
    op.create_index('ix_rights_requests_volunteer_id', 'rights_requests', ['volunteer_id'])
    op.create_index('ix_rights_requests_state_due_on', 'rights_requests', ['state', 'due_on'])
    op.create_index('uq_rights_requests_open', 'rights_requests', ['volunteer_id', 'kind'], unique=True,
                    sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"))


def _open(table, whose, wiped):
    """Let an erasure wipe these columns of a table that is otherwise kept as written, and nothing else."""
    bind = op.get_bind()
    engine = bind.dialect.name
    if isinstance(whose, dict):
        whose = f'{TRAIL} OR {whose[engine]}'
    columns = [column['name'] for column in sa.inspect(bind).get_columns(table)]
    condition = _condition(engine, columns, whose, wiped)
    if engine == 'sqlite':
        for name, sql in _update_triggers(bind, table):
            head, body = sql.split('BEGIN', 1)
            before, _, when = head.partition('WHEN')
            guard = f'({when.strip()}) AND ' if when else ''
            op.execute(f'DROP TRIGGER {name}')
            _run(f'{before.rstrip()} WHEN {guard}NOT {ERASING} ({condition}) BEGIN{body}')
        return
    passing = f'IF TG_OP = \'UPDATE\' THEN {ERASING} IF {condition} THEN RETURN NEW; END IF; END IF; {ERASING}'
    if table in FUNCTIONS:
        _replace(FUNCTIONS[table], lambda source: source.replace('BEGIN', f'BEGIN {passing}', 1))
        return
    _run(f'''
        CREATE FUNCTION refuse_change_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN {passing}
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
        END $$''')
    _point(table, f'refuse_change_of_{table}')


def _shut(table):
    bind = op.get_bind()
    if bind.dialect.name == 'sqlite':
        for name, sql in _update_triggers(bind, table):
            before, when, body = re.fullmatch(
                rf'(.*?) WHEN (?:\((.*)\) AND )?NOT {re.escape(ERASING)} \(.*?\) BEGIN(.*)', sql, re.DOTALL).groups()
            op.execute(f'DROP TRIGGER {name}')
            _run(f'{before} WHEN {when} BEGIN{body}' if when else f'{before} BEGIN{body}')
        return
    if table in FUNCTIONS:
        mark = re.escape(ERASING)
        _replace(FUNCTIONS[table], lambda source: re.sub(
            rf" IF TG_OP = 'UPDATE' THEN {mark}.*?{mark}", '', source, count=1, flags=re.DOTALL))
        return
    _point(table, 'refuse_change')
    op.execute(f'DROP FUNCTION refuse_change_of_{table}()')


def _condition(engine, columns, whose, wiped):
    """Return when an UPDATE is an erasure: of an erased person, every word wiped or as it was, all else as it was."""
    def same(column):
        return f'NEW.{column} IS OLD.{column}' if engine == 'sqlite' else f'NEW.{column} IS NOT DISTINCT FROM OLD.{column}'

    def gone(column, to):
        to = to[engine] if isinstance(to, dict) else to
        if engine == 'sqlite':
            return f'NEW.{column} IS {to}'
        cast = '' if 'bytea' in to or to == 'NULL' else '::text'
        return f'NEW.{column}{cast} IS NOT DISTINCT FROM {to}'

    kept = [same(column) for column in columns if column not in wiped]
    if engine == 'postgresql':
        # Of whole rows, so that it holds for columns that come later too.
        names = ', '.join(f"'{column}'" for column in wiped)
        kept = [f'to_jsonb(NEW) - ARRAY[{names}] = to_jsonb(OLD) - ARRAY[{names}]']
    words = [f'({same(column)} OR {gone(column, to)})' for column, to in wiped.items()]
    return ' AND '.join([f'EXISTS (SELECT 1 FROM erasures WHERE {whose})', *words, *kept])


def _update_triggers(bind, table):
    rows = bind.execute(sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
                                " AND sql LIKE '%BEFORE UPDATE ON%' ORDER BY name"), {'table': table}).all()
    # Who may decide a flag is another question: an erasure decides nothing.
    return [(name, sql) for name, sql in rows if not name.endswith('_decided_by_another')]


def _replace(function, change):
    source = op.get_bind().execute(sa.text('SELECT prosrc FROM pg_proc WHERE proname = :name'),
                                   {'name': function}).scalar_one()
    _run(f'CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ {change(source)} $$')


def _point(table, function):
    op.execute(f'DROP TRIGGER {table}_append_only ON {table}')
    op.execute(f'''
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION {function}()''')


def _run(sql):
    """Run a statement as it stands: a colon in it is no place to be filled."""
    op.get_bind().exec_driver_sql(sql.replace('%', '%%') if op.get_bind().dialect.name == 'postgresql' else sql)
