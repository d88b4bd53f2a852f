"""The console's own files, and those of others that MANIFEST.json names; all without data."""

from __future__ import annotations

from aiohttp import web

from bot.console.access import public
from bot.console.rendering import HERE

FOLDER = HERE / "static"
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"


@public
async def show(request: web.Request) -> web.StreamResponse:
    """A file; what lies under a version may be kept, the rest is asked for again and mostly answered 304."""
    name = request.match_info["path"]
    path = (FOLDER / name).resolve()
    if not path.is_relative_to(FOLDER) or path.suffix not in TYPES or not path.is_file():
        raise web.HTTPNotFound
    kept = _FOR_EVER if name.startswith("vendor/") else "no-cache"
    headers = {"Content-Type": f"{TYPES[path.suffix]}; charset=utf-8", "Cache-Control": kept}
    return web.FileResponse(path, headers=headers)
