"""python -m fonts.subset FOLDER: makes the fonts of this folder anew from Noto's. By hand, for who adds an emoji.

FOLDER holds NotoSans-Regular.ttf and NotoSans-Bold.ttf (Debian: fonts-noto-core) and NotoColorEmoji.ttf (Debian:
fonts-noto-color-emoji). The letters of Europe's Latin languages stay; of the emoji those that the sources say, the
faces, the sports, and what else people write to a bot.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from fontTools import subset

FOLDER = Path(__file__).resolve().parent
PROJECT = FOLDER.parent
EMOJI = re.compile(r"[\U0001F1E6-\U0001F1FF\U0001F300-\U0001FAFF\u2190-\u21FF\u2300-\u23FF\u25A0-\u27BF\u2B00-\u2BFF]")
ROOMS = ("bot/**/*.py", "dashboard/**/*.*", "languages/**/*.po", "demo/telegram/**/*.*")
SOURCES = tuple(path for room in ROOMS for path in PROJECT.glob(room))
NO_TEXT = (".pyc", ".png", ".ttf")  # files beside the sources
LATIN = (*range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2028), *range(0x2030, 0x203B), 0x20AC, 0x2122)
FACES = (*range(0x1F600, 0x1F650), *range(0x1F910, 0x1F930), *range(0x1F970, 0x1F97B))
SPORTS = (*range(0x1F3BD, 0x1F3D4), *range(0x1F930, 0x1F940), *range(0x1F93A, 0x1F950), *range(0x1F6B4, 0x1F6B7))
HEARTS = (0x2764, *range(0x1F493, 0x1F4A0), 0x1F5A4, 0x1F90D, 0x1F90E, 0x1F9E1)
CIRCLES = (0x26AA, 0x26AB, 0x2B1B, 0x2B1C, 0x1F534, 0x1F535, *range(0x1F7E0, 0x1F7EC))
FLAGS = tuple(map(ord, "🇮🇹🇬🇧"))
JOINERS = (0x200D, 0xFE0F)
OF_TEXT = frozenset("✓✗●○←→☆")  # which text fonts draw, and Noto Color Emoji does not


def said() -> set[str]:
    """Every emoji that the sources say."""
    files = (path for path in SOURCES if path.is_file() and path.suffix not in NO_TEXT)
    texts = (path.read_text(encoding="utf-8") for path in files)
    return {sign for text in texts for sign in EMOJI.findall(text)} - OF_TEXT


def make(source: Path, wanted: Iterable[int]) -> Path:
    """A font of the same name that has the wanted signs alone."""
    options = subset.Options(layout_features=["*"], notdef_outline=True)
    font = subset.load_font(source, options)
    cut = subset.Subsetter(options)
    cut.populate(unicodes=wanted)
    cut.subset(font)
    made = FOLDER / source.name
    subset.save_font(font, made, options)
    return made


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m fonts.subset", description="Makes the fonts anew.")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where Noto's own files are")
    folder = parser.parse_args().folder
    emoji = (*map(ord, said()), *FACES, *SPORTS, *HEARTS, *CIRCLES, *FLAGS, *JOINERS)
    for name, wanted in (
        ("NotoSans-Regular.ttf", LATIN),
        ("NotoSans-Bold.ttf", LATIN),
        ("NotoColorEmoji.ttf", emoji),
    ):
        made = make(folder / name, wanted)
        sys.stdout.write(f"{made.name}: {made.stat().st_size / 1000:.0f} kB\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
