"""What files cost: our workbook against bare libraries, our CSV against both, and what check-ins feel of it.

    python -m bench.exports [--rows 300000] [--skip writers|neighbours] [--engines sqlite,postgresql]

Part 1 writes the same rows in child processes, one at a time, and takes CPU seconds, memory above the idle
process, and Python calls for each cell. Part 2 offers check-ins at a steady pace to one gunicorn worker,
alone and while a worker of its own makes 300,000-row files: `bench/neighbours.py`. Machines pause: trust
ratios of CPU seconds taken in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from bench import neighbours
from volunteer_hub.core.tabular import Column, Encoding, Kind, Sheet, csv_chunks
from volunteer_hub.core.workbook import write_xlsx

KINDS = [*[Kind.TEXT] * 10, *[Kind.INTEGER] * 2, Kind.HOURS, Kind.DATE, Kind.INSTANT]
TITLES = ["姓名", "编号", "证件号码", "手机", "居住地", "队伍", "阵地", "核验", "政治面貌", "状态"]
TITLES += ["次数", "活动数", "时长", "注册日期", "最近服务"]
COLUMNS = [Column(title, kind) for title, kind in zip(TITLES, KINDS, strict=True)]
FIRST, NOW = date(2023, 1, 1), datetime(2026, 11, 1, tzinfo=UTC)
#: Fewer rows for counting calls: every call is stopped at.
COUNTED = 5_000


def rows(count: int) -> Iterator[tuple[Any, ...]]:
    """Yield a register as large districts have it: names, masked numbers, places, counts, minutes, days, instants."""
    for number in range(count):
        yield (
            f"志愿者{number}",
            f"V220403{number % 4000:04d}-{number}",
            "220***********1234",
            "138****5678",
            f"吉林省辽源市西安区第{number % 40}街道第{number % 500}社区",
            f"第{number % 50}支队",
            f"第{number % 200}实践站",
            "工作人员核验",
            "群众",
            "在册",
            number % 977,
            number % 31,
            number * 7 % 60_000,
            FIRST + timedelta(days=number % 1400),
            NOW - timedelta(seconds=number * 61),
        )


def sheet(count: int) -> Sheet:
    """Return those rows as a sheet of ours."""
    return Sheet("花名册", COLUMNS, rows(count), title="志愿者花名册")


def our_xlsx(count: int, target: IO[bytes]) -> None:
    write_xlsx(target, [sheet(count)])


def our_csv(count: int, target: IO[bytes]) -> None:
    for chunk in csv_chunks(sheet(count)):
        target.write(chunk)


def our_gb18030(count: int, target: IO[bytes]) -> None:
    for chunk in csv_chunks(sheet(count), Encoding.GB18030):
        target.write(chunk)


def bare_xlsxwriter(count: int, target: IO[bytes]) -> None:
    """Write the same cells by XlsxWriter in constant memory, with the same formats and nothing else."""
    import xlsxwriter  # noqa: PLC0415 - only in its child process

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, {**options, "strings_to_numbers": False})
    page = book.add_worksheet()
    codes = ["@"] * 10 + ["#,##0"] * 2 + ["#,##0.00", "yyyy-mm-dd", "yyyy-mm-dd hh:mm"]
    formats = [book.add_format({"border": 1, "num_format": code}) for code in codes]
    text, number, day = page.write_string, page.write_number, page.write_datetime
    for column, title in enumerate(TITLES):
        text(0, column, title)
    for row, cells in enumerate(rows(count), 1):
        for column in range(10):
            text(row, column, cells[column], formats[column])
        number(row, 10, cells[10], formats[10])
        number(row, 11, cells[11], formats[11])
        number(row, 12, cells[12] / 60, formats[12])
        day(row, 13, cells[13], formats[13])
        day(row, 14, cells[14].replace(tzinfo=None), formats[14])
    book.close()


def bare_rust(count: int, target: IO[bytes]) -> None:
    """Write the same cells by rustpy-xlsxwriter, if it is installed; it makes rows of dictionaries."""
    from rustpy_xlsxwriter import write_worksheet  # noqa: PLC0415 - only in its child process

    plain = ((*cells[:12], cells[12] / 60, cells[13], cells[14].replace(tzinfo=None)) for cells in rows(count))
    write_worksheet((dict(zip(TITLES, cells, strict=True)) for cells in plain), target, sheet_name="a")


def bare_csv(count: int, target: IO[bytes]) -> None:
    """Write the same cells by the csv module, unguarded and unformatted."""
    import csv  # noqa: PLC0415 - only in its child process
    import io  # noqa: PLC0415 - only in its child process

    lines = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
    writer = csv.writer(lines, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(TITLES)
    writer.writerows(rows(count))
    lines.flush()
    lines.detach()


def only_rows(count: int, _target: IO[bytes]) -> None:
    """Make the rows and write nothing: part of every other line."""
    for _ in rows(count):
        pass


WAYS: dict[str, Callable[[int, IO[bytes]], None]] = {
    way.__name__: way for way in (only_rows, our_xlsx, bare_xlsxwriter, bare_rust, our_csv, our_gb18030, bare_csv)
}


def main() -> None:
    """Print both parts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=300_000)
    parser.add_argument("--engines", default="sqlite,postgresql")
    parser.add_argument("--skip", default="")
    parser.add_argument("--way", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.way:
        print(json.dumps(_measured(WAYS[chosen.way], chosen.rows)))
        return
    if chosen.skip != "writers":
        _print_writers({name: _child(name, chosen.rows) for name in WAYS}, chosen.rows)
    if chosen.skip != "neighbours":
        for engine in chosen.engines.split(","):
            neighbours.run(engine, chosen.rows)


def _measured(way: Callable[[int, IO[bytes]], None], count: int) -> dict[str, float]:
    """Write once on the clock, and a few rows more slowly, counting calls."""
    with tempfile.TemporaryFile() as target:
        way(10, target)
    idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryFile() as target:
        cpu, begin = time.process_time(), time.perf_counter()
        way(count, target)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - begin
        size = os.fstat(target.fileno()).st_size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"cpu": cpu, "wall": wall, "size": size, "memory": (peak - idle) / 1024, "calls": _calls(way)}


