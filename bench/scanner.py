"""How well the scanner reads: a hundred pictures through the real page by a fake camera, and by other decoders.

    python -m bench.scanner [--against FILE] [--seed 20261121] [--slower 4] [--stills]

Each picture stands before the camera for 1.6 s on a processor made four times slower, as a cheap telephone's
is. Counted: how many were read, and milliseconds from the first frame that shows a picture to its text.
`--against` plays the same films to an older qr-reader.js beside, in the same minute. The same pictures, as
stills, are read by zxing-wasm (ours), by jsQR (fetched by npm into a temporary folder, SHA-256 compared) in
the same Chromium, and by zbarimg where it is installed.
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route, sync_playwright

from bench.pictures import KINDS, Picture, pictures
from bench.reel import READER, SCRIPTS, Reading, Stage, film, stage

JSQR = ("jsqr", "1.4.0", "package/dist/jsQR.js")
JSQR_SHA256 = "b5299b37917a1fe7a8cab9dd5cc6b8accf82663add80abe5bf7761a921cc6602"
#: Name of a column to how many of each kind were read and the milliseconds of those that were.
Column = dict[str, list[float | None]]


def main() -> None:
    """Play the films, read the stills, print two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--against", type=Path, help="an older static/js/qr-reader.js to measure beside")
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--slower", type=int, default=4, help="how many times slower the page's processor is made")
    parser.add_argument("--stills", action="store_true", help="only compare decoders on stills")
    chosen = parser.parse_args()
    drawn = pictures(chosen.seed)
    readers = {**({"before": chosen.against} if chosen.against else {}), "page": READER}
    with tempfile.TemporaryDirectory(prefix="vhscan") as name, sync_playwright() as playwright:
        folder = Path(name)
        with stage(folder, playwright) as here:
            if not chosen.stills:
                _print_page(_played(here, drawn, readers, chosen.slower, folder), chosen.slower)
            _print_stills({**_in_browser(here, drawn, folder), **_by_zbar(drawn, folder)})


# ---- Through the page ----


def _played(
    here: Stage, drawn: list[Picture], readers: dict[str, Path], slower: int, folder: Path
) -> dict[str, dict[str, list[Reading]]]:
    """Play one film a kind to each reader, one after the other."""
    readings: dict[str, dict[str, list[Reading]]] = {name: {} for name in readers}
    for kind in KINDS:
        mine = [picture for picture in drawn if picture.kind == kind]
        reel = film(mine, folder / "camera.y4m")
        for name, reader in readers.items():
            readings[name][kind] = here.play(reel, mine, reader, slower)
        print(
            f"  {kind}: " + ", ".join(f"{name} {_marks(all_[kind])}" for name, all_ in readings.items()), flush=True
        )
    return readings


def _marks(readings: list[Reading]) -> str:
    return "".join("." if reading.ms is None else "X" for reading in readings)


def _print_page(readings: dict[str, dict[str, list[Reading]]], slower: int) -> None:
    print(f"\nthrough the scanner page, processor {slower} times slower: read of 10, median ms, looks (median)")
    print(f"{'':18}" + "".join(f"{name:>26}" for name in readings))
    for kind in KINDS:
        print(f"{kind:18}" + "".join(f"{_said(all_[kind]):>26}" for all_ in readings.values()))
    together = {name: [one for kind in KINDS for one in all_[kind]] for name, all_ in readings.items()}
    print(f"{'all':18}" + "".join(f"{_said(every):>26}" for every in together.values()))
    for name, every in together.items():
        times = sorted(one.ms for one in every if one.ms is not None)
        print(f"  {name}: least {times[0]:.0f} ms, ninth tenth {times[len(times) * 9 // 10]:.0f} ms")
    both = list(zip(*together.values(), strict=True))
    if len(readings) == 2:
        pairs = [(old.ms, new.ms) for old, new in both if old.ms and new.ms]
        ratio = sum(new for _, new in pairs) / sum(old for old, _ in pairs)
        print(f"  on the {len(pairs)} pictures both read, the sum of milliseconds is {ratio:.2f} of before")


