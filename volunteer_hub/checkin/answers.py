"""The words for each reason: a headline to read at two metres, and a sentence that explains it."""

from __future__ import annotations

from volunteer_hub.core.text import N_

#: reason → (headline, explanation). Places: at, by, place, minutes (shown as hours), filled by the door.
WORDS: dict[str, tuple[str, str]] = {
    "checked_in": (N_("签到成功"), N_("%(at)s 签到。离开时请记得签退。")),
    "checked_out": (N_("签退成功"), N_("%(at)s 签退，本次计 %(hours)s 小时。")),
    "checked_out_nothing": (N_("已签退"), N_("%(at)s 签退，本次不计时长：%(why)s。")),
    "already_in": (N_("已经签到"), N_("%(at)s 已签到%(by)s，不用再扫。")),
    "already_out": (N_("已经签退"), N_("%(at)s 已签退，不用再扫。")),
    "just_checked_in": (N_("刚刚签到"), N_("%(at)s 刚签到，这次不算签退。真要离开请稍后再扫。")),
    "just_checked_out": (N_("刚刚签退"), N_("%(at)s 刚签退，这次不算再次签到。")),
    "code_unknown": (N_("不认识的码"), N_("这不是本系统的个人码，请打开「我的码」或报短码。")),
    "code_expired": (N_("码已过期"), N_("请刷新「我的码」后再扫，截图无效。")),
    "card_revoked": (N_("卡已作废"), N_("这张卡已经换新或挂失，请用新卡，或请工作人员按姓名查找。")),
    "code_used": (N_("码已用过"), N_("这个码刚被用过，请等它刷新后再扫。")),
    "not_registered": (N_("不在册"), N_("此人目前不是在册志愿者，请联系文明办。")),
    "shift_unknown": (N_("场次不存在"), N_("没有这个场次，或您不负责它。")),
    "shift_cancelled": (N_("场次已取消"), N_("这个场次没有发布或已取消。")),
    "wrong_station": (N_("地点不对"), N_("这个场次不在本阵地。")),
    "clock_ahead": (N_("待审核"), N_("扫码设备的时间快了，已保存，等负责人审核。")),
    "late_upload": (N_("待审核"), N_("上传太晚，已保存，等负责人审核。")),
    "checked_in_late": (N_("签到已补上"), N_("%(at)s 的签到已按先后次序补上。")),
    "checked_out_late": (N_("签退已补上"), N_("%(at)s 的签退已按先后次序补上，时长已重新计算。")),
    "told_otherwise": (N_("待审核"), N_("扫码时手机显示成功，但系统判为“%(reason)s”。已保存，等负责人审核。")),
    "unreadable": (N_("没有保存"), N_("这条记录的 %(field)s 读不出来，没有保存，请留在手机里交给管理员。")),
    "operator_not_allowed": (N_("待审核"), N_("扫码人现在没有这个场次的权限，已保存，等负责人审核。")),
    "before_beacon": (N_("待审核"), N_("扫码时间早于设备上次对时，已保存，等负责人审核。")),
    "offline_too_long": (N_("待审核"), N_("离线超过 72 小时才上传，已保存，等负责人审核。")),
    "clock_skewed": (N_("待审核"), N_("扫码设备的时钟被改动过，已保存，等负责人审核。")),
    "clock_unproven": (N_("待审核"), N_("离线时的扫码时间没有旁证，已保存，等负责人审核。")),
    "device_unknown": (N_("待审核"), N_("扫码设备没有登记，已保存，等负责人审核。")),
    "device_revoked": (N_("待审核"), N_("扫码设备已停用，已保存，等负责人审核。")),
    "signature_wrong": (N_("待审核"), N_("扫码记录的签名不对，已保存，等负责人审核。")),
    "chain_broken": (N_("待审核"), N_("扫码记录的次序对不上，已保存，等负责人审核。")),
    "not_checked_in": (
        N_("还没签到"),
        N_("没有签到记录，还不能签退。若在另一台手机上签到过，那台手机联网后会自动补齐。"),
    ),
    "in_elsewhere": (N_("在别处未签退"), N_("%(at)s 在「%(place)s」签到后还没有签退，请先在那里签退。")),
    "not_signed_up": (N_("没有报名"), N_("没有报名这个场次。负责人可在名单页现场补报。")),
    "not_approved": (N_("报名待审核"), N_("报名还没有通过，请负责人在名单页通过后再扫。")),
    "on_waiting_list": (N_("还在候补"), N_("还在候补名单，没有轮到。")),
    "sign_up_withdrawn": (N_("报名已取消"), N_("报名已取消或未通过。")),
    "too_early": (N_("还没开始签到"), N_("%(at)s 开始签到。")),
    "too_late": (N_("签到已截止"), N_("%(at)s 已截止签到。")),
    "too_late_out": (N_("签退已截止"), N_("%(at)s 已截止签退，请负责人确认离开时间。")),
    "walk_in": (N_("已登记到场"), N_("%(at)s 登记，尚未认领到志愿者名下。")),
    "nonce_conflict": (N_("重复编号"), N_("这个编号已用于另一次扫码，没有处理。")),
}

REDUCTIONS: dict[str, str] = {
    "outside_plan": N_("超出场次时间的部分不计"),
    "too_short": N_("在场时间太短"),
    "rounded": N_("按规则取整"),
    "activity_cap": N_("已达单场上限"),
    "day_cap": N_("已达当日上限"),
    "overlap": N_("与另一段时长重叠，等负责人审核"),
}
