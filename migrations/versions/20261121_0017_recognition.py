"""Star levels, points, trainings, honours, evaluations, objections, shared years.

Revision ID: 0017
Revises: 0016
Create Date: 2026-11-21
"""
import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
#: Rows that are never changed.
APPEND_ONLY = ('star_choices', 'star_levels', 'point_rules', 'points')
#: Rows of which only these columns ever change, and only while the first of them is empty.
ENDED_ONCE = {
    'trainings': ('taken_back_at', 'taken_back_by', 'taken_back_reason'),
    'honours': ('taken_back_at', 'taken_back_by', 'taken_back_reason'),
    'evaluations': ('taken_back_at', 'taken_back_by', 'taken_back_reason'),
    'objections': ('decided_at', 'decided_by', 'state', 'answer', 'correction_id', 'escalated_at'),
}
TABLES = ('objections', 'year_shares', 'evaluations', 'honours', 'trainings', 'point_marks', 'points', 'point_rules',
          'star_grants', 'star_levels', 'star_choices')


def upgrade():
    _create_stars()
    _create_points()
    _create_entered()
    _create_shares()
    _create_objections()
    postgresql = op.get_bind().dialect.name == 'postgresql'
    for table in APPEND_ONLY:
        _refuse_change(table, postgresql)
    for table, ends in ENDED_ONCE.items():
        (_end_once_postgresql if postgresql else _end_once_sqlite)(table, ends)


def downgrade():
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name == 'postgresql':
        for table in ENDED_ONCE:
            op.execute(f'DROP FUNCTION keep_{table}()')


def _key(table):
    return sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}'))


def _foreign(table, **targets):
    return [sa.ForeignKeyConstraint([column], [target.replace('__', '.')], name=op.f(f'fk_{table}_{column}'))
            for column, target in targets.items()]


def _live(name, table, columns, condition):
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=True, sqlite_where=where, postgresql_where=where)


def _create_stars():
    op.create_table(
        'star_choices',
        sa.Column('id', KEY, nullable=False),
        sa.Column('region_code', sa.String(length=12), nullable=False),
        sa.Column('classes', sa.String(length=4), nullable=False),
        sa.Column('source', sa.String(length=200), nullable=False),
        sa.Column('chosen_at', sa.DateTime(), nullable=False),
        sa.Column('chosen_by', sa.String(length=200), nullable=False),
        sa.CheckConstraint("classes <> ''", name=op.f('ck_star_choices_counts_something')),
        *_foreign('star_choices', region_code='regions__code'),
        _key('star_choices'),
    )
    op.create_index('ix_star_choices_region_code_chosen_at', 'star_choices', ['region_code', 'chosen_at'])
    op.create_table(
        'star_levels',
        sa.Column('id', KEY, nullable=False),
        sa.Column('choice_id', KEY, nullable=False),
        sa.Column('level', sa.SmallInteger(), nullable=False),
        sa.Column('minutes', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=40), nullable=False),
        sa.CheckConstraint('level BETWEEN 1 AND 9 AND minutes > 0', name=op.f('ck_star_levels_plausible')),
        *_foreign('star_levels', choice_id='star_choices__id'),
        _key('star_levels'),
        sa.UniqueConstraint('choice_id', 'level', name=op.f('uq_star_levels_choice_id_level')),
        sa.UniqueConstraint('choice_id', 'minutes', name=op.f('uq_star_levels_choice_id_minutes')),
    )
    op.create_table(
        'star_grants',
        sa.Column('id', KEY, nullable=False),
        sa.Column('volunteer_id', KEY, nullable=False),
        sa.Column('level', sa.SmallInteger(), nullable=False),
        sa.Column('minutes', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(length=40), nullable=False),
        sa.Column('region_code', sa.String(length=12), nullable=False),
        sa.Column('granted_at', sa.DateTime(), nullable=False),
        sa.Column('under_review_since', sa.DateTime(), nullable=True),
        sa.Column('withdrawn_at', sa.DateTime(), nullable=True),
        sa.Column('withdrawn_by', KEY, nullable=True),
        sa.Column('withdrawal_reason', sa.String(length=200), nullable=True),
        sa.CheckConstraint('(withdrawn_at IS NULL) = (withdrawn_by IS NULL)'
                           ' AND (withdrawn_at IS NULL) = (withdrawal_reason IS NULL)',
                           name=op.f('ck_star_grants_withdrawn_with_a_reason')),
        *_foreign('star_grants', volunteer_id='volunteers__id', region_code='regions__code'),
        _key('star_grants'),
    )
    _live('uq_star_grants_live', 'star_grants', ['volunteer_id', 'level'], 'withdrawn_at IS NULL')
    op.create_index('ix_star_grants_region_code_under_review_since', 'star_grants',
                    ['region_code', 'under_review_since'])


