"""The style sheet, the scripts, the font of emoji: read once at the start, so no path ever leads to a file."""

from __future__ import annotations

import hashlib
from pathlib import Path

from aiohttp import web

from dashboard.parts import Access, Route, get

FOLDER = Path(__file__).resolve().parent / "static"
EMOJI = FOLDER.parent.parent / "fonts" / "NotoColorEmoji.ttf"  # for browsers that have none of their own
KINDS = {
    ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png", ".ttf": "font/ttf",
}  # fmt: skip
A_DAY = "public, max-age=86400"
A_YEAR = "public, max-age=31536000, immutable"


class Assets:
    """Their addresses change with their content, so that browsers may keep them."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = {path.name: path.read_bytes() for path in (*folder.iterdir(), EMOJI) if path.suffix in KINDS}
        self._versions = {name: hashlib.sha256(content).hexdigest()[:12] for name, content in self._files.items()}

    def address(self, name: str) -> str:
        """The path of a file. Raises KeyError for one that is not there."""
        return f"/static/{name}?v={self._versions[name]}"

    async def show(self, request: web.Request) -> web.StreamResponse:
        content = self._files.get(request.match_info["name"])
        if content is None:
            raise web.HTTPNotFound
        kind = KINDS[Path(request.match_info["name"]).suffix]
        kept = A_YEAR if "v" in request.query else A_DAY
        return web.Response(body=content, content_type=kind, charset="utf-8", headers={"Cache-Control": kept})

    def routes(self) -> list[Route]:
        return [get("/static/{name}", self.show, Access.ANYBODY)]
