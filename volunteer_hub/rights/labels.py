"""Chinese words for what is held: what it is, why, where from, who sees it and for how long (PIPL art. 17, 44-45)."""

from __future__ import annotations

from dataclasses import dataclass

from volunteer_hub.core.text import N_
from volunteer_hub.rights.declaring import Group
from volunteer_hub.rights.matters import Matter
from volunteer_hub.rights.models import RequestKind, RequestState


@dataclass(frozen=True)
class Said:
    """What the page says of one group."""

    title: str
    what: str
    why: str
    basis: str
    source: str
    seen_by: str
    kept: str
    #: Where it is shown in full: an endpoint without arguments.
    page: str = ""


CONSENT = N_("您的同意（《个人信息保护法》第十三条第一款第一项），可以撤回")
DUTY = N_("履行法定职责：《志愿服务记录与证明出具办法（试行）》要求记录（第十三条第一款第三项）")
SAFETY = N_("保障账号和数据安全：《网络安全法》要求留存日志（第十三条第一款第三项）")
ALWAYS = N_("注册期间；注销后删去您是谁，只留下不认人的数")
OFFICE = N_("所在地区的文明办；完整证件号码须写明理由，每次都有记录")
STATION = N_("活动所在阵地的管理员、所在地区的文明办")
SELF = N_("只有您自己")

