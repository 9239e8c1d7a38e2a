"""Chinese words for the enumerations of regions."""

from __future__ import annotations

from volunteer_hub.core.text import N_
from volunteer_hub.regions.models import PopulationBase, RegionLevel

LEVELS = {
    RegionLevel.PROVINCE: N_("省级"),
    RegionLevel.CITY: N_("市级"),
    RegionLevel.COUNTY: N_("区县"),
    RegionLevel.STREET: N_("街道乡镇"),
    RegionLevel.COMMUNITY: N_("社区（村）"),
    RegionLevel.GRID: N_("网格"),
}
BASES = {
    PopulationBase.CENSUS: N_("普查人口"),
    PopulationBase.RESIDENT: N_("常住人口"),
    PopulationBase.BUILT_UP: N_("建成区人口"),
}
#: From which identity assurance a volunteer counts in an area's official figures.
COUNTED_ASSURANCES = {
    0: N_("全部注册志愿者"),
    1: N_("手机号已核实的"),
    2: N_("工作人员当面核实过证件的"),
    3: N_("经外部实名认证的"),
}
