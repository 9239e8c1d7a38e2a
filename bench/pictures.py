"""A hundred pictures of personal codes as a door's camera sees them: ten kinds of trouble, ten degrees of each.

Drawn from a seed with Pillow alone, so that every run, on any machine, reads the same pictures. A code is
drawn as the application draws it, shown on a telephone, and photographed by a pinhole camera.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from volunteer_hub.core import qr

WIDTH, HEIGHT = 1280, 720
#: Pixels of the drawn telephone a module, and its size in them.
MODULE, PHONE = 8, (384, 700)
#: How much larger a coarse screen is drawn, to have room for the gaps between its pixels.
GRID = 3
#: The pinhole's focal length in pixels: 1280 across is a view of 65 degrees.
FOCAL = 1000
DEGREES = 10
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@dataclass(frozen=True)
class Picture:
    """One picture: what went wrong, how badly (0 to 9), the code's text, and the frame."""

    kind: str
    degree: int
    text: str
    frame: Image.Image


@dataclass(frozen=True)
class Pose:
    """How the telephone is held: pixels a module, angles in degrees, pixels off the picture's middle."""

    module: float
    roll: float = 0
    tilt: float = 0
    turn: float = 0
    x: float = 0
    y: float = 0


def pictures(seed: int) -> list[Picture]:
    """Draw all of them; degree 0 is mild, degree 9 more than most people would hold out."""
    return [_picture(kind, degree, seed) for kind in KINDS for degree in range(DEGREES)]


def _picture(kind: str, degree: int, seed: int) -> Picture:
    chance = random.Random(f"{seed}:{kind}:{degree}")
    text = _text(chance)
    return Picture(kind, degree, text, KINDS[kind](text, degree / (DEGREES - 1), chance))


def _text(chance: random.Random) -> str:
    """Return a text of a personal code's form and length."""
    parts = ["".join(chance.choices(LETTERS, k=length)) for length in (4, 5, 16, 16)]
    return ".".join(["VH1", "P", *parts])


def _between(least: float, most: float, share: float) -> float:
    """Return a value on the way from one to the other, in equal ratios."""
    return float(least * (most / least) ** share)


# ---- The kinds of trouble ----


def _rotated(text: str, share: float, chance: random.Random) -> Image.Image:
    pose = Pose(_between(8, 4.5, share), roll=chance.uniform(0, 360), x=chance.uniform(-150, 150))
    return _grain(_scene(text, pose, chance), 4, chance)


def _blurred(text: str, share: float, chance: random.Random) -> Image.Image:
    """Out of focus, or moved while the shutter was open: up to two modules."""
    scene = _scene(text, Pose(7, roll=chance.uniform(-10, 10)), chance)
    if chance.random() < 0.5:
        return _grain(scene.filter(ImageFilter.GaussianBlur(7 * _between(0.2, 0.85, share))), 4, chance)
    return _grain(_moved(scene, 7 * _between(0.5, 2.0, share), chance.uniform(0, math.pi)), 4, chance)


def _small(text: str, share: float, chance: random.Random) -> Image.Image:
    """A telephone held far away: from four pixels a module down to one and a half."""
    pose = Pose(
        _between(4, 1.5, share), chance.uniform(-8, 8), x=chance.uniform(-250, 250), y=chance.uniform(-80, 80)
    )
    return _grain(_scene(text, pose, chance).filter(ImageFilter.GaussianBlur(0.5)), 4, chance)


def _low_contrast(text: str, share: float, chance: random.Random) -> Image.Image:
    """A dimmed screen behind bright daylight, or a card printed when the toner was low."""
    contrast = _between(110, 10, share) / 255
    scene = _scene(text, Pose(6, roll=chance.uniform(-8, 8)), chance)
    ground = chance.uniform(60, 200)
    return _grain(scene.point(lambda level: round(ground + (level - 128) * contrast)), 3, chance)


def _perspective(text: str, share: float, chance: random.Random) -> Image.Image:
    angle = 20 + 48 * share
    along = chance.uniform(0, 2 * math.pi)
    pose = Pose(7, chance.uniform(-20, 20), tilt=angle * math.sin(along), turn=angle * math.cos(along))
    return _grain(_scene(text, pose, chance), 4, chance)


