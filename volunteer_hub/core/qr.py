"""The one file that draws QR codes."""

from __future__ import annotations

import base64

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

#: Empty modules on each side, as ISO/IEC 18004 asks.
QUIET_ZONE = 4


def matrix(text: str) -> list[list[bool]]:
    """Return the code's modules row by row, True for dark, with the quiet zone of four on each side."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(text)
    code.make(fit=True)
    rows: list[list[bool]] = code.get_matrix()
    return rows


def svg(text: str) -> str:
    """Return the code as a picture of one unit a module, sharp at any size, on its own white ground."""
    rows = matrix(text)
    size = len(rows)
    dark = "".join(f"M{x} {y}h{length}v1h-{length}z" for y, row in enumerate(rows) for x, length in runs(row))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" width="{size * 8}" height="{size * 8}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{size}v{size}H0z"/>'
        f'<path fill="#000" d="{dark}"/></svg>'
    )


def data_address(text: str) -> str:
    """Return the code as a picture that is its own address, for one that must not have an address."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg(text).encode()).decode()


def runs(row: list[bool]) -> list[tuple[int, int]]:
    """Return start and length of each unbroken run of dark modules in a row."""
    runs: list[tuple[int, int]] = []
    for x, is_dark in enumerate(row):
        if not is_dark:
            continue
        if runs and runs[-1][0] + runs[-1][1] == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        else:
            runs.append((x, 1))
    return runs
