"""The register of issued certificates (登记册) as a table, for a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from volunteer_hub.certificates import wording
from volunteer_hub.certificates.labels import STATES
from volunteer_hub.certificates.queries import Issued
from volunteer_hub.core import clock
from volunteer_hub.core.tabular import Column, Kind, Sheet
from volunteer_hub.core.text import N_

TITLE = N_("志愿服务证明登记册")
ERASED = N_("已注销")


def sheet(issued: Iterable[Issued], *, now: datetime) -> Sheet:
    """Return the register. Document numbers are masked, as everywhere but on the paper."""
    return Sheet(
        name=TITLE,
        title=TITLE,
        head=[N_("截至 %(at)s") % {"at": f"{clock.local(now):%Y-%m-%d %H:%M}"}],
        columns=[
            Column(N_("证明编号"), width=26),
            Column(N_("姓名"), width=12),
            Column(N_("志愿者编号"), width=22),
            Column(N_("证件号码"), width=22),
            Column(N_("服务起"), Kind.DATE, 12),
            Column(N_("服务止"), Kind.DATE, 12),
            Column(N_("服务时长（小时）"), Kind.HOURS, 12),
            Column(N_("用途"), width=20),
            Column(N_("记录单位"), width=26),
            Column(N_("负责人"), width=10),
            Column(N_("经办人"), width=10),
            Column(N_("开具时间"), Kind.INSTANT, 18),
            Column(N_("状态"), width=8),
            Column(N_("失效时间"), Kind.INSTANT, 18),
            Column(N_("说明"), width=24),
            Column(N_("纸件 SHA-256"), width=40),
        ],
        rows=_rows(issued),
    )


def _rows(issued: Iterable[Issued]) -> Iterator[Sequence[Any]]:
    for one in issued:
        certificate = one.certificate
        said = wording.read(certificate.content) if certificate.content is not None else None
        yield [
            certificate.number,
            said.name if said else ERASED,
            said.volunteer_number if said else "",
            said.document if said else "",
            certificate.since,
            certificate.until,
            certificate.minutes,
            said.purpose if said else "",
            one.unit.name,
            said.person_in_charge if said else "",
            said.handler if said else "",
            certificate.issued_at,
            STATES[certificate.state],
            certificate.ended_at,
            certificate.end_reason or "",
            certificate.paper_sha256,
        ]
