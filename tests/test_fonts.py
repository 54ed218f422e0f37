"""The shipped fonts: what is said can be drawn, nobody's licence is missing, and the repository stays light."""

from __future__ import annotations

from fontTools.ttLib import TTFont

from fonts import subset

FONTS = sorted(subset.FOLDER.glob("*.ttf"))


def test_the_emoji_font_has_every_emoji_that_the_sources_say() -> None:
    with TTFont(subset.FOLDER / "NotoColorEmoji.ttf", lazy=True) as font:
        drawn = font.getBestCmap()
    missing = {sign for sign in subset.said() if ord(sign) not in drawn}
    assert missing == set(), "make it anew: python -m fonts.subset FOLDER"


def test_every_font_has_its_licence_beside_it_and_all_are_light() -> None:
    assert [font.name for font in FONTS] == ["NotoColorEmoji.ttf", "NotoSans-Bold.ttf", "NotoSans-Regular.ttf"]
    assert all((subset.FOLDER / f"{font.stem.split('-')[0]}.LICENSE.txt").exists() for font in FONTS)
    assert sum(font.stat().st_size for font in FONTS) < 1_500_000
