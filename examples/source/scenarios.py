"""Scenarios b (more residents) and c (green in one corner) as differences from the plan."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from attributes import HOUSEHOLD, shared_out

from blockplan.plan.model import Difference

RESIDENTS_B = 60_000


def scenario_b(layers: dict[str, pd.DataFrame]) -> Difference:
    """60,000 residents in the same homes: every parcel's residents in proportion."""
    homes = layers["parcels"][layers["parcels"]["residents"] > 0].copy()
    homes["residents"] = shared_out(homes["residents"].to_numpy(), RESIDENTS_B)
    homes["dwellings"] = np.round(homes["residents"] / HOUSEHOLD)
    return Difference({"parcels": homes})


def scenario_c(layers: dict[str, pd.DataFrame], working: gpd.GeoDataFrame) -> Difference:
    return Difference({})
