"""How the chat page looks: keys that can be read, nothing broken on a narrow phone, emoji on any machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from demo.telegram import TelegramEmulator
from tests.support.lent_browser import LentBrowser
from tests.support.telegrams import picture

STATIC = Path(__file__).resolve().parents[2] / "demo" / "telegram" / "static"
READABLE = 4.5  # of WCAG 2.1, level AA
NARROWEST = 320  # pixels
CALENDAR = [list("LMMGVSD"), *([str(day) for day in range(first, first + 7)] for first in (22, 15, 8, 1))]
LONG = [
    ["18:00 PILATES MATWORK · apre dom 22 alle 11:14"],
    ["❌ No, lascio il posto", "✅ Sì, ci vado"],
    ["‹ Mese prima", "Mese dopo ›"],
    ["📅 Nuova Prenotazione"],
    ["Giuriati - Corsi Platinum e altre parolelunghissimesenzaspazi"],
]
BROKEN = """() => {
  const wide = [document.documentElement, document.querySelector("#log"), document.querySelector("#footer")]
    .filter((node) => node.scrollWidth > node.clientWidth).map((node) => node.id || node.tagName)
  const clipped = [...document.querySelectorAll(".keys button")]
    .filter((key) => key.scrollWidth > key.clientWidth || key.scrollHeight > key.clientHeight)
    .map((key) => key.textContent)
  const broken = [...document.querySelectorAll(".keys div:has(> :nth-child(5)) button")]
    .filter((key) => key.clientHeight > 44).map((key) => key.textContent)
  const outside = [...document.querySelectorAll("#column .wrap > *")]
    .filter((node) => node.getBoundingClientRect().right > innerWidth || node.getBoundingClientRect().left < 0)
    .map((node) => node.textContent)
  if (document.querySelector("#text").clientHeight > 44) broken.push("the placeholder")
  return {wide, clipped, broken, outside}
}"""


# ----- colours


def colours(theme: str) -> dict[str, str]:
    """The names and values of a theme, the light one's where it has none of its own."""
    css = (STATIC / "frame.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root(\[data-theme=\"dark\"\])? \{(.*?)\}", css, re.DOTALL)
    found: dict[str, str] = {}
    for dark, block in blocks:
        if theme == "dark" or not dark:
            found |= dict(re.findall(r"--([\w-]+): (.*?);", block))
    return found


def layers(value: str) -> list[tuple[float, ...]]:
    """Every colour in a value: red, green, blue and how opaque."""
    short = [tuple(int(each * 2, 16) for each in code) for code in re.findall(r"#([0-9a-f]{3})\b(?![0-9a-f])", value)]
    long = [tuple(int(code[at : at + 2], 16) for at in (0, 2, 4)) for code in re.findall(r"#([0-9a-f]{6})\b", value)]
    mixed = [tuple(map(float, found.split(","))) for found in re.findall(r"rgba\(([^)]*)\)", value)]
    return [*((*each, 1.0) for each in (*short, *long)), *mixed]


def luminance(colour: tuple[float, ...]) -> float:
    parts = [part / 255 for part in colour[:3]]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(text: tuple[float, ...], ground: tuple[float, ...]) -> float:
    light, dark = sorted((luminance(text), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("key", ["key", "key-hover", "pill"])
def test_white_on_a_key_can_be_read_wherever_it_lies_on_the_wallpaper(key: str, theme: str) -> None:
    values = colours(theme)
    [(*own, opaque)] = layers(values[key])
    for wall in layers(values["wall"]):
        ground = tuple(part * opaque + below * (1 - opaque) for part, below in zip(own, wall[:3], strict=True))
        assert contrast((255, 255, 255), ground) >= READABLE


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_words_beside_a_message_can_be_read(theme: str) -> None:
    values = colours(theme)
    [(*soft, _)] = layers(values["soft"])
    [(*surface, _)] = layers(values["surface"])
    assert contrast(tuple(soft), tuple(surface)) >= READABLE


# ----- the narrowest phone


async def send(page: Page, base: str, method: str, **params: object) -> None:
    answer = await page.request.post(f"{base}/{method}", data={"chat_id": 42, **params})
    assert answer.ok, await answer.text()


@pytest.mark.asyncio(loop_scope="session")
async def test_nothing_is_broken_at_320_pixels_and_emoji_are_seen_without_a_font_of_the_machine(
    engine: LentBrowser,
) -> None:
    emulator = TelegramEmulator()
    emulator.person(42, first_name="Giulia")
    async with (
        emulator.serve(),
        await engine.browser.new_page(viewport={"width": NARROWEST, "height": 640}) as page,
    ):
        base = f"{emulator.api_base_url}/bot{emulator.token}"
        await send(page, base, "setMyCommands", commands=[{"command": "start", "description": "Il menu"}])
        for rows in (CALENDAR, LONG):
            keys = [[{"text": text, "callback_data": "x"} for text in row] for row in rows]
            await send(
                page, base, "sendMessage", text="🗓️ Orari: " + "parola" * 12, reply_markup={"inline_keyboard": keys}
            )
        await page.request.post(
            f"{base}/sendDocument",
            multipart={
                "chat_id": "42",
                "document": {"name": "a" * 60 + ".png", "mimeType": "image/png", "buffer": picture()},
            },
        )
        await page.goto(f"{emulator.api_base_url}/?user=42")
        assert (await page.request.get(f"{emulator.api_base_url}/fonts/NotoColorEmoji.ttf")).ok
        await expect(page.locator(".message")).to_have_count(3)
        loaded = (
            "() => document.fonts.load('16px \"Chat Emoji\"', '🗓').then((faces) => faces.map((face) => face.status))"
        )
        assert await page.evaluate(loaded) == ["loaded"]
        assert await page.evaluate(BROKEN) == {"wide": [], "clipped": [], "broken": [], "outside": []}


# ----- its own words


def test_every_word_of_the_page_has_its_english() -> None:
    words = (STATIC / "words.js").read_text(encoding="utf-8")
    known = set(re.findall(r'"([^"]+)": "', words))
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.js") if path.name != "words.js")
    page = (STATIC / "chat.html").read_text(encoding="utf-8")
    said = {each for call in re.findall(r"(?<![.\w])say\((.*?)\)", scripts) for each in re.findall(r'"([^"]+)"', call)}
    said |= set(re.findall(r'(?<![.\w])say\(\s*"([^"]+)"', scripts)) | set(
        re.findall(r'DOING = \{.*?: "([^"]+)"', scripts)
    )
    shown = {
        each for each in re.findall(r'(?:aria-label|placeholder|alt)="([^"]+)"', page) if each not in ("Menu", "Emoji")
    }
    shown |= {each for each in re.findall(r"data-said[^>]*>([^<]+)<", page)}
    assert (said | shown) - known == set()