def _create_points():
    op.create_table(
        'point_rules',
        sa.Column('id', KEY, nullable=False),
        sa.Column('region_code', sa.String(length=12), nullable=False),
        *(sa.Column(f'class_{kind}', sa.SmallInteger(), nullable=False) for kind in 'abcd'),
        sa.Column('since', sa.DateTime(), nullable=False),
        sa.Column('set_by', sa.String(length=200), nullable=False),
        sa.CheckConstraint('class_a BETWEEN 0 AND 100 AND class_b BETWEEN 0 AND 100'
                           ' AND class_c BETWEEN 0 AND 100 AND class_d BETWEEN 0 AND 100',
                           name=op.f('ck_point_rules_plausible')),
        *_foreign('point_rules', region_code='regions__code'),
        _key('point_rules'),
    )
    op.create_index('ix_point_rules_region_code_since', 'point_rules', ['region_code', 'since'])
    op.create_table(
        'points',
        sa.Column('id', KEY, nullable=False),
        sa.Column('volunteer_id', KEY, nullable=False),
        sa.Column('kind', sa.Enum('earned', 'reversed', 'spent', name='pointkind', native_enum=False,
                                  create_constraint=True, length=24), nullable=False),
        sa.Column('points', sa.Integer(), nullable=False),
        sa.Column('rule_id', KEY, nullable=True),
        sa.Column('entry_id', KEY, nullable=True),
        sa.Column('source', sa.String(length=60), nullable=False),
        sa.Column('reverses_id', KEY, nullable=True),
        sa.Column('at', sa.DateTime(), nullable=False),
        sa.Column('note', sa.String(length=200), nullable=True),
        sa.CheckConstraint("(kind = 'earned' AND points > 0 AND entry_id IS NOT NULL AND reverses_id IS NULL)"
                           " OR (kind = 'reversed' AND points <> 0 AND reverses_id IS NOT NULL)"
                           " OR (kind = 'spent' AND points < 0 AND entry_id IS NULL AND reverses_id IS NULL)",
                           name=op.f('ck_points_sign_fits_kind')),
        *_foreign('points', volunteer_id='volunteers__id', rule_id='point_rules__id', entry_id='hours_entries__id',
                  reverses_id='points__id'),
        _key('points'),
        sa.UniqueConstraint('entry_id', name=op.f('uq_points_entry_id')),
        sa.UniqueConstraint('source', name=op.f('uq_points_source')),
        sa.UniqueConstraint('reverses_id', name=op.f('uq_points_reverses_id')),
    )
    op.create_index('ix_points_volunteer_id_at', 'points', ['volunteer_id', 'at'])
    op.create_table(
        'point_marks',
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('entry_id', KEY, nullable=False),
        sa.PrimaryKeyConstraint('day', name=op.f('pk_point_marks')),
    )


def _entered_columns():
    return (
        sa.Column('id', KEY, nullable=False),
        sa.Column('volunteer_id', KEY, nullable=False),
        sa.Column('region_code', sa.String(length=12), nullable=False),
        sa.Column('shift_id', KEY, nullable=True),
        sa.Column('recorded_at', sa.DateTime(), nullable=False),
        sa.Column('recorded_by', KEY, nullable=False),
        sa.Column('taken_back_at', sa.DateTime(), nullable=True),
        sa.Column('taken_back_by', KEY, nullable=True),
        sa.Column('taken_back_reason', sa.String(length=200), nullable=True),
    )


