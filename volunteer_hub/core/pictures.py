"""Pictures people send: decoded within bounds, and encoded anew without a word about place or camera.

Only JPEG, PNG and WebP, told by their first bytes; whatever else the file holds (position, camera, thumbnails,
a script after the last pixel) is left behind, because only the pixels are taken over.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

from PIL import Image, ImageOps

from volunteer_hub.core import crypto
from volunteer_hub.core.errors import Unprocessable
from volunteer_hub.core.text import N_

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
LONGEST = 1600
QUALITY = 85
#: What Pillow raises for a file that is not what it says.
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    struct.error,
    IndexError,
    MemoryError,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)


@dataclass(frozen=True)
class Picture:
    """A JPEG of ours."""

    content: bytes
    width: int
    height: int

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the content."""
        return crypto.fingerprint(self.content)


def re_encode(sent: bytes, *, field: str) -> Picture:
    """Return a picture as a JPEG of at most 1600 pixels a side, upright, with no metadata.

    Raises Unprocessable at `field` for anything but one still JPEG, PNG or WebP of at most 10 MB and 40
    million pixels; the size is read from the header, before anything is decoded.
    """
    kind = _kind(sent)
    if kind is None:
        raise Unprocessable("picture_kind", N_("请上传 JPEG、PNG 或 WebP 图片。"), field=field)
    if len(sent) > MOST_BYTES:
        raise Unprocessable("picture_bytes", N_("图片太大，最多 10 MB。"), field=field)
    if kind == "WEBP" and _too_many(*_webp_size(sent)):
        raise _too_large(field)
    try:
        return _encode(sent, kind, field)
    except BROKEN as error:
        raise Unprocessable("picture_broken", N_("这张图片无法读取，请换一张或重新拍摄。"), field=field) from error


def _kind(sent: bytes) -> str | None:
    if sent.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if sent.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    return "WEBP" if sent[:4] == b"RIFF" and sent[8:12] == b"WEBP" else None


def _encode(sent: bytes, kind: str, field: str) -> Picture:
    with Image.open(io.BytesIO(sent), formats=(kind,)) as opened:
        if _too_many(*opened.size):
            raise _too_large(field)
        # A photograph may carry further pictures behind the first (depth, brightness); an animation is none.
        if kind != "JPEG" and getattr(opened, "n_frames", 1) != 1:
            raise Unprocessable("picture_moves", N_("请上传静止的图片，不能是动图。"), field=field)
        opened.draft("RGB", (LONGEST, LONGEST))
        upright = ImageOps.exif_transpose(opened)
        upright.thumbnail((LONGEST, LONGEST))
        fresh = Image.new("RGB", upright.size, "white")
        clear = upright.convert("RGBA")
        fresh.paste(clear, mask=clear.getchannel("A"))
    written = io.BytesIO()
    fresh.save(written, "JPEG", quality=QUALITY, optimize=True)
    return Picture(written.getvalue(), *fresh.size)


def _webp_size(sent: bytes) -> tuple[int, int]:
    """Return the canvas of a WebP; its decoder would reserve memory for it before telling. (RFC 9649)"""
    head = sent[12:30].ljust(18, b"\0")
    if head[:4] == b"VP8X":
        return int.from_bytes(head[12:15], "little") + 1, int.from_bytes(head[15:18], "little") + 1
    if head[:4] == b"VP8L":
        bits = int.from_bytes(head[9:13], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return int.from_bytes(head[14:16], "little") & 0x3FFF, int.from_bytes(head[16:18], "little") & 0x3FFF


def _too_many(width: int, height: int) -> bool:
    return width < 1 or height < 1 or width * height > MOST_PIXELS


def _too_large(field: str) -> Unprocessable:
    return Unprocessable("picture_pixels", N_("图片的尺寸太大，最多 4000 万像素。"), field=field)
