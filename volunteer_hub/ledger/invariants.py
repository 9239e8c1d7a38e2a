"""What must hold between the tables whatever happened, as plain SQL for both engines.

Written against the tables, not against the program: no model, query or service of ours is used, so that
a mistake there cannot hide itself here. Each statement names what breaks a rule by key, never by name.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One rule: what it says, how many rows it was asked of, and which rows break it."""

    invariant: str
    says: str
    #: Returns one number.
    counts: str
    #: Returns one text for each row that breaks the rule.
    finds: str


_SCANS = "SELECT count(*) FROM scans"
_ENTRIES = "SELECT count(*) FROM hours_entries"
_STAYS = "SELECT count(*) FROM sessions WHERE out_at IS NOT NULL"
_CREDITED = "SELECT count(*) FROM sessions WHERE is_credited"

#: Credits that no reversal has taken back.
_STANDING = """
    SELECT e.* FROM hours_entries e LEFT JOIN hours_entries r ON r.reverses_id = e.id
    WHERE e.kind = 'credit' AND r.id IS NULL"""

#: The registration that stands for a volunteer `v`.
_WHOSE = "coalesce(v.merged_into_id, v.id) AS volunteer_id"

#: A session's line in the ledger as its own row says it should be, and as the ledger has it.
_SAID_BY_SESSIONS = f"""
    SELECT 'session:' || s.id || CASE WHEN revision = 1 THEN '' ELSE ':' || revision END AS source,
           {_WHOSE}, shift_id, credited_minutes AS minutes, hours_class
    FROM sessions s JOIN volunteers v ON v.id = s.volunteer_id WHERE is_credited"""
#: A line that a merge carried stands for the one first entered, and may be worth less: what both registrations
#: of a person claim counts once, at the one that was kept.
_SAID_BY_ENTRIES = f"""SELECT * FROM (
    SELECT coalesce(o.source, e.source) AS source, e.volunteer_id, e.shift_id,
           coalesce(o.minutes, e.minutes) AS minutes, e.hours_class
    FROM ({_STANDING}) e LEFT JOIN hours_entries o ON o.id = e.origin_id
    WHERE coalesce(o.source, e.source) LIKE 'session:%'
    UNION ALL
    SELECT o.source, {_WHOSE}, o.shift_id, o.minutes, o.hours_class FROM merge_entries m
    JOIN merges g ON g.id = m.merge_id AND g.state = 'merged' JOIN volunteers v ON v.id = g.kept_id
    JOIN hours_entries c ON c.id = m.entry_id JOIN hours_entries o ON o.id = coalesce(c.origin_id, c.id)
    WHERE m.moved_id IS NULL AND o.source LIKE 'session:%') said"""

#: The same of make-ups, which have an entry while they are approved and stand.
_SAID_BY_MAKE_UPS = f"""
    SELECT 'make-up:' || u.id || CASE WHEN revision = 1 THEN '' ELSE ':' || revision END AS source,
           {_WHOSE}, shift_id, minutes, 'C' AS hours_class
    FROM make_ups u JOIN volunteers v ON v.id = u.volunteer_id WHERE state = 'approved' AND minutes > 0"""
_MAKE_UP_ENTRIES = _SAID_BY_ENTRIES.replace("'session:%'", "'make-up:%'")

_BY_CLASS = ", ".join(f"sum(CASE hours_class WHEN '{it}' THEN minutes ELSE 0 END)" for it in "ABCD")
_BALANCES = f"""
    SELECT volunteer_id, sum(minutes) AS minutes, {_BY_CLASS} FROM hours_entries GROUP BY volunteer_id"""
_KEPT_BALANCES = """
    SELECT volunteer_id, minutes, class_a, class_b, class_c, class_d FROM hours_balances"""
_DAYS = """
    SELECT volunteer_id, service_on, sum(minutes) AS minutes FROM hours_entries
    WHERE hours_class <> 'D' GROUP BY volunteer_id, service_on"""
_KEPT_DAYS = "SELECT volunteer_id, service_on, minutes FROM hours_days"

