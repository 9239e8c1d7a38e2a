"""The stations of the demonstration: a centre, institutes, posts, a base and points on the real divisions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from sqlalchemy import select

from volunteer_hub.core.db import db
from volunteer_hub.core.scope import in_region
from volunteer_hub.demo import bulk
from volunteer_hub.demo.bulk import Progress, Row
from volunteer_hub.demo.names import Names
from volunteer_hub.demo.plan import DISTRICT
from volunteer_hub.regions.models import Region, RegionLevel
from volunteer_hub.stations.models import Station, StationKeeper, StationKind

POSTS = 38
POINTS = 60
OPENED_AT = datetime(2019, 5, 6, 1, 0, tzinfo=UTC)
#: The middle of the district, in degrees.
LATITUDE, LONGITUDE = 42.9203, 125.1491
POINT_KINDS = ("文化广场", "养老服务站", "儿童之家", "党群服务驿站", "农家书屋", "便民市场", "健身公园", "法治长廊")
INTRODUCTIONS = {
    StationKind.CENTRE: "统筹全区新时代文明实践：汇集群众需求，调配志愿服务队伍，指导各所、站、基地和点。",
    StationKind.INSTITUTE: "组织本街道（镇）的志愿服务队伍，承接中心派单，指导社区和村的实践站。",
    StationKind.POST: "居民家门口的服务站：宣讲、助老、助学、调解、便民，欢迎报名参加。",
    StationKind.BASE: "依托西安煤矿旧址讲述矿山故事，面向学校和团体开展研习。",
    StationKind.POINT: "就近开展小型志愿服务活动的地方。",
}
_SHORT = ("街道办事处", "街道", "社区居民委员会", "社区居委会", "村民委员会", "村委会", "居民委员会", "镇")


@dataclass(frozen=True)
class Street:
    """A street or town with its communities, in the order of their codes."""

    code: str
    name: str
    communities: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Place:
    """A station as the other parts of the demonstration refer to it."""

    id: int
    path: str
    name: str
    kind: StationKind
    region_code: str
    street_code: str


def short(name: str) -> str:
    """Return a division's name without what every one of its kind ends in: 仙城街道办事处 → 仙城."""
    for ending in _SHORT:
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending)
    return name


def read_streets() -> list[Street]:
    """Return the district's streets and towns with their communities, as the divisions have them."""
    rows = db.session.execute(
        select(Region.code, Region.name, Region.level, Region.parent_code)
        .where(in_region(Region.code, DISTRICT))
        .order_by(Region.code)
    ).all()
    children: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        if row.level == RegionLevel.COMMUNITY:
            children.setdefault(row.parent_code, []).append((row.code, row.name))
    return [
        Street(row.code, row.name, tuple(children[row.code]))
        for row in rows
        if row.level == RegionLevel.STREET and row.code in children
    ]


def write_stations(streets: list[Street], random: Random, progress: Progress) -> list[Place]:
    """Insert the tree and return it, the centre first, then institutes, posts, the base and points."""
    tree = _Tree(bulk.keys(Station, 2 + len(streets) + POSTS + POINTS), random)
    centre = tree.add(None, StationKind.CENTRE, "西安区新时代文明实践中心", DISTRICT, streets[0].code, "人民大街")
    posts: list[Place] = []
    for street in streets:
        title = f"{_titled(street.name)}新时代文明实践所"
        road = f"{short(street.name)}大街"
        institute = tree.add(centre, StationKind.INSTITUTE, title, street.code, street.code, road)
        for code, name in street.communities:
            if len(posts) < POSTS:
                post_name = f"{_titled(name)}新时代文明实践站"
                posts.append(tree.add(institute, StationKind.POST, post_name, code, street.code, f"{short(name)}路"))
    base = "西安煤矿文化新时代文明实践基地"
    tree.add(centre, StationKind.BASE, base, streets[0].code, streets[0].code, "矿工大街")
    for number in range(POINTS):
        post = posts[number % len(posts)]
        kind = POINT_KINDS[(number * 5 + number // len(posts)) % len(POINT_KINDS)]
        community = post.name.removesuffix("新时代文明实践站")
        title = f"{community}{kind}文明实践点"
        tree.add(post, StationKind.POINT, title, post.region_code, post.street_code, f"{short(community)}路")
    bulk.write(Station, tree.rows, progress)
    _write_keepers(tree.places, random, progress)
    return tree.places


def _write_keepers(places: list[Place], random: Random, progress: Progress) -> None:
    """Name somebody on the door of each institute and post."""
    names = Names(random)
    kept = [place for place in places if place.kind in (StationKind.INSTITUTE, StationKind.POST)]
    rows: list[Row] = [
        {
            "id": identity,
            "station_id": place.id,
            "name": f"{family}{names.given(male=random.random() < 0.5)}",
            "phone": f"0437-555{random.randrange(10000):04d}",
            "since": OPENED_AT.date(),
            "until": None,
        }
        for identity, place, family in zip(
            bulk.keys(StationKeeper, len(kept)), kept, names.families(len(kept)), strict=True
        )
    ]
    bulk.write(StationKeeper, rows, progress)


def _titled(name: str) -> str:
    """Return how a division is named on a door: without 办事处, 居民委员会 and 村民委员会."""
    for ending in ("办事处", "居民委员会", "居委会", "村民委员会", "村委会"):
        name = name.removesuffix(ending)
    return name


class _Tree:
    """Lays stations down one after another, each knowing its parent's path."""

    def __init__(self, ids: list[int], random: Random) -> None:
        self.ids = iter(ids)
        self.random = random
        self.rows: list[Row] = []
        self.places: list[Place] = []

    def add(self, parent: Place | None, kind: StationKind, name: str, region: str, street: str, road: str) -> Place:
        identity = next(self.ids)
        place = Place(identity, f"{parent.path if parent else '/'}{identity}/", name, kind, region, street)
        self.rows.append(
            {
                "id": place.id,
                "parent_id": parent.id if parent else None,
                "path": place.path,
                "kind": kind,
                "name": name,
                "region_code": region,
                "address": f"辽源市西安区{road}{self.random.randrange(1, 380)}号",
                "latitude": round(LATITUDE + self.random.uniform(-0.035, 0.035), 6),
                "longitude": round(LONGITUDE + self.random.uniform(-0.045, 0.045), 6),
                "opening_hours": "周一至周日 8:30–17:00" if kind is not StationKind.POINT else "全天开放",
                "phone": f"0437-555{self.random.randrange(10000):04d}",
                "introduction": INTRODUCTIONS[kind],
                "opened_at": OPENED_AT,
                "closed_at": None,
                "is_demonstration": True,
            }
        )
        self.places.append(place)
        return place
