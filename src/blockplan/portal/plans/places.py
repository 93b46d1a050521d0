"""
What a plan says of its places, ready in each process: `blockplan.report.public.place.PlanPlaces`, read once.

Reading and judging a plan takes seconds, so what came of it is kept in the data folder under the plan's
content hash. The file is ours alone (the folder also holds the private keys) and can be made again at any
time; one of another version of the program is left alone.
"""

from __future__ import annotations

import base64
import os
import pickle
import re
import secrets
import threading
from collections import OrderedDict
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from blockplan import __version__
from blockplan.errors import UsageError
from blockplan.portal.config import config_of_environment
from blockplan.portal.words import BETWEEN
from blockplan.texts import pick

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from blockplan.check.verdict import CheckResult
    from blockplan.plan import Plan
    from blockplan.portal.plans.models import PlanVersion
    from blockplan.report.public.locator import Locator
    from blockplan.report.public.place import PlanPlaces

#: Plans that a process has at hand.
MOST = 8
_HELD: OrderedDict[Path, PlanPlaces] = OrderedDict()
_READING = threading.Lock()


def folder_of(content_hash: str) -> Path:
    """Where things lie that were made of a plan: they are as good as its content is the same."""
    return config_of_environment().data / "plans" / re.sub(r"[^0-9A-Za-z]", "-", content_hash)


def keep(plan: Plan, result: CheckResult) -> PlanPlaces:
    """Keep what came of reading and judging a plan, for all processes."""
    from blockplan.report.public.place import PlanPlaces  # noqa: PLC0415 (with it come numpy, pandas and shapely)

    places = PlanPlaces(plan, result)
    path = _file(plan.content_hash)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.new")
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            pickle.dump(places, file, protocol=pickle.HIGHEST_PROTOCOL)
        beside.replace(path)
    return places


def places_of(version: PlanVersion) -> PlanPlaces:
    """
    Everything that the plan of a version says, by place.

    Raises
    ------
    PlanDataError, UsageError
        If it has to be read anew and cannot be.
    """
    path = _file(version.content_hash)
    with _READING:
        found = _HELD.pop(path, None) or _read(path, version)
        _HELD[path] = found
        while len(_HELD) > MOST:
            _HELD.popitem(last=False)
    return found


def whereabouts(version: PlanVersion, layer: str, id_: str, lang: str, *, use: bool = False) -> str:
    """
    The named streets that an object's land lies at and the part of the plan that it lies in; "" if unknown.

    Parameters
    ----------
    use
        Whether the planned use of a parcel stands before them.
    """
    from blockplan.report.public import surroundings  # noqa: PLC0415 (with it come pandas and shapely)

    places = places_of(version)
    host = id_ if layer == "parcels" else places.index.host_of.get((layer, id_), "")
    found = surroundings.called(places, host) if host else None
    if found is None:
        return ""
    names = [pick(link.name, lang) for link in (*found.streets, *filter(None, (found.area,)))]
    if use and layer == "parcels":
        names.insert(0, pick(found.planned.name, lang) or found.planned.code or "")
    return BETWEEN.join(filter(None, names))


@lru_cache(maxsize=16)
def locator(version: PlanVersion, lang: str) -> Locator:
    """Who draws small maps of a plan; its index stays with the plan."""
    from blockplan.report.public.locator import Locator  # noqa: PLC0415 (drawing is slow to load)

    return Locator(places_of(version).plan, lang)


def map_of(version: PlanVersion, geometry: Mapping[str, Any], lang: str) -> dict[str, Any] | None:
    """
    The map of a place (GeoJSON in the plan's coordinates) for a template, in whose page it stands: nothing of
    it is kept. None where it lies far outside the plan, or cannot be drawn.
    """
    from shapely import GEOSException  # noqa: PLC0415 (drawing is slow to load)
    from shapely.geometry import shape  # noqa: PLC0415 (drawing is slow to load)

    try:
        made = locator(version, lang).picture_of(shape(dict(geometry)), plain=True)
    except (UsageError, GEOSException):
        return None
    src = f"data:image/svg+xml;base64,{base64.b64encode(made.svg.encode()).decode()}"
    return {"src": src, "said": made.alt, "width": round(made.width_mm), "height": round(made.height_mm)}


def _read(path: Path, version: PlanVersion) -> PlanPlaces:
    if (kept := _load(path)) is not None:
        return kept
    from blockplan.check import check  # noqa: PLC0415 (pandas and the rest take a second)
    from blockplan.plan import read  # noqa: PLC0415

    plan = read(version.package)
    return keep(plan, check(plan))


def _load(path: Path) -> PlanPlaces | None:
    """What was kept; None where nothing was, or a build of before kept it that had other modules."""
    try:
        content = path.read_bytes()
        found: PlanPlaces = pickle.loads(content)  # noqa: S301 (our own file, in the folder of the private keys)
    except (FileNotFoundError, ImportError, AttributeError, EOFError, pickle.UnpicklingError):
        return None
    return found


def _file(content_hash: str) -> Path:
    return folder_of(content_hash) / f"places-{__version__}.pickle"