#: A person took the scan out; what a person decided about the session outranks that.
_RULED_OUT = "(r.kind IN ('dismissed', 'undone') AND coalesce(s.closed_by, '') <> 'leader')"
#: A second person agreed that the whole stay counts nothing.
_TAKEN_BACK = """
    EXISTS (SELECT 1 FROM corrections k WHERE k.session_id = s.id AND k.state = 'approved' AND k.new_in_at IS NULL)"""

RULES: tuple[Rule, ...] = (
    Rule(
        "I1",
        "a nonce is kept once",
        _SCANS,
        "SELECT 'scan ' || min(id) FROM scans GROUP BY nonce HAVING count(*) > 1 ORDER BY min(id)",
    ),
    Rule(
        "I1",
        "a personal code serves once",
        "SELECT count(code_use) FROM scans",
        """SELECT 'scan ' || min(id) FROM scans WHERE code_use IS NOT NULL
           GROUP BY code_use HAVING count(*) > 1 ORDER BY min(id)""",
    ),
    Rule(
        "I1",
        "a number of a device's chain is used once",
        "SELECT count(device_seq) FROM scans",
        """SELECT 'scan ' || min(id) FROM scans WHERE device_seq IS NOT NULL
           GROUP BY device_id, device_seq HAVING count(*) > 1 ORDER BY min(id)""",
    ),
    Rule(
        "I1",
        "an accepted scan has its session",
        "SELECT count(*) FROM scans WHERE outcome = 'accepted'",
        """SELECT 'scan ' || c.id FROM scans c LEFT JOIN scan_rulings r ON r.scan_id = c.id
           WHERE c.outcome = 'accepted' AND r.scan_id IS NULL AND NOT EXISTS (
               SELECT 1 FROM sessions s WHERE s.in_scan_id = c.id OR s.out_scan_id = c.id) AND NOT EXISTS (
               SELECT 1 FROM sessions s WHERE s.volunteer_id = c.volunteer_id AND s.shift_id = c.shift_id
               AND (c.direction = 'in' OR s.out_at IS NOT NULL))
           ORDER BY c.id""",
    ),
    Rule(
        "I2",
        "a refused, waiting or undone scan has no effect",
        "SELECT count(*) FROM scans WHERE outcome IN ('refused', 'pending')",
        f"""SELECT 'session ' || s.id FROM sessions s
            JOIN scans c ON c.id = s.in_scan_id OR c.id = s.out_scan_id
            LEFT JOIN scan_rulings r ON r.scan_id = c.id
            WHERE coalesce(s.closed_by, '') <> 'voided' AND ({_RULED_OUT}
                OR NOT (c.is_admissible OR c.outcome IN ('accepted', 'already') OR coalesce(r.kind, '') = 'admitted'))
            ORDER BY s.id""",
    ),
    Rule(
        "I4",
        "the balances are the ledger's sums, class by class",
        "SELECT count(*) FROM hours_balances",
        f"""SELECT 'volunteer ' || volunteer_id FROM ({_BALANCES} EXCEPT {_KEPT_BALANCES}) x
            UNION SELECT 'volunteer ' || volunteer_id FROM ({_KEPT_BALANCES} EXCEPT {_BALANCES}) y ORDER BY 1""",
    ),
    Rule(
        "I4",
        "the days are the ledger's sums without imports",
        "SELECT count(*) FROM hours_days",
        f"""SELECT 'volunteer ' || volunteer_id || ' on ' || service_on FROM ({_DAYS} EXCEPT {_KEPT_DAYS}) x
            UNION SELECT 'volunteer ' || volunteer_id || ' on ' || service_on
            FROM ({_KEPT_DAYS} EXCEPT {_DAYS}) y ORDER BY 1""",
    ),
    Rule(
        "I4",
        "a reversal takes back exactly one credit",
        "SELECT count(*) FROM hours_entries WHERE kind = 'reversal'",
        """SELECT 'entry ' || r.id FROM hours_entries r LEFT JOIN hours_entries e ON e.id = r.reverses_id
           WHERE r.kind = 'reversal' AND (e.id IS NULL OR e.kind <> 'credit' OR r.minutes <> -e.minutes
               OR r.volunteer_id <> e.volunteer_id OR r.hours_class <> e.hours_class OR r.service_on <> e.service_on)
           UNION ALL SELECT 'entry ' || reverses_id FROM hours_entries WHERE reverses_id IS NOT NULL
           GROUP BY reverses_id HAVING count(*) > 1""",
    ),
    Rule(
        "I6",
        "credited sessions of a person do not overlap",
        _CREDITED,
        """SELECT 'session ' || id FROM (
               SELECT id, in_at, max(out_at) OVER (PARTITION BY volunteer_id ORDER BY in_at, id
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
               FROM sessions WHERE is_credited) stays
           WHERE in_at < taken_until ORDER BY id""",
    ),
    Rule(
        "I6",
        "nobody is in twice",
        "SELECT count(*) FROM sessions WHERE out_at IS NULL",
        """SELECT 'volunteer ' || volunteer_id FROM sessions WHERE out_at IS NULL
           GROUP BY volunteer_id HAVING count(*) > 1 ORDER BY volunteer_id""",
    ),
    Rule(
        "I6",
        "nobody has more on a day than its cap",
        "SELECT count(*) FROM hours_days",
        """SELECT 'volunteer ' || volunteer_id || ' on ' || service_on FROM hours_entries WHERE hours_class <> 'D'
           GROUP BY volunteer_id, service_on
           HAVING sum(minutes) > max(CASE kind WHEN 'credit' THEN day_cap_minutes ELSE 0 END)
           ORDER BY volunteer_id, service_on""",
    ),
    Rule(
        "I7",
        "a session is credited what its row says, and not above the stay",
        "SELECT count(*) FROM sessions",
        """SELECT 'session ' || id FROM sessions
           WHERE is_credited <> (credited_minutes > 0) OR credited_minutes > coalesce(raw_minutes, 0)
               OR credited_minutes < 0 OR (out_at IS NULL AND raw_minutes IS NOT NULL)
               OR (out_at IS NOT NULL AND raw_minutes IS NULL AND coalesce(closed_by, '') <> 'voided')
               OR (closed_by = 'voided' AND credited_minutes <> 0)
           ORDER BY id""",
    ),
    Rule(
        "I7",
        "every minute not credited has its reason",
        _STAYS,
        f"""SELECT 'session ' || s.id FROM sessions s
            WHERE s.out_at IS NOT NULL AND s.closed_by <> 'voided' AND s.credited_minutes < s.raw_minutes
                AND s.reductions = '' AND s.closed_by <> 'automatic' AND NOT {_TAKEN_BACK} AND NOT EXISTS (
                    SELECT 1 FROM review_cases c WHERE c.session_id = s.id
                    AND (c.decided_at IS NULL OR c.decision = 'rejected'))
            ORDER BY s.id""",
    ),
    Rule(
        "I8",
        "a credited session stands once in the ledger, with its minutes",
        _CREDITED,
        f"SELECT source FROM ({_SAID_BY_SESSIONS} EXCEPT {_SAID_BY_ENTRIES}) x ORDER BY 1",
    ),
    Rule(
        "I8",
        "a session's standing entry has its session",
        f"SELECT count(*) FROM ({_SAID_BY_ENTRIES}) x",
        f"SELECT source FROM ({_SAID_BY_ENTRIES} EXCEPT {_SAID_BY_SESSIONS}) x ORDER BY 1",
    ),
    Rule(
        "I8",
        "an approved make-up stands once in the ledger, with its minutes",
        "SELECT count(*) FROM make_ups WHERE state = 'approved'",
        f"SELECT source FROM ({_SAID_BY_MAKE_UPS} EXCEPT {_MAKE_UP_ENTRIES}) x ORDER BY 1",
    ),
    Rule(
        "I8",
        "a make-up's standing entry has its make-up",
        f"SELECT count(*) FROM ({_MAKE_UP_ENTRIES}) x",
        f"SELECT source FROM ({_MAKE_UP_ENTRIES} EXCEPT {_SAID_BY_MAKE_UPS}) x ORDER BY 1",
    ),
    Rule(
        "I8",
        "a source is entered once",
        _ENTRIES,
        "SELECT source FROM hours_entries GROUP BY source HAVING count(*) > 1 ORDER BY source",
    ),
    Rule(
        "I8",
        "a credited session has its scans: both for class A, of that person",
        _CREDITED,
        """SELECT 'session ' || s.id FROM sessions s
           LEFT JOIN scans i ON i.id = s.in_scan_id LEFT JOIN scans o ON o.id = s.out_scan_id
           WHERE s.is_credited AND (coalesce(i.id, o.id) IS NULL
               OR (s.hours_class = 'A' AND (i.id IS NULL OR o.id IS NULL))
               OR i.volunteer_id <> s.volunteer_id OR o.volunteer_id <> s.volunteer_id)
           ORDER BY s.id""",
    ),
    Rule(
        "I8",
        "any other credit names an import or a second approver",
        f"SELECT count(*) FROM ({_STANDING}) x WHERE source NOT LIKE 'session:%'",
        f"""SELECT 'entry ' || x.id FROM ({_STANDING}) x LEFT JOIN hours_entries o ON o.id = x.origin_id
            WHERE coalesce(o.source, x.source) NOT LIKE 'session:%'
                AND NOT (x.hours_class = 'D' AND coalesce(o.source, x.source) LIKE 'import:%')
                AND NOT (x.recorded_by IS NOT NULL AND x.approved_by IS NOT NULL AND x.recorded_by <> x.approved_by)
            ORDER BY x.id""",
    ),
    Rule(
        "I8",
        "what a merge carried is what was first entered, once, and never worth more",
        "SELECT count(*) FROM hours_entries WHERE origin_id IS NOT NULL",
        f"""SELECT 'entry ' || e.id FROM hours_entries e JOIN hours_entries o ON o.id = e.origin_id
            WHERE o.origin_id IS NOT NULL OR o.kind <> 'credit' OR abs(e.minutes) > o.minutes
                OR e.hours_class <> o.hours_class OR e.service_on <> o.service_on
            UNION ALL SELECT 'entry ' || min(id) FROM ({_STANDING}) x
            GROUP BY coalesce(origin_id, id) HAVING count(*) > 1""",
    ),
)

