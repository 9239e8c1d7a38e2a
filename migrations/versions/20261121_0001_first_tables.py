"""The first tables of every room.

Revision ID: 0001
Revises: 
Create Date: 2026-11-21 13:34:05.830398

"""
from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


# revision identifiers, used by Alembic.
revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    # tables
    op.create_table('accounts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('display_name', sa.String(length=200), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('disabled_at', sa.DateTime(), nullable=True),
    sa.Column('is_demonstration', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts'))
    )
    op.create_table('audit_entries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('actor_account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('actor_label', sa.String(length=200), nullable=False),
    sa.Column('action', sa.String(length=200), nullable=False),
    sa.Column('object_type', sa.String(length=200), nullable=False),
    sa.Column('object_id', sa.String(length=200), nullable=False),
    sa.Column('region_code', sa.String(length=200), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=True),
    sa.Column('details', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entries'))
    )
    with op.batch_alter_table('audit_entries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_entries_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_entries_object_type_object_id'), ['object_type', 'object_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_entries_region_code_at'), ['region_code', 'at'], unique=False)

    op.create_table('failed_sign_ins',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name_index', sa.String(length=200), nullable=False),
    sa.Column('address_index', sa.String(length=200), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_failed_sign_ins'))
    )
    with op.batch_alter_table('failed_sign_ins', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_failed_sign_ins_address_index_at'), ['address_index', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_failed_sign_ins_at'), ['at'], unique=False)

    op.create_table('hour_policies',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('region_prefix', sa.String(length=200), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('effective_from', sa.DateTime(), nullable=False),
    sa.Column('rules', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('created_by', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hour_policies')),
    sa.UniqueConstraint('region_prefix', 'version', name=op.f('uq_hour_policies_region_prefix_version'))
    )
    op.create_table('job_runs',
    sa.Column('job', sa.String(length=60), nullable=False),
    sa.Column('period', sa.String(length=40), nullable=False),
    sa.Column('ran_at', sa.DateTime(), nullable=False),
    sa.PrimaryKeyConstraint('job', 'period', name=op.f('pk_job_runs'))
    )
    op.create_table('leases',
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('holder', sa.String(length=200), nullable=False),
    sa.Column('until', sa.DateTime(), nullable=False),
    sa.Column('fence', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_leases'))
    )
    op.create_table('number_series',
    sa.Column('prefix', sa.String(length=20), nullable=False),
    sa.Column('last', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), server_default=sa.text('0'), nullable=False),
    sa.PrimaryKeyConstraint('prefix', name=op.f('pk_number_series'))
    )
    op.create_table('regions',
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('level', sa.SmallInteger(), nullable=False),
    sa.Column('parent_code', sa.String(length=12), nullable=True),
    sa.Column('full_name', sa.String(length=200), nullable=False),
    sa.CheckConstraint('length(code) = 12', name=op.f('ck_regions_code_has_12_digits')),
    sa.CheckConstraint('level BETWEEN 1 AND 6', name=op.f('ck_regions_known_level')),
    sa.ForeignKeyConstraint(['parent_code'], ['regions.code'], name=op.f('fk_regions_parent_code')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_regions'))
    )
    with op.batch_alter_table('regions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_regions_parent_code'), ['parent_code'], unique=False)

    op.create_table('setup_tokens',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('token_digest', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('expires_at', sa.DateTime(), nullable=False),
    sa.Column('used_at', sa.DateTime(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_setup_tokens')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_setup_tokens_token_digest'))
    )
    op.create_table('api_tokens',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('device', 'program', name='tokenkind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('token_digest', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('expires_at', sa.DateTime(), nullable=True),
    sa.Column('revoked_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_api_tokens_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_tokens')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_api_tokens_token_digest'))
    )
    with op.batch_alter_table('api_tokens', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_api_tokens_account_id'), ['account_id'], unique=False)

    op.create_table('area_settings',
    sa.Column('region_code', sa.String(length=12), nullable=False),
    sa.Column('publishes_ratios', sa.Boolean(), nullable=False),
    sa.Column('counted_assurance', sa.SmallInteger(), nullable=False),
    sa.CheckConstraint('counted_assurance BETWEEN 0 AND 3', name=op.f('ck_area_settings_known_assurance')),
    sa.ForeignKeyConstraint(['region_code'], ['regions.code'], name=op.f('fk_area_settings_region_code')),
    sa.PrimaryKeyConstraint('region_code', name=op.f('pk_area_settings'))
    )
    op.create_table('logins',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('token_digest', sa.String(length=200), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('expires_at', sa.DateTime(), nullable=False),
    sa.Column('ended_at', sa.DateTime(), nullable=True),
    sa.Column('browser', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_logins_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_logins')),
    sa.UniqueConstraint('token_digest', name=op.f('uq_logins_token_digest'))
    )
    with op.batch_alter_table('logins', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_logins_account_id'), ['account_id'], unique=False)

    op.create_table('population_figures',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('region_code', sa.String(length=12), nullable=False),
    sa.Column('base', sa.Enum('census', 'resident', 'built_up', name='populationbase', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('value', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('entered_at', sa.DateTime(), nullable=False),
    sa.Column('entered_by', sa.String(length=200), nullable=False),
    sa.CheckConstraint('value > 0', name=op.f('ck_population_figures_positive')),
    sa.CheckConstraint('year BETWEEN 1949 AND 2200', name=op.f('ck_population_figures_plausible_year')),
    sa.ForeignKeyConstraint(['region_code'], ['regions.code'], name=op.f('fk_population_figures_region_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_population_figures')),
    sa.UniqueConstraint('region_code', 'base', 'year', name=op.f('uq_population_figures_region_code_base_year'))
    )
    op.create_table('role_grants',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('role', sa.Enum('administrator', 'office', 'station_manager', 'scanner', 'team_leader', 'auditor', name='role', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('scope_kind', sa.Enum('everything', 'region', 'station', 'team', name='scopekind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('scope_value', sa.String(length=200), nullable=False),
    sa.Column('granted_at', sa.DateTime(), nullable=False),
    sa.Column('granted_by', sa.String(length=200), nullable=False),
    sa.Column('expires_at', sa.DateTime(), nullable=True),
    sa.Column('revoked_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint("(scope_kind = 'everything') = (scope_value = '')", name=op.f('ck_role_grants_scope_has_a_value')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_role_grants_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_grants'))
    )
    with op.batch_alter_table('role_grants', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_role_grants_account_id'), ['account_id'], unique=False)

    op.create_table('sign_in_names',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('mobile', 'volunteer_number', 'staff_name', name='signinkind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('name_index', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_sign_in_names_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in_names')),
    sa.UniqueConstraint('account_id', 'kind', name=op.f('uq_sign_in_names_account_id_kind'))
    )
    with op.batch_alter_table('sign_in_names', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_names_name_index'), ['name_index'], unique=False)
        batch_op.create_index('uq_sign_in_names_unshared', ['name_index'], unique=True, sqlite_where=sa.text("kind <> 'mobile'"), postgresql_where=sa.text("kind <> 'mobile'"))

    op.create_table('stations',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('parent_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('path', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.Enum('centre', 'institute', 'post', 'base', 'point', name='stationkind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('region_code', sa.String(length=12), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('latitude', sa.Numeric(precision=9, scale=6, asdecimal=False), nullable=True),
    sa.Column('longitude', sa.Numeric(precision=9, scale=6, asdecimal=False), nullable=True),
    sa.Column('opening_hours', sa.String(length=200), nullable=False),
    sa.Column('phone', sa.String(length=200), nullable=False),
    sa.Column('introduction', sa.String(length=200), nullable=False),
    sa.Column('opened_at', sa.DateTime(), nullable=False),
    sa.Column('closed_at', sa.DateTime(), nullable=True),
    sa.Column('is_demonstration', sa.Boolean(), nullable=False),
    sa.CheckConstraint('latitude BETWEEN -90 AND 90', name=op.f('ck_stations_latitude_in_range')),
    sa.CheckConstraint('longitude BETWEEN -180 AND 180', name=op.f('ck_stations_longitude_in_range')),
    sa.ForeignKeyConstraint(['parent_id'], ['stations.id'], name=op.f('fk_stations_parent_id')),
    sa.ForeignKeyConstraint(['region_code'], ['regions.code'], name=op.f('fk_stations_region_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stations'))
    )
    with op.batch_alter_table('stations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_stations_parent_id'), ['parent_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_stations_path'), ['path'], unique=False)
        batch_op.create_index(batch_op.f('ix_stations_region_code'), ['region_code'], unique=False)

    op.create_table('volunteers',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.String(length=200), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('document_kind', sa.Enum('resident_id', 'residence_permit_hmt', 'travel_permit_hm', 'travel_permit_tw', 'permanent_resident', 'passport', name='documentkind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('document_number', sa.Text(), nullable=False),
    sa.Column('document_index', sa.String(length=200), nullable=False),
    sa.Column('birth_on', sa.Date(), nullable=True),
    sa.Column('sex', sa.Enum('male', 'female', name='sex', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('mobile', sa.Text(), nullable=False),
    sa.Column('mobile_index', sa.String(length=200), nullable=False),
    sa.Column('skills', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('categories', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('is_party_member', sa.Boolean(), nullable=False),
    sa.Column('registered_at', sa.DateTime(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(), nullable=True),
    sa.Column('merged_into_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('is_demonstration', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_volunteers_account_id')),
    sa.ForeignKeyConstraint(['merged_into_id'], ['volunteers.id'], name=op.f('fk_volunteers_merged_into_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_volunteers')),
    sa.UniqueConstraint('account_id', name=op.f('uq_volunteers_account_id')),
    sa.UniqueConstraint('document_index', name=op.f('uq_volunteers_document_index')),
    sa.UniqueConstraint('number', name=op.f('uq_volunteers_number'))
    )
    with op.batch_alter_table('volunteers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_volunteers_mobile_index'), ['mobile_index'], unique=False)
        batch_op.create_index(batch_op.f('ix_volunteers_name'), ['name'], unique=False)

    op.create_table('consents',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('volunteer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(length=200), nullable=False),
    sa.Column('version', sa.String(length=200), nullable=False),
    sa.Column('text_digest', sa.String(length=200), nullable=False),
    sa.Column('given_by', sa.String(length=200), nullable=False),
    sa.Column('given_at', sa.DateTime(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_consents_volunteer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consents'))
    )
    with op.batch_alter_table('consents', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consents_volunteer_id'), ['volunteer_id'], unique=False)

    op.create_table('guardians',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('volunteer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('mobile', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_guardians_volunteer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_guardians')),
    sa.UniqueConstraint('volunteer_id', name=op.f('uq_guardians_volunteer_id'))
    )
    op.create_table('hours_balances',
    sa.Column('volunteer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('minutes', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('class_a', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('class_b', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('class_c', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('class_d', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint('minutes >= 0', name=op.f('ck_hours_balances_not_negative')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_hours_balances_volunteer_id')),
    sa.PrimaryKeyConstraint('volunteer_id', name=op.f('pk_hours_balances'))
    )
    op.create_table('hours_days',
    sa.Column('volunteer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('service_on', sa.Date(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.CheckConstraint('minutes BETWEEN 0 AND 1440', name=op.f('ck_hours_days_a_day_at_most')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_hours_days_volunteer_id')),
    sa.PrimaryKeyConstraint('volunteer_id', 'service_on', name=op.f('pk_hours_days'))
    )
    op.create_table('projects',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('station_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('introduction', sa.Text(), nullable=False),
    sa.Column('started_at', sa.DateTime(), nullable=False),
    sa.Column('closed_at', sa.DateTime(), nullable=True),
    sa.Column('is_demonstration', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_projects_station_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_projects'))
    )
    with op.batch_alter_table('projects', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_projects_station_id'), ['station_id'], unique=False)

    op.create_table('standings',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('volunteer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('region_code', sa.String(length=12), nullable=False),
    sa.Column('assurance', sa.SmallInteger(), nullable=False),
    sa.Column('since', sa.DateTime(), nullable=False),
    sa.Column('until', sa.DateTime(), nullable=False),
    sa.CheckConstraint('assurance BETWEEN 0 AND 3', name=op.f('ck_standings_known_assurance')),
    sa.CheckConstraint('since < until', name=op.f('ck_standings_forward')),
    sa.ForeignKeyConstraint(['region_code'], ['regions.code'], name=op.f('fk_standings_region_code')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_standings_volunteer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_standings')),
    sa.UniqueConstraint('volunteer_id', 'since', name=op.f('uq_standings_volunteer_id_since')),
    sa.UniqueConstraint('volunteer_id', 'until', name=op.f('uq_standings_volunteer_id_until'))
    )
    with op.batch_alter_table('standings', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_standings_region_code_since_until'), ['region_code', 'since', 'until'], unique=False)

    op.create_table('station_keepers',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('station_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('phone', sa.Text(), nullable=True),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_station_keepers_station_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_station_keepers'))
    )
    with op.batch_alter_table('station_keepers', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_station_keepers_station_id'), ['station_id'], unique=False)

    op.create_table('teams',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('parent_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('path', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.Enum('corps', 'brigade', 'squad', name='teamkind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('specialty', sa.Enum('theory', 'culture', 'education', 'health', 'science', 'law', 'environment', 'aid', 'other', name='specialty', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('region_code', sa.String(length=12), nullable=False),
    sa.Column('station_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('join_mode', sa.Enum('request', 'open', 'invitation', name='joinmode', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('introduction', sa.String(length=200), nullable=False),
    sa.Column('founded_at', sa.DateTime(), nullable=False),
    sa.Column('dissolved_at', sa.DateTime(), nullable=True),
    sa.Column('is_demonstration', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['parent_id'], ['teams.id'], name=op.f('fk_teams_parent_id')),
    sa.ForeignKeyConstraint(['region_code'], ['regions.code'], name=op.f('fk_teams_region_code')),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_teams_station_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_teams'))
    )
    with op.batch_alter_table('teams', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_teams_path'), ['path'], unique=False)
        batch_op.create_index(batch_op.f('ix_teams_region_code'), ['region_code'], unique=False)
        batch_op.create_index(batch_op.f('ix_teams_station_id'), ['station_id'], unique=False)

    op.create_table('activities',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('project_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('station_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('team_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('category', sa.String(length=200), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.Column('risks', sa.Text(), nullable=False),
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.Column('contact_name', sa.String(length=200), nullable=False),
    sa.Column('contact_phone', sa.String(length=200), nullable=False),
    sa.Column('audience', sa.Enum('everyone', 'team', name='audience', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('needs_approval', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'published', 'cancelled', 'closed', name='activitystate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('declarations', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('published_at', sa.DateTime(), nullable=True),
    sa.Column('published_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(), nullable=True),
    sa.Column('cancel_reason', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['created_by'], ['accounts.id'], name=op.f('fk_activities_created_by')),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_activities_project_id')),
    sa.ForeignKeyConstraint(['published_by'], ['accounts.id'], name=op.f('fk_activities_published_by')),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_activities_station_id')),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_activities_team_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activities'))
    )
    with op.batch_alter_table('activities', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_activities_project_id'), ['project_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_activities_station_id_state'), ['station_id', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_activities_team_id'), ['team_id'], unique=False)

    op.create_table('memberships',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('team_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('volunteer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.Enum('requested', 'invited', 'active', 'declined', 'left', name='membershipstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('is_leader', sa.Boolean(), nullable=False),
    sa.Column('joined_on', sa.Date(), nullable=True),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.Column('requested_at', sa.DateTime(), nullable=False),
    sa.Column('decided_at', sa.DateTime(), nullable=True),
    sa.Column('decided_by', sa.String(length=200), nullable=True),
    sa.CheckConstraint("state <> 'active' OR joined_on IS NOT NULL", name=op.f('ck_memberships_active_has_a_day')),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_memberships_team_id')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_memberships_volunteer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_memberships'))
    )
    with op.batch_alter_table('memberships', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_memberships_volunteer_id'), ['volunteer_id'], unique=False)
        batch_op.create_index('uq_memberships_live', ['team_id', 'volunteer_id'], unique=True, sqlite_where=sa.text("state IN ('requested', 'invited', 'active')"), postgresql_where=sa.text("state IN ('requested', 'invited', 'active')"))

    op.create_table('shifts',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('activity_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('starts_at', sa.DateTime(), nullable=False),
    sa.Column('ends_at', sa.DateTime(), nullable=False),
    sa.Column('capacity', sa.Integer(), nullable=True),
    sa.Column('taken', sa.Integer(), server_default='0', nullable=False),
    sa.Column('sign_up_opens_at', sa.DateTime(), nullable=False),
    sa.Column('sign_up_closes_at', sa.DateTime(), nullable=False),
    sa.Column('cancelled_at', sa.DateTime(), nullable=True),
    sa.CheckConstraint('capacity IS NULL OR capacity >= 0', name=op.f('ck_shifts_capacity_not_negative')),
    sa.CheckConstraint('starts_at < ends_at', name=op.f('ck_shifts_forward')),
    sa.CheckConstraint('taken >= 0 AND (capacity IS NULL OR taken <= capacity)', name=op.f('ck_shifts_not_overbooked')),
    sa.ForeignKeyConstraint(['activity_id'], ['activities.id'], name=op.f('fk_shifts_activity_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_shifts'))
    )
    with op.batch_alter_table('shifts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_shifts_activity_id'), ['activity_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_shifts_ends_at'), ['ends_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_shifts_starts_at'), ['starts_at'], unique=False)

    op.create_table('hours_entries',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('volunteer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('credit', 'reversal', name='entrykind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('hours_class', sa.Enum('A', 'B', 'C', 'D', name='hoursclass', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('service_on', sa.Date(), nullable=False),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('reverses_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('shift_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('region_code', sa.String(length=12), nullable=False),
    sa.Column('station_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('team_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('policy_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('day_cap_minutes', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(), nullable=False),
    sa.Column('recorded_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('approved_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=True),
    sa.CheckConstraint("(kind = 'credit' AND minutes > 0 AND reverses_id IS NULL) OR (kind = 'reversal' AND minutes < 0 AND reverses_id IS NOT NULL)", name=op.f('ck_hours_entries_sign_fits_kind')),
    sa.CheckConstraint("hours_class <> 'C' OR kind = 'reversal' OR (approved_by IS NOT NULL AND recorded_by IS NOT NULL AND approved_by <> recorded_by AND reason IS NOT NULL)", name=op.f('ck_hours_entries_make_up_has_a_second_approver')),
    sa.CheckConstraint("minutes BETWEEN -1440 AND 1440 OR hours_class = 'D'", name=op.f('ck_hours_entries_a_day_at_most')),
    sa.ForeignKeyConstraint(['policy_id'], ['hour_policies.id'], name=op.f('fk_hours_entries_policy_id')),
    sa.ForeignKeyConstraint(['region_code'], ['regions.code'], name=op.f('fk_hours_entries_region_code')),
    sa.ForeignKeyConstraint(['reverses_id'], ['hours_entries.id'], name=op.f('fk_hours_entries_reverses_id')),
    sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], name=op.f('fk_hours_entries_shift_id')),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_hours_entries_station_id')),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_hours_entries_team_id')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_hours_entries_volunteer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hours_entries')),
    sa.UniqueConstraint('reverses_id', name=op.f('uq_hours_entries_reverses_id')),
    sa.UniqueConstraint('source', name=op.f('uq_hours_entries_source'))
    )
    with op.batch_alter_table('hours_entries', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hours_entries_recorded_at'), ['recorded_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_hours_entries_shift_id'), ['shift_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_hours_entries_station_id_service_on'), ['station_id', 'service_on'], unique=False)
        batch_op.create_index(batch_op.f('ix_hours_entries_volunteer_id_service_on'), ['volunteer_id', 'service_on'], unique=False)

    op.create_table('scans',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('nonce', sa.String(length=64), nullable=False),
    sa.Column('payload_digest', sa.String(length=64), nullable=False),
    sa.Column('direction', sa.Enum('in', 'out', name='direction', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('entry_point', sa.Enum('manager_scan', 'short_code', 'self_scan', 'api', 'import', name='entrypoint', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('code', sa.String(length=120), nullable=False),
    sa.Column('shift_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('station_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('volunteer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('operator_account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('device_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('scanned_at', sa.DateTime(), nullable=False),
    sa.Column('received_at', sa.DateTime(), nullable=False),
    sa.Column('outcome', sa.Enum('accepted', 'already', 'pending', 'refused', name='outcome', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('details', sa.JSON().with_variant(postgresql.JSONB(), 'postgresql'), nullable=False),
    sa.Column('code_use', sa.String(length=64), nullable=True),
    sa.CheckConstraint("scanned_at <= received_at OR outcome <> 'accepted'", name=op.f('ck_scans_not_from_the_future')),
    sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], name=op.f('fk_scans_shift_id')),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_scans_station_id')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_scans_volunteer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scans')),
    sa.UniqueConstraint('code_use', name=op.f('uq_scans_code_use')),
    sa.UniqueConstraint('nonce', name=op.f('uq_scans_nonce'))
    )
    with op.batch_alter_table('scans', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_scans_shift_id_received_at'), ['shift_id', 'received_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_scans_station_id_received_at'), ['station_id', 'received_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_scans_volunteer_id_scanned_at'), ['volunteer_id', 'scanned_at'], unique=False)

    op.create_table('sign_ups',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shift_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('volunteer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('team_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('state', sa.Enum('pending', 'accepted', 'waiting', 'offered', 'withdrawn', 'declined', name='signupstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('asked_at', sa.DateTime(), nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.Column('changed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], name=op.f('fk_sign_ups_shift_id')),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_sign_ups_team_id')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_sign_ups_volunteer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_ups')),
    sa.UniqueConstraint('shift_id', 'volunteer_id', name=op.f('uq_sign_ups_shift_id_volunteer_id'))
    )
    with op.batch_alter_table('sign_ups', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_ups_shift_id_state_asked_at'), ['shift_id', 'state', 'asked_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_sign_ups_volunteer_id_state'), ['volunteer_id', 'state'], unique=False)

    op.create_table('sessions',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('volunteer_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('shift_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('station_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('team_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('region_code', sa.String(length=12), nullable=False),
    sa.Column('in_at', sa.DateTime(), nullable=False),
    sa.Column('out_at', sa.DateTime(), nullable=True),
    sa.Column('in_scan_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('out_scan_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('closed_by', sa.Enum('scanned', 'leader', 'automatic', name='closekind', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('raw_minutes', sa.Integer(), nullable=True),
    sa.Column('credited_minutes', sa.Integer(), nullable=False),
    sa.Column('reductions', sa.String(length=120), server_default='', nullable=False),
    sa.Column('hours_class', sa.Enum('A', 'B', 'C', 'D', name='hoursclass', native_enum=False, create_constraint=True), nullable=False),
    sa.Column('is_credited', sa.Boolean(), nullable=False),
    sa.CheckConstraint('(out_at IS NULL) = (closed_by IS NULL)', name=op.f('ck_sessions_closed_somehow')),
    sa.CheckConstraint('NOT is_credited OR out_at IS NOT NULL', name=op.f('ck_sessions_credited_is_closed')),
    sa.CheckConstraint('credited_minutes >= 0 AND credited_minutes <= coalesce(raw_minutes, 0)', name=op.f('ck_sessions_never_more_than_stayed')),
    sa.CheckConstraint('out_at IS NULL OR out_at >= in_at', name=op.f('ck_sessions_forward')),
    sa.ForeignKeyConstraint(['in_scan_id'], ['scans.id'], name=op.f('fk_sessions_in_scan_id')),
    sa.ForeignKeyConstraint(['out_scan_id'], ['scans.id'], name=op.f('fk_sessions_out_scan_id')),
    sa.ForeignKeyConstraint(['region_code'], ['regions.code'], name=op.f('fk_sessions_region_code')),
    sa.ForeignKeyConstraint(['shift_id'], ['shifts.id'], name=op.f('fk_sessions_shift_id')),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_sessions_station_id')),
    sa.ForeignKeyConstraint(['team_id'], ['teams.id'], name=op.f('fk_sessions_team_id')),
    sa.ForeignKeyConstraint(['volunteer_id'], ['volunteers.id'], name=op.f('fk_sessions_volunteer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sessions')),
    sa.UniqueConstraint('in_scan_id', name=op.f('uq_sessions_in_scan_id')),
    sa.UniqueConstraint('out_scan_id', name=op.f('uq_sessions_out_scan_id'))
    )
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sessions_shift_id'), ['shift_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_sessions_station_id_in_at'), ['station_id', 'in_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_sessions_volunteer_id_in_at'), ['volunteer_id', 'in_at'], unique=False)
        batch_op.create_index('uq_sessions_open', ['volunteer_id'], unique=True, sqlite_where=sa.text('out_at IS NULL'), postgresql_where=sa.text('out_at IS NULL'))

    op.create_table('review_cases',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Enum('automatic_close', 'overlap', name='casekind', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('session_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('station_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('opened_at', sa.DateTime(), nullable=False),
    sa.Column('requested_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sa.DateTime(), nullable=True),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decision', sa.Enum('confirmed', 'rejected', name='decision', native_enum=False, create_constraint=True, length=24), nullable=True),
    sa.Column('stated_out_at', sa.DateTime(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=True),
    sa.CheckConstraint('(decided_at IS NULL) = (decision IS NULL) AND (decision IS NULL OR reason IS NOT NULL)', name=op.f('ck_review_cases_decided_with_a_reason')),
    sa.CheckConstraint('requested_by IS NULL OR decided_by IS NULL OR requested_by <> decided_by', name=op.f('ck_review_cases_two_people')),
    sa.ForeignKeyConstraint(['session_id'], ['sessions.id'], name=op.f('fk_review_cases_session_id')),
    sa.ForeignKeyConstraint(['station_id'], ['stations.id'], name=op.f('fk_review_cases_station_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_cases')),
    sa.UniqueConstraint('kind', 'session_id', name=op.f('uq_review_cases_kind_session_id'))
    )
    with op.batch_alter_table('review_cases', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_review_cases_station_id_decided_at'), ['station_id', 'decided_at'], unique=False)

    


def downgrade():
    # tables
    with op.batch_alter_table('review_cases', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_review_cases_station_id_decided_at'))

    op.drop_table('review_cases')
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.drop_index('uq_sessions_open', sqlite_where=sa.text('out_at IS NULL'), postgresql_where=sa.text('out_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_sessions_volunteer_id_in_at'))
        batch_op.drop_index(batch_op.f('ix_sessions_station_id_in_at'))
        batch_op.drop_index(batch_op.f('ix_sessions_shift_id'))

    op.drop_table('sessions')
    with op.batch_alter_table('sign_ups', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_ups_volunteer_id_state'))
        batch_op.drop_index(batch_op.f('ix_sign_ups_shift_id_state_asked_at'))

    op.drop_table('sign_ups')
    with op.batch_alter_table('scans', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_scans_volunteer_id_scanned_at'))
        batch_op.drop_index(batch_op.f('ix_scans_station_id_received_at'))
        batch_op.drop_index(batch_op.f('ix_scans_shift_id_received_at'))

    op.drop_table('scans')
    with op.batch_alter_table('hours_entries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_hours_entries_volunteer_id_service_on'))
        batch_op.drop_index(batch_op.f('ix_hours_entries_station_id_service_on'))
        batch_op.drop_index(batch_op.f('ix_hours_entries_shift_id'))
        batch_op.drop_index(batch_op.f('ix_hours_entries_recorded_at'))

    op.drop_table('hours_entries')
    with op.batch_alter_table('shifts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_shifts_starts_at'))
        batch_op.drop_index(batch_op.f('ix_shifts_ends_at'))
        batch_op.drop_index(batch_op.f('ix_shifts_activity_id'))

    op.drop_table('shifts')
    with op.batch_alter_table('memberships', schema=None) as batch_op:
        batch_op.drop_index('uq_memberships_live', sqlite_where=sa.text("state IN ('requested', 'invited', 'active')"), postgresql_where=sa.text("state IN ('requested', 'invited', 'active')"))
        batch_op.drop_index(batch_op.f('ix_memberships_volunteer_id'))

    op.drop_table('memberships')
    with op.batch_alter_table('activities', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_activities_team_id'))
        batch_op.drop_index(batch_op.f('ix_activities_station_id_state'))
        batch_op.drop_index(batch_op.f('ix_activities_project_id'))

    op.drop_table('activities')
    with op.batch_alter_table('teams', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_teams_station_id'))
        batch_op.drop_index(batch_op.f('ix_teams_region_code'))
        batch_op.drop_index(batch_op.f('ix_teams_path'))

    op.drop_table('teams')
    with op.batch_alter_table('station_keepers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_station_keepers_station_id'))

    op.drop_table('station_keepers')
    with op.batch_alter_table('standings', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_standings_region_code_since_until'))

    op.drop_table('standings')
    with op.batch_alter_table('projects', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_projects_station_id'))

    op.drop_table('projects')
    op.drop_table('hours_days')
    op.drop_table('hours_balances')
    op.drop_table('guardians')
    with op.batch_alter_table('consents', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consents_volunteer_id'))

    op.drop_table('consents')
    with op.batch_alter_table('volunteers', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_volunteers_name'))
        batch_op.drop_index(batch_op.f('ix_volunteers_mobile_index'))

    op.drop_table('volunteers')
    with op.batch_alter_table('stations', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_stations_region_code'))
        batch_op.drop_index(batch_op.f('ix_stations_path'))
        batch_op.drop_index(batch_op.f('ix_stations_parent_id'))

    op.drop_table('stations')
    with op.batch_alter_table('sign_in_names', schema=None) as batch_op:
        batch_op.drop_index('uq_sign_in_names_unshared', sqlite_where=sa.text("kind <> 'mobile'"), postgresql_where=sa.text("kind <> 'mobile'"))
        batch_op.drop_index(batch_op.f('ix_sign_in_names_name_index'))

    op.drop_table('sign_in_names')
    with op.batch_alter_table('role_grants', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_role_grants_account_id'))

    op.drop_table('role_grants')
    op.drop_table('population_figures')
    with op.batch_alter_table('logins', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_logins_account_id'))

    op.drop_table('logins')
    op.drop_table('area_settings')
    with op.batch_alter_table('api_tokens', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_api_tokens_account_id'))

    op.drop_table('api_tokens')
    op.drop_table('setup_tokens')
    with op.batch_alter_table('regions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_regions_parent_code'))

    op.drop_table('regions')
    op.drop_table('number_series')
    op.drop_table('leases')
    op.drop_table('job_runs')
    op.drop_table('hour_policies')
    with op.batch_alter_table('failed_sign_ins', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_failed_sign_ins_at'))
        batch_op.drop_index(batch_op.f('ix_failed_sign_ins_address_index_at'))

    op.drop_table('failed_sign_ins')
    with op.batch_alter_table('audit_entries', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_entries_region_code_at'))
        batch_op.drop_index(batch_op.f('ix_audit_entries_object_type_object_id'))
        batch_op.drop_index(batch_op.f('ix_audit_entries_at'))

    op.drop_table('audit_entries')
    op.drop_table('accounts')
    
