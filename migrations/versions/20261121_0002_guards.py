"""Guards: append-only tables, the ledger's sums, places at shifts, no overlapping credited sessions.

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-21
"""
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

APPEND_ONLY = ('scans', 'hours_entries', 'audit_entries')


def upgrade():
    if op.get_bind().dialect.name == 'postgresql':
        _upgrade_postgresql()
    else:
        _upgrade_sqlite()


def downgrade():
    if op.get_bind().dialect.name == 'postgresql':
        for table in APPEND_ONLY:
            op.execute(f'DROP TRIGGER {table}_append_only ON {table}')
        op.execute('DROP FUNCTION refuse_change()')
        op.execute('DROP TRIGGER hours_entries_sums ON hours_entries')
        op.execute('DROP FUNCTION add_to_hours_sums()')
        op.execute('DROP TRIGGER sign_ups_places ON sign_ups')
        op.execute('DROP FUNCTION count_places()')
        op.execute('ALTER TABLE sessions DROP CONSTRAINT ex_sessions_credited_overlap')
    else:
        for table in APPEND_ONLY:
            op.execute(f'DROP TRIGGER {table}_no_update')
            op.execute(f'DROP TRIGGER {table}_no_delete')
        for trigger in ('hours_entries_sums', 'sign_ups_places_insert', 'sign_ups_places_update',
                        'sign_ups_places_delete', 'sessions_no_overlap_insert', 'sessions_no_overlap_update'):
            op.execute(f'DROP TRIGGER {trigger}')


def _upgrade_postgresql():
    op.execute('''
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
        END $$''')
    for table in APPEND_ONLY:
        op.execute(f'''
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change()''')

    op.execute('''
        CREATE FUNCTION add_to_hours_sums() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE total integer;
        BEGIN
            INSERT INTO hours_balances AS b (volunteer_id, minutes, class_a, class_b, class_c, class_d)
            VALUES (NEW.volunteer_id, NEW.minutes,
                    CASE NEW.hours_class WHEN 'A' THEN NEW.minutes ELSE 0 END,
                    CASE NEW.hours_class WHEN 'B' THEN NEW.minutes ELSE 0 END,
                    CASE NEW.hours_class WHEN 'C' THEN NEW.minutes ELSE 0 END,
                    CASE NEW.hours_class WHEN 'D' THEN NEW.minutes ELSE 0 END)
            ON CONFLICT (volunteer_id) DO UPDATE SET
                minutes = b.minutes + excluded.minutes,
                class_a = b.class_a + excluded.class_a, class_b = b.class_b + excluded.class_b,
                class_c = b.class_c + excluded.class_c, class_d = b.class_d + excluded.class_d;
            IF NEW.hours_class <> 'D' THEN
                INSERT INTO hours_days AS d (volunteer_id, service_on, minutes)
                VALUES (NEW.volunteer_id, NEW.service_on, NEW.minutes)
                ON CONFLICT (volunteer_id, service_on) DO UPDATE SET minutes = d.minutes + excluded.minutes
                RETURNING minutes INTO total;
                IF NEW.minutes > 0 AND total > NEW.day_cap_minutes THEN
                    RAISE EXCEPTION 'hours_day_cap' USING ERRCODE = 'check_violation';
                END IF;
            END IF;
            RETURN NULL;
        END $$''')
    op.execute('''
        CREATE TRIGGER hours_entries_sums AFTER INSERT ON hours_entries
        FOR EACH ROW EXECUTE FUNCTION add_to_hours_sums()''')

    op.execute('''
        CREATE FUNCTION count_places() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE before integer := 0; after integer := 0;
        BEGIN
            IF TG_OP <> 'INSERT' AND OLD.state IN ('accepted', 'offered') THEN before := 1; END IF;
            IF TG_OP <> 'DELETE' AND NEW.state IN ('accepted', 'offered') THEN after := 1; END IF;
            IF before <> after THEN
                UPDATE shifts SET taken = taken + after - before WHERE id = coalesce(NEW.shift_id, OLD.shift_id);
            END IF;
            RETURN NULL;
        END $$''')
    op.execute('''
        CREATE TRIGGER sign_ups_places AFTER INSERT OR DELETE OR UPDATE OF state ON sign_ups
        FOR EACH ROW EXECUTE FUNCTION count_places()''')

    op.execute('CREATE EXTENSION IF NOT EXISTS btree_gist')
    op.execute('''
        ALTER TABLE sessions ADD CONSTRAINT ex_sessions_credited_overlap
        EXCLUDE USING gist (volunteer_id WITH =, tsrange(in_at, out_at) WITH &&) WHERE (is_credited)''')


