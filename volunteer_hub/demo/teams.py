"""Teams 1+8+N, the ten named projects, and who belongs to which squad."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from volunteer_hub.activities.models import Project
from volunteer_hub.core import clock
from volunteer_hub.demo import bulk
from volunteer_hub.demo.bulk import Progress, Row
from volunteer_hub.demo.people import Person
from volunteer_hub.demo.places import Place, Street, short
from volunteer_hub.demo.plan import DISTRICT
from volunteer_hub.stations.models import StationKind
from volunteer_hub.teams.models import JoinMode, Membership, MembershipState, Specialty, Team, TeamKind

FOUNDED_AT = datetime(2019, 6, 1, 1, 0, tzinfo=UTC)
BRIGADES = (
    (Specialty.THEORY, "理论政策宣讲志愿服务支队"),
    (Specialty.CULTURE, "文化文艺志愿服务支队"),
    (Specialty.EDUCATION, "助学支教志愿服务支队"),
    (Specialty.HEALTH, "医疗健身志愿服务支队"),
    (Specialty.SCIENCE, "科学普及志愿服务支队"),
    (Specialty.LAW, "法律服务志愿服务支队"),
    (Specialty.ENVIRONMENT, "卫生环保志愿服务支队"),
    (Specialty.AID, "扶贫帮困志愿服务支队"),
)
INTRODUCTIONS = {
    TeamKind.CORPS: "由区委、区政府负责同志任队长，统筹全区志愿服务力量。",
    TeamKind.BRIGADE: "由区直部门牵头，组织专业志愿者到所、站、点开展服务。",
    TeamKind.SQUAD: "就近招募，利用业余时间服务身边的居民，欢迎加入。",
}
#: Squads with a name of their own, under the brigade of their specialty.
NAMED_SQUADS = (
    ("“小板凳”宣讲志愿服务队", Specialty.THEORY),
    ("“文艺骑兵”志愿服务队", Specialty.CULTURE),
    ("“金色年华”合唱志愿服务队", Specialty.CULTURE),
    ("“希望课堂”大学生志愿服务队", Specialty.EDUCATION),
    ("“健康守门人”家庭医生志愿服务队", Specialty.HEALTH),
    ("“矿山蓝”应急救援志愿服务队", Specialty.OTHER),
    ("“法治老娘舅”志愿服务队", Specialty.LAW),
    ("“红马甲”文明劝导志愿服务队", Specialty.OTHER),
)
#: The ten projects: name, category, what it does.
PROJECTS = (
    ("情暖万家", "elderly", "为独居、空巢老人送餐、打扫、陪聊、代办。"),
    ("文艺骑兵", "culture", "把演出送到社区广场、养老院和村里的小院。"),
    ("小板凳课堂", "theory", "在楼道口、凉亭里用家常话讲政策。"),
    ("希望课堂", "education", "放学后和假期里为孩子辅导功课、陪伴阅读。"),
    ("健康敲门", "health", "上门量血压、测血糖，讲用药和急救常识。"),
    ("科普进万家", "science", "防火、防诈骗、防灾知识进社区。"),
    ("法律明白人", "law", "法律咨询、邻里调解、代写文书。"),
    ("清洁家园", "environment", "清理楼道、河岸和卫生死角，推行垃圾分类。"),
    ("一米阳光", "aid", "帮助困难家庭、残疾人和困境儿童。"),
    ("文明斑马线", "traffic", "早晚高峰在路口劝导，护送老人孩子过街。"),
)


@dataclass(frozen=True)
class Squad:
    """A squad as the other parts refer to it; `region_code` is the community it recruits in, or the district."""

    id: int
    path: str
    region_code: str
    specialty: Specialty


@dataclass(frozen=True)
class ProjectPlace:
    """A project as the activities refer to it."""

    id: int
    name: str
    category: str
    work: str


def write_teams(streets: list[Street], places: list[Place], progress: Progress) -> list[Squad]:
    """Insert corps, brigades and squads; return the squads, those of the communities first."""
    communities = [(code, name) for street in streets for code, name in street.communities]
    posts = {place.region_code: place for place in places if place.kind is StationKind.POST}
    ids = iter(bulk.keys(Team, 1 + len(BRIGADES) + len(communities) + len(NAMED_SQUADS)))
    rows: list[Row] = []
    corps = _add(rows, next(ids), None, TeamKind.CORPS, Specialty.OTHER, "西安区志愿服务总队", DISTRICT, places[0])
    brigades = {
        specialty: _add(rows, next(ids), corps, TeamKind.BRIGADE, specialty, f"西安区{name}", DISTRICT, places[0])
        for specialty, name in BRIGADES
    }
    squads: list[Squad] = []
    for number, (code, name) in enumerate(communities):
        specialty = BRIGADES[number * 3 % len(BRIGADES)][0]
        title = f"{short(name)}志愿服务队"
        squads.append(
            _add(rows, next(ids), brigades[specialty], TeamKind.SQUAD, specialty, title, code, posts.get(code))
        )
    for title, specialty in NAMED_SQUADS:
        parent = brigades.get(specialty, corps)
        squads.append(_add(rows, next(ids), parent, TeamKind.SQUAD, specialty, title, DISTRICT, places[0]))
    bulk.write(Team, rows, progress)
    return squads


def write_projects(places: list[Place], progress: Progress) -> list[ProjectPlace]:
    """Insert the ten projects under the centre."""
    ids = bulk.keys(Project, len(PROJECTS))
    rows: list[Row] = [
        {
            "id": identity,
            "name": name,
            "station_id": places[0].id,
            "introduction": work,
            "started_at": FOUNDED_AT + timedelta(days=40 * number),
            "closed_at": None,
            "is_demonstration": True,
        }
        for number, (identity, (name, _, work)) in enumerate(zip(ids, PROJECTS, strict=True))
    ]
    bulk.write(Project, rows, progress)
    return [
        ProjectPlace(identity, name, category, work)
        for identity, (name, category, work) in zip(ids, PROJECTS, strict=True)
    ]


@dataclass(frozen=True)
class Belonging:
    """The squad of each member, by the person's place in the list, and the leader of each squad."""

    squads: dict[int, int]
    leaders: dict[int, int]

    def leader_of(self, squads: list[Squad], region_code: str) -> tuple[int, str]:
        """Return the leader's volunteer id and the path of a community's squad, or of the next that has a leader."""
        ordered = sorted(squads, key=lambda squad: (squad.region_code != region_code, squad.id))
        chosen = next(squad for squad in ordered if squad.id in self.leaders)
        return self.leaders[chosen.id], chosen.path


