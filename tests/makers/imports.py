"""Makes files as offices have them, and takes them through an import by the real services and jobs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter

from tests.makers.accounts import make_staff
from tests.makers.volunteers import make_document, make_mobile
from volunteer_hub.accounts.models import Role, ScopeKind
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, transaction
from volunteer_hub.imports import jobs, service
from volunteer_hub.imports.models import Basis, Import, ImportKind, ImportRow
from volunteer_hub.imports.service import Upload

COUNTY = "220403000000"
ROSTER_HEADINGS = ("姓名", "身份证号", "手机号", "居住区域")
HOURS_HEADINGS = ("姓名", "证件号码", "活动名称", "服务日期", "时长", "组织单位", "备注")
SIGNED_ON = date(2025, 6, 1)
Row = Sequence[Any]


def make_csv(rows: Iterable[Row], encoding: str = "utf-8-sig") -> bytes:
    """Return rows as CSV."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def make_xlsx(rows: Iterable[Row], **options: Any) -> bytes:
    """Return rows as a workbook: texts as texts, numbers as numbers, dates as dates."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, **options})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("花名册")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(number, column, value, day)
            elif isinstance(value, int | float):
                sheet.write_number(number, column, value)
            elif value:
                sheet.write_string(number, column, value)
    book.close()
    return target.getvalue()


def make_people(count: int, place: str = "仙城社区") -> list[list[str]]:
    """Return rows of a roster: people nobody knows yet."""
    return [[f"张{'一二三四五六七八九十'[n % 10]}{n}号", make_document(), make_mobile(), place] for n in range(count)]


def make_office(name: str = "文明办") -> Actor:
    """Return an office of the county, as a door passes it on."""
    account = make_staff(Role.OFFICE, ScopeKind.REGION, COUNTY, name=name)
    return Actor(account.id, account.display_name)


def upload(
    office: Actor,
    data: bytes,
    kind: ImportKind = ImportKind.ROSTER,
    *,
    basis: Basis = Basis.PAPER,
    file_name: str = "花名册.xlsx",
    region_code: str | None = None,
    now: datetime | None = None,
) -> int:
    """Upload a file; return the import's id."""
    paper = basis is Basis.PAPER and kind is ImportKind.ROSTER
    given = Upload(
        kind,
        file_name,
        COUNTY,
        basis=basis if kind is ImportKind.ROSTER else None,
        consent_on=SIGNED_ON if paper else None,
        holder="仙城社区居委会" if paper else "",
        region_code=region_code,
    )
    with transaction():
        return service.upload(office, given, [data], now=now or clock.now()).id


def dry_run(office: Actor, data: bytes, kind: ImportKind = ImportKind.ROSTER, **more: Any) -> Import:
    """Upload a file and have it read; return the import as it then stands."""
    import_id = upload(office, data, kind, **more)
    jobs.run_imports()
    return stand(import_id)


def carry_out(office: Actor, found: Import) -> Import:
    """Confirm an import and have it carried out."""
    with transaction():
        current = get(found.id)
        service.confirm(office, current, current.result_digest or "", now=clock.now())
    jobs.run_imports()
    return stand(found.id)


def take_back(office: Actor, found: Import, reason: str = "导错了文件") -> Import:
    """Undo an import to its end."""
    with transaction():
        service.undo(office, get(found.id), reason, now=clock.now())
    jobs.run_imports()
    return stand(found.id)


def get(import_id: int) -> Import:
    """Return an import as it stands now."""
    db.session.rollback()
    return db.session.get_one(Import, import_id, populate_existing=True)


def stand(import_id: int) -> Import:
    """Return a copy of an import that no transaction changes any more."""
    found = get(import_id)
    db.session.expunge(found)
    return found


def rows_of(found: Import) -> list[ImportRow]:
    """Return an import's rows in the order of the file."""
    return list(db.session.query(ImportRow).filter_by(import_id=found.id).order_by(ImportRow.number))


def said(found: Import) -> list[list[str]]:
    """Return the sentences said of each row, filled."""
    return [[sentence % params for sentence, params, _ in row.reasons] for row in rows_of(found)]
