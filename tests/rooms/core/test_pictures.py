"""A picture somebody sends becomes a JPEG of ours: upright, bounded, without a word; anything else is refused."""

from __future__ import annotations

import io
import struct
import time
import zlib

import pytest
from PIL import Image, ImageCms
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo

from volunteer_hub.core.errors import Unprocessable
from volunteer_hub.core.pictures import LONGEST, re_encode

SECRET = b"SECRET-PLACE"


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 20), **options: object) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "firebrick").save(written, kind, **options)
    return written.getvalue()


def with_everything() -> bytes:
    """Return a photograph with position, camera, thumbnail, comment, profile and XMP."""
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Orientation] = SECRET.decode(), 6
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (42.0, 53.0, 12.0)
    exif.get_ifd(IFD.Exif)[Base.MakerNote] = SECRET
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return picture(exif=exif, comment=SECRET, icc_profile=profile, xmp=b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>")


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def code_of(sent: bytes) -> str:
    with pytest.raises(Unprocessable) as refusal:
        re_encode(sent, field="picture")
    assert refusal.value.field == "picture"
    return refusal.value.code


def test_nothing_but_the_pixels_is_kept_and_they_stand_upright() -> None:
    sent = with_everything()
    assert sent.count(SECRET) == 4
    made = re_encode(sent, field="picture")
    shown = opened(made.content)
    assert (shown.format, shown.size, (made.width, made.height)) == ("JPEG", (20, 40), (20, 40))
    assert SECRET not in made.content
    assert not shown.getexif()
    assert set(shown.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_kind_comes_out_as_a_jpeg(kind: str) -> None:
    shown = opened(re_encode(picture(kind), field="picture").content)
    assert (shown.format, shown.size) == ("JPEG", (40, 20))
    red, green, blue = shown.convert("RGB").getpixel((20, 10))
    assert red > 150
    assert green < 70
    assert blue < 70


def test_the_longer_side_is_bounded_and_the_shape_kept() -> None:
    made = re_encode(picture(size=(4000, 1000)), field="picture")
    assert (made.width, made.height) == (LONGEST, 400)


def test_what_is_transparent_becomes_white() -> None:
    written = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(written, "PNG")
    assert opened(re_encode(written.getvalue(), field="picture").content).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "ICO", "PDF"])
def test_other_kinds_are_refused(kind: str) -> None:
    assert code_of(picture(kind)) == "picture_kind"


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"\x1f\x8b\x08\x00",
        b"GIF89a/*" + picture(),
    ],
)
def test_what_only_carries_a_pictures_name_is_refused(sent: bytes) -> None:
    assert code_of(sent) == "picture_kind"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_torn_file_is_refused(kind: str) -> None:
    whole = picture(kind, (400, 400))
    assert code_of(whole[: len(whole) // 2]) == "picture_broken"
    assert code_of(whole[:20]) in ("picture_broken", "picture_pixels")


def test_what_follows_the_last_pixel_is_left_behind() -> None:
    made = re_encode(picture() + b"<?php system($_GET['x']); ?>", field="picture")
    assert b"<?php" not in made.content


def _png(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def _webp(width: int, height: int) -> bytes:
    head = b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + head
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("sent", [_png(50_000, 50_000), _png(9_000, 9_000), _webp(16_384, 16_384)])
def test_a_flood_of_pixels_is_refused_by_its_header(sent: bytes) -> None:
    began = time.perf_counter()
    assert code_of(sent) in ("picture_pixels", "picture_broken")
    assert time.perf_counter() - began < 2


def test_more_than_ten_megabytes_are_refused() -> None:
    assert code_of(picture() + b"\0" * (10 * 1024 * 1024)) == "picture_bytes"


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_refused(kind: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "green", "blue")]
    written = io.BytesIO()
    frames[0].save(written, kind, save_all=True, append_images=frames[1:], duration=100)
    assert code_of(written.getvalue()) == "picture_moves"


def test_a_chunk_of_text_that_explodes_is_refused() -> None:
    text = PngInfo()
    text.add_text("bomb", "0" * 50_000_000, zip=True)
    sent = picture("PNG", pnginfo=text)
    assert len(sent) < 100_000
    began = time.perf_counter()
    assert code_of(sent) == "picture_broken"
    assert time.perf_counter() - began < 2