def _calls(way: Callable[[int, IO[bytes]], None]) -> float:
    """Return the Python calls for each cell, beyond making the rows."""
    counts = []
    for one in (way, only_rows):
        count = 0

        def tick(_frame: Any, kind: str, _argument: Any) -> None:
            nonlocal count
            count += kind in ("call", "c_call")

        with tempfile.TemporaryFile() as target:
            sys.setprofile(tick)
            one(COUNTED, target)
            sys.setprofile(None)
        counts.append(count)
    return max(0, counts[0] - counts[1]) / COUNTED / len(COLUMNS)


def _child(name: str, count: int) -> dict[str, float] | None:
    words = [sys.executable, "-m", "bench.exports", "--way", name, "--rows", str(count)]
    done = subprocess.run(words, capture_output=True, text=True, cwd=Path(__file__).parents[1], check=False)
    if "ModuleNotFoundError" in done.stderr:
        return None
    if done.returncode:
        raise SystemExit(done.stderr)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _print_writers(read: dict[str, dict[str, float] | None], count: int) -> None:
    bare, ours = read["bare_xlsxwriter"], read["our_xlsx"]
    if bare is None or ours is None:
        raise SystemExit("nothing to compare with")
    print(f"\n{count:,} rows of {len(COLUMNS)} columns, each in a process of its own")
    heads = ("CPU s", "wall s", "rows/s", "MB", "memory +MB", "calls/cell", "of bare XLSX", "of our XLSX")
    print(f"{'':18}" + "".join(f"{head:>14}" for head in heads))
    for name, one in read.items():
        if one is None:
            print(f"{name:18}{'not installed':>14}")
            continue
        print(
            f"{name:18}{one['cpu']:14.2f}{one['wall']:14.2f}{count / one['cpu']:14,.0f}{one['size'] / 2**20:14.1f}"
            f"{one['memory']:14.1f}{one['calls']:14.2f}"
            f"{one['cpu'] / bare['cpu']:14.3f}{one['cpu'] / ours['cpu']:14.3f}"
        )
    print("aims: our XLSX of bare XLSX at most 1.3; memory at most 200 MB; our CSV of an XLSX at most 0.2")


if __name__ == "__main__":
    main()
