"""Floor area of each block against its cap, with what is moved between blocks; land of each facility."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from blockplan.measure.distance.goals import hosts_of
from blockplan.measure.inputs.columns import absent, areas_m2, coded, ids, total, values
from blockplan.measure.inputs.feature_values import Values, measurement
from blockplan.measure.inputs.parcel_intensity import as_read, built
from blockplan.measure.inputs.parts import pieces
from blockplan.measure.measurement import Measurement
from blockplan.measure.missing import Missing, nothing
from blockplan.measure.parameters import DEFAULTS, Parameters

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from blockplan.plan.model.plan import Plan


def block_floor_area(plan: Plan, parameters: Parameters) -> Measurement:
    """Floor area of each block's parcels, m2, against its cap and what other blocks gave it or took."""
    cap = values(plan, "blocks", "floor_area_m2_max")
    moved = np.nan_to_num(_moved(plan))
    floor = as_read(parameters.built_as, built(plan).floor_m2, values(plan, "parcels", "floor_area_m2"))
    empty = np.isnan(floor) & (parameters.built_as != "drawn")  # a road or a park states none and has none
    sums = pieces(plan, "blocks").sums(np.where(empty & ~_may_be_built(plan), 0.0, floor))
    # A block that is drawn in several rows is one, and its sum stands at each of them.
    names = ids(plan, "blocks")
    of = {name: at for at, name in enumerate(dict.fromkeys(names))}
    found = sums[[of[name] for name in names]] if len(names) else sums
    lacking = ((Missing("blocks", "floor_area_m2", why="floor_of_a_parcel"), np.isnan(found)),)
    measured = Values(found, ~np.isnan(cap), nothing("no_floor_cap"), at_most=cap + moved, lacking=lacking)
    return measurement(plan, "block_floor_area", "m2", measured, layer="blocks")


def _moved(plan: Plan) -> NDArray[np.float64]:
    """What each block takes from others, m2, negative where it gives; NaN where it says nothing."""
    return np.asarray(plan.layer("blocks")["floor_area_transfer_m2"].to_numpy(), dtype=float)


def _may_be_built(plan: Plan) -> Any:
    found = coded(plan, DEFAULTS.floor_area_codes)
    return found.chosen | found.maybe


def block_transfer_sum(plan: Plan, parameters: Parameters) -> Measurement:
    """What is moved between blocks, summed, m2: what one gives another takes."""
    moved = _moved(plan)
    known = ~np.isnan(moved)
    missing = absent(plan, "blocks") if not plan.has_layer("blocks") else ()
    counted = {"blocks": tuple(ids(plan, "blocks")[known])}
    if not known.any():
        missing = (nothing("no_transfer"),)
        return Measurement("block_transfer_sum", None, "m2", missing=missing, counted=counted)
    return Measurement("block_transfer_sum", total(moved[known]), "m2", missing=missing, counted=counted)


def facility_land(plan: Plan, parameters: Parameters) -> Measurement:
    """
    Site area of each facility of some services for every class, bed or place of it, m2.

    The site that the facility states, else the parcel that it stands on where it is the only facility there.
    """
    per = str(parameters.facility_per)
    services = set(parameters.services)
    spoken = np.array([one in services for one in values(plan, "facilities", "service")], dtype=bool)
    site, number = _sites(plan), values(plan, "facilities", per)
    found = site / np.where(number > 0, number, np.nan)
    lacking = (
        (Missing("facilities", per), np.isnan(number)),
        (Missing("facilities", "site_area_m2"), np.isnan(site)),
    )
    measured = Values(found, spoken, nothing("none_of_services"), lacking=lacking)
    gone = absent(plan, "facilities")
    return measurement(plan, "facility_land", "m2", measured, layer="facilities", absent=gone)


def _sites(plan: Plan) -> Any:
    stated, host = values(plan, "facilities", "site_area_m2"), hosts_of(plan, "facilities")
    held = np.bincount(host[host >= 0], minlength=len(ids(plan, "parcels")) + 1)
    alone = (host >= 0) & (held[host] == 1)
    area = np.append(areas_m2(plan, "parcels"), np.nan)
    return np.where(np.isnan(stated) & alone, area[host], stated)
