"""
Coordinate reference systems: which ones a plan may be drawn in, and how layers get there.

Inside Blockplan x is east and y is north, in metres, whatever order the official
definition lists its axes in (all CGCS2000 zones list north first; GIS files
store east first all the same).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from blockplan.errors import PlanDataError
from blockplan.plan.refusals import refused

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj

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
    import pyproj  # noqa: PLC0415 (light import of the room)
    from pyproj.exceptions import CRSError  # noqa: PLC0415

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
        kind = "is in degrees" if flat.is_geographic else "is no map projection"
        raise PlanDataError(
            f"{who} {kind} ({flat.name}); areas and distances need metres.\n"
            f"Transform the plan to a projected CRS{_suggestion(flat)}."
        )
    method = flat.coordinate_operation.method_name if flat.coordinate_operation else ""
    if "Mercator" in method and "Transverse" not in method and "Oblique" not in method:
        raise PlanDataError(
            f"{who} is a Mercator map of the world ({flat.name}), in which areas grow with the latitude "
            f"(1.7 times at Beijing).\nTransform the plan to a projected CRS{_suggestion(flat)}."
        )
    units = {(axis.unit_name, axis.unit_conversion_factor) for axis in flat.axis_info}
    if not units or any(abs(factor - 1.0) > 1e-12 for _, factor in units):
        names = ", ".join(sorted(name for name, _ in units)) or "unknown units"
        raise PlanDataError(
            f"{who} is in {names} ({flat.name}), not in metres.\n"
            "Transform the plan to a projected CRS in metres."
        )
    return flat


def _suggestion(geographic: pyproj.CRS) -> str:
    if "China Geodetic" in geographic.name or "CGCS2000" in geographic.name:
        return ": for CGCS2000 EPSG:4534 (75 E) to EPSG:4554 (135 E), every 3 degrees"
    return " of its place (a UTM zone, or the national grid)"


def same_crs(one: pyproj.CRS | None, other: pyproj.CRS | None) -> bool:
    """Whether two CRS give the same x and y, whatever order they list their axes in."""
    if one is None or other is None:
        return one is other
    return bool(one.equals(other, ignore_axis_order=True))


def to_plan_crs(frame: gpd.GeoDataFrame, crs: pyproj.CRS | None, who: str = "the layer") -> gpd.GeoDataFrame:
    """
    A frame in the plan's CRS.

    A frame without CRS is taken to be in the plan's. In a local plan
    (`crs` is None) coordinates stay as they are.

    Raises
    ------
    PlanDataError
        If the plan is local and the frame is in degrees, or the transformation fails.
    """
    from pyproj.exceptions import ProjError  # noqa: PLC0415

    if crs is None:
        if frame.crs is not None and frame.crs.is_geographic:
            raise PlanDataError(
                f"{who} is in degrees ({frame.crs.name}), but the plan is in a local grid of metres.\n"
                "Transform the layer to the local grid, or give the plan a projected CRS."
            )
        return frame if frame.crs is None else frame.set_crs(None, allow_override=True)
    if frame.crs is None or same_crs(frame.crs, crs):
        return frame.set_crs(crs, allow_override=True)
    try:
        return frame.to_crs(crs)
    except ProjError as error:
        raise PlanDataError(
            f"{who} cannot be transformed from {frame.crs.name} to {crs.name}: {error}.\n"
            "Check the CRS that the layer's file declares."
        ) from None
