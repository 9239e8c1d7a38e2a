"""Pictures of seals: decoded within bounds, made clear where the paper is white, and encoded anew as PNG. Pure."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image, ImageChops

from volunteer_hub.core import crypto
from volunteer_hub.core.errors import Unprocessable
from volunteer_hub.core.pictures import BROKEN
from volunteer_hub.core.text import N_

MOST_BYTES = 2 * 1024 * 1024
MOST_PIXELS = 16_000_000
#: 42 mm at some 480 dots an inch.
SIDE = 800
LEAST = 200
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class SealPicture:
    """A PNG of ours with a clear ground."""

    content: bytes

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the content."""
        return crypto.fingerprint(self.content)


def re_encode(sent: bytes, *, field: str) -> SealPicture:
    """Return a seal as a PNG of at most 800 pixels a side; only the pixels are taken over.

    What is white becomes clear, so that the words below a seal can be read through it. Raises
    Unprocessable at `field` for anything but one still PNG of at most 2 MB and 16 million pixels, for one
    smaller than 200 pixels, and for one that is blank.
    """
    if not sent.startswith(PNG):
        raise Unprocessable("seal_kind", N_("请上传 PNG 格式的印章图片。"), field=field)
    if len(sent) > MOST_BYTES:
        raise Unprocessable("seal_bytes", N_("图片太大，最多 2 MB。"), field=field)
    try:
        return _encode(sent, field)
    except BROKEN as error:
        raise Unprocessable("seal_broken", N_("这张图片无法读取，请换一张。"), field=field) from error


def _encode(sent: bytes, field: str) -> SealPicture:
    with Image.open(io.BytesIO(sent), formats=("PNG",)) as opened:
        width, height = opened.size
        if width * height > MOST_PIXELS:
            raise Unprocessable("seal_pixels", N_("图片的尺寸太大。"), field=field)
        if min(width, height) < LEAST:
            raise Unprocessable("seal_small", N_("图片太小，打印会模糊。边长至少 200 像素。"), field=field)
        if getattr(opened, "n_frames", 1) != 1:
            raise Unprocessable("seal_moves", N_("请上传静止的图片，不能是动图。"), field=field)
        opened.thumbnail((SIDE, SIDE))
        clear = _cleared(opened.convert("RGBA"))
    if clear.getchannel("A").getextrema()[1] < 64:  # type: ignore[operator]  # one channel has two extremes
        raise Unprocessable("seal_blank", N_("图片是空白的。"), field=field)
    written = io.BytesIO()
    clear.save(written, "PNG", optimize=True)
    return SealPicture(written.getvalue())


def _cleared(picture: Image.Image) -> Image.Image:
    """Return the picture as clear as its ink is pale: white paper vanishes, and the ink keeps its colour."""
    red, green, blue, alpha = picture.split()
    palest = ImageChops.darker(ImageChops.darker(red, green), blue)
    ink = ImageChops.invert(palest).point(lambda shade: min(255, shade * 2))
    fresh = Image.merge("RGB", (red, green, blue))
    fresh.putalpha(ImageChops.darker(ink, alpha))
    return fresh
