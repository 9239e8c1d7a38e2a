"""What was known of an area at an instant stays what it was, whatever is entered afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, insert, select, update
from sqlalchemy.exc import IntegrityError

from tests.makers.accounts import make_staff, sign_in
from tests.makers.regions import make_district, make_population, make_settings
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, table_of, transaction
from volunteer_hub.core.errors import NotFound
from volunteer_hub.regions import queries, service
from volunteer_hub.regions.models import AreaSettings, PopulationBase, PopulationFigure

CENSUS = PopulationBase.CENSUS
ENTERED = datetime(2021, 5, 11, 2, tzinfo=UTC)


def later(hours: int) -> datetime:
    return ENTERED + timedelta(hours=hours)


def value_at(code: str, as_of: datetime, year: int | None = None) -> int | None:
    figure = queries.populations_at([code], CENSUS, year, as_of).get(code)
    return figure.value if figure else None


def test_a_corrected_figure_holds_from_its_entry_on_and_not_before(app: Flask) -> None:
    county = make_district().county
    make_population(county, 136_000, at=later(0))
    make_population(county, 136_318, at=later(2))
    assert [value_at(county, later(hour)) for hour in (-1, 0, 1, 2, 3)] == [None, 136_000, 136_000, 136_318, 136_318]
    assert value_at(county, later(3), year=2020) == 136_318
    assert value_at(county, later(3), year=2019) is None


def test_the_latest_year_known_by_then_is_taken_up_to_the_year_of_the_instant(app: Flask) -> None:
    county = make_district().county
    for year, value in ((2019, 19), (2020, 20), (2021, 21), (2022, 22)):
        make_population(county, value, year=year, at=later(year - 2019))
    assert [value_at(county, later(hour)) for hour in (0, 1, 2, 3)] == [19, 20, 21, 21]


def test_a_figure_entered_by_mistake_is_withdrawn_and_the_year_before_holds_again(app: Flask) -> None:
    county = make_district().county
    make_population(county, 136_318, at=later(0))
    make_population(county, 1, year=2021, at=later(1))
    with transaction():
        service.withdraw_population(COMMAND_LINE, county, CENSUS, 2021, now=later(2))
    assert [value_at(county, later(hour)) for hour in (0, 1, 2)] == [136_318, 1, 136_318]
    assert [figure.year for figure in queries.list_population(county)] == [2020]
    with pytest.raises(NotFound), transaction():
        service.withdraw_population(COMMAND_LINE, county, CENSUS, 2021, now=later(3))
    with transaction():
        service.set_population(COMMAND_LINE, county, CENSUS, 2021, 136_500, "年度统计", now=later(4))
    assert value_at(county, later(4)) == 136_500


def test_an_area_counted_whom_it_had_chosen_by_then(app: Flask) -> None:
    places = make_district()
    make_settings(places.county, counted_assurance=1, at=later(1))
    make_settings(places.street, counted_assurance=3, at=later(2))
    make_settings(places.county, counted_assurance=2, at=later(3))
    codes = (places.county, places.community, places.far_community)
    counted = [tuple(queries.counted_assurances_at(codes, later(hour)).values()) for hour in range(4)]
    assert counted == [(0, 0, 0), (1, 1, 1), (1, 3, 1), (2, 3, 2)]
    assert queries.find_settings(places.community, later(1)).chosen_by == places.county


def test_both_are_read_in_one_statement_however_many_areas(app: Flask) -> None:
    places = make_district()
    codes = [places.county, places.street, places.other_street, places.community]
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    queries.populations_at(codes, CENSUS, None, ENTERED)
    queries.counted_assurances_at(codes, ENTERED)
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 2


@pytest.mark.parametrize("model", [PopulationFigure, AreaSettings])
def test_the_database_refuses_to_rewrite_history(app: Flask, model: type[PopulationFigure | AreaSettings]) -> None:
    county = make_district().county
    make_population(county, at=later(1))
    make_settings(county, at=later(1))
    for statement in (update(model).values(region_code=county), delete(model)):
        with pytest.raises(IntegrityError), transaction():
            db.session.execute(statement)


@pytest.mark.parametrize("model", [PopulationFigure, AreaSettings])
def test_nothing_is_slipped_in_before_what_is_there(app: Flask, model: type[PopulationFigure | AreaSettings]) -> None:
    county = make_district().county
    make_population(county, at=later(1))
    make_settings(county, at=later(1))
    table = table_of(model)
    row = db.session.execute(select(table)).mappings().one()
    written = "entered_at" if model is PopulationFigure else "chosen_at"
    values = {name: value for name, value in row.items() if name != "id"} | {written: later(0)}
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(insert(table).values(values))


changes = st.lists(
    st.tuples(
        st.sampled_from(["set", "withdraw", "choose"]),
        st.sampled_from(["220403000000", "220403002000"]),
        st.integers(2018, 2021),
        st.integers(0, 3),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes)
def test_a_question_asked_again_about_a_past_instant_has_the_answer_it_had(
    app: Flask, made: list[tuple[str, str, int, int]]
) -> None:
    places = make_district()
    codes = [places.county, places.street, places.community]
    start = max(
        [
            ENTERED,
            *db.session.scalars(select(PopulationFigure.entered_at)),
            *db.session.scalars(select(AreaSettings.chosen_at)),
        ]
    )
    snapshots = []
    for n, (act, code, year, value) in enumerate(made, 1):
        now = start + timedelta(minutes=n)
        with transaction():
            if act == "set":
                service.set_population(COMMAND_LINE, code, CENSUS, year, value + 1, "公报", now=now)
            elif act == "choose":
                service.choose_settings(COMMAND_LINE, code, publishes_ratios=False, counted_assurance=value, now=now)
            elif queries.find_population(code, CENSUS) is not None:
                standing = queries.list_population(code)[0].year
                service.withdraw_population(COMMAND_LINE, code, CENSUS, standing, now=now)
        snapshots.append((now, what_is_known(codes, now)))
    for now, known in snapshots:
        assert what_is_known(codes, now) == known


def what_is_known(codes: list[str], as_of: datetime) -> tuple[dict[str, tuple[int, int]], dict[str, int]]:
    figures = queries.populations_at(codes, CENSUS, None, as_of)
    return {code: (row.year, row.value) for code, row in figures.items()}, queries.counted_assurances_at(codes, as_of)


def test_the_office_sees_every_entry_and_takes_a_wrong_one_back(client: FlaskClient) -> None:
    places = make_district()
    make_population(places.county, 136_000, source="公报初稿")
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, places.county))
    figure = {"base": "census", "year": "2020", "value": "136318", "source": "第七次全国人口普查"}
    client.post("/office/population", data=figure)
    page = client.get("/office/population").text
    for shown in ("136,000", "公报初稿", "136,318", "现用", "已被替换"):
        assert shown in page
    address = f"/office/population/withdraw?region={places.county}"
    assert client.post(address, data=figure).status_code == 302
    assert "作废" in client.get("/office/population").text
    assert queries.list_population(places.county) == []
    assert client.post(address, data=figure).status_code == 404
    assert client.post(address, data={"base": "everybody", "year": "2020"}).status_code == 404


def test_an_office_withdraws_nothing_outside_its_subtree(client: FlaskClient) -> None:
    places = make_district()
    make_population(places.county)
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, places.street))
    address = f"/office/population/withdraw?region={places.county}"
    assert client.post(address, data={"base": "census", "year": "2020"}).status_code == 404
    assert len(queries.list_population(places.county)) == 1


def test_the_office_sees_what_it_chose_before(client: FlaskClient) -> None:
    places = make_district()
    make_settings(places.county, counted_assurance=2)
    sign_in(client, make_staff(Role.OFFICE, ScopeKind.REGION, places.county))
    client.post("/office/settings", data={"publishes_ratios": "y", "counted_assurance": "0"})
    page = client.get("/office/settings").text
    for shown in ("历次选择", "工作人员当面核实过证件的", "公开汇总比率", "现用"):
        assert shown in page
