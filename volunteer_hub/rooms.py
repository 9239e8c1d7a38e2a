"""The list of rooms: the only file that opens their doors."""

from __future__ import annotations

from collections.abc import Callable

import click
from flask import Flask
from flask.blueprints import Blueprint

from volunteer_hub.accounts import acting, subtrees
from volunteer_hub.accounts import admin_routes as accounts_admin
from volunteer_hub.accounts import routes as accounts
from volunteer_hub.accounts.models import ScopeKind
from volunteer_hub.activities import admin_routes as activities_admin
from volunteer_hub.activities import jobs as activities_jobs
from volunteer_hub.activities import models as _activities
from volunteer_hub.activities import routes as activities
from volunteer_hub.agenda import jobs as agenda_jobs
from volunteer_hub.agenda import models as _agenda
from volunteer_hub.agenda import routes as agenda
from volunteer_hub.amendments import correction_routes, make_up_jobs, make_up_routes, objection_jobs, objection_routes
from volunteer_hub.amendments import models as _requests
from volunteer_hub.amendments import objection_models as _objections
from volunteer_hub.anomalies import admin_routes as anomalies_admin
from volunteer_hub.anomalies import cli as anomalies_cli
from volunteer_hub.anomalies import jobs as anomalies_jobs
from volunteer_hub.anomalies import models as _anomalies
from volunteer_hub.anomalies import routes as anomalies
from volunteer_hub.audit import models as _audit
from volunteer_hub.audit import routes as audit
from volunteer_hub.boards import public_routes as public_figures
from volunteer_hub.boards import routes as boards
from volunteer_hub.boards import wall_routes as walls
from volunteer_hub.certificates import admin_routes as certificates_admin
from volunteer_hub.certificates import cli as certificates_cli
from volunteer_hub.certificates import jobs as certificates_jobs
from volunteer_hub.certificates import models as _certificates
from volunteer_hub.certificates import routes as certificates
from volunteer_hub.checkin import admin_routes as checkin_admin
from volunteer_hub.checkin import api as checkin_api
from volunteer_hub.checkin import device_routes as checkin_devices
from volunteer_hub.checkin import models as _checkin
from volunteer_hub.checkin import policy_routes
from volunteer_hub.checkin import routes as checkin
from volunteer_hub.core import leases as _leases
from volunteer_hub.core import person_keys as _person_keys
from volunteer_hub.demo import cli as demo_cli
from volunteer_hub.exchange import cli as exports_cli
from volunteer_hub.exchange import export_jobs, identity_routes, job_routes, shift_routes
from volunteer_hub.exchange import models as _exports
from volunteer_hub.exchange import routes as exchange
from volunteer_hub.families import above as family_page
from volunteer_hub.families import admin_routes as families_admin
from volunteer_hub.families import models as _families
from volunteer_hub.families import queries as families_queries
from volunteer_hub.families import routes as families
from volunteer_hub.families import told as families_told
from volunteer_hub.home import api as home_api
from volunteer_hub.home import cli as home_cli
from volunteer_hub.home import display_routes as display
from volunteer_hub.home import family_glimpses, team_subtrees
from volunteer_hub.home import routes as home
from volunteer_hub.imports import invitation_routes as invitations
from volunteer_hub.imports import jobs as imports_jobs
from volunteer_hub.imports import models as _imports
from volunteer_hub.imports import routes as imports
from volunteer_hub.ledger import cli as ledger_cli
from volunteer_hub.ledger import models as _ledger
from volunteer_hub.merging import admin_routes as merging
from volunteer_hub.merging import models as _merges
from volunteer_hub.month_close import cli as month_close_cli
from volunteer_hub.month_close import jobs as month_close_jobs
from volunteer_hub.month_close import models as _month_close
from volunteer_hub.month_close import routes as month_close
from volunteer_hub.notices import copies as notice_copies
from volunteer_hub.notices import jobs as notices_jobs
from volunteer_hub.notices import models as _notices
from volunteer_hub.notices import preference_routes
from volunteer_hub.notices import routes as notices
from volunteer_hub.onsite import (
    card_routes,
    closing_jobs,
    closing_routes,
    group_routes,
    health_routes,
    kiosk_routes,
    look_up_api,
    look_up_routes,
    moving_routes,
    rescheduling_routes,
    walk_in_jobs,
)
from volunteer_hub.onsite import door_routes as door
from volunteer_hub.onsite import walk_in_routes as checkin_walk_ins
from volunteer_hub.publicity import admin_routes as hours_reports
from volunteer_hub.publicity import models as _reports
from volunteer_hub.publicity import routes as public_record
from volunteer_hub.recognition import admin_routes as recognition_admin
from volunteer_hub.recognition import jobs as recognition_jobs
from volunteer_hub.recognition import models as _recognition
from volunteer_hub.recognition import routes as recognition
from volunteer_hub.regions import admin_routes as regions_admin
from volunteer_hub.regions import cli as regions_cli
from volunteer_hub.regions import models as _regions
from volunteer_hub.regions import routes as regions
from volunteer_hub.reviews import admin_routes as reviews
from volunteer_hub.reviews import digest_jobs
from volunteer_hub.reviews import jobs as reviews_jobs
from volunteer_hub.reviews import models as _reviews
from volunteer_hub.reviews import walk_in_routes as reviews_walk_ins
from volunteer_hub.rights import admin_routes as rights_admin
from volunteer_hub.rights import cli as rights_cli
from volunteer_hub.rights import jobs as rights_jobs
from volunteer_hub.rights import leaving_routes
from volunteer_hub.rights import models as _rights
from volunteer_hub.rights import routes as rights
from volunteer_hub.stations import admin_routes as stations_admin
from volunteer_hub.stations import models as _stations
from volunteer_hub.stations import routes as stations
from volunteer_hub.statistics import api as statistics_api
from volunteer_hub.statistics import cli as statistics_cli
from volunteer_hub.statistics import facts_api, facts_routes, targets_routes
from volunteer_hub.statistics import jobs as statistics_jobs
from volunteer_hub.statistics import models as _figures
from volunteer_hub.statistics import routes as statistics
from volunteer_hub.statistics import targets_models as _targets
from volunteer_hub.teams import admin_routes as teams_admin
from volunteer_hub.teams import models as _teams
from volunteer_hub.teams import routes as teams
from volunteer_hub.volunteers import admin_routes as volunteers_admin
from volunteer_hub.volunteers import mobile_jobs, mobile_routes
from volunteer_hub.volunteers import models as _volunteers
from volunteer_hub.volunteers import routes as volunteers

