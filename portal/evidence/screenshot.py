"""A picture of a page on which no secret can be read: blotted before it is taken, and judged before it is kept.

What a page shows is asked of the browser itself (its layout, with shadow trees, frames and what style sheets write),
not of the page's scripts, which are stopped. What can't be judged (drawings, videos, other sites' frames) is hidden
first; where a secret is still to be read, across nodes too, there is no picture.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from playwright.async_api import CDPSession, Page

from portal.evidence.redactor import AccountRedactor

MOST_BLOTS = 300  # nodes; a page that needs more is no page of the site
UNREADABLE = frozenset(
    ("IMG", "CANVAS", "VIDEO", "OBJECT", "EMBED", "IFRAME", "FRAME", "IMAGE", "SVG", "INPUT", "TEXTAREA", "SELECT")
)
"""What is drawn, typed, or of another site."""
LOOKS = ("visibility", "background-image", "content", "list-style-image", "border-image-source")
BLOT = """function (whole) {
  if (this.nodeType === 3) { this.data = this.data.replace(/\\S/g, '\\u2588'); return; }
  if (whole) { this.style.setProperty('visibility', 'hidden', 'important'); return; }
  for (const each of ['background-image', 'list-style-image', 'border-image-source'])
    this.style.setProperty(each, 'none', 'important');
}"""


async def clean_picture(page: Page, redactor: AccountRedactor) -> bytes | None:
    """The picture; None where it might show a secret. The page is of no use afterwards."""
    channel = await page.context.new_cdp_session(page)
    await channel.send("Emulation.setScriptExecutionDisabled", {"value": True})
    await channel.send("Animation.enable")
    await channel.send("Animation.setPlaybackRate", {"playbackRate": 0})  # what is judged is what is taken
    blots = await asyncio.to_thread(_to_blot, await _layout(channel), redactor)
    if len(blots) > MOST_BLOTS:
        return None
    for node, whole in blots:
        await _blot(channel, node, whole=whole)
    if not await asyncio.to_thread(_is_clean, await _layout(channel), redactor):
        return None
    picture = await page.screenshot(animations="allow", caret="hide")
    return picture if await asyncio.to_thread(_is_clean, await _layout(channel), redactor) else None


async def _layout(channel: CDPSession) -> _Layout:
    return _Layout(await channel.send("DOMSnapshot.captureSnapshot", {"computedStyles": list(LOOKS)}))


async def _blot(channel: CDPSession, node: int, *, whole: bool) -> None:
    found = await channel.send("DOM.resolveNode", {"backendNodeId": node})
    call = {"objectId": found["object"]["objectId"], "functionDeclaration": BLOT, "arguments": [{"value": whole}]}
    await channel.send("Runtime.callFunctionOn", call)


class _Layout:
    """What the browser lays out: for every box its node, its text and its looks."""

    def __init__(self, snapshot: Any) -> None:
        self._strings: list[str] = snapshot["strings"]
        self._documents: list[Any] = snapshot["documents"]

    def boxes(self) -> Iterator[tuple[str, int, str, dict[str, str]]]:
        """Name and number of the node, text, looks."""
        for document in self._documents:
            nodes, layout = document["nodes"], document["layout"]
            for index, text, styles in zip(layout["nodeIndex"], layout["text"], layout["styles"], strict=True):
                looks = dict.fromkeys(LOOKS, "") | dict(zip(LOOKS, map(self._string, styles), strict=False))
                yield self._string(nodes["nodeName"][index]), nodes["backendNodeId"][index], self._string(text), looks

    def _string(self, index: int) -> str:
        return self._strings[index] if index >= 0 else ""


def _to_blot(layout: _Layout, redactor: AccountRedactor) -> list[tuple[int, bool]]:
    """The nodes that must not be seen: numbers, and whether all of the node is hidden."""
    blots: dict[int, bool] = {}
    for name, node, text, looks in layout.boxes():
        if name.upper() in UNREADABLE:
            blots[node] = True
        elif (text and redactor.text(text) != text) or _paints(looks):
            blots[node] = False
    return list(blots.items())


def _paints(looks: dict[str, str]) -> bool:
    return any("url(" in value for value in looks.values())


def _is_clean(layout: _Layout, redactor: AccountRedactor) -> bool:
    """Whether no secret can be read, in one node or across them, and nothing is shown that can't be read."""
    boxes = list(layout.boxes())
    texts = [text for _, _, text, _ in boxes if text]
    if any(redactor.holds_secret(joint.join(texts)) for joint in ("", " ")) or any(
        redactor.text(each) != each for each in texts
    ):
        return False
    shown = any(name.upper() in UNREADABLE and looks["visibility"] != "hidden" for name, _, _, looks in boxes)
    return not shown and not any(_paints(looks) for _, _, _, looks in boxes)