def _upgrade_sqlite():
    for table in APPEND_ONLY:
        for verb in ('update', 'delete'):
            op.execute(f'''
                CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table}
                BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END''')

    op.execute('''
        CREATE TRIGGER hours_entries_sums AFTER INSERT ON hours_entries
        BEGIN
            INSERT INTO hours_balances (volunteer_id, minutes, class_a, class_b, class_c, class_d)
            VALUES (NEW.volunteer_id, NEW.minutes,
                    CASE NEW.hours_class WHEN 'A' THEN NEW.minutes ELSE 0 END,
                    CASE NEW.hours_class WHEN 'B' THEN NEW.minutes ELSE 0 END,
                    CASE NEW.hours_class WHEN 'C' THEN NEW.minutes ELSE 0 END,
                    CASE NEW.hours_class WHEN 'D' THEN NEW.minutes ELSE 0 END)
            ON CONFLICT (volunteer_id) DO UPDATE SET
                minutes = minutes + excluded.minutes,
                class_a = class_a + excluded.class_a, class_b = class_b + excluded.class_b,
                class_c = class_c + excluded.class_c, class_d = class_d + excluded.class_d;
            INSERT INTO hours_days (volunteer_id, service_on, minutes)
            SELECT NEW.volunteer_id, NEW.service_on, NEW.minutes WHERE NEW.hours_class <> 'D'
            ON CONFLICT (volunteer_id, service_on) DO UPDATE SET minutes = minutes + excluded.minutes;
            SELECT RAISE(ABORT, 'hours_day_cap')
            WHERE NEW.hours_class <> 'D' AND NEW.minutes > 0 AND NEW.day_cap_minutes < (
                SELECT minutes FROM hours_days
                WHERE volunteer_id = NEW.volunteer_id AND service_on = NEW.service_on);
        END''')

    change = 'UPDATE shifts SET taken = taken + 1 WHERE id = NEW.shift_id'
    op.execute(f'''
        CREATE TRIGGER sign_ups_places_insert AFTER INSERT ON sign_ups
        WHEN NEW.state IN ('accepted', 'offered') BEGIN {change}; END''')
    op.execute('''
        CREATE TRIGGER sign_ups_places_delete AFTER DELETE ON sign_ups
        WHEN OLD.state IN ('accepted', 'offered')
        BEGIN UPDATE shifts SET taken = taken - 1 WHERE id = OLD.shift_id; END''')
    op.execute('''
        CREATE TRIGGER sign_ups_places_update AFTER UPDATE OF state ON sign_ups
        WHEN (NEW.state IN ('accepted', 'offered')) <> (OLD.state IN ('accepted', 'offered'))
        BEGIN
            UPDATE shifts SET taken = taken + (CASE WHEN NEW.state IN ('accepted', 'offered') THEN 1 ELSE -1 END)
            WHERE id = NEW.shift_id;
        END''')

    for verb in ('INSERT', 'UPDATE'):
        op.execute(f'''
            CREATE TRIGGER sessions_no_overlap_{verb.lower()} AFTER {verb} ON sessions WHEN NEW.is_credited
            BEGIN
                SELECT RAISE(ABORT, 'ex_sessions_credited_overlap') WHERE EXISTS (
                    SELECT 1 FROM sessions WHERE volunteer_id = NEW.volunteer_id AND id <> NEW.id AND is_credited
                    AND in_at < NEW.out_at AND out_at > NEW.in_at);
            END''')
