"""The shipped list: whole, in order, every parent there, names readable."""

from __future__ import annotations

import hashlib
import re
from collections import Counter

from volunteer_hub.regions.codes import codes_above, full_code, level_of
from volunteer_hub.regions.divisions import COUNT, FILE, Division, read_divisions


def names(within: str) -> list[str]:
    return [division.full_name for division in read_divisions(within)]


def test_the_whole_country_is_there_and_every_parent_comes_before_its_children() -> None:
    levels: Counter[int] = Counter()
    seen: set[str | None] = {None}
    last = ""
    for division in read_divisions():
        assert division.code > last
        assert division.parent_code in seen
        assert (division.parent_code is None) == (division.level == 1)
        last = division.code
        levels[division.level] += 1
        if division.level < 5:
            seen.add(division.code)
    # The source counts 620,573 villages; one of them has the code of its own county (金门县) and is folded into it.
    assert levels == {1: 31, 2: 342, 3: 2_975, 4: 41_351, 5: 620_572}
    assert sum(levels.values()) == COUNT


def test_the_file_is_the_one_its_description_names() -> None:
    text = (FILE.parent / "README.md").read_text(encoding="utf-8")
    sums = dict(re.findall(r"\| (\S+) \| ([0-9a-f]{64}) \|", text))
    assert sums[FILE.name] == hashlib.sha256(FILE.read_bytes()).hexdigest()
    assert (FILE.parent / "LICENSE").exists()


def test_the_district_has_six_streets_a_town_and_thirty_nine_villages_and_communities() -> None:
    rows = list(read_divisions("220403"))
    assert [row.full_name for row in rows[:3]] == ["吉林省", "吉林省辽源市", "吉林省辽源市西安区"]
    streets = [row.name for row in rows if row.level == 4]
    assert sum(name.endswith("街道") for name in streets) == 6
    assert sum(name.endswith("镇") for name in streets) == 1
    assert sum(row.level == 5 for row in rows) == 39
    assert rows[-1] == Division("220403100223", "灯塔村", 5, "220403100000", "吉林省辽源市西安区灯塔镇灯塔村")


def test_a_city_without_counties_has_its_streets_directly_below_it() -> None:
    rows = {row.code: row for row in read_divisions("4419")}
    assert rows["441900000000"].level == 2
    assert rows["441900003000"].parent_code == "441900000000"
    assert rows["441900003000"].full_name == "广东省东莞市东城街道"


def test_headings_of_the_list_stay_out_of_the_names_below_them() -> None:
    assert names("110101001")[:4] == ["北京市", "北京市市辖区", "北京市东城区", "北京市东城区东华门街道"]
    assert names("429004001")[:4] == [
        "湖北省",
        "湖北省省直辖县级行政区划",
        "湖北省仙桃市",
        "湖北省仙桃市沙嘴街道",
    ]
    assert names("500229")[2] == "重庆市城口县"


def test_a_city_named_like_its_only_county_is_named_once() -> None:
    assert names("620201001")[:4] == ["甘肃省", "甘肃省嘉峪关市", "甘肃省嘉峪关市", "甘肃省嘉峪关市雄关街道"]


def test_a_code_tells_its_level_and_what_may_stand_above_it() -> None:
    assert [level_of(code) for code in ("500000000000", "131000000000", "220403000000")] == [1, 2, 3]
    assert [level_of(code) for code in ("220403010000", "220403001010")] == [4, 5]
    assert codes_above("220403001001") == ["220000000000", "220400000000", "220403000000", "220403001000"]
    assert codes_above("441900003000") == ["440000000000", "441900000000"]
    assert codes_above("220000000000") == []


def test_only_whole_codes_and_whole_prefixes_are_read() -> None:
    assert full_code("220403") == full_code(" 220403000000 ") == "220403000000"
    for typed in ("", "2", "22040", "2204030", "02", "22o403", "２２０４０３", "22040300000x", "2204030000000"):
        assert full_code(typed) is None
