"""Fetch the pinned front-end packages from npm and keep the named files in static/vendor.

Run it by hand when a version changes: `python scripts/vendor.py`. It needs `npm` and the network; the
application needs neither. What was kept, and its SHA-256, is written to static/vendor/VENDORED.md, which
tests/house/test_vendored.py compares with the files.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"


@dataclass(frozen=True)
class Package:
    """One npm package: its version, its tarball's SHA-256, the files kept, and how a page uses it."""

    name: str
    version: str
    licence: str
    tarball: str
    #: Path in the tarball (below `package/`) to path in our folder.
    files: dict[str, str]
    use: str

    @property
    def folder(self) -> str:
        """Return the folder under static/vendor; the version is part of it, so that caches never mix two."""
        return f"{self.name}-{self.version}"


PACKAGES = (
    Package(
        "zxing-wasm",
        "3.1.4",
        "MIT; ZXing-C++ inside it is Apache-2.0, whose text stands in echarts-6.1.0/LICENSE",
        "2416232a155533bdcfa098a22ec9087734b34640ffa2a7add90bc36e145f6da0",
        {
            "LICENSE": "LICENSE",
            "dist/es/share.js": "es/share.js",
            "dist/es/reader/index.js": "es/reader/index.js",
            "dist/reader/zxing_reader.wasm": "zxing_reader.wasm",
        },
        "Reads QR codes where the browser has no BarcodeDetector. Only static/js/qr-reader.js imports it:\n"
        "`import { prepareZXingModule, readBarcodes } from '../vendor/zxing-wasm-3.1.4/es/reader/index.js';`\n"
        "The page needs `web.security.allow_wasm()` in its route, nothing more.",
    ),
    Package(
        "echarts",
        "6.1.0",
        "Apache-2.0; parts of D3 inside it are BSD-3-Clause",
        "681aff88cc1038c3fa941a3a53d1b177a52250b05335efc607d6105ae13be481",
        {
            "LICENSE": "LICENSE",
            "NOTICE": "NOTICE",
            "licenses/LICENSE-d3": "LICENSE-d3",
            "dist/echarts.common.min.js": "echarts.common.min.js",
        },
        "Bar and line charts, with tooltip and legend, on a canvas. It sets a global when imported:\n"
        "`import '../vendor/echarts-6.1.0/echarts.common.min.js'; const { echarts } = globalThis;`\n"
        "Under our policy of no inline styles a tooltip must be drawn on the canvas:\n"
        "`tooltip: { renderMode: 'richText' }`.",
    ),
)


def main() -> int:
    """Fetch everything anew and write the list."""
    for old in VENDOR.iterdir() if VENDOR.exists() else ():
        if old.is_dir():
            shutil.rmtree(old)
    VENDOR.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        with tempfile.TemporaryDirectory() as folder:
            _keep(package, _fetch(package, Path(folder)))
        print(f"{package.folder}: {len(package.files)} files")
    (VENDOR / "VENDORED.md").write_text(_list(), encoding="utf-8")
    return 0


def _fetch(package: Package, folder: Path) -> Path:
    """Return the tarball, or stop if it is not the one we pinned."""
    wanted = f"{package.name}@{package.version}"
    subprocess.run(["npm", "pack", wanted, "--silent", "--pack-destination", folder], check=True)
    tarball = next(folder.glob("*.tgz"))
    found = _digest(tarball)
    if found != package.tarball:
        raise SystemExit(f"{wanted}: the tarball's SHA-256 is {found}, pinned is {package.tarball}")
    return tarball


def _keep(package: Package, tarball: Path) -> None:
    with tarfile.open(tarball) as archive:
        for inside, ours in package.files.items():
            source = archive.extractfile(f"package/{inside}")
            if source is None:
                raise SystemExit(f"{package.folder}: {inside} is no file")
            target = VENDOR / package.folder / ours
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read())


def _list() -> str:
    lines = [
        "# Vendored front-end files",
        "",
        "Written by `scripts/vendor.py`; do not edit by hand. Nothing here was changed after unpacking.",
    ]
    for package in PACKAGES:
        lines += ["", f"## {package.name} {package.version}", "", f"Licence: {package.licence}.", "", package.use, ""]
        lines += ["| file | SHA-256 |", "|---|---|"]
        for ours in package.files.values():
            path = f"{package.folder}/{ours}"
            lines.append(f"| {path} | {_digest(VENDOR / path)} |")
    return "\n".join(lines) + "\n"


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
