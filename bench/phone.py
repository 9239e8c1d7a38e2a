"""`make bench-phone`: seconds until the first usable screen of a volunteer's pages, on a slow phone and network.

Real Chromium, nothing cached, its network and processor throttled over the DevTools protocol; the demonstration
behind one gunicorn process, as `make run` serves it. Usable means: the page is painted with its styles, and what one
came for is there and can be pressed.
"""

from __future__ import annotations

import json
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from scripts.screenshots import served, sign_in
from tests import chromium

ROUNDS = 3
PHONE = {"width": 390, "height": 844}
#: Which page, for whom, and what one comes to it for.
PAGES = (
    ("landing", None, "/", 'a[href="/register"]'),
    ("activities", None, "/activities", "main .list h3 a"),
    ("activity", "志愿者", "first", "main .shift-row"),
    ("sign-in", None, "/sign-in", "main form button"),
    ("register", None, "/register", "[name=name]"),
    ("my page", "志愿者", "/me", "main h1"),
    ("my code", "志愿者", "/me/code", ".code-picture"),
)
READY = """selector => new Promise(resolve => {
  const look = () => {
    const it = document.querySelector(selector), box = it?.getBoundingClientRect();
    const painted = performance.getEntriesByName('first-contentful-paint').length;
    const done = painted && box?.height && (it.tagName !== 'IMG' || it.complete);
    if (done) requestAnimationFrame(() => resolve(performance.now())); else setTimeout(look, 20);
  };
  look();
})"""


@dataclass(frozen=True)
class Network:
    """Bits a second each way, milliseconds there and back, and how many times slower the processor is."""

    name: str
    down: int
    up: int
    latency: int
    slower: int


NETWORKS = (
    Network("as it is", 0, 0, 0, 1),
    Network("3G, processor 4 × slower", 1_600_000, 750_000, 150, 4),
    Network("2G, processor 6 × slower", 250_000, 50_000, 300, 6),
)


def main() -> None:
    """Print a table in Markdown: seconds to the first usable screen, bytes, requests."""
    print("| page | bytes | requests | " + " | ".join(network.name for network in NETWORKS) + " | 2G, second visit |")
    print("|---|---|---|" + "---|" * (len(NETWORKS) + 1))
    with tempfile.TemporaryDirectory() as instance, served(Path(instance)) as base, sync_playwright() as playwright:
        logins = json.loads((Path(instance) / "demo-logins.json").read_text())["logins"]
        name, password = next((it["name"], it["password"]) for it in logins if it["who"] == "志愿者")
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=[*chromium.ARGUMENTS])
        page = browser.new_page()
        page.set_default_timeout(120_000)
        sign_in(page, base, name, password)
        state = page.context.storage_state()
        page.goto(f"{base}/activities")
        first = page.locator("main .list h3 a").first.get_attribute("href") or "/activities"
        for title, who, path, selector in PAGES:
            address = base + (first.partition("#")[0] if path == "first" else path)
            print(f"| {title} | " + " | ".join(_row(browser, address, selector, state if who else None)) + " |")
        browser.close()


def _row(browser: Browser, address: str, selector: str, state: object) -> list[str]:
    cells, size, count = [], 0, 0
    for network in NETWORKS:
        seconds = []
        for _ in range(ROUNDS):
            took, again, size, count = _visit(browser, address, selector, state, network)
            seconds.append((took, again))
        cells.append(f"{statistics.median(took for took, _again in seconds):.1f} s")
    cells.append(f"{statistics.median(again for _took, again in seconds):.1f} s")
    return [f"{size:,}", str(count), *cells]


def _visit(
    browser: Browser, address: str, selector: str, state: object, network: Network
) -> tuple[float, float, int, int]:
    """Open a page twice in a fresh browser; return seconds of both visits, bytes and requests of the first."""
    context = browser.new_context(viewport=PHONE, locale="zh-CN", storage_state=state)  # type: ignore[arg-type]  # what storage_state() gave
    context.set_default_timeout(120_000)
    page = context.new_page()
    wire, seen = context.new_cdp_session(page), {"bytes": 0, "requests": 0}
    wire.send("Network.enable")
    wire.on(
        "Network.loadingFinished", lambda event: seen.update(bytes=seen["bytes"] + int(event["encodedDataLength"]))
    )
    wire.on("Network.responseReceived", lambda _event: seen.update(requests=seen["requests"] + 1))
    if network.down:
        wire.send(
            "Network.emulateNetworkConditions",
            {
                "offline": False,
                "latency": network.latency,
                "downloadThroughput": network.down / 8,
                "uploadThroughput": network.up / 8,
            },
        )
        wire.send("Emulation.setCPUThrottlingRate", {"rate": network.slower})
    took = []
    for _ in range(2):
        page.goto(address, wait_until="commit")
        took.append(page.evaluate(READY, selector) / 1000)
        page.wait_for_load_state("networkidle")
        if len(took) == 1:
            size, count = seen["bytes"], seen["requests"]
    context.close()
    return took[0], took[1], size, count


if __name__ == "__main__":
    main()
