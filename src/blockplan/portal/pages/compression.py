"""
Answers that are worth less bytes on a slow line, and the built files of the map.

The files of the map lie in the package (``built``) and are served under the digest of their folder, so that a
browser keeps them until another version of the program is there.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse
from django.urls import reverse

if TYPE_CHECKING:
    from django.http import HttpRequest

BUILT = resources.files("blockplan.portal.pages") / "built"
#: A year: what lies under a digest never changes.
FOR_GOOD = "public, max-age=31536000, immutable"


def squeezed(request: HttpRequest, content: bytes) -> HttpResponse:
    """JSON, compressed for whoever takes it so; of public content only (no secret stands beside it)."""
    takes = "gzip" in request.headers.get("Accept-Encoding", "")
    body = gzip.compress(content, 9, mtime=0) if takes else content
    response = HttpResponse(body, content_type="application/json")
    if takes:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    return response


@cache
def digest() -> str:
    """Digest of the built files: their names and contents."""
    whole = hashlib.sha256()
    for name in names():
        whole.update(name.encode() + b"\0" + BUILT.joinpath(name).read_bytes())
    return whole.hexdigest()[:16]


@cache
def names() -> tuple[str, ...]:
    """Names of the built files."""
    return tuple(sorted(file.name for file in BUILT.iterdir() if file.is_file()))


def address(name: str) -> str:
    """Where a built file is."""
    return reverse("map_file", kwargs={"made": digest(), "name": name})


@cache
def imported(name: str) -> tuple[str, ...]:
    """Where the built files are that a built script imports: asked for with it, they come sooner."""
    first = re.split(r";|\n", BUILT.joinpath(name).read_text(encoding="utf-8"), maxsplit=1)[0]
    return tuple(address(one) for one in names() if f"./{one}" in first)


@cache
def _squeezed(name: str) -> bytes:
    return gzip.compress(BUILT.joinpath(name).read_bytes(), 9, mtime=0)


def file(request: HttpRequest, made: str, name: str) -> HttpResponse:
    """A built file of the map; names are those of the folder and nothing else."""
    if made != digest() or name not in names():
        raise Http404
    kind = "text/javascript" if name.endswith(".js") else mimetypes.guess_type(name)[0]
    takes = "gzip" in request.headers.get("Accept-Encoding", "")
    content = _squeezed(name) if takes else BUILT.joinpath(name).read_bytes()
    response = HttpResponse(content, content_type=kind or "application/octet-stream")
    if takes:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOR_GOOD
    return response
