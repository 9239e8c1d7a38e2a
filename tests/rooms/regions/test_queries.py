"""Finding divisions and what is set against them."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.makers.regions import make_district, make_population, make_settings
from volunteer_hub.core.db import db, transaction
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.scope import EVERYTHING, NOTHING, Scope
from volunteer_hub.regions import picker, queries
from volunteer_hub.regions.models import PopulationBase, Region
from volunteer_hub.regions.queries import Choice


def found(text: str, within: str | None = None) -> list[str]:
    return [region.name for region in queries.search_regions(text, within)]


def add_region(code: str, name: str, level: int, parent: str | None) -> None:
    with transaction():
        above = queries.get_region(parent).full_name if parent else ""
        db.session.add(Region(code=code, name=name, level=level, parent_code=parent, full_name=above + name))


def test_a_division_is_found_by_its_code_or_its_significant_digits(app: Flask) -> None:
    places = make_district()
    assert queries.get_region("220403").name == queries.get_region(places.county).name == "西安区"
    assert queries.find_region("110000") is None
    for typed in ("110000", "", "' OR 1=1"):
        with pytest.raises(NotFound):
            queries.get_region(typed)


def test_children_and_ancestors_of_a_division(app: Flask) -> None:
    places = make_district()
    assert [region.name for region in queries.list_children(places.county)] == ["仙城街道", "东山街道"]
    assert [region.name for region in queries.list_children(None)] == ["吉林省"]
    assert queries.list_children(places.community) == []
    above = queries.list_ancestors(places.community)
    assert [region.name for region in above] == ["吉林省", "辽源市", "西安区", "仙城街道"]


def test_a_search_needs_every_word_and_shows_the_thing_itself_before_what_lies_in_it(app: Flask) -> None:
    places = make_district()
    assert found("仙城") == ["仙城街道", "仙城社区", "安康社区"]
    assert found("东山 社区") == ["东山社区"]
    assert found("辽源市 安康") == ["安康社区"]
    assert found("社区", within=places.other_street) == ["东山社区"]
    assert found("朝阳") == found("  ") == []


def test_signs_of_the_search_language_are_only_letters_in_a_search(app: Flask) -> None:
    make_district()
    assert found("%") == found("_") == found("\\") == []


def test_pages_open_on_the_configured_division_or_where_all_that_is_loaded_lies(app: Flask) -> None:
    assert queries.home_region("220403") is None
    places = make_district()
    assert queries.home_region("2204").code == places.city
    assert queries.home_region("").code == places.county
    assert queries.home_region("110000").code == places.county
    add_region("220402000000", "龙山区", 3, places.city)
    assert queries.home_region("").code == places.city
    add_region("110000000000", "北京市", 1, None)
    assert queries.home_region("") is None


def test_only_what_lies_in_the_scope_is_managed(app: Flask) -> None:
    places = make_district()
    street = Scope(regions=("220403002",))
    assert queries.get_managed(street, places.community).name == "仙城社区"
    assert queries.get_managed(EVERYTHING, "22").name == "吉林省"
    for outside in (places.county, places.far_community):
        with pytest.raises(NotFound):
            queries.get_managed(street, outside)
    assert [region.name for region in queries.list_tops(street)] == ["仙城街道"]
    assert [region.name for region in queries.list_tops(EVERYTHING)] == ["吉林省"]
    assert queries.list_tops(NOTHING) == []


def test_the_population_asked_for_is_the_latest_of_its_base_up_to_that_year(app: Flask) -> None:
    county = make_district().county
    for year, value in ((2010, 150_000), (2020, 136_318)):
        make_population(county, value, year=year)
    make_population(county, 131_000, base=PopulationBase.RESIDENT, year=2022)

    def value_in(year: int | None) -> int | None:
        figure = queries.find_population(county, PopulationBase.CENSUS, year)
        return figure.value if figure else None

    assert [value_in(year) for year in (None, 2023, 2020, 2019, 2009)] == [136_318, 136_318, 136_318, 150_000, None]
    assert [figure.year for figure in queries.list_population(county)] == [2020, 2010, 2022]


def test_the_nearest_area_that_has_chosen_decides(app: Flask) -> None:
    places = make_district()
    assert queries.find_settings(places.community) == Choice(None, False, 0)
    make_settings(places.city, publishes_ratios=True, counted_assurance=1)
    assert queries.find_settings(places.community) == Choice(places.city, True, 1)
    make_settings(places.street, counted_assurance=2)
    assert queries.find_settings(places.community) == Choice(places.street, False, 2)
    assert queries.find_settings(places.county) == Choice(places.city, True, 1)
    assert queries.find_settings(places.province) == Choice(None, False, 0)


def test_a_residence_is_the_lowest_division_there_is(app: Flask) -> None:
    places = make_district()
    assert queries.get_residence(places.community).name == "仙城社区"
    with pytest.raises(NotFound):
        queries.get_residence(places.street)
    add_region("220403006000", "安家街道", 4, places.county)
    assert queries.get_residence("220403006000").name == "安家街道"


def test_the_plain_list_of_residences_is_grouped_by_street(app: Flask) -> None:
    places = make_district()
    offered = picker.residence_picker("220403")
    assert offered.groups == (
        ("仙城街道", [("220403002001", "仙城社区"), ("220403002002", "安康社区")]),
        ("东山街道", [("220403003001", "东山社区")]),
    )
    assert not offered.elsewhere
    add_region("220402000000", "龙山区", 3, places.city)
    assert picker.residence_picker("220403").elsewhere


def test_the_plain_list_of_places_offers_every_level(app: Flask) -> None:
    places = make_district()
    groups = picker.place_picker(queries.get_region(places.county)).groups
    assert groups[0] == ("吉林省辽源市西安区", [("220403000000", "西安区")])
    assert groups[1][1][0] == ("220403002000", "仙城街道")
    (only,) = picker.place_picker(queries.get_region(places.other_street)).groups
    assert only == ("东山街道", [("220403003000", "东山街道"), ("220403003001", "东山社区")])
    assert picker.place_picker(queries.get_region(places.community)).groups[0][1] == [("220403002001", "仙城社区")]


def test_a_list_too_long_to_choose_from_is_left_out(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    make_district()
    monkeypatch.setattr(picker, "MOST_CHOICES", 4)
    assert picker.residence_picker("220403").groups == ()
    assert picker.residence_picker("").home is not None