def _entered_rest(table):
    return (
        sa.CheckConstraint('(taken_back_at IS NULL) = (taken_back_by IS NULL)'
                           ' AND (taken_back_at IS NULL) = (taken_back_reason IS NULL)',
                           name=op.f(f'ck_{table}_taken_back_with_a_reason')),
        *_foreign(table, volunteer_id='volunteers__id', region_code='regions__code', shift_id='shifts__id'),
        _key(table),
    )


def _create_entered():
    op.create_table(
        'trainings', *_entered_columns(),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('content', sa.String(length=500), nullable=False),
        sa.Column('minutes', sa.Integer(), nullable=False),
        sa.Column('organiser', sa.String(length=80), nullable=False),
        sa.Column('held_on', sa.Date(), nullable=False),
        sa.CheckConstraint('minutes BETWEEN 1 AND 14400', name=op.f('ck_trainings_plausible')),
        *_entered_rest('trainings'),
    )
    _live('uq_trainings_live', 'trainings', ['volunteer_id', 'name', 'held_on'], 'taken_back_at IS NULL')
    op.create_table(
        'honours', *_entered_columns(),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('granted_on', sa.Date(), nullable=False),
        sa.Column('unit', sa.String(length=80), nullable=False),
        *_entered_rest('honours'),
    )
    _live('uq_honours_live', 'honours', ['volunteer_id', 'name', 'granted_on', 'unit'], 'taken_back_at IS NULL')
    op.create_table(
        'evaluations', *_entered_columns(),
        sa.Column('quality', sa.SmallInteger(), nullable=False),
        sa.Column('comment', sa.String(length=200), nullable=False),
        sa.Column('evaluated_on', sa.Date(), nullable=False),
        sa.CheckConstraint('quality BETWEEN 1 AND 5', name=op.f('ck_evaluations_plausible')),
        sa.CheckConstraint('shift_id IS NOT NULL', name=op.f('ck_evaluations_of_a_shift')),
        *_entered_rest('evaluations'),
    )
    _live('uq_evaluations_live', 'evaluations', ['volunteer_id', 'shift_id'], 'taken_back_at IS NULL')
    for table in ('trainings', 'honours', 'evaluations'):
        op.create_index(f'ix_{table}_shift_id', table, ['shift_id'])


def _create_shares():
    op.create_table(
        'year_shares',
        sa.Column('id', KEY, nullable=False),
        sa.Column('volunteer_id', KEY, nullable=False),
        sa.Column('year', sa.SmallInteger(), nullable=False),
        sa.Column('token_digest', sa.String(length=64), nullable=False),
        sa.Column('token', sa.Text(), nullable=False),
        sa.Column('shown_name', sa.String(length=20), nullable=False),
        sa.Column('created_at', sa.DateTime(), nullable=False),
        sa.Column('revoked_at', sa.DateTime(), nullable=True),
        *_foreign('year_shares', volunteer_id='volunteers__id'),
        _key('year_shares'),
        sa.UniqueConstraint('token_digest', name=op.f('uq_year_shares_token_digest')),
    )
    _live('uq_year_shares_live', 'year_shares', ['volunteer_id', 'year'], 'revoked_at IS NULL')


