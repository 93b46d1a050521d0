"""The master plan that a detailed plan must fit in: town limit, protected farmland, control lines."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from blockplan.deliver.refusals import refused
from blockplan.errors import PlanDataError

if TYPE_CHECKING:
    from pathlib import Path

    from blockplan.deliver.profile import DeliveryProfile


def read_upper(path: Path | None, profile: DeliveryProfile) -> dict[str, list[Any]]:
    """
    The shapes of a master plan, by what they are: ``boundary``, ``farmland``, ``blue`` and so on.

    Parameters
    ----------
    path
        A GeoPackage or File Geodatabase whose layers have the names that the profile gives under ``upper``,
        in the reference system of the plan; None for no master plan.

    Raises
    ------
    PlanDataError
        If it cannot be read, or holds none of the layers.
    """
    if path is None:
        return {}
    import pyogrio  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            names = {str(name) for name, _ in pyogrio.list_layers(path)}
            found = {
                what: [
                    shape for shape in pyogrio.read_dataframe(path, layer=layer).geometry if shape is not None
                ]
                for what, layer in profile.upper.items()
                if layer in names
            }
    except (ValueError, RuntimeError, OSError, pyogrio.errors.DataSourceError) as error:
        raise refused("upper_unread", PlanDataError, path=path, why=str(error)[:200], known="") from None
    if not found:
        known = ", ".join(profile.upper.values())
        raise refused("upper_unread", PlanDataError, path=path, why="no such layer", known=known)
    return found