GROUPS: dict[Group, Said] = {
    Group.IDENTITY: Said(
        N_("身份与登记"),
        N_("姓名、证件、出生日期、性别、手机号、居住地、特长；监护人；志愿者卡"),
        N_("确认一个人只登记一次，判断是否成年，联系您"),
        CONSENT,
        N_("您注册时填写，或工作人员当面录入"),
        OFFICE,
        ALWAYS,
        "volunteers.profile",
    ),
    Group.CONSENT: Said(
        N_("同意"),
        N_("您同意过哪个告知书的哪一版、什么时候、由谁同意"),
        N_("证明处理有依据，也方便您撤回"),
        DUTY,
        N_("您勾选同意时记录"),
        OFFICE,
        N_("注销后仍留下同意的时间和版本，不留是谁"),
        "rights.consents",
    ),
    Group.ACCOUNT: Said(
        N_("账号与登录"),
        N_("登录名（只存不可还原的指纹）、密码（只存不可还原的指纹）、登录过的浏览器、工作角色"),
        N_("让您登录，发现有人冒用"),
        SAFETY,
        N_("您登录时产生"),
        SELF,
        N_("登录记录随注销删除；担任过的工作角色作为工作记录保留"),
        "accounts.logins",
    ),
    Group.SERVICE: Said(
        N_("报名与队伍"),
        N_("报过哪些场次、参加哪些队伍、什么时候"),
        N_("安排名额，推荐活动"),
        CONSENT,
        N_("您报名或入队时产生"),
        N_("活动负责人、队长看到姓名和部分手机号"),
        ALWAYS,
        "home.my_page",
    ),
    Group.ATTENDANCE: Said(
        N_("签到签退"),
        N_("每次扫码的时间、场次、结果，由此得出的到场时段；不记录位置"),
        N_("如实计算服务时长"),
        DUTY,
        N_("您或工作人员扫码时产生"),
        STATION,
        ALWAYS,
        "home.my_page",
    ),
    Group.HOURS: Said(
        N_("服务时长"),
        N_("每笔时长及其类别，补录、更正、审核和异议的往来"),
        N_("记入志愿服务记录，作为证明和统计的依据"),
        DUTY,
        N_("由签到签退得出，或由工作人员补录并经他人审核"),
        N_("活动所在阵地、所在地区文明办；公示只有姓氏和时长"),
        N_("时长长期保留；注销后不再认得出是谁的"),
        "home.my_page",
    ),
    Group.RECOGNITION: Said(
        N_("星级、荣誉、培训与评价"),
        N_("评定的星级、积分、表彰、培训、对服务的评价、您分享的年度回顾"),
        N_("嘉许和激励"),
        DUTY,
        N_("由时长得出，或由颁发单位录入"),
        STATION,
        ALWAYS,
        "recognition.own",
    ),
    Group.CERTIFICATES: Said(
        N_("服务证明"),
        N_("给您开具的服务记录和证明"),
        N_("应您的要求证明您做过的服务"),
        DUTY,
        N_("由时长得出，由开具单位签发"),
        N_("开具单位；您把证明交给谁，谁能核验"),
        ALWAYS,
        "certificates.own",
    ),
    Group.FAMILY: Said(
        N_("家人代办"),
        N_("谁可以替您办事，或您可以替谁办事"),
        N_("方便孩子和老人参加"),
        CONSENT,
        N_("您和家人自己约定，或由工作人员核对后登记"),
        N_("您、您的家人、所在地区文明办"),
        ALWAYS,
        "families.own",
    ),
    Group.NOTICES: Said(
        N_("通知"),
        N_("系统发给您的消息，和您选择的接收方式"),
        N_("活动有变化时告诉您"),
        CONSENT,
        N_("系统产生"),
        SELF,
        N_("注销时删除"),
        "notices.index",
    ),
    Group.AGENDA: Said(
        N_("日程与提醒"),
        N_("保存的搜索、日历订阅、候补提醒"),
        N_("帮您安排时间"),
        CONSENT,
        N_("您自己设置"),
        SELF,
        N_("注销时删除"),
        "agenda.calendar",
    ),
    Group.LOOKS: Said(
        N_("操作日志"),
        N_("您做过的须留痕的操作，以及谁查看、导出过您的证件号码"),
        N_("让每一次查看都有据可查"),
        SAFETY,
        N_("系统自动记录"),
        N_("审计员；与您有关的部分您自己能看到"),
        N_("长期保留；注销后抹去您的姓名和网络地址"),
        "rights.looks",
    ),
    Group.OPENNESS: Said(
        N_("公示举报与异常核查"),
        N_("对公示时长的举报、系统发现的异常线索，和您的说明"),
        N_("防止虚假时长"),
        DUTY,
        N_("举报人填写，系统比对发现，您自己说明"),
        STATION,
        N_("长期保留；注销后抹去文字"),
    ),
    Group.FILES: Said(
        N_("导入与导出的文件"),
        N_("您是否由单位名册导入，您自己要过的文件"),
        N_("核对名册，生成文件"),
        DUTY,
        N_("单位上传的名册，或您自己的操作"),
        OFFICE,
        N_("原始内容最多保留 14 天，文件到期自动删除"),
    ),
    Group.RIGHTS: Said(
        N_("您提出的请求"),
        N_("您要求复制、更正、删除的记录和办理结果"),
        N_("按期办理，并证明办过"),
        DUTY,
        N_("您自己提出"),
        OFFICE,
        N_("注销后仍留下办理的时间，不留内容"),
        "rights.own",
    ),
}

KINDS = {
    RequestKind.COPY: N_("复制我的信息"),
    RequestKind.CORRECTION: N_("更正身份信息"),
    RequestKind.ERASURE: N_("注销并删除"),
}
STATES = {
    RequestState.OPEN: N_("办理中"),
    RequestState.DONE: N_("已办结"),
    RequestState.REFUSED: N_("未予办理"),
    RequestState.TAKEN_BACK: N_("本人收回"),
}
TONES = {
    RequestState.OPEN: "warn",
    RequestState.DONE: "good",
    RequestState.REFUSED: "bad",
    RequestState.TAKEN_BACK: "plain",
}
MATTERS = {
    Matter.SESSION: N_("还没签退的场次"),
    Matter.REVIEW: N_("等审核的时段"),
    Matter.MAKE_UP: N_("等批准的补录"),
    Matter.CORRECTION: N_("等批准的更正"),
    Matter.OBJECTION: N_("等答复的异议"),
    Matter.FLAG: N_("等核查的线索"),
}
