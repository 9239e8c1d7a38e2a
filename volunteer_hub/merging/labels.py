"""Chinese words for the enumerations of merging."""

from __future__ import annotations

from volunteer_hub.core.text import N_
from volunteer_hub.merging.candidates import Sign
from volunteer_hub.merging.models import MergeState

STATES = {
    MergeState.REQUESTED: N_("等第二人批准"),
    MergeState.MERGED: N_("已合并"),
    MergeState.UNDONE: N_("已撤销合并"),
    MergeState.REFUSED: N_("未批准"),
    MergeState.DISTINCT: N_("不是同一人"),
}
TONES = {
    MergeState.REQUESTED: "warn",
    MergeState.MERGED: "good",
    MergeState.UNDONE: "plain",
    MergeState.REFUSED: "plain",
    MergeState.DISTINCT: "plain",
}
SIGNS = {
    Sign.SAME_MOBILE: N_("手机号相同"),
    Sign.SAME_NAME: N_("姓名相同"),
    Sign.ALIKE_NAME: N_("姓名相近"),
    Sign.SAME_BIRTH: N_("出生日期相同"),
    Sign.OTHER_DOCUMENT: N_("证件种类不同"),
}
