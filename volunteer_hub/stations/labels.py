"""Chinese words for the kinds of stations."""

from __future__ import annotations

from volunteer_hub.core.text import N_
from volunteer_hub.stations.models import StationKind

#: From the top of the tree down, as lists show them.
KINDS = {
    StationKind.CENTRE: N_("中心"),
    StationKind.INSTITUTE: N_("所"),
    StationKind.POST: N_("站"),
    StationKind.BASE: N_("基地"),
    StationKind.POINT: N_("点"),
}
