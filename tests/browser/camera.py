"""Pictures for Chromium's fake camera."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

WIDTH, HEIGHT, FRAMES = 640, 480, 10


def film(picture: bytes, path: Path) -> Path:
    """Write a still as a short YUV4MPEG2 film that the fake camera plays in a loop."""
    still = Image.open(io.BytesIO(picture)).convert("L")
    still.thumbnail((WIDTH - 80, HEIGHT - 80))
    frame = Image.new("L", (WIDTH, HEIGHT), 235)
    frame.paste(still, ((WIDTH - still.width) // 2, (HEIGHT - still.height) // 2))
    grey = bytes([128]) * (WIDTH // 2 * HEIGHT // 2 * 2)
    with path.open("wb") as out:
        out.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode())
        for _ in range(FRAMES):
            out.write(b"FRAME\n" + frame.tobytes() + grey)
    return path
