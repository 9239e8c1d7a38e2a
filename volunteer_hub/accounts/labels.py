"""Chinese words for roles, subtrees and tokens."""

from __future__ import annotations

from volunteer_hub.accounts.models import Role, ScopeKind, TokenKind
from volunteer_hub.core.actor import COMMAND_LINE, TIMETABLE
from volunteer_hub.core.text import N_

ROLES = {
    Role.ADMINISTRATOR: N_("管理员"),
    Role.OFFICE: N_("文明办"),
    Role.STATION_MANAGER: N_("阵地管理员"),
    Role.SCANNER: N_("扫码员"),
    Role.TEAM_LEADER: N_("队长"),
    Role.AUDITOR: N_("审计员"),
}
ROLE_NOTES = {
    Role.ADMINISTRATOR: N_("一切设置和授权；不含操作日志。"),
    Role.OFFICE: N_("一个区划：统计、名册、阵地、活动、审核。"),
    Role.STATION_MANAGER: N_("一个阵地及下级：发布活动、扫码、审核时长。"),
    Role.SCANNER: N_("只能现场扫码，不能翻看名册。"),
    Role.TEAM_LEADER: N_("一支队伍及下级：收队员、为本队扫码。"),
    Role.AUDITOR: N_("只读操作日志。"),
}
SCOPE_KINDS = {
    ScopeKind.EVERYTHING: N_("全部"),
    ScopeKind.REGION: N_("区划"),
    ScopeKind.STATION: N_("阵地"),
    ScopeKind.TEAM: N_("队伍"),
}
TOKEN_KINDS = {TokenKind.DEVICE: N_("设备（扫码器、平板）"), TokenKind.PROGRAM: N_("程序（其他系统）")}
#: Who acted, where it was nobody in person.
NOBODY = {COMMAND_LINE.label: N_("命令行"), TIMETABLE.label: N_("定时任务")}