def _create_objections():
    op.create_table(
        'objections',
        sa.Column('id', KEY, nullable=False),
        sa.Column('volunteer_id', KEY, nullable=False),
        sa.Column('volunteer_account_id', KEY, nullable=True),
        sa.Column('asked_by', KEY, nullable=False),
        sa.Column('session_id', KEY, nullable=True),
        sa.Column('make_up_id', KEY, nullable=True),
        sa.Column('entry_id', KEY, nullable=True),
        sa.Column('shift_id', KEY, nullable=True),
        sa.Column('station_id', KEY, nullable=True),
        sa.Column('region_code', sa.String(length=12), nullable=False),
        sa.Column('served_on', sa.Date(), nullable=True),
        sa.Column('reason', sa.String(length=500), nullable=False),
        sa.Column('asked_at', sa.DateTime(), nullable=False),
        sa.Column('due_on', sa.Date(), nullable=False),
        sa.Column('escalated_at', sa.DateTime(), nullable=True),
        sa.Column('state', sa.Enum('asked', 'amended', 'kept', 'withdrawn', name='objectionstate', native_enum=False,
                                   create_constraint=True, length=24), nullable=False),
        sa.Column('decided_by', KEY, nullable=True),
        sa.Column('decided_at', sa.DateTime(), nullable=True),
        sa.Column('answer', sa.String(length=500), nullable=True),
        sa.Column('correction_id', KEY, nullable=True),
        sa.CheckConstraint('(CASE WHEN session_id IS NULL THEN 0 ELSE 1 END)'
                           ' + (CASE WHEN make_up_id IS NULL THEN 0 ELSE 1 END)'
                           ' + (CASE WHEN entry_id IS NULL THEN 0 ELSE 1 END) <= 1',
                           name=op.f('ck_objections_one_subject')),
        sa.CheckConstraint("decided_by IS NULL OR state = 'withdrawn' OR (decided_by <> asked_by"
                           ' AND (volunteer_account_id IS NULL OR decided_by <> volunteer_account_id))',
                           name=op.f('ck_objections_two_people')),
        sa.CheckConstraint("(state = 'asked') = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by IS NULL)"
                           " AND (state IN ('asked', 'withdrawn') OR answer IS NOT NULL)",
                           name=op.f('ck_objections_decided_somehow')),
        *_foreign('objections', volunteer_id='volunteers__id', session_id='sessions__id', make_up_id='make_ups__id',
                  entry_id='hours_entries__id', shift_id='shifts__id', station_id='stations__id',
                  region_code='regions__code', correction_id='corrections__id'),
        _key('objections'),
    )
    for subject in ('session', 'make_up', 'entry'):
        _live(f'uq_objections_open_{subject}', 'objections', [f'{subject}_id'], "state = 'asked'")
    op.create_index('ix_objections_volunteer_id_asked_at', 'objections', ['volunteer_id', 'asked_at'])
    op.create_index('ix_objections_station_id_state', 'objections', ['station_id', 'state'])
    op.create_index('ix_objections_state_due_on', 'objections', ['state', 'due_on'])


def _refuse_change(table, postgresql):
    if postgresql:
        op.execute(f'''
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change()''')
        return
    for verb in ('UPDATE', 'DELETE'):
        op.execute(f'''
            CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}
            BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END''')


def _kept(table, ends):
    columns = [column['name'] for column in sa.inspect(op.get_bind()).get_columns(table)]
    return [column for column in columns if column not in ends]


def _end_once_postgresql(table, ends):
    changed = ' OR '.join(f'NEW.{column} IS DISTINCT FROM OLD.{column}' for column in _kept(table, ends))
    op.execute(f'''
        CREATE FUNCTION keep_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                IF OLD.{ends[0]} IS NULL AND NOT ({changed}) THEN RETURN NEW; END IF;
            END IF;
            RAISE EXCEPTION '{table} are kept as they were' USING ERRCODE = 'integrity_constraint_violation';
        END $$''')
    op.execute(f'''
        CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION keep_{table}()''')


def _end_once_sqlite(table, ends):
    changed = ' OR '.join(f'NEW.{column} IS NOT OLD.{column}' for column in _kept(table, ends))
    op.execute(f'''
        CREATE TRIGGER {table}_kept BEFORE UPDATE ON {table}
        WHEN OLD.{ends[0]} IS NOT NULL OR {changed}
        BEGIN SELECT RAISE(ABORT, '{table} are kept as they were'); END''')
    op.execute(f'''
        CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
        BEGIN SELECT RAISE(ABORT, '{table} are kept as they were'); END''')
