"""What importing a roster costs: seconds of each phase, memory, and the bare driver writing the same rows.

    python -m bench.imports [--rows 30000] [--engines sqlite,postgresql] [--undo] [--bare]

The file is a workbook of eleven columns. A process of its own uploads it, has it read and checked (the
dry run), confirms it and carries it out; its peak memory is the kernel's (VmHWM), the reading process apart.
With --bare every row it wrote is then copied into an empty database by the bare driver, in batches of the same size,
each committed: the ratio is taken in the same run, since machines pause.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import flask_migrate
import xlsxwriter
from sqlalchemy import create_engine, insert, select, text

from bench.world import application, place
from tests.makers.imports import COUNTY, SIGNED_ON, make_office
from tests.makers.regions import make_district
from volunteer_hub.accounts.models import Account, SignInName
from volunteer_hub.core import clock
from volunteer_hub.core.actor import Actor
from volunteer_hub.core.db import db, table_of, transaction
from volunteer_hub.demo.people import identity_number
from volunteer_hub.imports import applying, jobs, service
from volunteer_hub.imports.models import Basis, Import, ImportKind, ImportRow, ImportState
from volunteer_hub.imports.service import Upload
from volunteer_hub.volunteers.models import Consent, Guardian, Standing, Volunteer

HEADINGS = (
    "姓名",
    "性别",
    "证件类型",
    "身份证号",
    "居住区域",
    "手机",
    "专业技能",
    "服务类别",
    "是否党员",
    "监护人姓名",
    "监护人电话",
)
PLACES = ("仙城社区", "安康社区", "东山街道东山社区")
TABLES = (Account, SignInName, Volunteer, Standing, Guardian, Consent, ImportRow)


def main() -> None:
    """Run the engines one after the other, or, as a child, one measured import."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=30_000)
    parser.add_argument("--engines", default="sqlite,postgresql")
    parser.add_argument("--undo", action="store_true")
    parser.add_argument("--bare", action="store_true", help="let the bare driver write the same rows afterwards")
    parser.add_argument("--measure", nargs=2, metavar=("URI", "FILE"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure:
        print(json.dumps(measure(*chosen.measure, undo=chosen.undo)))
        return
    with tempfile.TemporaryDirectory(prefix="vhimport") as folder:
        file = Path(folder) / "roster.xlsx"
        write_roster(file, chosen.rows)
        for engine in chosen.engines.split(","):
            with place(engine) as here:
                run(here, file, chosen)


def run(here: Any, file: Path, chosen: argparse.Namespace) -> None:
    """Measure one engine and print its lines."""
    world, bare = here.empty("world"), here.empty("bare")
    for uri in (world, bare):
        with application(uri).app_context():
            flask_migrate.upgrade()
            make_district()
            make_office()
            db.engine.dispose()
    command = [sys.executable, "-m", "bench.imports", "--measure", world, str(file)]
    out = subprocess.run([*command, *(["--undo"] if chosen.undo else [])], check=True, stdout=subprocess.PIPE).stdout
    told = json.loads(out.splitlines()[-1])
    print(f"\n{here.engine}: {told['rows']} rows, file {file.stat().st_size / 1e6:.1f} MB, counts {told['counts']}")
    print("  seconds:        clock    processor: ours, reader's, server's")
    for phase, took in told["seconds"].items():
        print(f"  {phase:10} " + " ".join(f"{seconds:10.1f}" for seconds in took))
    counted = [took for phase, took in told["seconds"].items() if phase != "undo"]
    summed = [sum(took) for took in zip(*counted, strict=True)]
    whole = summed[0]
    print(f"  {'together':10} " + " ".join(f"{seconds:10.1f}" for seconds in summed))
    print(f"  memory: {told['peak']:.0f} MB at most, {told['peak'] - told['idle']:.0f} MB above the idle process")
    if chosen.bare and not chosen.undo:
        driver = copy(world, bare)
        print(f"  bare driver, same rows: {driver:.1f} s; ratio {whole / driver:.1f}")


def measure(uri: str, file: str, *, undo: bool) -> dict[str, Any]:
    """Take a file through an import and return seconds by phase, memory and counts."""
    app, seconds = application(uri), {}
    with app.app_context():
        office, idle = Actor(1, "文明办"), _memory()
        seconds["upload"], import_id = _timed(lambda: _upload(office, Path(file)))
        seconds["dry run"], _ = _timed(jobs.run_imports)
        found = _get(import_id)
        if found.state is not ImportState.READY:
            raise SystemExit(f"not read: {found.state}, {found.failure}")
        with transaction():
            service.confirm(office, found, found.result_digest or "", now=clock.now())
        seconds["import"], _ = _timed(jobs.run_imports)
        if undo:
            with transaction():
                service.undo(office, _get(import_id), "bench", now=clock.now())
            seconds["undo"], _ = _timed(jobs.run_imports)
        found = _get(import_id)
        if found.state not in (ImportState.DONE, ImportState.UNDONE):
            raise SystemExit(f"not carried out: {found.state}, {found.failure}")
        told = {"seconds": seconds, "peak": _memory(), "idle": idle}
        return {**told, "counts": found.counts, "rows": found.rows_total}


def write_roster(file: Path, count: int) -> None:
    """Write a roster of so many invented people; every twelfth is a minor with a guardian."""
    book = xlsxwriter.Workbook(str(file), {"constant_memory": True})
    sheet = book.add_worksheet("花名册")
    for number, row in enumerate(itertools.chain([HEADINGS], people(count))):
        for column, value in enumerate(row):
            sheet.write_string(number, column, value)
    book.close()


def people(count: int) -> Iterator[tuple[str, ...]]:
    """Yield people whose numbers pass every check."""
    today = clock.today()
    for number in range(count):
        minor = number % 12 == 0
        first = today - timedelta(days=16 * 365) if minor else date(1950, 1, 1)
        days, place_in = (700, number // 12) if minor else (18_000, number)
        born, sequence = first + timedelta(days=place_in % days), place_in // days
        yield (
            f"志愿者{number}",
            "男" if sequence % 2 else "女",
            "居民身份证",
            identity_number("220403", born, sequence),
            PLACES[number % len(PLACES)],
            f"13{number:09d}",
            "医疗护理" if number % 5 == 0 else "",
            "卫生环保、为老服务",
            "是" if number % 7 == 0 and not minor else "否",
            "监护人甲" if minor else "",
            "13800000001" if minor else "",
        )


def copy(source: str, target: str) -> float:
    """Write every row of the import into an empty database with the bare driver; return the seconds it took."""
    from_, to = create_engine(source), create_engine(target)
    took = 0.0
    for model in (Import, *TABLES):
        table = table_of(model)
        with from_.connect() as reading_from:
            statement = str(insert(table).compile(to, column_keys=[column.name for column in table.columns]))
            names = [column.name for column in table.columns]
            raw = to.raw_connection()
            cursor = raw.cursor()
            rows = reading_from.exec_driver_sql(f"SELECT {', '.join(names)} FROM {table.name} ORDER BY id").fetchall()
            skip = 1 if model is Account or model is SignInName else 0
            for start in range(skip, len(rows), applying.BATCH):
                batch = [_bound(names, row, to.dialect.name) for row in rows[start : start + applying.BATCH]]
                begun = time.perf_counter()
                cursor.executemany(statement, batch)
                raw.commit()
                took += time.perf_counter() - begun
            raw.close()
    return took


def _bound(names: list[str], row: Any, engine: str) -> Any:
    values = [json.dumps(value) if isinstance(value, list | dict) else value for value in row]
    return tuple(values) if engine == "sqlite" else dict(zip(names, values, strict=True))


def _upload(office: Actor, file: Path) -> int:
    given = Upload(ImportKind.ROSTER, file.name, COUNTY, Basis.PAPER, SIGNED_ON, "社区居委会")
    with file.open("rb") as data, transaction():
        return service.upload(office, given, iter(lambda: data.read(256 * 1024), b""), now=clock.now()).id


def _get(import_id: int) -> Import:
    db.session.rollback()
    return db.session.scalars(select(Import).where(Import.id == import_id)).one()


def _timed(act: Callable[[], Any]) -> tuple[list[float], Any]:
    """Return the seconds of the clock, and of the processor here, in children, and in PostgreSQL's process for us."""
    begun = _seconds()
    answer = act()
    return [after - before for before, after in zip(begun, _seconds(), strict=True)], answer


def _seconds() -> list[float]:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    read = children.ru_utime + children.ru_stime
    server = 0.0
    if db.engine.dialect.name == "postgresql":
        process = db.session.scalar(text("SELECT pg_backend_pid()"))
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        server = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        db.session.rollback()
    return [time.perf_counter(), time.process_time(), read, server]


def _memory() -> float:
    """Return the most memory this process has had, in MB."""
    match = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(match[1]) / 1024 if match else 0.0


if __name__ == "__main__":
    main()