def write_memberships(
    people: list[Person], ids: list[int], squads: list[Squad], random: Random, progress: Progress
) -> Belonging:
    """Make about two thirds members of their community's squad, the first adult of each its leader."""
    by_region = {squad.region_code: squad for squad in squads if squad.region_code != DISTRICT}
    leaders: dict[int, int] = {}
    belongs: dict[int, int] = {}
    rows: list[Row] = []
    for place, person in enumerate(people):
        if random.random() >= 0.64:
            continue
        squad = by_region[person.region_code]
        joined_at = max(person.registered_at, FOUNDED_AT) + timedelta(days=random.randrange(1, 20), hours=3)
        leads = squad.id not in leaders and person.guardian is None
        if leads:
            leaders[squad.id] = ids[place]
        belongs[place] = squad.id
        rows.append(_membership(ids[place], squad.id, joined_at, leads=leads))
    for identity, row in zip(bulk.keys(Membership, len(rows)), rows, strict=True):
        row["id"] = identity
    bulk.write(Membership, rows, progress)
    return Belonging(belongs, leaders)


def _membership(volunteer_id: int, team_id: int, joined_at: datetime, *, leads: bool) -> Row:
    return {
        "team_id": team_id,
        "volunteer_id": volunteer_id,
        "state": MembershipState.ACTIVE,
        "is_leader": leads,
        "joined_on": clock.civil_date(joined_at),
        "left_on": None,
        "requested_at": joined_at - timedelta(days=1),
        "decided_at": joined_at,
        "decided_by": "演示数据",
    }


def _add(
    rows: list[Row],
    identity: int,
    parent: Squad | None,
    kind: TeamKind,
    specialty: Specialty,
    name: str,
    region: str,
    station: Place | None,
) -> Squad:
    """Lay one team down and return it."""
    team = Squad(identity, f"{parent.path if parent else '/'}{identity}/", region, specialty)
    rows.append(
        {
            "id": identity,
            "parent_id": parent.id if parent else None,
            "path": team.path,
            "kind": kind,
            "specialty": specialty,
            "name": name,
            "region_code": region,
            "station_id": station.id if station else None,
            "join_mode": JoinMode.OPEN if len(rows) % 3 == 0 else JoinMode.REQUEST,
            "introduction": INTRODUCTIONS[kind],
            "founded_at": FOUNDED_AT,
            "dissolved_at": None,
            "is_demonstration": True,
        }
    )
    return team
