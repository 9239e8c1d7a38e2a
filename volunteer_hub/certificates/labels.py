"""Chinese words for certificates, and the words that stand on the papers."""

from __future__ import annotations

from volunteer_hub.certificates.models import CertificateState, RequestState
from volunteer_hub.certificates.verifying import Verdict
from volunteer_hub.core.text import N_
from volunteer_hub.ledger.models import HoursClass

REQUEST_STATES = {
    RequestState.WAITING: N_("等待记录单位核对"),
    RequestState.ISSUED: N_("已开具"),
    RequestState.REFUSED: N_("未予开具"),
    RequestState.WITHDRAWN: N_("已撤回"),
}
REQUEST_TONES = {
    RequestState.WAITING: "warn",
    RequestState.ISSUED: "good",
    RequestState.REFUSED: "bad",
    RequestState.WITHDRAWN: "plain",
}
STATES = {
    CertificateState.VALID: N_("有效"),
    CertificateState.SUPERSEDED: N_("已替换"),
    CertificateState.REVOKED: N_("已撤销"),
}
TONES = {CertificateState.VALID: "good", CertificateState.SUPERSEDED: "warn", CertificateState.REVOKED: "bad"}
VERDICTS = {
    Verdict.VALID: N_("有效"),
    Verdict.SUPERSEDED: N_("已替换"),
    Verdict.REVOKED: N_("已撤销"),
    Verdict.ERASED: N_("已注销"),
}
VERDICT_TONES = {
    Verdict.VALID: "good",
    Verdict.SUPERSEDED: "warn",
    Verdict.REVOKED: "bad",
    Verdict.ERASED: "plain",
}
CLASSES = {
    HoursClass.A: N_("A 系统计时"),
    HoursClass.B: N_("B 半程计时"),
    HoursClass.C: N_("C 补录"),
    HoursClass.D: N_("D 导入"),
}
