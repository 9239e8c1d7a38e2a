"""Chinese words for the kinds of care, how a link came about, and what each kind may do."""

from __future__ import annotations

from volunteer_hub.core.text import N_
from volunteer_hub.families.models import CareKind, Proof

KINDS: dict[CareKind, str] = {
    CareKind.GUARDIAN: N_("监护人"),
    CareKind.RELATIVE: N_("亲属"),
    CareKind.HELPER: N_("代办人"),
}
NOTES: dict[CareKind, str] = {
    CareKind.GUARDIAN: N_("可以代孩子报名、出示签到码、查看时长和管理资料，孩子成年当天自动结束。"),
    CareKind.RELATIVE: N_("可以代为报名、查看场次和时长；不能看证件、出示签到码、改密码或退出登记。"),
    CareKind.HELPER: N_("可以代为报名、查看场次和时长；不能看证件、出示签到码、改密码或退出登记。"),
}
PROOFS: dict[Proof, str] = {
    Proof.REGISTRATION: N_("注册孩子时建立"),
    Proof.DESK: N_("站点核对证件后建立"),
    Proof.CARD: N_("凭孩子的志愿者卡建立"),
    Proof.CODE: N_("凭本人给出的代办码建立"),
}