#: Imported so that every table is known to the migrations, whichever doors a room has.
TABLES = (
    _activities,
    _agenda,
    _anomalies,
    _audit,
    _certificates,
    _checkin,
    _exports,
    _families,
    _figures,
    _leases,
    _imports,
    _ledger,
    _merges,
    _month_close,
    _notices,
    _objections,
    _recognition,
    _person_keys,
    _regions,
    _reports,
    _reviews,
    _requests,
    _rights,
    _stations,
    _targets,
    _teams,
    _volunteers,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    home.pages,
    home_api.api,
    display.pages,
    accounts.pages,
    accounts_admin.pages,
    notices.pages,
    preference_routes.pages,
    regions.pages,
    regions_admin.pages,
    stations.pages,
    stations_admin.pages,
    teams.pages,
    teams_admin.pages,
    volunteers.pages,
    volunteers_admin.pages,
    mobile_routes.pages,
    families.pages,
    families_admin.pages,
    activities.pages,
    activities_admin.pages,
    agenda.pages,
    checkin.pages,
    checkin_admin.pages,
    policy_routes.pages,
    checkin_api.api,
    door.pages,
    closing_routes.pages,
    rescheduling_routes.pages,
    health_routes.pages,
    checkin_devices.pages,
    card_routes.pages,
    look_up_routes.pages,
    look_up_api.api,
    moving_routes.pages,
    group_routes.pages,
    checkin_walk_ins.pages,
    kiosk_routes.pages,
    reviews_walk_ins.pages,
    reviews.pages,
    make_up_routes.pages,
    correction_routes.pages,
    objection_routes.pages,
    certificates.pages,
    certificates_admin.pages,
    public_record.pages,
    hours_reports.pages,
    merging.pages,
    recognition.pages,
    recognition_admin.pages,
    statistics.pages,
    facts_routes.pages,
    facts_api.pages,
    targets_routes.pages,
    statistics_api.pages,
    boards.pages,
    walls.pages,
    public_figures.pages,
    exchange.pages,
    shift_routes.pages,
    job_routes.pages,
    identity_routes.pages,
    month_close.pages,
    anomalies_admin.pages,
    anomalies.pages,
    imports.pages,
    invitations.pages,
    rights.pages,
    leaving_routes.pages,
    rights_admin.pages,
    audit.pages,
)
COMMANDS: tuple[click.Group, ...] = (
    anomalies_cli.commands,
    certificates_cli.commands,
    home_cli.hub,
    imports_jobs.commands,
    ledger_cli.commands,
    statistics_cli.commands,
    regions_cli.commands,
    month_close_cli.commands,
    demo_cli.demo,
    exports_cli.commands,
    rights_cli.commands,
)
#: What the timetable runs: the job, and every how many seconds.
JOBS: dict[str, tuple[Callable[[], None], int]] = {
    "make-exports": (export_jobs.make_exports, 3),
    "erase-exports": (export_jobs.erase_expired, 600),
    "deliver-notices": (notices_jobs.deliver, 15),
    "tell-of-new": (agenda_jobs.tell_of_new, 300),
    "remind": (agenda_jobs.remind, 300),
    "lapse-offers": (activities_jobs.let_offers_lapse, 30),
    "close-cancelled": (closing_jobs.close_cancelled, 60),
    "close-forgotten": (reviews_jobs.close_forgotten, 60),
    "forget-walk-ins": (walk_in_jobs.forget_names, 3600),
    "imports": (imports_jobs.start_worker, 3),
    "erase-imports": (imports_jobs.erase_old_imports, 600),
    "digest": (digest_jobs.send_digest, 60),
    "month-close": (month_close_jobs.prepare_months, 3600),
    "certificates-overtaken": (certificates_jobs.end_overtaken, 15),
    "fold-figures": (statistics_jobs.fold_figures, 15),
    "look-for-anomalies": (anomalies_jobs.look, 600),
    "objections-overdue": (objection_jobs.escalate_overdue, 3600),
    "recognise": (recognition_jobs.recognise, 60),
    "change-mobiles": (mobile_jobs.change_due, 300),
    "make-ups-overtaken": (make_up_jobs.take_back_overtaken, 600),
    "erase-people": (rights_jobs.erase_due, 300),
}


def open_all(app: Flask) -> None:
    """Register every room's pages and commands."""
    subtrees.use(ScopeKind.TEAM, team_subtrees.FINDER)
    acting.use(families_queries.find_acting, families_queries.has_ended)
    notice_copies.use(families_told.carers_of)
    family_page.use(family_glimpses.look, family_glimpses.read_card)
    for pages in BLUEPRINTS:
        app.register_blueprint(pages)
    for group in COMMANDS:
        app.cli.add_command(group)
