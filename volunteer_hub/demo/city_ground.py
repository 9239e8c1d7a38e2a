"""The ground of the large demonstration: divisions that exist nowhere, stations, squads and the staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

from volunteer_hub.activities.models import Project
from volunteer_hub.demo import bulk, staff
from volunteer_hub.demo.bulk import Progress, Row
from volunteer_hub.demo.city_plan import CENSUS_YEAR, CITY, CITY_PREFIX, COMMUNITIES, REGISTERED_SHARE, STREETS
from volunteer_hub.demo.district import ENTERED_AT, MAKER
from volunteer_hub.demo.places import INTRODUCTIONS, OPENED_AT, Place, short
from volunteer_hub.demo.teams import BRIGADES, FOUNDED_AT, PROJECTS
from volunteer_hub.demo.teams import INTRODUCTIONS as TEAM_INTRODUCTIONS
from volunteer_hub.regions import service as regions
from volunteer_hub.regions.divisions import Division
from volunteer_hub.regions.models import PopulationBase, RegionLevel
from volunteer_hub.stations.models import Station, StationKind
from volunteer_hub.teams.models import JoinMode, Specialty, Team, TeamKind

PROVINCE, TOWN = "990000000000", "990100000000"
#: The street whose manager has a login.
OWN_STREET = "990101001000"
_NAMES = ("朝阳", "和平", "建设", "新华", "文化", "人民", "胜利", "团结", "解放", "光明", "幸福", "青年")
_HOUSES = (
    "东里 西里 南里 北里 一村 二村 三村 四村 花园 新苑 家园 嘉园 河畔 湖滨 山前 学府 站前 桥东 桥西 广场 公园 "
    "工人 纺织 铁路 电厂 矿工 果园 菜园 东关 西关 南关 北关 古城 新城 春晖 秋实 明珠 锦绣 安居 康宁 永安 长乐"
)
POPULATION_SOURCE = "演示数据（虚构）：按注册人数反推，不是任何地方的人口"


@dataclass(frozen=True)
class Ground:
    """What the people and the ledger refer to. Communities are numbered; each has a post and a squad."""

    communities: tuple[str, ...]
    posts: tuple[int, ...]
    squads: tuple[int, ...]
    #: Of each community its street, by number; of each street its institute and the account that manages it.
    streets: tuple[int, ...]
    institutes: tuple[int, ...]
    managers: tuple[int, ...]
    projects: tuple[int, ...]
    #: Who enters imports and decides make-ups.
    office: int
    regions_added: int


def make_ground(people: int, random: Random, progress: Progress, *, now: datetime) -> Ground:
    """Write everything the people stand on; past days know the population and what the area has chosen."""
    divisions = list_divisions()
    added = regions.load_divisions(MAKER, divisions, now=now).added
    _enter_populations(people, divisions, random)
    regions.choose_settings(MAKER, CITY, publishes_ratios=True, counted_assurance=1, now=ENTERED_AT)
    places = _write_stations(divisions, random, progress)
    managers = staff.make_staff(places, random, own_street=OWN_STREET, district=CITY_PREFIX, now=now)
    by_kind = {kind: [place for place in places if place.kind is kind] for kind in StationKind}
    codes = [place.region_code for place in by_kind[StationKind.INSTITUTE]]
    posts = by_kind[StationKind.POST]
    return Ground(
        communities=tuple(place.region_code for place in posts),
        posts=tuple(place.id for place in posts),
        squads=_write_teams(places, progress),
        streets=tuple(codes.index(place.street_code) for place in posts),
        institutes=tuple(place.id for place in by_kind[StationKind.INSTITUTE]),
        managers=tuple(managers[code] for code in codes),
        projects=_write_projects(places[0], progress),
        office=staff.find_office(),
        regions_added=added,
    )


def list_divisions() -> list[Division]:
    """Return the invented province with its only city, district, streets and communities."""
    named = [(PROVINCE, "演示省"), (TOWN, "演示市"), (CITY, "演示区")]
    rows: list[Division] = []
    for level, (code, name) in enumerate(named, 1):
        above = rows[-1] if rows else None
        rows.append(Division(code, name, level, above and above.code, (above.full_name if above else "") + name))
    district, houses = rows[-1], _HOUSES.split()
    for number, name in enumerate(_NAMES[:STREETS]):
        street = Division(
            f"{CITY_PREFIX}{number + 1:03d}000", f"{name}街道", 4, CITY, f"{district.full_name}{name}街道"
        )
        rows.append(street)
        for house in range(COMMUNITIES // STREETS + (number < COMMUNITIES % STREETS)):
            title = f"{name}{houses[house]}社区居民委员会"
            code = f"{street.code[:9]}{house + 1:03d}"
            rows.append(Division(code, title, 5, street.code, street.full_name + title))
    return rows


def _enter_populations(people: int, divisions: list[Division], random: Random) -> None:
    streets = [division for division in divisions if division.level == RegionLevel.STREET]
    total = round(people / REGISTERED_SHARE)
    shares = [random.uniform(0.7, 1.4) for _ in streets]
    values = [round(total * share / sum(shares)) for share in shares]
    for code, value in [(CITY, sum(values)), *((s.code, v) for s, v in zip(streets, values, strict=True))]:
        regions.set_population(
            MAKER, code, PopulationBase.CENSUS, CENSUS_YEAR, max(1, value), POPULATION_SOURCE, now=ENTERED_AT
        )


def _write_stations(divisions: list[Division], random: Random, progress: Progress) -> list[Place]:
    """Insert a centre, an institute in each street and a post in each community; return them in this order."""
    wanted = [division for division in divisions if division.level >= RegionLevel.COUNTY]
    kinds = {3: StationKind.CENTRE, 4: StationKind.INSTITUTE, 5: StationKind.POST}
    places: dict[str, Place] = {}
    rows: list[Row] = []
    for identity, division in zip(bulk.keys(Station, len(wanted)), wanted, strict=True):
        above = places.get(division.parent_code or "")
        kind = kinds[division.level]
        title = division.name.removesuffix("居民委员会")
        ending = {StationKind.CENTRE: "中心", StationKind.INSTITUTE: "所"}.get(kind, "站")
        path = f"{above.path if above else '/'}{identity}/"
        street = f"{division.code[:9]}000"
        place = Place(identity, path, f"{title}新时代文明实践{ending}", kind, division.code, street)
        places[division.code] = place
        rows.append(_station(place, above, random))
    bulk.write(Station, rows, progress)
    return sorted(places.values(), key=lambda place: (len(place.path.split("/")), place.region_code))


def _station(place: Place, above: Place | None, random: Random) -> Row:
    return {
        "id": place.id,
        "parent_id": above.id if above else None,
        "path": place.path,
        "kind": place.kind,
        "name": place.name,
        "region_code": place.region_code,
        "address": f"演示区{random.randrange(1, 380)}号",
        "latitude": None,
        "longitude": None,
        "opening_hours": "周一至周日 8:30–17:00",
        "phone": f"000-555{random.randrange(10000):04d}",
        "introduction": INTRODUCTIONS[place.kind],
        "opened_at": OPENED_AT,
        "closed_at": None,
        "is_demonstration": True,
    }


def _write_teams(places: list[Place], progress: Progress) -> tuple[int, ...]:
    """Insert corps, brigades and a squad for each community; return the squads."""
    posts = [place for place in places if place.kind is StationKind.POST]
    corps, *rest = bulk.keys(Team, 1 + len(BRIGADES) + len(posts))
    brigades, squads = rest[: len(BRIGADES)], rest[len(BRIGADES) :]
    rows = [_team(corps, None, f"/{corps}/", TeamKind.CORPS, Specialty.OTHER, "演示区志愿服务总队", places[0])]
    for identity, (specialty, name) in zip(brigades, BRIGADES, strict=True):
        path = f"/{corps}/{identity}/"
        rows.append(_team(identity, corps, path, TeamKind.BRIGADE, specialty, f"演示区{name}", places[0]))
    for number, (identity, post) in enumerate(zip(squads, posts, strict=True)):
        above = brigades[number % len(brigades)]
        specialty = BRIGADES[number % len(BRIGADES)][0]
        name = f"{short(post.name.removesuffix('新时代文明实践站'))}志愿服务队"
        rows.append(_team(identity, above, f"/{corps}/{above}/{identity}/", TeamKind.SQUAD, specialty, name, post))
    bulk.write(Team, rows, progress)
    return tuple(squads)


def _team(
    identity: int, above: int | None, path: str, kind: TeamKind, specialty: Specialty, name: str, station: Place
) -> Row:
    return {
        "id": identity,
        "parent_id": above,
        "path": path,
        "kind": kind,
        "specialty": specialty,
        "name": name,
        "region_code": station.region_code,
        "station_id": station.id,
        "join_mode": JoinMode.REQUEST,
        "introduction": TEAM_INTRODUCTIONS[kind],
        "founded_at": FOUNDED_AT,
        "dissolved_at": None,
        "is_demonstration": True,
    }


def _write_projects(centre: Place, progress: Progress) -> tuple[int, ...]:
    ids = bulk.keys(Project, len(PROJECTS))
    bulk.write(
        Project,
        [
            {
                "id": identity,
                "name": name,
                "station_id": centre.id,
                "introduction": work,
                "started_at": FOUNDED_AT,
                "closed_at": None,
                "is_demonstration": True,
            }
            for identity, (name, _, work) in zip(ids, PROJECTS, strict=True)
        ],
        progress,
    )
    return tuple(ids)
