"""Static files under one address that changes with their content, and icons.

Every file is served from `/assets/<version>/…`, where the version is a hash of the whole folder: modules import each
other by relative path, browsers keep them for ever, and a new release is a new address.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, abort, request
from lucide.jinja import lucide
from markupsafe import Markup, escape

STATIC = Path(__file__).parent / "static"
SQUEEZED = frozenset({".css", ".js", ".svg", ".webmanifest"})
STYLES = "app.css"
"""All of css/ in the order of the names, as one file."""
_COMMENTS = re.compile(rb"^[ \t]*(?://.*|/\*\*(?:(?!\*/)[\s\S])*\*/[ \t]*)\n", re.MULTILINE)
TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml"}

bp = Blueprint("assets", __name__)


@lru_cache(maxsize=1)
def version() -> str:
    """Ten hex digits over names and bytes of every static file."""
    digest = hashlib.sha256()
    for path in sorted(p for p in STATIC.rglob("*") if p.is_file()):
        digest.update(str(path.relative_to(STATIC)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def asset(name: str) -> str:
    """The address of a static file, such as `css/2-base.css`."""
    return f"{request.script_root}/assets/{version()}/{name}"


def head_links() -> Markup:
    """The stylesheet and the script modules for the head: all of them on every page, since together they are small."""
    return _head_links(f"{request.script_root}/assets/{version()}")


@lru_cache(maxsize=8)
def _head_links(root: str) -> Markup:
    """One stylesheet; the modules that every page starts are told ahead, so that they load side by side.

    They come after the stylesheet on a slow line: nothing is drawn before that, and every form works without them.
    """
    modules = sorted(path.name for path in (STATIC / "js").glob("*.js"))
    preload = Markup('<link rel="modulepreload" href="{}" fetchpriority="low">')
    lines = [Markup('<link rel="stylesheet" href="{}">').format(f"{root}/{STYLES}")]
    lines += [preload.format(f"{root}/js/{name}") for name in modules]
    lines.append(Markup('<script type="module" src="{}" fetchpriority="low"></script>').format(f"{root}/js/app.js"))
    return Markup("\n").join(lines)


@lru_cache(maxsize=256)
def _content(name: str, squeezed: bool) -> bytes | None:
    path = (STATIC / name).resolve()
    if name == STYLES:
        content = b"\n".join(one.read_bytes() for one in sorted((STATIC / "css").glob("*.css")))
    elif path.is_relative_to(STATIC.resolve()) and path.is_file():
        content = path.read_bytes()
    else:
        return None
    if name.endswith(".js"):
        content = without_comments(content)
    return gzip.compress(content, 9, mtime=0) if squeezed else content


@lru_cache(maxsize=1)
def shell() -> tuple[str, ...]:
    """The files that any page may need, which a phone keeps for when there is no signal."""
    scripts = sorted(str(path.relative_to(STATIC)) for path in (STATIC / "js").rglob("*.js"))
    return (STYLES, "icon.svg", *scripts)


def without_comments(script: bytes) -> bytes:
    """A script without the lines that are only comment, which are for those who read the source."""
    return _COMMENTS.sub(b"", script)


@bp.get("/assets/<version>/<path:name>", endpoint="file")
def send(version: str, name: str) -> Response:
    """A static file. An old version gets today's file, but isn't kept."""
    suffix = Path(name).suffix
    squeezed = suffix in SQUEEZED and "gzip" in request.headers.get("Accept-Encoding", "")
    content = _content(name, squeezed)
    if content is None:
        abort(404)
    mimetype = TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    response = Response(content, mimetype=mimetype)
    if squeezed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = _caching(version)
    return response


def _caching(asked: str) -> str:
    return "public, max-age=31536000, immutable" if asked == version() else "no-cache"


@bp.get("/favicon.ico")
def favicon() -> Response:
    """The logo mark, for browsers that ask without being told."""
    return send(version(), "icon.svg")


@bp.get("/manifest.webmanifest")
def manifest() -> dict[str, object]:
    """What a phone needs to put the app on its home screen."""
    icons = [
        {"src": asset("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
        *({"src": asset(f"icons/{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)),
        {"src": asset("icons/maskable.png"), "sizes": "512x512", "type": "image/png", "purpose": "maskable"},
    ]
    root = f"{request.script_root}/"
    return {
        "id": root,
        "scope": root,
        "name": "Handoff",
        "short_name": "Handoff",
        "description": "Provider outreach for medical exercise professionals",
        "start_url": root,
        "display": "standalone",
        "background_color": "#f6f4ee",
        "theme_color": "#0c3b3f",
        "icons": icons,
        "shortcuts": [
            {"name": "Today", "url": root},
            {"name": "Visits", "url": f"{root}visits"},
        ],
    }


@lru_cache(maxsize=512)
def icon(name: str, size: int = 20, label: str = "") -> Markup:
    """A lucide icon as inline SVG: decoration, unless it has a label."""
    if label:
        return escape(lucide(name, size=size, role="img", aria_label=label))
    return escape(lucide(name, size=size, aria_hidden="true", focusable="false"))


@lru_cache(maxsize=64)
def _symbols(names: tuple[str, ...]) -> Markup:
    icons = "".join([str(lucide(name, size=None, id=f"i-{name}")) for name in names])
    symbols = icons.replace('<svg width="24" height="24"', "<symbol").replace("</svg", "</symbol")
    return Markup(f'<div hidden><svg aria-hidden="true">{symbols}</svg></div>')  # noqa: S704  (lucide's own)


def sprite(names: Iterable[str]) -> Markup:
    """Icons that a page shows many times, once, to be pointed to by `use`."""
    return _symbols(tuple(names))


@lru_cache(maxsize=512)
def use(name: str, size: int = 18) -> Markup:
    """An icon of the page's `sprite`: a fifth of the bytes of `icon`."""
    return Markup('<svg width="{0}" height="{0}" aria-hidden="true"><use href="#i-{1}"/></svg>').format(size, name)


@lru_cache(maxsize=4)
def logo() -> Markup:
    """The mark as inline SVG, hidden from screen readers: the name stands beside it."""
    source = (STATIC / "icon.svg").read_text()
    hidden = source.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)
    return Markup(hidden)  # noqa: S704  our own file, no input
