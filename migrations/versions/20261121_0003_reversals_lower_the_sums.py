"""Reversals lower the ledger's sums by UPDATE.

Both engines test the CHECK constraints of a row proposed by INSERT ... ON CONFLICT before they look for
the conflict, so a reversal's negative minutes were refused although the sum would have stayed positive.

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-21
"""
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

BALANCE = '''
            INSERT INTO hours_balances {alias} (volunteer_id, minutes, class_a, class_b, class_c, class_d)
            VALUES (NEW.volunteer_id, NEW.minutes,
                    CASE NEW.hours_class WHEN 'A' THEN NEW.minutes ELSE 0 END,
                    CASE NEW.hours_class WHEN 'B' THEN NEW.minutes ELSE 0 END,
                    CASE NEW.hours_class WHEN 'C' THEN NEW.minutes ELSE 0 END,
                    CASE NEW.hours_class WHEN 'D' THEN NEW.minutes ELSE 0 END)
            ON CONFLICT (volunteer_id) DO UPDATE SET
                minutes = {b}minutes + excluded.minutes,
                class_a = {b}class_a + excluded.class_a, class_b = {b}class_b + excluded.class_b,
                class_c = {b}class_c + excluded.class_c, class_d = {b}class_d + excluded.class_d;'''

LOWER = '''
            UPDATE hours_balances SET
                minutes = minutes + NEW.minutes,
                class_a = class_a + CASE NEW.hours_class WHEN 'A' THEN NEW.minutes ELSE 0 END,
                class_b = class_b + CASE NEW.hours_class WHEN 'B' THEN NEW.minutes ELSE 0 END,
                class_c = class_c + CASE NEW.hours_class WHEN 'C' THEN NEW.minutes ELSE 0 END,
                class_d = class_d + CASE NEW.hours_class WHEN 'D' THEN NEW.minutes ELSE 0 END
            WHERE volunteer_id = NEW.volunteer_id;
            UPDATE hours_days SET minutes = minutes + NEW.minutes
            WHERE NEW.hours_class <> 'D' AND volunteer_id = NEW.volunteer_id AND service_on = NEW.service_on;'''


def upgrade():
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(_postgresql(f'''
            IF NEW.minutes < 0 THEN {LOWER}
                RETURN NULL;
            END IF;'''))
    else:
        op.execute('DROP TRIGGER hours_entries_sums')
        op.execute(_sqlite('WHEN NEW.minutes > 0'))
        op.execute(f'''
            CREATE TRIGGER hours_entries_sums_lowered AFTER INSERT ON hours_entries WHEN NEW.minutes < 0
            BEGIN {LOWER} END''')


def downgrade():
    if op.get_bind().dialect.name == 'postgresql':
        op.execute(_postgresql(''))
    else:
        op.execute('DROP TRIGGER hours_entries_sums_lowered')
        op.execute('DROP TRIGGER hours_entries_sums')
        op.execute(_sqlite(''))


def _postgresql(first):
    return f'''
        CREATE OR REPLACE FUNCTION add_to_hours_sums() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE total integer;
        BEGIN {first} {BALANCE.format(alias='AS b', b='b.')}
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
        END $$'''


def _sqlite(when):
    return f'''
        CREATE TRIGGER hours_entries_sums AFTER INSERT ON hours_entries {when}
        BEGIN {BALANCE.format(alias='', b='')}
            INSERT INTO hours_days (volunteer_id, service_on, minutes)
            SELECT NEW.volunteer_id, NEW.service_on, NEW.minutes WHERE NEW.hours_class <> 'D'
            ON CONFLICT (volunteer_id, service_on) DO UPDATE SET minutes = minutes + excluded.minutes;
            SELECT RAISE(ABORT, 'hours_day_cap')
            WHERE NEW.hours_class <> 'D' AND NEW.minutes > 0 AND NEW.day_cap_minutes < (
                SELECT minutes FROM hours_days
                WHERE volunteer_id = NEW.volunteer_id AND service_on = NEW.service_on);
        END'''