def _said(readings: list[Reading]) -> str:
    good = [(one.ms, one.looks) for one in readings if one.ms is not None and one.looks is not None]
    if not good:
        return "0"
    return (
        f"{len(good)}  {statistics.median(ms for ms, _ in good):5.0f} ms {statistics.median(n for _, n in good):4.1f}"
    )


# ---- Stills ----


def _in_browser(here: Stage, drawn: list[Picture], folder: Path) -> dict[str, Column]:
    """Read the stills in Chromium with each decoder."""
    packed = []
    for number, picture in enumerate(drawn):
        path = folder / f"{number}.png"
        picture.frame.save(path)
        packed.append(path)
    script = _fetch_jsqr(folder)
    with here.browser(bypass_csp=True) as context:
        page = context.new_page()
        page.route("**/bench/pictures/*", lambda route: _still(route, folder))
        page.goto(f"{here.door.base}/healthz")
        page.add_script_tag(content=script)
        found = _evaluate(page, drawn, here.door.base)
    return {
        name: _columned(drawn, [one["ms"] if one["right"] else None for one in all_]) for name, all_ in found.items()
    }


def _evaluate(page: Page, drawn: list[Picture], base: str) -> dict[str, list[dict[str, Any]]]:
    page.set_default_timeout(600_000)
    given = {"count": len(drawn), "texts": [picture.text for picture in drawn], "base": base}
    found: dict[str, list[dict[str, Any]]] = page.evaluate((SCRIPTS / "decoders.js").read_text(), given)
    return found


def _still(route: Route, folder: Path) -> None:
    route.fulfill(path=folder / route.request.url.rsplit("/", 1)[1], content_type="image/png")


def _fetch_jsqr(folder: Path) -> str:
    """Return jsQR's script, out of the package we know."""
    name, version, inside = JSQR
    command = ["npm", "pack", f"{name}@{version}", "--silent", "--pack-destination", folder]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    tarball = folder / f"{name}-{version}.tgz"
    found = hashlib.sha256(tarball.read_bytes()).hexdigest()
    if found != JSQR_SHA256:
        raise SystemExit(f"{tarball.name} has SHA-256 {found}, expected {JSQR_SHA256}")
    with tarfile.open(tarball) as archive:
        script = archive.extractfile(inside)
        return script.read().decode() if script else ""


def _by_zbar(drawn: list[Picture], folder: Path) -> dict[str, Column]:
    """Read the stills by command; its times hold the start of the process and the unpacking of the PNG."""
    times: list[float | None] = []
    for number, picture in enumerate(drawn):
        begin = time.perf_counter()
        try:
            command = ["zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", folder / f"{number}.png"]
            said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        except FileNotFoundError:
            return {}
        times.append((time.perf_counter() - begin) * 1000 if picture.text in said.split() else None)
    return {"zbarimg": _columned(drawn, times)}


def _columned(drawn: list[Picture], times: Sequence[float | None]) -> Column:
    return {kind: [ms for one, ms in zip(drawn, times, strict=True) if one.kind == kind] for kind in KINDS}


def _print_stills(columns: dict[str, Column]) -> None:
    print("\nthe same pictures as stills, decoder alone: read of 10, median ms of those read")
    print(f"{'':18}" + "".join(f"{name:>25}" for name in columns))
    for kind in KINDS:
        print(f"{kind:18}" + "".join(f"{_counted(column[kind]):>25}" for column in columns.values()))
    together = {name: [ms for kind in KINDS for ms in column[kind]] for name, column in columns.items()}
    print(f"{'all':18}" + "".join(f"{_counted(every):>25}" for every in together.values()))
    ours = sum(ms is not None for ms in together["zxing-wasm"])
    for name, every in together.items():
        print(f"  {name}: {sum(ms is not None for ms in every) / ours:.2f} of zxing-wasm's share")


def _counted(times: list[float | None]) -> str:
    good = [ms for ms in times if ms is not None]
    return f"{len(good)}  {statistics.median(good):6.1f} ms" if good else "0"


if __name__ == "__main__":
    main()
