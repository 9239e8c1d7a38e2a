"""The edge that the page and the interface share: who may look somebody up, and the scan of who was found."""

from __future__ import annotations

from volunteer_hub.checkin import queries
from volunteer_hub.checkin.desk import take_scans
from volunteer_hub.checkin.items import Answer, ScanItem
from volunteer_hub.checkin.models import Direction, EntryPoint
from volunteer_hub.core import clock
from volunteer_hub.core.errors import Denied, DomainError
from volunteer_hub.core.permission import Permission
from volunteer_hub.core.text import N_
from volunteer_hub.onsite import looking_up
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.web.access import access, actor, scope


def take_pick(shift_id: int, pick: str, direction: Direction, nonce: str) -> Answer:
    """Record a scan of a person that a pick stands for. Nobody vouches for himself."""
    volunteer_id = looking_up.picked(pick, actor(), shift_id)
    own = volunteers.find_by_account(actor().account_id or 0)
    if own is not None and own.id == volunteer_id:
        raise DomainError("own_person", N_("集体签到和按姓名查找不包括操作人自己，请扫自己的码。"))
    if len(nonce) < 16:
        raise DomainError("stale_form", N_("页面已过期，请返回刷新后重试。"))
    item = ScanItem(
        nonce=f"{nonce}-{direction}",
        code=f"name:{volunteer_id}",
        direction=direction,
        shift_id=shift_id,
        entry_point=EntryPoint.NAME,
        volunteer_id=volunteer_id,
    )
    return take_scans([item], actor(), scope(Permission.SCAN), now=clock.now())[0]


def allowed_region(shift_id: int) -> str:
    """Return the shift's division for who may both scan there and see people. Raises Denied and NotFound."""
    queries.get_shift_here(scope(Permission.SCAN), shift_id)
    if not access().can(Permission.SEE_PEOPLE):
        raise Denied
    _shift, _activity, station = queries.get_shift_here(scope(Permission.SEE_PEOPLE), shift_id)
    return station.region_code