def _glare(text: str, share: float, chance: random.Random) -> Image.Image:
    """A lamp mirrored in the glass beside the code's middle, and a shadow over the rest."""
    scene = _scene(text, Pose(7, roll=chance.uniform(-8, 8)), chance)
    shadow = Image.linear_gradient("L").rotate(chance.choice((0, 90, 180, 270))).resize((WIDTH, HEIGHT))
    deep = 0.3 + 0.6 * share
    scene = ImageChops.multiply(scene, shadow.point(lambda level: round(255 - (255 - level) * deep)))
    size = round(140 + 160 * share)
    lamp = ImageChops.invert(Image.radial_gradient("L")).resize((size, size))
    lamp = lamp.point(lambda level: min(255, round(level * (0.6 + share))))
    along = chance.uniform(0, 2 * math.pi)
    spot = Image.new("L", (WIDTH, HEIGHT))
    off = 130
    spot.paste(lamp, (round(640 + off * math.cos(along) - size / 2), round(360 + off * math.sin(along) - size / 2)))
    return _grain(ImageChops.screen(scene, spot), 4, chance)


def _jpeg(text: str, share: float, chance: random.Random) -> Image.Image:
    """A bad camera's own compression: quality 30 down to 2."""
    scene = _grain(_scene(text, Pose(_between(5, 3, share), roll=chance.uniform(-15, 15)), chance), 5, chance)
    packed = io.BytesIO()
    scene.save(packed, "JPEG", quality=round(_between(30, 2, share)))
    return Image.open(packed).convert("L")


def _screen(text: str, share: float, chance: random.Random) -> Image.Image:
    """A coarse screen photographed: its grid against the camera's makes moire, its refresh makes bands."""
    pose = Pose(
        _between(8, 5, share), chance.uniform(-12, 12), tilt=chance.uniform(-12, 12), turn=chance.uniform(-12, 12)
    )
    scene = _scene(text, pose, chance, grid=0.35 + 0.6 * share)
    bands = Image.new("L", (1, HEIGHT))
    phase, period = chance.uniform(0, 6), chance.uniform(60, 160)
    depth = 0.15 + 0.5 * share
    bands.putdata(
        [round(255 * (1 - depth * (0.5 + 0.5 * math.sin(phase + y * 6.283 / period)))) for y in range(HEIGHT)]
    )
    return _grain(ImageChops.multiply(scene, bands.resize((WIDTH, HEIGHT))), 5, chance)


