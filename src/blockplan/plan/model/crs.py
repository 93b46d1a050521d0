"""
Coordinate reference systems: which ones a plan may be drawn in, and how layers get there.

Inside Blockplan x is east and y is north, in metres, whatever order the official
definition lists its axes in (all CGCS2000 zones list north first; GIS files
store east first all the same).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import pyproj
from pyproj.exceptions import CRSError, ProjError

from blockplan.plan.model.refusals import TEXTS, refused
from blockplan.texts import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

LOCAL = "local"


@lru_cache(maxsize=32)
def plan_crs(text: str) -> pyproj.CRS | None:
    """
    The CRS that ``plan.toml`` names; None for ``local`` (an engineering grid in metres).

    Raises
    ------
    PlanDataError
        If the text names no CRS, one in degrees, or one that is not in metres.
    """
    if text.strip().lower() == LOCAL:
        return None
    try:
        crs = pyproj.CRS.from_user_input(text.strip())
    except (CRSError, ValueError, OverflowError):
        raise refused("crs_unknown", text=text[:80]) from None
    return checked(crs, f"crs = {text[:80]!r}")


def checked(crs: pyproj.CRS, who: str) -> pyproj.CRS:
    """
    The CRS itself, reduced to east and north; `who` begins the message where it is refused.

    Raises
    ------
    PlanDataError
        If it is in degrees or not in metres.
    """
    flat = crs.to_2d()
    if flat.is_compound:
        flat = flat.sub_crs_list[0]
    if not flat.is_projected and not flat.is_engineering:
        code = "crs_degrees" if flat.is_geographic else "crs_no_projection"
        raise refused(code, who=who, crs=flat.name, suggestion=TEXTS.text(_suggestion(flat)))
    method = flat.coordinate_operation.method_name if flat.coordinate_operation else ""
    if "Mercator" in method and "Transverse" not in method and "Oblique" not in method:
        raise refused("crs_mercator", who=who, crs=flat.name, suggestion=TEXTS.text(_suggestion(flat)))
    units = {(axis.unit_name, axis.unit_conversion_factor) for axis in flat.axis_info}
    if not units or any(abs(factor - 1.0) > 1e-12 for _, factor in units):
        names = listed(sorted(name for name, _ in units)) if units else TEXTS.text("crs_unknown_units")
        raise refused("crs_no_metres", who=who, crs=flat.name, units=names)
    return flat


def _suggestion(geographic: pyproj.CRS) -> str:
    chinese = "China Geodetic" in geographic.name or "CGCS2000" in geographic.name
    return "crs_of_china" if chinese else "crs_of_place"


def same_crs(one: pyproj.CRS | None, other: pyproj.CRS | None) -> bool:
    """Whether two CRS give the same x and y, whatever order they list their axes in."""
    if one is None or other is None:
        return one is other
    return bool(one.equals(other, ignore_axis_order=True))


def to_plan_crs(
    frame: gpd.GeoDataFrame, crs: pyproj.CRS | None, who: Mapping[str, str] | str = "the layer"
) -> gpd.GeoDataFrame:
    """
    A frame in the plan's CRS.

    A frame without CRS is taken to be in the plan's. In a local plan
    (`crs` is None) coordinates stay as they are.

    Raises
    ------
    PlanDataError
        If the plan is local and the frame is in degrees, or the transformation fails.
    """
    if crs is None:
        if frame.crs is not None and frame.crs.is_geographic:
            raise refused("crs_not_local", who=who, crs=frame.crs.name)
        return frame if frame.crs is None else frame.set_crs(None, allow_override=True)
    if frame.crs is not None and frame.crs.equals(crs):
        return frame
    if frame.crs is None or same_crs(frame.crs, crs):
        return frame.set_crs(crs, allow_override=True)
    try:
        return frame.to_crs(crs)
    except ProjError as error:
        raise refused(
            "crs_untransformed", who=who, crs=frame.crs.name, target=crs.name, error=error
        ) from None
