"""Loading divisions: nothing doubled, names taken over, the trail told."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.makers.regions import make_district
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import clock
from volunteer_hub.core.actor import COMMAND_LINE
from volunteer_hub.core.db import db, transaction
from volunteer_hub.regions import cli, divisions, queries, service
from volunteer_hub.regions.divisions import Division
from volunteer_hub.regions.models import PopulationBase, Region
from volunteer_hub.regions.service import Loaded


def load(rows: list[Division]) -> Loaded:
    with transaction():
        return service.load_divisions(COMMAND_LINE, rows, now=clock.now())


def trail(action: str) -> list[AuditEntry]:
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id)))


def run(app: Flask, *words: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["regions", *words])
    return result.exit_code, result.output


def test_a_subtree_is_loaded_with_what_stands_above_it_and_a_second_time_changes_nothing(app: Flask) -> None:
    assert run(app, "import", "--subtree", "220403") == (0, "49 divisions added, 0 renamed.\n")
    assert [region.name for region in queries.list_ancestors("220403001000")] == ["吉林省", "辽源市", "西安区"]
    before = len(trail("regions.load"))
    assert run(app, "import", "--subtree", "220403000000") == (0, "0 divisions added, 0 renamed.\n")
    assert len(trail("regions.load")) == before == 1
    assert db.session.scalar(select(func.count()).select_from(Region)) == 49


def test_a_neighbour_subtree_adds_only_what_is_new(app: Flask) -> None:
    make_district()
    code, said = run(app, "import", "--subtree", "220402")
    assert code == 0
    assert queries.get_region("220402").parent_code == "220400000000"
    rows = list(divisions.read_divisions("220402"))
    assert said == f"{len(rows) - 2} divisions added, 0 renamed.\n"


def test_a_changed_name_is_taken_over_in_the_full_names_below_it_too(app: Flask) -> None:
    places = make_district()
    renamed = Division(places.street, "新仙城街道", 4, places.county, "吉林省辽源市西安区新仙城街道")
    assert load([renamed]) == Loaded(added=0, renamed=1)
    db.session.expire_all()
    assert queries.get_region(places.street).name == "新仙城街道"
    assert queries.get_region(places.community).full_name == "吉林省辽源市西安区新仙城街道仙城社区"
    assert queries.get_region(places.far_community).full_name == "吉林省辽源市西安区东山街道东山社区"
    assert load([renamed]) == Loaded()


def test_the_whole_country_goes_in_batches(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    district = list(divisions.read_divisions("220403"))
    monkeypatch.setattr(divisions, "read_divisions", lambda *_: iter(district))
    monkeypatch.setattr(divisions, "COUNT", len(district))
    monkeypatch.setattr(cli, "BATCH", 20)
    code, said = run(app, "import", "--all")
    assert code == 0
    assert said.endswith("49 divisions added, 0 renamed.\n")
    assert [entry.details["added"] for entry in trail("regions.load")] == [20, 20, 9]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["import"], "Say either --subtree CODE or --all."),
        (["import", "--all", "--subtree", "22"], "Say either --subtree CODE or --all."),
        (["import", "--subtree", "220499"], "220499 is not a code in the list of divisions."),
        (["import", "--subtree", "liaoyuan"], "liaoyuan is not a code in the list of divisions."),
        (["population", "list", "110000"], "Division 110000 is not loaded."),
    ],
)
def test_a_command_that_cannot_be_done_says_so_in_a_sentence(app: Flask, words: list[str], sentence: str) -> None:
    code, said = run(app, *words)
    assert code == 2
    assert said.startswith(f"Error: {sentence}")


def test_a_population_figure_is_set_from_the_command_line_and_told_to_the_trail(app: Flask) -> None:
    make_district()
    words = ["population", "set", "220403", "--base", "census", "--year", "2020", "--source", "第七次全国人口普查"]
    assert run(app, *words, "--value", "136317") == (0, "吉林省辽源市西安区: 136,317 (census, 2020).\n")
    assert run(app, *words, "--value", "136318")[0] == 0
    assert run(app, "population", "list", "220403")[1].split() == ["census", "2020", "136,318", "第七次全国人口普查"]
    first, second = trail("regions.set_population")
    assert first.actor_label == COMMAND_LINE.label
    assert first.region_code == "220403000000"
    assert "old_value" not in first.details
    assert (second.details["old_value"], second.details["value"]) == (136_317, 136_318)
    assert run(app, *words, "--value", "0") == (2, "Error: 人口数应是大于 0 的整数。\n")
    assert len(queries.list_population("220403000000")) == 1
    assert queries.find_population("220403000000", PopulationBase.RESIDENT) is None