def _noisy(text: str, share: float, chance: random.Random) -> Image.Image:
    """A dark porch: the sensor's grain."""
    scene = _scene(text, Pose(6, roll=chance.uniform(-8, 8)), chance)
    return _grain(scene.point(lambda level: 40 + level * 150 // 255), _between(12, 75, share), chance)


def _covered(text: str, share: float, chance: random.Random) -> Image.Image:
    """A finger over the edge without a finder pattern: from 1 to 14 per cent of the code."""
    return _grain(_scene(text, Pose(7, chance.uniform(-8, 8)), chance, finger=_between(0.01, 0.14, share)), 4, chance)


KINDS: dict[str, Callable[[str, float, random.Random], Image.Image]] = {
    "rotated": _rotated,
    "blurred": _blurred,
    "small": _small,
    "low contrast": _low_contrast,
    "perspective": _perspective,
    "glare and shadow": _glare,
    "JPEG": _jpeg,
    "screen (moire)": _screen,
    "noise": _noisy,
    "partly covered": _covered,
}


# ---- The telephone and the camera ----


def _scene(text: str, pose: Pose, chance: random.Random, *, grid: float = 0, finger: float = 0) -> Image.Image:
    """Photograph a telephone that shows the code; drawn at twice the size and averaged, but for a coarse screen."""
    phone = _phone(text, finger, chance)
    fine = GRID if grid else 1
    if grid:
        phone = _with_grid(phone, grid)
    times = 1 if grid else 2
    size = (WIDTH * times, HEIGHT * times)
    way = Image.Resampling.BILINEAR if grid else Image.Resampling.BICUBIC
    seen = _seen(pose, phone.size, times, MODULE * fine)
    held = phone.transform(size, Image.Transform.PERSPECTIVE, seen, way)
    where = Image.new("L", phone.size, 255).transform(size, Image.Transform.PERSPECTIVE, seen, way)
    scene = _surroundings(chance).resize(size)
    scene.paste(held, (0, 0), where)
    return scene.reduce(times) if times > 1 else scene


def _phone(text: str, finger: float, chance: random.Random) -> Image.Image:
    rows = qr.matrix(text)
    code = Image.new("L", (len(rows), len(rows)))
    code.putdata([18 if dark else 245 for row in rows for dark in row])
    code = code.resize((len(rows) * MODULE, len(rows) * MODULE), Image.Resampling.NEAREST)
    phone = Image.new("L", PHONE, 30)
    draw = ImageDraw.Draw(phone)
    draw.rectangle((14, 30, PHONE[0] - 14, PHONE[1] - 30), fill=245)
    for y in (70, 90, 560, 600):
        draw.rectangle((70, y, 70 + chance.randrange(120, 240), y + 10), fill=70)
    corner = ((PHONE[0] - code.width) // 2, (PHONE[1] - code.height) // 2)
    phone.paste(code, corner)
    if finger:
        inner = code.width - 2 * qr.QUIET_ZONE * MODULE
        end = (corner[0] + code.width - qr.QUIET_ZONE * MODULE, corner[1] + code.height - qr.QUIET_ZONE * MODULE)
        side = inner * math.sqrt(finger * 4 / math.pi)
        draw.ellipse((end[0] - side, end[1] - side, end[0] + side, end[1] + side), fill=150)
    return phone


def _with_grid(phone: Image.Image, depth: float) -> Image.Image:
    """Darken the gaps between the screen's own pixels, four of which make a module."""
    large = phone.resize((phone.width * GRID, phone.height * GRID), Image.Resampling.NEAREST)
    gaps = Image.new("L", large.size, 255)
    draw = ImageDraw.Draw(gaps)
    pitch = MODULE * GRID // 4
    for x in range(0, large.width, pitch):
        draw.rectangle((x, 0, x + pitch // 3 - 1, large.height), fill=round(255 * (1 - depth)))
    for y in range(0, large.height, pitch):
        draw.rectangle((0, y, large.width, y + pitch // 3 - 1), fill=round(255 * (1 - depth)))
    return ImageChops.multiply(large, gaps)


def _surroundings(chance: random.Random) -> Image.Image:
    """Draw what stands behind: a coat, a wall, a window."""
    ground = Image.linear_gradient("L").resize((WIDTH, HEIGHT)).point(lambda level: 70 + level // 4)
    draw = ImageDraw.Draw(ground)
    for _ in range(12):
        x, y = chance.randrange(WIDTH), chance.randrange(HEIGHT)
        draw.rectangle(
            (x, y, x + chance.randrange(30, 300), y + chance.randrange(30, 300)), fill=chance.randrange(40, 220)
        )
    return ground.filter(ImageFilter.GaussianBlur(3))


def _seen(pose: Pose, size: tuple[int, int], times: int, module: int) -> tuple[float, ...]:
    """Return the eight numbers by which Pillow finds for each pixel of the picture its place on the telephone."""
    roll, tilt, turn = (math.radians(angle) for angle in (pose.roll, pose.tilt, pose.turn))
    right = (
        math.cos(roll) * math.cos(turn) - math.sin(roll) * math.sin(tilt) * math.sin(turn),
        math.sin(roll) * math.cos(tilt),
        math.cos(roll) * math.sin(turn) + math.sin(roll) * math.sin(tilt) * math.cos(turn),
    )
    down = (
        -math.sin(roll) * math.cos(turn) - math.cos(roll) * math.sin(tilt) * math.sin(turn),
        math.cos(roll) * math.cos(tilt),
        -math.sin(roll) * math.sin(turn) + math.cos(roll) * math.sin(tilt) * math.cos(turn),
    )
    away = FOCAL * module / pose.module
    middle = (pose.x * away / FOCAL, pose.y * away / FOCAL, away)
    origin = tuple(middle[i] - right[i] * size[0] / 2 - down[i] * size[1] / 2 for i in range(3))
    lens = ((FOCAL * times, 0, WIDTH * times / 2), (0, FOCAL * times, HEIGHT * times / 2), (0, 0, 1))
    forward = [[sum(lens[i][k] * way[k] for k in range(3)) for way in (right, down, origin)] for i in range(3)]
    (a, b, c), (d, e, f), (g, h, i) = forward
    back = (
        e * i - f * h,
        c * h - b * i,
        b * f - c * e,
        f * g - d * i,
        a * i - c * g,
        c * d - a * f,
        d * h - e * g,
        b * g - a * h,
    )
    last = a * e - b * d
    return tuple(value / last for value in back)


def _moved(scene: Image.Image, length: float, along: float) -> Image.Image:
    """Average the scene over a straight movement of so many pixels."""
    steps = 9
    mean = scene
    for step in range(1, steps):
        off = length * step / (steps - 1)
        moved = ImageChops.offset(scene, round(off * math.cos(along)), round(off * math.sin(along)))
        mean = Image.blend(mean, moved, 1 / (step + 1))
    return mean


def _grain(scene: Image.Image, spread: float, chance: random.Random) -> Image.Image:
    """Add noise of a standard deviation in levels of 255."""
    one, two = (Image.frombytes("L", scene.size, chance.randbytes(WIDTH * HEIGHT)) for _ in range(2))
    scale = spread / 52.2
    both = ImageChops.add(one, two, scale=2)
    if scale > 1:
        return _grain(_grain(scene, spread / math.sqrt(2), chance), spread / math.sqrt(2), chance)
    return ImageChops.add(scene, both.point(lambda level: round(level * scale)), offset=round(-127.5 * scale))
