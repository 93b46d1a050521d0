"""
Maps of a plan and of its places: drawn by `blockplan.report` when they are asked for, and kept on the disk
under the plan's content hash, with the words for who cannot see them.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.http import FileResponse, Http404
from django.urls import reverse

from blockplan import __version__
from blockplan.atomic import put
from blockplan.errors import UsageError
from blockplan.portal.pages.common import public
from blockplan.portal.pages.plan_sections import kind_of
from blockplan.portal.plans.places import folder_of, locator, places_of
from blockplan.portal.visible_notices import open_to, version_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from django.http import HttpRequest

    from blockplan.portal.plans.models import PlanVersion
    from blockplan.report.public.pictures import Picture

#: Pixels of a screen for a millimetre on paper.
PIXELS_PER_MM = 96 / 25.4
WHOLE = ("landuse", "structure", "facilities")
SVG = "image/svg+xml"


def of_plan(version: PlanVersion, notice: str, lang: str) -> list[dict[str, Any]]:
    """The maps of the whole plan, for a template."""
    found = [_told(version, lang, name) for name in WHOLE]
    if all(one is None for one in found):
        from blockplan.report.public.noticemaps import notice_pictures  # noqa: PLC0415 (drawing is slow to load)

        places = places_of(version)
        _keep(version, lang, notice_pictures(places.plan, places.result, lang))
        found = [_told(version, lang, name) for name in WHOLE]
    return [one | {"src": _address(notice, lang, one["name"])} for one in found if one is not None]


def of_object(version: PlanVersion, notice: str, layer: str, id_: str, lang: str) -> dict[str, Any] | None:
    """The small map of an object, for a template; None where it is not drawn on the plan."""
    name = _name(layer, id_)
    slim = f"{name}-slim"
    if _told(version, lang, name) is None or _told(version, lang, slim) is None:
        drawer = locator(version, lang)
        try:
            made = drawer.picture(kind_of(layer), id_)
        except UsageError:
            return None
        _keep(version, lang, [made], name)
        _keep(version, lang, [drawer.picture(kind_of(layer), id_, slim=True)], slim)
    told, phone = _told(version, lang, name), _told(version, lang, slim)
    if told is None or phone is None:
        return None
    return told | {"src": _address(notice, lang, name), "slim": phone | {"src": _address(notice, lang, slim)}}


@public
def picture(request: HttpRequest, notice: str, lang: str, name: str) -> FileResponse:
    """A map as SVG; a page that shows it has had it drawn."""
    version = version_of(open_to(request, notice))
    path = _folder(version, lang) / f"{name}.svg" if version is not None else None
    if path is None or not path.is_file():
        raise Http404
    response = FileResponse(path.open("rb"), content_type=SVG)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _keep(version: PlanVersion, lang: str, made: Iterable[Picture], name: str | None = None) -> None:
    folder = _folder(version, lang)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for one in made:
        told = {
            "title": one.title, "said": one.alt, "name": name or one.id,
            "width": round(one.width_mm * PIXELS_PER_MM), "height": round(one.height_mm * PIXELS_PER_MM),
        }  # fmt: skip
        put(folder / f"{name or one.id}.svg", one.svg.encode())
        put(folder / f"{name or one.id}.json", json.dumps(told, ensure_ascii=False).encode())


def _told(version: PlanVersion, lang: str, name: str) -> dict[str, Any] | None:
    path = _folder(version, lang) / f"{name}.json"
    if not path.is_file():
        return None
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _folder(version: PlanVersion, lang: str) -> Path:
    return folder_of(version.content_hash) / f"pictures-{__version__}" / lang


def _name(layer: str, id_: str) -> str:
    """A name that holds for a file, whatever the id."""
    return f"{layer}-{hashlib.sha256(id_.encode()).hexdigest()[:20]}"


def _address(notice: str, lang: str, name: str) -> str:
    return reverse("picture", kwargs={"notice": notice, "lang": lang, "name": name})
