"""What pictures are drawn with: fonts, the two themes, text that fits, and shapes with smooth edges."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).resolve().parent.parent.parent / "fonts"
REGULAR, BOLD = FONTS / "NotoSans-Regular.ttf", FONTS / "NotoSans-Bold.ttf"
SMOOTH = 4  # corners are drawn so many times larger, and made small: Pillow's own have steps
QUALITY = 90  # of the JPEG; Telegram makes it one anyway, and Pillow writes it five times as fast as a PNG
KEPT = 500  # words that are kept as drawn: hours and names come again and again. 4 MB

Font = ImageFont.FreeTypeFont
Colour = str


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a picture. Each text has a contrast of at least 4.5 on what it stands on."""

    paper: Colour
    card: Colour
    line: Colour
    text: Colour
    faint: Colour
    mine: tuple[Colour, Colour]  # a background, and the text on it
    waits: tuple[Colour, Colour]
    free: tuple[Colour, Colour]
    few: tuple[Colour, Colour]
    full: tuple[Colour, Colour]
    later: tuple[Colour, Colour]


LIGHT = Theme(
    paper="#eef1f6", card="#ffffff", line="#e3e8ef", text="#131822", faint="#5a6675",
    mine=("#1b4fd6", "#ffffff"), waits=("#dbe5ff", "#1a3f9f"), free=("#cdf2da", "#0b5128"),
    few=("#ffe4a6", "#654000"), full=("#fbd5d2", "#8a1a15"), later=("#e6eaf0", "#4a5566"),
)  # fmt: skip
DARK = Theme(
    paper="#0d1117", card="#181e27", line="#29313d", text="#f2f5f9", faint="#a3aebc",
    mine=("#6ea2ff", "#061230"), waits=("#1e3260", "#bcd2ff"), free=("#133f28", "#97ebb8"),
    few=("#4b3709", "#ffd986"), full=("#501f1c", "#ffbdb7"), later=("#29313d", "#bcc6d3"),
)  # fmt: skip


@cache
def font(size: int, *, bold: bool = False) -> Font:
    """One of the fonts that come with the bot: a server has none."""
    return ImageFont.truetype(BOLD if bold else REGULAR, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4 * KEPT)
def text_width(text: str, face: Font) -> float:
    return face.getlength(text)


def fit(text: str, face: Font, width: int, most_lines: int = 1) -> list[str]:
    """The text in lines that are not wider; what does not fit ends with an ellipsis."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most_lines:
        line, words = _next_line(words, face, width)
        lines.append(line)
    if words and lines:
        lines[-1] = _cut(" ".join([lines[-1], *words]), face, width)
    return lines


def _next_line(words: list[str], face: Font, width: int) -> tuple[str, list[str]]:
    """As many of the words as fit, at least one or a part of it, and the words that are left."""
    count = 1
    while count < len(words) and text_width(" ".join(words[: count + 1]), face) <= width:
        count += 1
    line = " ".join(words[:count])
    if text_width(line, face) <= width:
        return line, words[count:]
    length = max(1, next(n for n in range(len(line), 0, -1) if n == 1 or text_width(line[:n], face) <= width))
    return line[:length], [line[length:], *words[count:]]


def _cut(text: str, face: Font, width: int) -> str:
    length = len(text)
    while length > 1 and text_width(text[:length].rstrip() + "…", face) > width:
        length -= 1
    return text[:length].rstrip() + "…"


class Canvas:
    """A picture that is being drawn."""

    def __init__(self, width: int, height: int, theme: Theme) -> None:
        self.theme = theme
        self._image = Image.new("RGB", (width, height), theme.paper)
        self._draw = ImageDraw.Draw(self._image)

    def box(self, left: int, top: int, width: int, height: int, fill: Colour, radius: int = 0) -> None:
        """A rectangle, its corners round and smooth."""
        radius = min(radius, width // 2, height // 2)
        if not radius:
            self._draw.rectangle((left, top, left + width - 1, top + height - 1), fill)
            return
        if width > 2 * radius:
            self._draw.rectangle((left + radius, top, left + width - radius - 1, top + height - 1), fill)
        if height > 2 * radius:
            self._draw.rectangle((left, top + radius, left + width - 1, top + height - radius - 1), fill)
        corners = _corner(radius)
        for corner, x in enumerate((left, left + width - radius)):
            for side, y in enumerate((top, top + height - radius)):
                self._image.paste(fill, (x, y), corners[corner * 2 + side])

    def text(
        self,
        left: int,
        baseline: int,
        text: str,
        face: Font,
        fill: Colour,
        *,
        right: bool = False,
        middle: bool = False,
    ) -> None:
        """A line of text on its baseline; `left` is its right end, or its middle, where that is said."""
        if not text:
            return
        mask, x, y = _written(text, face)
        shift = text_width(text, face) * (1 if right else 0.5 if middle else 0)
        self._image.paste(fill, (round(left - shift) + x, baseline + y), mask)

    def tick(self, left: int, top: int, size: int, fill: Colour) -> None:
        """A tick as wide and high as that."""
        self._image.paste(fill, (left, top), _tick(size))

    def jpeg(self) -> bytes:
        """The picture as a file."""
        written = io.BytesIO()
        self._image.save(written, "JPEG", quality=QUALITY, subsampling=0)
        return written.getvalue()


@lru_cache(maxsize=KEPT)
def _written(text: str, face: Font) -> tuple[Image.Image, int, int]:
    """A line of text as a mask, and where that lies, seen from the beginning of its baseline."""
    left, top, right, bottom = (round(edge) for edge in face.getbbox(text, anchor="ls"))
    mask = Image.new("L", (max(1, right - left), max(1, bottom - top)))
    ImageDraw.Draw(mask).text((-left, -top), text, 255, face, anchor="ls")
    return mask, left, top


@cache
def _corner(radius: int) -> tuple[Image.Image, Image.Image, Image.Image, Image.Image]:
    """The four quarters of a smooth circle: top left, bottom left, top right, bottom right."""
    size = radius * 2
    large = Image.new("L", (size * SMOOTH, size * SMOOTH), 0)
    ImageDraw.Draw(large).ellipse((0, 0, size * SMOOTH - 1, size * SMOOTH - 1), 255)
    circle = large.resize((size, size), Image.Resampling.BOX)
    quarters = [(0, 0), (0, radius), (radius, 0), (radius, radius)]
    top_left, bottom_left, top_right, bottom_right = (circle.crop((x, y, x + radius, y + radius)) for x, y in quarters)
    return top_left, bottom_left, top_right, bottom_right


@cache
def _tick(size: int) -> Image.Image:
    large = Image.new("L", (size * SMOOTH, size * SMOOTH), 0)
    points = [(x * size * SMOOTH, y * size * SMOOTH) for x, y in ((0.12, 0.55), (0.4, 0.82), (0.88, 0.2))]
    ImageDraw.Draw(large).line(points, 255, width=size * SMOOTH // 6, joint="curve")
    return large.resize((size, size), Image.Resampling.BOX)