#: Where the minutes people stayed went: one name for each, and their sum is the first line of the balance.
MINUTES = f"""
    SELECT sum(raw_minutes) AS stayed, sum(credited_minutes) AS credited,
           sum(CASE why WHEN 'voided' THEN left_over ELSE 0 END) AS voided,
           sum(CASE why WHEN 'rejected' THEN left_over ELSE 0 END) AS rejected,
           sum(CASE why WHEN 'corrected' THEN left_over ELSE 0 END) AS corrected,
           sum(CASE why WHEN 'waiting' THEN left_over ELSE 0 END) AS waiting,
           sum(CASE why WHEN 'reduced' THEN left_over ELSE 0 END) AS reduced
    FROM (
        SELECT raw_minutes, credited_minutes, raw_minutes - credited_minutes AS left_over,
               CASE WHEN closed_by = 'voided' THEN 'voided'
                    WHEN EXISTS (SELECT 1 FROM review_cases c WHERE c.session_id = s.id
                                 AND c.decision = 'rejected') THEN 'rejected'
                    WHEN {_TAKEN_BACK} THEN 'corrected'
                    WHEN EXISTS (SELECT 1 FROM review_cases c WHERE c.session_id = s.id
                                 AND c.decided_at IS NULL) THEN 'waiting'
                    WHEN reductions <> '' THEN 'reduced'
                    WHEN closed_by = 'automatic' THEN 'waiting'
               END AS why
        FROM sessions s WHERE raw_minutes IS NOT NULL) stays"""

#: Both ends of every stay, for the arithmetic that the two engines would each write differently.
STAYS = """
    SELECT id, in_at, out_at, raw_minutes FROM sessions
    WHERE out_at IS NOT NULL AND raw_minutes IS NOT NULL AND closed_by <> 'voided' ORDER BY id"""

#: What is kept of the nonces a client sent.
NONCES = "SELECT nonce, outcome, reason FROM scans WHERE nonce IN :nonces"
