"""What may be asked for; who holds it is answered by the accounts room."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One act, or one kind of sight, that a role may hold on a scope."""

    OWN_PAGES = "self.pages"
    SCAN = "checkin.scan"
    SEE_PEOPLE = "volunteers.see"
    OPEN_IDENTITY = "volunteers.open_identity"
    RAISE_ASSURANCE = "volunteers.raise_assurance"
    MANAGE_STATIONS = "stations.manage"
    MANAGE_ACTIVITIES = "activities.manage"
    MANAGE_TEAMS = "teams.manage"
    LEAD_TEAM = "teams.lead"
    DECIDE_REVIEWS = "reviews.decide"
    SEE_STATISTICS = "statistics.see"
    EXPORT = "exchange.export"
    SET_POPULATION = "regions.set_population"
    SET_TARGETS = "statistics.set_targets"
    SIGN_FIGURES = "month_close.sign"
    SEE_ANOMALIES = "anomalies.see"
    IMPORT = "imports.run"
    APPROVE_EXPORT = "exchange.approve"
    SET_POLICIES = "ledger.set_policies"
    MERGE_PEOPLE = "volunteers.merge"
    RECOVER_ACCOUNTS = "accounts.recover"
    RECOGNISE = "recognition.manage"
    ISSUE_CERTIFICATES = "certificates.issue"
    GRANT_ROLES = "accounts.grant"
    READ_AUDIT = "audit.read"
