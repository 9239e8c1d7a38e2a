"""What every table holds about people: one line each. A table that has none fails the build (tests/house).

To add a table, write one line:

    "visits": About(Group.SERVICE, (volunteer(),), words=("note",)),
    "rooms": Nothing("names of rooms"),

`words` are wiped when the person leaves, `keys` stay, `goes=True` deletes the rows; see `declaring.About`.
"""

from __future__ import annotations

from volunteer_hub.rights.declaring import About, Declared, Group, Nothing, account, through, volunteer

_STAFF = "what an office or station entered, signed with the name of whoever did so in office"
_FIGURES = "counts of people and minutes"
_OF_MACHINES = "what machines need among themselves"

HOLDINGS: dict[str, Declared] = {
    # Who somebody is.
    "volunteers": About(
        Group.IDENTITY,
        (volunteer("id"),),
        words=("name", "document_number", "mobile", "skills", "categories"),
        found_by=("number", "document_index", "mobile_index"),
    ),
    "guardians": About(Group.IDENTITY, (volunteer(),), words=("name", "mobile"), goes=True),
    "standings": About(Group.IDENTITY, (volunteer(),)),
    "cards": About(Group.IDENTITY, (volunteer(),), goes=True),
    "mobile_changes": About(Group.IDENTITY, (volunteer(),), words=("mobile",), goes=True),
    "merges": About(
        Group.IDENTITY,
        (volunteer("kept_id"), volunteer("merged_id")),
        words=("reason", "decision_reason", "undo_reason"),
        sealed=("before",),
    ),
    "merge_entries": Nothing("lines of the ledger that a merge moved, by number"),
    "person_keys": About(Group.IDENTITY, (volunteer(),), sealed=("secret",), goes=True),
    "consents": About(Group.CONSENT, (volunteer(),), keys=("kind", "version", "text_digest", "given_by")),
    "consent_refusals": About(Group.CONSENT, (volunteer(),), keys=("kind", "version")),
    # Signing in.
    "accounts": About(
        Group.ACCOUNT,
        (account("id"),),
        words=("display_name",),
        cleared=("disabled_reason",),
        burnt=("password_hash",),
    ),
    "sign_in_names": About(Group.ACCOUNT, (account(),), sealed=("name_index",), goes=True),
    "logins": About(
        Group.ACCOUNT, (account(),), words=("browser",), sealed=("token_digest", "kiosk_pin_hash"), goes=True
    ),
    "role_grants": About(Group.ACCOUNT, (account(),), keys=("scope_value", "granted_by")),
    "api_tokens": About(Group.ACCOUNT, (account(),), words=("name",), sealed=("token_digest",)),
    "recovery_codes": About(Group.ACCOUNT, (account(),), sealed=("code_digest",), goes=True),
    "failed_sign_ins": Nothing("keyed hashes that are deleted after an hour"),
    "mobile_codes": Nothing("keyed hashes of numbers and codes that are deleted after an hour"),
    "registration_attempts": Nothing("keyed hashes that are deleted after a day"),
    "setup_tokens": Nothing(_OF_MACHINES),
    "pairings": Nothing("one-time offers to enrol a device, by digest"),
    "devices": Nothing("scanners of stations and their public keys"),
    # Taking part.
    "sign_ups": About(Group.SERVICE, (volunteer(),), words=("reason",)),
    "memberships": About(Group.SERVICE, (volunteer(),), words=("decided_by",)),
    "scans": About(
        Group.ATTENDANCE,
        (volunteer(),),
        keys=("reason",),
        words=("details",),
        burnt=("code",),
        sealed=("nonce", "payload_digest", "code_use", "item_hash", "prev_hash"),
    ),
    "scan_rulings": About(Group.ATTENDANCE, (through("scan_id", "scans"),), words=("reason",)),
    "sessions": About(Group.ATTENDANCE, (volunteer(),), keys=("reductions",)),
    "walk_ins": About(Group.ATTENDANCE, (volunteer(),), words=("label",), cleared=("name", "mobile")),
    # Hours.
    "hours_entries": About(Group.HOURS, (volunteer(),), keys=("source",), words=("reason",)),
    "hours_balances": About(Group.HOURS, (volunteer(),)),
    "hours_days": About(Group.HOURS, (volunteer(),)),
    "make_ups": About(Group.HOURS, (volunteer(),), keys=("month",), words=("reason", "decision_reason")),
    "evidence_pictures": About(
        Group.HOURS,
        (through("id", "make_ups", "evidence_id"),),
        # A picture of a sign-in sheet shows others too.
        burnt=("content",),
        sealed=("digest",),
    ),
    "corrections": About(
        Group.HOURS,
        (through("session_id", "sessions"), through("make_up_id", "make_ups")),
        words=("reason", "decision_reason"),
    ),
    "review_cases": About(
        Group.HOURS,
        (through("session_id", "sessions"), through("scan_id", "scans"), through("walk_in_id", "walk_ins")),
        words=("reason",),
    ),
    "objections": About(Group.HOURS, (volunteer(),), words=("reason", "answer")),
    # Thanks and papers.
    "points": About(Group.RECOGNITION, (volunteer(),), keys=("source",), words=("note",)),
    "star_grants": About(Group.RECOGNITION, (volunteer(),), keys=("name",), words=("withdrawal_reason",)),
    "honours": About(Group.RECOGNITION, (volunteer(),), words=("name", "unit", "taken_back_reason")),
    "trainings": About(
        Group.RECOGNITION, (volunteer(),), words=("name", "content", "organiser", "taken_back_reason")
    ),
    "evaluations": About(Group.RECOGNITION, (volunteer(),), words=("comment", "taken_back_reason")),
    "year_shares": About(
        Group.RECOGNITION, (volunteer(),), words=("shown_name",), sealed=("token_digest", "token"), goes=True
    ),
    "star_levels": Nothing("names of levels"),
    "star_choices": Nothing(_STAFF),
    "point_rules": Nothing(_STAFF),
    "point_marks": Nothing("how far the points have been worked out"),
    # Their words are wiped by `certificates.ending.erase`.
    "certificates": About(
        Group.CERTIFICATES,
        (volunteer(),),
        keys=("number", "covered", "key_id", "end_reason"),
        sealed=("token", "content", "paper", "paper_sha256"),
    ),
    "certificate_requests": About(Group.CERTIFICATES, (volunteer(),), keys=("purpose", "reason")),
    "recording_units": Nothing("who answers for a unit's certificates in office, as printed on each"),
    "unit_seals": Nothing("pictures of seals"),
    "certificate_series": Nothing("the last serial given out"),
    "certificate_keys": Nothing("public keys"),
    "certificate_looks": Nothing("how far the timetable has looked"),
    # Families.
    "care_links": About(Group.FAMILY, (volunteer(), account("carer_account_id")), words=("evidence",)),
    "care_codes": About(Group.FAMILY, (volunteer(),), sealed=("code_index",), goes=True),
    "saved_searches": About(Group.AGENDA, (account(),), words=("name", "filters"), goes=True),
    "calendar_feeds": About(Group.AGENDA, (volunteer(),), sealed=("token_digest",), goes=True),
    # Being told, and who looked.
    "notices": About(Group.NOTICES, (account(),), keys=("key", "subject", "link"), words=("params",), goes=True),
    "deliveries": About(
        Group.NOTICES, (through("notice_id", "notices"),), keys=("channel", "state", "reason"), goes=True
    ),
    "contact_points": About(
        Group.NOTICES, (account(),), keys=("channel",), words=("address",), sealed=("code_digest",), goes=True
    ),
    "notice_wishes": About(Group.NOTICES, (account(),), keys=("muted", "language"), goes=True),
    "audit_entries": About(
        Group.LOOKS,
        (account("actor_account_id"),),
        keys=("action", "object_type", "object_id", "region_code"),
        words=("actor_label", "reason", "details"),
        cleared=("address",),
    ),
    "identity_exports": Nothing(
        "requests for lists, by staff; who was in a list is asked of `identity_export_people`"
    ),
    "identity_export_people": Nothing("numbers of people, packed; told to each at /my/identity-exports"),
    # What is open to all, and questions about it.
    "hours_reports": About(
        Group.OPENNESS,
        (volunteer(),),
        words=("finding_reason",),
        # What was said could tell who said it.
        burnt=("reason", "contact"),
        also=(account("reported_by"),),
    ),
    "anomaly_parties": About(Group.OPENNESS, (account(),), words=("said",)),
    "anomaly_flags": About(
        Group.OPENNESS,
        (through("id", "anomaly_parties", "flag_id"),),
        keys=("period", "facts"),
        words=("decision_reason",),
        sealed=("subject", "evidence"),
    ),
    "anomaly_looks": Nothing("how far the nightly look has come"),
    # Files.
    "import_rows": About(
        Group.FILES,
        (volunteer(),),
        keys=("reasons",),
        sealed=("activity_index",),
        cleared=("payload", "cells", "document_index"),
    ),
    "invitations": About(
        Group.FILES, (volunteer(),), cleared=("document_index", "mobile_index", "ending_index", "payload")
    ),
    "imports": Nothing("files of an office, encrypted, which are deleted once they are read"),
    "import_pieces": Nothing("pieces of such a file, encrypted"),
    "export_jobs": About(
        Group.FILES,
        (account(),),
        keys=("kind", "args", "locale", "failure"),
        words=("name",),
        sealed=("holder", "digest"),
    ),
    "export_pieces": Nothing("files being fetched, sealed, which are deleted within days"),
    "rights_requests": About(Group.RIGHTS, (volunteer(),), sealed=("words", "answer")),
    "erasures": Nothing("that somebody was erased, without who it was"),
    # Places, offers, rules.
    "regions": Nothing("divisions"),
    "population_figures": Nothing(_STAFF),
    "area_settings": Nothing(_STAFF),
    "stations": Nothing("places, with the telephone of the place"),
    "station_keepers": Nothing("who answers for a place in office, as the plate on its door says"),
    "teams": Nothing("names of teams"),
    "projects": Nothing("names of projects"),
    "activities": Nothing("what is offered, with the contact the station publishes for it"),
    "activity_results": Nothing("what came of an activity, in numbers"),
    "shifts": Nothing("times and places"),
    "targets": Nothing(_STAFF),
    "hour_policies": Nothing(_STAFF),
    "number_series": Nothing("the last serial given out"),
    # Figures.
    "figure_days": Nothing(_FIGURES),
    "figure_deltas": Nothing(_FIGURES),
    "figure_changes": Nothing(_FIGURES),
    "figure_state": Nothing(_FIGURES),
    "month_closes": Nothing(_FIGURES + ", signed by two people in office"),
    "month_close_documents": Nothing(_FIGURES + ", signed by two people in office"),
    "month_close_reopenings": Nothing(_STAFF),
    "leases": Nothing(_OF_MACHINES),
    "job_runs": Nothing(_OF_MACHINES),
}
